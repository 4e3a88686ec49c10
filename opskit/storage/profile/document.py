"""The document of a profile: what is stored and how it is used in a month (see `model.py`).

Sizes are written with their unit (`10TB`). A number alone is bytes where the document says by its
`schema` that opskit wrote it, and nowhere else.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from opskit.storage.profile import gaps
from opskit.storage.profile.model import Cell, Monthly, Profile

if TYPE_CHECKING:
    from opskit.documents import Document, Problems
    from opskit.storage.profile.amounts import Amounts

SCHEMA = "opskit.storage.profile/1"

#: What notes on parts that could not be counted began with, before these had a place of their own.
_SKIPPED = "not counted:"
#: A clock that is a day ahead may be in another time zone.
_ZONES = timedelta(days=1)


class StoredDocument(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Objects that are alike."""

    objects: Annotated[str, Meta(description="How many: 1500, 100k, 1.5M.")]
    bytes: Annotated[str, Meta(description="Their sizes together: 10TB, 4GiB.")]
    class_: Annotated[str, Meta(description="The provider's storage class.")] = "standard"
    size: Annotated[str, Meta(description="No object is smaller.")] = "0"
    age: Annotated[int, Meta(ge=0, description="Days since the last change, at least.")] = 0
    idle: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Days since the last read, at least; null if not known."),
    ] = None
    noncurrent: Annotated[bool, Meta(description="Former versions of objects.")] = False
    kept: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Days until they are deleted, and as many are written anew each month."),
    ] = None


class MonthlyDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done with it in a month."""

    egress: Annotated[str, Meta(description="Sent to the internet: 2TB.")] = "0"
    reads: Annotated[str, Meta(description="GET and HEAD requests: 1M.")] = "0"
    writes: Annotated[str, Meta(description="PUT, COPY and POST requests.")] = "0"
    lists: Annotated[str, Meta(description="LIST requests.")] = "0"
    deletes: Annotated[str, Meta(description="DELETE requests.")] = "0"
    retrieved: Annotated[
        str | None,
        Meta(description="Read in all; the larger of egress and reads of average size if not set."),
    ] = None


class UploadsDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """Multipart uploads that were begun and not completed."""

    uploads: Annotated[int, Meta(ge=0)] = 0
    bytes: str = "0"


class ProfileDocument(Struct, frozen=True, rename={"schema_": "schema"}):
    """What is stored, and how it is used."""

    stored: Annotated[tuple[StoredDocument, ...], Meta(description="What is stored.")]
    monthly: MonthlyDocument = MonthlyDocument()
    provider: Annotated[str, Meta(description="Where it is stored: aws, b2...")] = ""
    region: Annotated[str, Meta(description="The provider's region.")] = ""
    source: Annotated[str, Meta(description="What was looked at.")] = ""
    taken_on: date | None = None
    incomplete: UploadsDocument = UploadsDocument()
    sample: Annotated[dict[str, Any] | None, Meta(description="How it was sampled, if it was.")] = (
        None
    )
    notes: tuple[str, ...] = ()
    skipped: Annotated[
        tuple[str, ...], Meta(description="Which parts could not be counted, and why.")
    ] = ()
    schema_: Annotated[str, Meta(description=f"Where opskit wrote it: {SCHEMA}.")] = ""


def read_profile(path: Path) -> Profile:
    """The profile of a YAML or JSON file, `-` for stdin; InputError with file and line."""
    from opskit.decode import decode
    from opskit.documents import Problems, read_document
    from opskit.storage.profile.amounts import Amounts

    document = read_document(path)
    problems = Problems(document)
    written = _is_written(document, problems)
    problems.check()
    read = decode(document, ProfileDocument)
    amounts = Amounts(document, problems, plain=written, sampled=read.sample is not None)
    cells = [_cell(each, amounts.of("stored", n)) for n, each in enumerate(read.stored)]
    monthly = _monthly(read.monthly, amounts.of("monthly"))
    incomplete = amounts.of("incomplete").size("bytes", read.incomplete.bytes)
    problems.check()
    skipped = [each for each in read.notes if each.startswith(_SKIPPED)]
    notes = [each for each in read.notes if each not in skipped]
    return Profile(
        stored=tuple(cells),
        monthly=monthly,
        provider=read.provider,
        region=read.region,
        source=read.source,
        taken_on=read.taken_on,
        uploads=read.incomplete.uploads,
        upload_bytes=incomplete,
        sample=read.sample,
        notes=(*notes, *gaps.notes(read.sample), *_ahead(read.taken_on)),
        skipped=(*read.skipped, *skipped),
    )


def _is_written(document: "Document", problems: "Problems") -> bool:
    """Whether a document is one that opskit wrote; notes a schema of anything else."""
    from opskit.nodes import ScalarNode

    try:
        node = document.node(("schema",))
    except KeyError:
        return False
    name = node.text if isinstance(node, ScalarNode) else ""
    if name != SCHEMA:
        kind, _, version = SCHEMA.partition("/")
        is_other = name.startswith(f"{kind}/")
        what = "another version of profiles" if is_other else "no profile"
        hint = f"this opskit reads version {version}: 'opskit storage profile -o json' writes it"
        problems.add(node.start, f"`schema`: {name[:60]!r} is {what}; {SCHEMA} is wanted", hint)
    return name == SCHEMA


def _ahead(day: date | None) -> tuple[str, ...]:
    """The note on a profile of the future."""
    today = date.today()
    if day is None or day - today <= _ZONES:
        return ()
    return (
        f"the profile was taken on {day}, and it is {today} here: a clock is wrong, there or here",
    )


def _monthly(read: MonthlyDocument, amounts: "Amounts") -> Monthly:
    told = read.retrieved
    return Monthly(
        egress=amounts.size("egress", read.egress),
        reads=amounts.count("reads", read.reads),
        writes=amounts.count("writes", read.writes),
        lists=amounts.count("lists", read.lists),
        deletes=amounts.count("deletes", read.deletes),
        retrieved=None if told is None else amounts.size("retrieved", told),
    )


def _cell(read: StoredDocument, amounts: "Amounts") -> Cell:
    before = amounts.wrong
    cell = Cell(
        class_=read.class_,
        objects=amounts.count("objects", read.objects),
        bytes=amounts.size("bytes", read.bytes),
        size=amounts.size("size", read.size),
        age=read.age,
        idle=read.idle,
        noncurrent=read.noncurrent,
        kept=read.kept,
    )
    if amounts.wrong == before:
        amounts.fit(cell)
    return cell


def to_json(profile: Profile) -> dict[str, Any]:
    """The profile as its JSON, which `read_profile` reads again."""
    monthly = profile.monthly
    return {
        "schema": SCHEMA,
        "source": profile.source,
        "provider": profile.provider,
        "region": profile.region,
        "taken_on": profile.taken_on.isoformat() if profile.taken_on else None,
        "stored": [_cell_json(each) for each in profile.stored],
        "monthly": {name: getattr(monthly, name) for name in Monthly.__struct_fields__},
        "incomplete": {"uploads": profile.uploads, "bytes": profile.upload_bytes},
        "sample": profile.sample,
        "notes": list(profile.notes),
        "skipped": list(profile.skipped),
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    names = (name for name in Cell.__struct_fields__ if name != "class_")
    return {"class": cell.class_} | {name: getattr(cell, name) for name in names}
