"""A bill: its lines with the facts behind them, its total, and how sure it is."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct, field

from opskit.storage.catalog.model import Fact, Provider, Region, StorageClass
from opskit.storage.units import cents

#: A price that was read so many days ago is taken as it is; after that its band widens.
FRESH_DAYS = 90
#: By how much a year: the rises of 2026 were 15.8 % (Backblaze B2, May), 14.3 % (Wasabi, July).
DRIFT = Decimal("0.15")


class Line(Struct, frozen=True):
    """One line: `quantity` units at `rate` make `amount`. `fact` says where the rate is from."""

    item: str
    class_: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    fact: Fact
    note: str = ""


class Bill(Struct):
    """A month's bill of one provider and region.

    `breaches` are the provider's limits that the use exceeds: they cost nothing that anybody could
    say, and may end the contract. `missing` are the prices that the catalog lacks, without which
    the total is too low. `rules` are the facts that set amounts, not prices: least sizes, what is
    free, limits.
    """

    provider: Provider
    region: Region
    lines: list[Line] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    rules: list[Fact] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.provider.currency

    @property
    def total(self) -> Decimal:
        """The sum of the lines, exact; rounded to cents only where it is shown."""
        return sum((each.amount for each in self.lines), Decimal(0))

    def of(self, *items: str) -> Decimal:
        """The sum of the lines of some items."""
        return sum((each.amount for each in self.lines if each.item in items), Decimal(0))

    @property
    def doubtful(self) -> list[Fact]:
        """The facts behind it that are unverified, or that sources disagree on."""
        used = [*(each.fact for each in self.lines if each.quantity), *self.rules]
        facts = {id(each): each for each in used}
        return [each for each in facts.values() if each.status != "verified"]

    @property
    def doubts(self) -> list[str]:
        """What is unverified, and what sources disagree on, in words; none where all is sure."""
        found: dict[str, list[str]] = {"unverified": [], "conflict": []}
        for fact in self.doubtful:
            if fact.item not in found[fact.status]:
                found[fact.status].append(fact.item)
        status = self.provider.units.status
        if self.lines and status != "verified":
            found[status].append("what it calls a GB and a month")
        words = {"unverified": "unverified", "conflict": "sources disagree on"}
        return [f"{words[name]}: {', '.join(items)}" for name, items in found.items() if items]

    @property
    def complete(self) -> bool:
        """Whether it is a sum that may be compared: no price is missing, and no limit broken."""
        return not self.missing and not self.breaches

    def oldest(self) -> date | None:
        """The day on which the oldest of its prices was read."""
        return min((each.fact.read_on for each in self.lines if each.quantity), default=None)

    def band(self, today: date, drift: Decimal = DRIFT) -> tuple[Decimal, Decimal]:
        """The least and the most that the total may be, as its prices are as old as they are."""
        off = spread(self.lines, today, drift=drift)
        return max(self.total - off, Decimal(0)), self.total + off


def widening(fact: Fact, today: date, drift: Decimal = DRIFT) -> Decimal:
    """The share by which a price may be off, for its age: none while it is fresh."""
    late = (today - fact.read_on).days - FRESH_DAYS
    return drift * late / 365 if late > 0 else Decimal(0)


def spread(
    lines: Iterable[Line], today: date, less: Iterable[Line] = (), drift: Decimal = DRIFT
) -> Decimal:
    """By how much a sum may be off, either way, for the age of its prices.

    `less` are lines that are taken off it; what is at the same price in both is off together.
    """
    net: dict[int, tuple[Fact, Decimal]] = {}
    for sign, some in ((1, lines), (-1, less)):
        for each in some:
            _, so_far = net.get(id(each.fact), (each.fact, Decimal(0)))
            net[id(each.fact)] = each.fact, so_far + sign * each.amount
    return sum(
        (abs(amount) * widening(fact, today, drift) for fact, amount in net.values()), Decimal(0)
    )


def stale(bills: Iterable[Bill], today: date) -> str:
    """How old the oldest price is and how far the bands reach, in words, if any is not fresh."""
    shares, oldest = [], today
    for each in bills:
        _, high = each.band(today)
        if cents(high) > cents(each.total):
            shares.append((high - each.total) / each.total)
            oldest = min(oldest, each.oldest() or today)
    if f"{max(shares, default=0):.1%}" == "0.0%":
        return ""
    return (
        f"prices are up to {(today - oldest).days} days old (read on {oldest}): totals are bands "
        f"of up to {max(shares):.1%} either way for those older than {FRESH_DAYS} days"
    )


def classes_of(provider: Provider, accesses: Sequence[str] = ()) -> list[StorageClass]:
    """The classes that one can store into, of the kinds of access that are wanted (or of all)."""
    return [
        each
        for each in provider.classes
        if not each.part_of and (not accesses or each.access in accesses)
    ]
