"""Values in the unit of one document as values in the unit of another."""

from decimal import Decimal

from opskit.storage.catalog.model import Fact
from opskit.storage.refresh.feeds import broken
from opskit.storage.refresh.readings import Reading, told

_COUNTS = {"1k": 1000, "10k": 10_000, "1M": 1_000_000}


def value(reading: Reading, fact: Fact, tb: int) -> Decimal:
    """The value of a reading in the unit of a fact; a TB is `tb` GB. UnknownError if it has none.

    Tiers are in the unit, too: they are not converted.
    """
    if reading.unit == fact.unit:
        return reading.value
    factor = _factor(reading.unit, fact.unit, {"GB": 1, "TB": tb})
    if factor is None or reading.tier:
        raise broken(
            reading.feed,
            f"says {reading.unit} of {told(reading.thing)}, where the catalog has {fact.unit}",
            "correct the unit of the fact",
        )
    return reading.value * factor


def _factor(unit: str, other: str, sizes: dict[str, int]) -> Decimal | None:
    """By what a value in one unit is multiplied to be one in another; None for other things."""
    money, slash, per = unit.partition("/")
    other_money, other_slash, other_per = other.partition("/")
    if not slash and not other_slash:  # amounts: 10240 GB are 10 TB
        one, two = sizes.get(unit), sizes.get(other)
        return Decimal(one) / two if one and two else None
    if money != other_money or per.endswith("-month") != other_per.endswith("-month"):
        return None
    for known in (sizes, _COUNTS):
        one = known.get(per.removesuffix("-month"))
        two = known.get(other_per.removesuffix("-month"))
        if one and two:
            return Decimal(two) / one
    return None
