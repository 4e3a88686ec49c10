"""The tiers inside a class that objects come to by themselves, and which of them a month bills.

Amazon S3 User Guide, "How S3 Intelligent-Tiering works": what nobody reads for 30 days is billed
in the Infrequent Access tier, after 90 days in Archive Instant Access; smaller objects than those
that are monitored stay in Frequent Access. The tiers that need a restore are for those who ask.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from opskit.storage.bill.usage import ClassUse, Usage
from opskit.storage.catalog.model import Provider
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell

#: Days without a read until an object is moved to the tier of that access.
_AFTER = {"cool": 30, "cold": 90}


def inside(provider: Provider) -> dict[str, list[tuple[int, str]]]:
    """By class: the days without a read after which objects are in a tier, and its name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for each in provider.classes:
        if each.part_of and not each.restore and each.access in _AFTER:
            found.setdefault(each.part_of, []).append((_AFTER[each.access], each.name))
    return {name: sorted(tiers) for name, tiers in found.items()}


def watched(prices: Prices, name: str, cell: Cell) -> bool:
    """Whether objects of a class are large enough to be moved to its tiers."""
    return cell.bytes >= prices.amount("monitoring-min-size", name) * cell.objects


def tiered(used: Usage, prices: Prices) -> Usage:
    """The usage with what is stored in the tiers that it is billed in.

    Requests stay with the class, as they are charged alike. Objects of which nobody knows when
    they were read, and those that come and go within the month, stay in its first tier.
    """
    tiers = inside(prices.provider)
    if not any(each.class_ in tiers for each in used.classes):
        return used
    return replace(used, classes=[part for each in used.classes for part in _parts(each, prices)])


def _parts(use: ClassUse, prices: Prices) -> Iterator[ClassUse]:
    tiers = inside(prices.provider).get(use.class_, [])
    cells: dict[str, list[Cell]] = {use.class_: []}
    for cell in use.cells:
        name = use.class_
        if cell.idle is not None and cell.kept is None and watched(prices, name, cell):
            name = next((tier for days, tier in reversed(tiers) if cell.idle >= days), name)
        cells.setdefault(name, []).append(cell)
    yield replace(use, cells=cells.pop(use.class_))
    for name, own in cells.items():
        yield ClassUse(name, own)


def note(provider: Provider, name: str, cells: Iterable[Cell]) -> str:
    """What is not known of the tiers of a class, in words; nothing where all is."""
    found = provider.storage_class(name)
    if not found or name not in inside(provider):
        return ""
    cells = [each for each in cells if each.bytes]
    unknown = sum(each.idle is None for each in cells)
    if not unknown:
        return ""
    whose = "objects" if unknown == len(cells) else "some objects"
    which = "all" if unknown == len(cells) else "those are"
    return f"{found.title}: nobody knows when {whose} were read; {which} in frequent access"
