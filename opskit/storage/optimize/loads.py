"""Which objects the month's reads are for: what a move into a class with retrieval depends on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from opskit.errors import UsageError
from opskit.storage.bill.usage import shares
from opskit.storage.profile.model import Cell, Profile

#: Younger objects, and those read since, are taken as in use.
RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Load:
    """Objects that are alike, with their reads a month and the bytes that those read."""

    cell: Cell
    reads: int = 0
    retrieved: int = 0


@dataclass(frozen=True)
class Loads:
    """All that is stored, with its reads; `words` say how they were spread."""

    loads: Sequence[Load]
    words: str


def spread(profile: Profile, of_old: Decimal | None = None) -> Loads:
    """The reads of a profile by cell.

    With `of_old`, that share of them is for objects that are at least 30 days old. Else they are
    for what was read in the last 30 days, where the profile knows that of something, else for all
    alike. Former versions have none. Each object is read as often in all months to come.
    """
    cells = _by_class(profile.stored)
    current = [not each.noncurrent for each in cells]
    if of_old is not None:
        return _by_age(profile, cells, current, of_old)
    recent = [
        own and (c.idle is None or c.idle < RECENT_DAYS)
        for c, own in zip(cells, current, strict=True)
    ]
    if any(recent) and recent != current:
        words = f"reads go to what was read in the last {RECENT_DAYS} days, as the profile has it"
        return Loads(_loads(profile, cells, [(recent, Decimal(1))]), words)
    return Loads(_loads(profile, cells, [(current, Decimal(1))]), "reads go to all objects alike")


def _by_age(
    profile: Profile, cells: Sequence[Cell], current: Sequence[bool], of_old: Decimal
) -> Loads:
    old = [own and c.age >= RECENT_DAYS for c, own in zip(cells, current, strict=True)]
    young = [own and not o for o, own in zip(old, current, strict=True)]
    if not any(old) or not any(young):
        age = f"at least {RECENT_DAYS} days" if any(old) else f"less than {RECENT_DAYS} days"
        words = f"reads go to all objects alike: all of them are {age} old"
        return Loads(_loads(profile, cells, [(current, Decimal(1))]), words)
    words = f"{of_old * 100:f} % of the reads go to objects of at least {RECENT_DAYS} days"
    return Loads(_loads(profile, cells, [(old, of_old), (young, 1 - of_old)]), words)


def _by_class(cells: Sequence[Cell]) -> list[Cell]:
    """Cells in the order in which the bill of a profile meets their classes.

    So the reads of each class are the same whole number in both.
    """
    order = list(dict.fromkeys(each.class_ for each in cells))
    return sorted(cells, key=lambda each: order.index(each.class_))


def _loads(
    profile: Profile, cells: Sequence[Cell], groups: Sequence[tuple[Sequence[bool], Decimal]]
) -> list[Load]:
    reads, retrieved = [0] * len(cells), [0] * len(cells)
    left_reads, left_bytes = profile.monthly.reads, profile.retrieved
    for number, (chosen, share) in enumerate(groups, 1):
        last = number == len(groups)
        own_reads = left_reads if last else int(profile.monthly.reads * share)
        own_bytes = left_bytes if last else int(profile.retrieved * share)
        left_reads, left_bytes = left_reads - own_reads, left_bytes - own_bytes
        objects = [c.objects if use else 0 for c, use in zip(cells, chosen, strict=True)]
        sizes = [c.bytes if use else 0 for c, use in zip(cells, chosen, strict=True)]
        reads = [a + b for a, b in zip(reads, shares(own_reads, objects), strict=True)]
        retrieved = [a + b for a, b in zip(retrieved, shares(own_bytes, sizes), strict=True)]
    return [Load(*each) for each in zip(cells, reads, retrieved, strict=True)]


def share(text: str, option: str = "--reads-of-old") -> Decimal:
    """The share of `5%` or `0.05`; UsageError for what is none."""
    from decimal import InvalidOperation

    word = text.strip()
    try:
        value = Decimal(word.removesuffix("%").strip())
        value = value / 100 if word.endswith("%") else value
    except InvalidOperation:
        value = Decimal(-1)
    if not (value.is_finite() and 0 <= value <= 1):
        raise UsageError(f"{text[:40]!r} is no share", where=option, hint="write 5% or 0.05")
    return value
