"""A month's bill of a usage: every rule of a provider from its facts, in Decimal."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from opskit.storage.bill.lines import Bill, Line
from opskit.storage.bill.usage import AVERAGE, ClassUse, Month, Usage
from opskit.storage.catalog.model import Fact, Item
from opskit.storage.catalog.prices import Prices, Rate
from opskit.storage.profile.document import Cell

_FREE: dict[str, Item] = {"storage": "free-storage", "write": "free-writes", "read": "free-reads"}


def bill(prices: Prices, used: Usage, month: Month = AVERAGE) -> Bill:
    """The bill of a month of a provider."""
    biller = Biller(prices, month)
    for each in used.classes:
        biller.use(each)
    biller.egress(
        used.egress, stored=sum(cell.bytes for each in used.classes for cell in each.cells)
    )
    biller.minimums()
    return biller.bill


class Biller:
    """Adds lines to a bill; free amounts are used up as they come."""

    def __init__(self, prices: Prices, month: Month = AVERAGE) -> None:
        self.prices = prices
        self.bill = Bill(prices.provider, prices.region)
        self._month = month
        self._units = prices.provider.units
        self._used: dict[int, Decimal] = {}  # of each free amount, by the fact's identity
        self._stored = Decimal(0)  # bytes that are billed as stored
        self._class = ""  # the class they are billed in, for the least amount

    def use(self, use: ClassUse) -> None:
        """All that a class is used for, but for what leaves the provider."""
        self.storage(use.class_, use.cells)
        self._writes(use)
        self.requests("read", use.class_, use.reads)
        self.requests("delete", use.class_, use.deletes)
        self.requests("lifecycle", use.class_, use.moved_in)
        self.retrieval(use.class_, use.retrieved, use.restores, use.speed)

    def storage(self, name: str, cells: Iterable[Cell]) -> None:
        """What is stored in a class: the least sizes and times, and what is added to objects."""
        cells = tuple(cells)
        if not cells:
            return
        months = [self._months(name, cell) for cell in cells]
        least = self.prices.amount("min-size", name)
        over = self.prices.amount("overhead", name)
        sizes = [max(cell.bytes, least * cell.objects) + over * cell.objects for cell in cells]
        billed = sum((size * part for size, part in zip(sizes, months, strict=True)), Decimal(0))
        own = sum((cell.bytes * part for cell, part in zip(cells, months, strict=True)), Decimal(0))
        extra = (billed - own) / self._units.gb
        note = f"{extra:,.2f} GB of it are added to small objects" if extra else ""
        self._stored, self._class = self._stored + billed, self._class or name
        self._line("storage", name, billed, note=note)
        standard = self.prices.amount("overhead-standard", name)
        added = sum(
            (standard * c.objects * m for c, m in zip(cells, months, strict=True)), Decimal(0)
        )
        if added:
            self._line("storage", "standard", added, note=f"added to the objects in {name}")
        self._monitoring(name, cells)

    def _months(self, name: str, cell: Cell) -> Decimal:
        """The months that a cell is billed for; objects that are deleted early count to the end."""
        if cell.kept is None:
            return self._month.factor(self._units)
        days = max(Decimal(cell.kept), self.prices.amount("min-days", name))
        return days / self._month.days(self._units)

    def _monitoring(self, name: str, cells: Sequence[Cell]) -> None:
        if self.prices.rate("monitoring", name):
            least = self.prices.amount("monitoring-min-size", name)
            large = [each for each in cells if each.bytes >= least * each.objects]
            self.requests("monitoring", name, sum(each.objects for each in large))

    def _writes(self, use: ClassUse) -> None:
        """Writes and lists, as one where they cost the same: they are rounded up together."""
        write, list_ = self.prices.rate("write", use.class_), self.prices.rate("list", use.class_)
        if write and list_ and _same(write, list_):
            self.requests("write", use.class_, use.writes + use.lists)
        else:
            self.requests("write", use.class_, use.writes)
            self.requests("list", use.class_, use.lists)

    def requests(self, item: Item, name: str, number: int, variant: str = "") -> None:
        """Requests, or objects for what is paid by the object."""
        if number:
            self._line(item, name, Decimal(number), variant=variant)

    def retrieval(self, name: str, size: int, restores: int, speed: str = "") -> None:
        """What is read out of a class, and the requests to restore it at a speed."""
        found = self.prices.provider.storage_class(name)
        speeds = found.restore if found else ()
        variant = (speed or speeds[0]) if speeds else ""
        if size and (
            self.prices.rate("retrieval", name, variant) or not found or found.access != "hot"
        ):
            self._line("retrieval", name, Decimal(size), variant=variant)
        if restores and speeds and self.prices.rate("retrieval-request", name, variant):
            self._line("retrieval-request", name, Decimal(restores), variant=variant)

    def egress(self, size: int, *, stored: int, item: Item = "egress") -> None:
        """What leaves; `stored` are the bytes that a free amount or a limit is a multiple of."""
        if not size:
            return
        limit = self.prices.rule("egress-limit-times")
        if limit and item == "egress":
            if size > limit.value * stored:
                self.bill.breaches.append(
                    f"egress is {_times(size, stored)} the stored volume; the policy allows "
                    f"{limit.value:f} ({limit.source})"
                )
            return
        free = self.prices.amount("free-egress") + self.prices.amount("free-egress-times") * stored
        billed = max(Decimal(size) - free, Decimal(0)) if item == "egress" else Decimal(size)
        note = f"{min(Decimal(size), free) / self._units.gb:,.2f} GB more are free" if free else ""
        self._line(item, "*", billed, note=note if item == "egress" else "")

    def minimums(self) -> None:
        """What a bill comes to at least, once all is in it."""
        least = self.prices.amount("minimum-storage")
        if self._class and least > self._stored:
            self._line("storage", self._class, least - self._stored, note="up to the least amount")
        if fee := self.prices.rule("base-fee"):
            self._add("base-fee", "*", Decimal(1), "month", fee.value, fee)
        charge = self.prices.rule("minimum-charge")
        if charge and charge.value > self.bill.total:
            rest = charge.value - self.bill.total
            self._add("minimum-charge", "*", Decimal(1), "month", rest, charge)

    def _line(
        self, item: Item, name: str, amount: Decimal, *, variant: str = "", note: str = ""
    ) -> None:
        """Lines of an amount in bytes or things, less what is free, by tier."""
        rate = self.prices.rate(item, name, variant)
        if not rate:
            if amount:
                self._lacks(item, name, variant)
            return
        left = self._after_free(item, name, amount) / rate.per
        left = self._rounded(item, left, rate)
        for piece in rate.pieces(left):
            unit = piece.fact.unit.partition("/")[2]
            self._add(item, name, piece.quantity, unit, piece.rate, piece.fact, note)
            note = ""
        if left > (covered := rate.covers(left)):
            self._lacks(item, name, f"above {covered:,f} {rate.facts[0].unit.partition('/')[2]}")

    def _after_free(self, item: str, name: str, amount: Decimal) -> Decimal:
        fact = self.prices.rule(_FREE[item], name) if item in _FREE else None
        if not fact:
            return amount
        pool = self.prices.amount(_FREE[item], name) - self._used.get(id(fact), Decimal(0))
        taken = min(pool, amount)
        self._used[id(fact)] = self._used.get(id(fact), Decimal(0)) + taken
        return amount - taken

    def _rounded(self, item: str, quantity: Decimal, rate: Rate) -> Decimal:
        if self._units.round == "none" or item in ("monitoring", "retrieval-request"):
            return quantity
        requests = item in ("write", "read", "list", "delete", "part", "lifecycle")
        step = Decimal(self._units.requests_to if requests else self._units.gb) / rate.per
        return (quantity / step).to_integral_value(ROUND_CEILING) * step

    def _lacks(self, item: str, name: str, more: str = "") -> None:
        place = f" of {name}" if name != "*" else ""
        lacking = f"{item}{place}{f' ({more})' if more else ''}"
        if lacking not in self.bill.missing:
            self.bill.missing.append(lacking)

    def _add(
        self,
        item: str,
        name: str,
        quantity: Decimal,
        unit: str,
        rate: Decimal,
        fact: Fact,
        note: str = "",
    ) -> None:
        made = Line(item, name, quantity, unit, rate, quantity * rate, fact, note)
        self.bill.lines.append(made)


def _same(one: Rate, other: Rate) -> bool:
    values = [[(each.value, each.bounds) for each in rate.facts] for rate in (one, other)]
    return one.per == other.per and values[0] == values[1]


def _times(size: int, stored: int) -> str:
    return f"{Decimal(size) / stored:.2f} times" if stored else "more than"
