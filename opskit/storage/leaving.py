"""What it takes to read all that is stored somewhere and to send it away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from msgspec import Struct

from opskit.storage.bill.billing import Biller
from opskit.storage.bill.lines import Bill
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell

#: The lines of a bill that are for keeping data; the others are for using it.
KEEPING = ("storage", "monitoring", "base-fee", "minimum-charge")


class Removal(Struct, frozen=True):
    """What is read out of a class, whole objects; `speed` where they are restored first."""

    class_: str
    objects: int
    bytes: int
    speed: str = ""


def removals(prices: Prices, cells: Iterable[Cell], speed: str = "") -> tuple[Removal, ...]:
    """What is read out of each class, at a speed, or the cheapest where it has no such one."""
    sums: dict[str, list[int]] = {}
    for cell in cells:
        amounts = sums.setdefault(cell.class_, [0, 0])
        amounts[0] += cell.objects
        amounts[1] += cell.bytes
    return tuple(
        Removal(name, objects, size, _speed(prices, name, objects, size, speed))
        for name, (objects, size) in sums.items()
    )


def _speed(prices: Prices, name: str, objects: int, size: int, wanted: str) -> str:
    found = prices.provider.storage_class(name)
    speeds = found.restore if found else ()
    if wanted in speeds:
        return wanted

    def cost(speed: str) -> tuple[bool, Decimal]:
        biller = Biller(prices)
        biller.retrieval(name, size, objects, speed)
        return bool(biller.bill.missing), biller.bill.total

    return min(speeds, key=cost, default="")


def leave(prices: Prices, removed: Sequence[Removal], *, free: bool = False) -> Bill:
    """The bill of reading all of it and sending it away in one month, in which nothing else is.

    `free` is whether a law makes the egress cost nothing.
    """
    biller = Biller(prices)
    for each in removed:
        biller.requests("read", each.class_, each.objects)
        biller.retrieval(each.class_, each.bytes, each.objects, each.speed)
    whole = sum(each.bytes for each in removed)
    if not free:
        biller.egress(whole, stored=whole)
    return biller.bill


@dataclass(frozen=True, slots=True)
class Limit:
    """A provider's limit on what leaves in a month, and the months that leaving takes within it.

    `months` is None where the usual egress leaves no room.
    """

    times: Decimal
    months: int | None

    def __str__(self) -> str:
        rule = f"no more may leave in a month than {self.times:f} times what is stored"
        if self.months is None:
            return f"{rule}, and the usual egress takes all of that: ask the provider"
        many = f"{self.months} months" if self.months > 1 else "1 month"
        return f"{rule}: leaving takes {many}, with nothing deleted before"


def limit(prices: Prices, stored: int, usual: int) -> Limit | None:
    """The limit on egress, for bytes that are stored and bytes that leave in a usual month."""
    rule = prices.rule("egress-limit-times")
    if not rule:
        return None
    room = rule.value * stored - usual
    months = int((stored / room).to_integral_value(ROUND_CEILING)) if room > 0 else None
    return Limit(rule.value, months)
