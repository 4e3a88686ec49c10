"""The document of a profile: what is stored and how it is used in a month (see `model.py`).

It has sizes as people write them (`10TB`) or whole bytes, and so has its JSON.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from opskit.errors import InputError, UsageError
from opskit.storage import units
from opskit.storage.profile.model import Cell, Monthly, Profile, merged

if TYPE_CHECKING:
    from opskit.documents import Document

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
    schema_: str = SCHEMA


def read_profile(path: Path) -> Profile:
    """The profile of a YAML or JSON file, `-` for stdin; InputError with file and line."""
    from opskit.decode import decode
    from opskit.documents import read_document

    document = read_document(path)
    read = decode(document, ProfileDocument)
    amounts = _Amounts(document)
    monthly, incomplete = amounts.of("monthly"), amounts.of("incomplete")
    return Profile(
        stored=tuple(_cell(each, amounts.of("stored", n)) for n, each in enumerate(read.stored)),
        monthly=_monthly(read.monthly, monthly),
        provider=read.provider,
        region=read.region,
        source=read.source,
        taken_on=read.taken_on,
        uploads=read.incomplete.uploads,
        upload_bytes=incomplete.size("bytes", read.incomplete.bytes),
        sample=read.sample,
        notes=read.notes,
    )


class _Amounts:
    """Reads the sizes and counts of a part of a document; an error says the line."""

    def __init__(self, document: "Document", path: tuple[str | int, ...] = ()) -> None:
        self._document = document
        self._path = path

    def of(self, *steps: str | int) -> "_Amounts":
        return _Amounts(self._document, (*self._path, *steps))

    def size(self, name: str, text: str) -> int:
        """A size with its unit, or whole bytes."""
        plain = text.replace("_", "").strip().isdecimal()
        return self._read(name, f"{text}B" if plain else text, units.size)

    def count(self, name: str, text: str) -> int:
        return self._read(name, text, units.count)

    def _read(self, name: str, text: str, read: Callable[[str], int]) -> int:
        try:
            return read(text)
        except UsageError as error:
            where = str(self._document.location((*self._path, name)))
            raise InputError(error.message, where=where, hint=error.hint) from None


def _monthly(read: MonthlyDocument, amounts: _Amounts) -> Monthly:
    told = read.retrieved
    return Monthly(
        egress=amounts.size("egress", read.egress),
        reads=amounts.count("reads", read.reads),
        writes=amounts.count("writes", read.writes),
        lists=amounts.count("lists", read.lists),
        deletes=amounts.count("deletes", read.deletes),
        retrieved=None if told is None else amounts.size("retrieved", told),
    )


def _cell(read: StoredDocument, amounts: _Amounts) -> Cell:
    return Cell(
        class_=read.class_,
        objects=amounts.count("objects", read.objects),
        bytes=amounts.size("bytes", read.bytes),
        size=amounts.size("size", read.size),
        age=read.age,
        idle=read.idle,
        noncurrent=read.noncurrent,
        kept=read.kept,
    )


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
