"""The document of a profile: what is stored and how it is used in a month (see `model.py`).

It has sizes as people write them (`10TB`) or whole bytes, and so has its JSON.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from opskit.storage.profile.model import Cell, Monthly, Profile, merged

__all__ = ["SCHEMA", "Cell", "Monthly", "Profile", "merged", "read_profile", "to_json"]

SCHEMA = "opskit.storage.profile/1"

_Size = Annotated[str, Meta(pattern=r"^\s*[0-9][0-9_.]*\s*[A-Za-z]*\s*$")]


class StoredDocument(Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Objects that are alike."""

    objects: Annotated[_Size, Meta(description="How many: 1500, 100k, 1.5M.")]
    bytes: Annotated[_Size, Meta(description="Their sizes together: 10TB, 4GiB, or whole bytes.")]
    class_: Annotated[str, Meta(description="The provider's storage class.")] = "standard"
    size: Annotated[_Size, Meta(description="No object is smaller.")] = "0"
    age: Annotated[int, Meta(ge=0, description="Days since the last change, at least.")] = 0
    idle: Annotated[
        int | None, Meta(description="Days since the last read, at least; null if not known.")
    ] = None
    noncurrent: Annotated[bool, Meta(description="Former versions of objects.")] = False
    kept: Annotated[
        int | None,
        Meta(description="Days until they are deleted, and as many are written anew each month."),
    ] = None


class MonthlyDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done with it in a month."""

    egress: Annotated[_Size, Meta(description="Sent to the internet: 2TB.")] = "0"
    reads: Annotated[_Size, Meta(description="GET and HEAD requests: 1M.")] = "0"
    writes: Annotated[_Size, Meta(description="PUT, COPY and POST requests.")] = "0"
    lists: Annotated[_Size, Meta(description="LIST requests.")] = "0"
    deletes: Annotated[_Size, Meta(description="DELETE requests.")] = "0"
    retrieved: Annotated[
        _Size | None,
        Meta(description="Read in all; the larger of egress and reads of average size if not set."),
    ] = None


class UploadsDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """Multipart uploads that were begun and not completed."""

    uploads: Annotated[int, Meta(ge=0)] = 0
    bytes: _Size = "0"


class ProfileDocument(Struct, frozen=True, rename={"schema_": "schema"}):
    """What is stored, and how it is used. Other keys, as JSON has them, are passed over."""

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
    schema_: str = SCHEMA


def read_profile(path: Path) -> Profile:
    """The profile of a YAML or JSON file, `-` for stdin; InputError with file and line."""
    from opskit.decode import decode
    from opskit.documents import read_document

    document = read_document(path)
    return _profile(decode(document, ProfileDocument), str(path))


def _profile(read: ProfileDocument, where: str) -> Profile:
    monthly = read.monthly
    return Profile(
        stored=tuple(_cell(each, where) for each in read.stored),
        monthly=Monthly(
            egress=_bytes(monthly.egress, where),
            reads=_count(monthly.reads, where),
            writes=_count(monthly.writes, where),
            lists=_count(monthly.lists, where),
            deletes=_count(monthly.deletes, where),
            retrieved=None if monthly.retrieved is None else _bytes(monthly.retrieved, where),
        ),
        provider=read.provider,
        region=read.region,
        source=read.source,
        taken_on=read.taken_on,
        uploads=read.incomplete.uploads,
        upload_bytes=_bytes(read.incomplete.bytes, where),
        sample=read.sample,
        notes=read.notes,
    )


def _cell(read: StoredDocument, where: str) -> Cell:
    return Cell(
        class_=read.class_,
        objects=_count(read.objects, where),
        bytes=_bytes(read.bytes, where),
        size=_bytes(read.size, where),
        age=read.age,
        idle=read.idle,
        noncurrent=read.noncurrent,
        kept=read.kept,
    )


def _bytes(text: str, where: str) -> int:
    from opskit.storage import units

    return int(text) if text.strip().isdecimal() else units.size(text, where)


def _count(text: str, where: str) -> int:
    from opskit.storage import units

    return units.count(text, where)


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
        "monthly": {name: getattr(monthly, name) for name in Monthly.__slots__},
        "incomplete": {"uploads": profile.uploads, "bytes": profile.upload_bytes},
        "sample": profile.sample,
        "notes": list(profile.notes),
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    names = (name for name in Cell.__slots__ if name != "class_")
    return {"class": cell.class_} | {name: getattr(cell, name) for name in names}
