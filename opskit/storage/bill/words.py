"""How the quantity of a line comes about, in words: what is free, and what is rounded up."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from opskit.storage.catalog.prices import Rate
from opskit.storage.profile.model import Cell
from opskit.storage.units import shown_size

_NAMES = (("G", 10**9), ("M", 10**6), ("k", 10**3))


def billed(used: Decimal, after: Decimal, quantity: Decimal, rate: Rate) -> str:
    """`2.1 M less 1 M free, rounded up to 2 M`; nothing where all is billed as it is.

    `used` and what is left `after` free amounts are bytes or things, `quantity` is what is billed
    in units of the rate.
    """
    told = []
    if after < used:
        told.append(f"{_shown(used, rate)} less {_shown(used - after, rate)} free")
    if quantity * rate.per != after:
        told.append(f"rounded up to {_shown(quantity * rate.per, rate)}")
    return ", ".join(told)


def stored(cells: Sequence[Cell], factor: Decimal, least: int, added: Decimal) -> str:
    """How the GB-months that are billed come from what is stored; nothing where they are that.

    `factor` are the GB-months of a GB that stays, `least` the least days, `added` the GB that are
    added to objects.
    """
    told = []
    kept = [each.kept for each in cells if each.kept is not None]
    if kept:
        told.append("part of it is kept for some days of the month")
        told += [f"{least} days at least are billed"] if min(kept) < least else []
    elif factor != 1:
        told.append(f"a GB is {number(factor)} GB-months in this month")
    if added:
        told.append(f"{amount(added)} GB of it are added to small objects")
    return "; ".join(told)


def _shown(value: Decimal, rate: Rate) -> str:
    unit = rate.facts[0].unit.partition("/")[2].removesuffix("-month")
    if unit in ("GB", "TB"):
        return f"{amount(value / rate.per)} {unit}"
    return count(value)


def amount(value: Decimal) -> str:
    """An amount to four digits after the point, those left out that say nothing: `9,313.2257`."""
    return number(value.quantize(Decimal("0.0001")))


def number(value: Decimal) -> str:
    """A number without digits that say nothing, six after the point at most."""
    text = f"{value:,.6f}"
    return text.rstrip("0").rstrip(".")


def count(value: Decimal) -> str:
    """A number of things: `2.1 M`, or all of its digits where two after the point are too few."""
    for name, many in _NAMES:
        if value >= many and value * 100 % many == 0:
            return f"{number(value / many)} {name}"
    return number(value)


def size(value: Decimal) -> str:
    """The bytes that are added to an object: `8 KiB`."""
    return f"{number(value / 1024)} KiB" if value % 1024 == 0 else shown_size(value)


def times(value: int, of: int | Decimal) -> str:
    """How many times something is, never less: `2.00 times`, `1.01 times`."""
    if not of:
        return "more than"
    ratio = (Decimal(value) / of).quantize(Decimal("0.01"), ROUND_CEILING)
    return f"{ratio} times"
