"""What a profile does not say and bills depend on, in words."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from opskit.storage.bill.tiers import note
from opskit.storage.profile.model import Profile

if TYPE_CHECKING:
    from opskit.storage.estimate import Row

_RULES = ("min-size", "overhead", "monitoring")


def not_known(profile: Profile, own: Profile, rows: Sequence["Row"]) -> list[str]:
    """What is not known of the objects; `own` is the profile by the catalog's classes."""
    notes = []
    if profile.bytes and not profile.objects and any(map(_counts_objects, rows)):
        notes.append(
            "the number of objects is not known: what is paid by the object, and least sizes, are "
            "left out; --avg-object 4MB or --objects 2M puts them in"
        )
    return [*notes, *dict.fromkeys(each for row in rows for each in _unread(own, row))]


def _counts_objects(row: "Row") -> bool:
    classes = (row.class_, "*")
    return any(f.item in _RULES and f.class_ in classes for f in row.bill.provider.facts)


def _unread(own: Profile, row: "Row") -> Iterator[str]:
    """What is not known of the tiers of the classes that a row is billed in."""
    if not row.as_it_is:
        own = own.in_class(row.class_)
    for name in dict.fromkeys(each.class_ for each in own.stored):
        cells = [each for each in own.stored if each.class_ == name]
        if words := note(row.bill.provider, name, cells):
            yield words
