"""A month's bill of a usage: every rule of a provider from its facts, in Decimal."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal

from opskit.storage.bill import words
from opskit.storage.bill.lines import Bill, Line
from opskit.storage.bill.usage import AVERAGE, ClassUse, Month, Usage
from opskit.storage.catalog.model import Fact, Item
from opskit.storage.catalog.prices import Prices, Rate
from opskit.storage.profile.model import Cell

_FREE: dict[Item, Item] = {
    "storage": "free-storage",
    "write": "free-writes",
    "read": "free-reads",
    "list": "free-lists",
}
_AMOUNTS = ("storage", "upload", "retrieval", "egress", "inter-region", "switching-egress")
_REQUESTS = ("write", "read", "list", "delete", "part", "lifecycle")


def bill(prices: Prices, used: Usage, month: Month = AVERAGE) -> Bill:
    """The bill of a month of a provider."""
    biller = Biller(prices, month)
    for each in used.classes:
        biller.use(each)
    biller.egress(used.egress, stored=biller.stored)
    biller.minimums()
    return biller.bill


class Biller:
    """Adds lines to a bill; free amounts are used up as they come."""

    def __init__(self, prices: Prices, month: Month = AVERAGE) -> None:
        self.prices = prices
        self.bill = Bill(prices.provider, prices.region)
        self._month = month
        self._units = prices.provider.units
        self.stored = Decimal(0)  # bytes, on the average of the month
        self._used: dict[int, Decimal] = {}  # of free amounts and of tiers, by the fact's identity
        self._billed = Decimal(0)  # bytes that are billed as stored
        self._class = ""  # the class they are billed in, for the least amount

    def use(self, use: ClassUse) -> None:
        """All that a class is used for, but for what leaves the provider."""
        if not self.prices.provider.storage_class(use.class_):
            self._lacks("storage", use.class_)
            self.stored += sum(map(self._average, use.cells))
            return
        self.storage(use.class_, use.cells)
        self._writes(use)
        if use.written and self.prices.rate("upload", use.class_):
            self._line("upload", use.class_, Decimal(use.written))
        self.requests("read", use.class_, use.reads)
        self.requests("delete", use.class_, use.deletes)
        self.requests("lifecycle", use.class_, use.moved_in)
        self.retrieval(use.class_, use.retrieved, use.restores, use.speed)

    def storage(self, name: str, cells: Iterable[Cell]) -> None:
        """What is stored in a class: the least sizes and times, and what is added to objects."""
        cells = tuple(cells)
        if not cells:
            return
        objects = any(each.objects for each in cells)
        least = self.prices.amount("min-size", name) if objects else Decimal(0)
        over = self._rule("overhead", name) if objects else Decimal(0)
        own = billed = weighed = Decimal(0)
        for each in cells:
            part, size = self._months(name, each), max(Decimal(each.bytes), least * each.objects)
            if size > each.bytes:
                self._rule("min-size", name)
            own += each.bytes * part
            billed += (size + over * each.objects) * part
            weighed += each.objects * part
            self.stored += self._average(each)
        factor, least_days = self._month.factor(self._units), self.prices.amount("min-days", name)
        note = words.stored(cells, factor, int(least_days), (billed - own) / self._units.gb)
        self._billed, self._class = self._billed + billed, self._class or name
        self._line("storage", name, billed, note=note)
        if weighed and (standard := self._rule("overhead-standard", name)):
            note = f"{words.size(standard)} for each of {words.count(weighed)} objects in {name}"
            self._line("storage", "standard", standard * weighed, note=note)
        self._monitoring(name, cells)

    def _months(self, name: str, cell: Cell) -> Decimal:
        """The months that a cell is billed for; objects that are deleted early count to the end."""
        if cell.kept is None:
            return self._month.factor(self._units)
        days, least = Decimal(cell.kept), self.prices.amount("min-days", name)
        if days < least:
            days = self._rule("min-days", name)
        return days / self._month.days(self._units)

    def _average(self, cell: Cell) -> Decimal:
        """The bytes of a cell on the average of the month."""
        days = Decimal(cell.kept) if cell.kept is not None else None
        return Decimal(cell.bytes) * (
            days / self._month.days(self._units) if days is not None else 1
        )

    def _rule(self, item: Item, name: str = "*") -> Decimal:
        """The value of a rule that makes a difference."""
        fact = self.prices.rule(item, name)
        if fact and fact not in self.bill.rules:
            self.bill.rules.append(fact)
        return self.prices.amount(item, name)

    def _monitoring(self, name: str, cells: Sequence[Cell]) -> None:
        if self.prices.rate("monitoring", name):
            least = self.prices.amount("monitoring-min-size", name)
            large = [each for each in cells if each.bytes >= least * each.objects]
            self.requests("monitoring", name, sum(each.objects for each in large))

    def _writes(self, use: ClassUse) -> None:
        """Writes and lists, as one where they cost the same: they are rounded up together."""
        write, list_ = self.prices.rate("write", use.class_), self.prices.rate("list", use.class_)
        if write and list_ and same_rate(write, list_):
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

    def egress(self, size: int, *, stored: int | Decimal, item: Item = "egress") -> None:
        """What leaves; `stored` are the bytes that a free amount or a limit is a multiple of."""
        if not size:
            return
        if item == "egress" and self._breaks_limit(size, stored):
            return
        free, note = Decimal(0), ""
        if item == "egress":
            free = self._rule("free-egress") + self._rule("free-egress-times") * stored
        left = max(size - free, Decimal(0))
        if free:
            gb = self._units.gb
            note = f"{words.amount(Decimal(size) / gb)} GB less {words.amount(free / gb)} GB free"
        self._line(item, "*", left, note=note)

    def _breaks_limit(self, size: int, stored: int | Decimal) -> bool:
        limit = self.prices.rule("egress-limit-times")
        if not limit:
            return False
        times = self._rule("egress-limit-times")
        if size <= times * stored:
            return False
        source = self.prices.provider.sources[limit.source].title
        self.bill.breaches.append(
            f"egress is {words.times(size, stored)} what is stored, and the policy allows "
            f"{times:f} ({source})"
        )
        return True

    def minimums(self) -> None:
        """What a bill comes to at least, once all is in it."""
        least = self.prices.amount("minimum-storage")
        if self._class and least > self._billed:
            self._rule("minimum-storage")
            gb = self._units.gb
            note = f"up to the {words.amount(least / gb)} GB that are billed at least; stored are "
            note += f"{words.amount(self._billed / gb)} GB"
            self._line("storage", self._class, least - self._billed, note=note)
        if fee := self.prices.rule("base-fee"):
            self._add("base-fee", "*", Decimal(1), "month", fee.value, fee)
        charge = self.prices.rule("minimum-charge")
        if charge and charge.value > self.bill.total:
            rest = charge.value - self.bill.total
            note = f"up to the {charge.value:f} that a month costs at least"
            self._add("minimum-charge", "*", Decimal(1), "month", rest, charge, note)

    def _line(
        self, item: Item, name: str, amount: Decimal, *, variant: str = "", note: str = ""
    ) -> None:
        """Lines of an amount in bytes or things, less what is free, by tier."""
        rate = self.prices.rate(item, name, variant)
        if not rate:
            if amount:
                self._lacks(item, name, variant)
            return
        billed = self._after_free(item, name, amount)
        left = self._rounded(item, billed / rate.per, rate)
        note = "; ".join(filter(None, (note, words.billed(amount, billed, left, rate))))
        unit = rate.facts[0].unit.partition("/")[2]
        pool = id(rate.facts[0])
        before = self._used.get(pool, Decimal(0))
        self._used[pool] = before + left
        for piece in rate.pieces(left, before):
            self._add(item, name, piece.quantity, unit, piece.rate, piece.fact, note)
            note = ""
        if before + left > (covered := rate.covers(before + left)):
            self._lacks(item, name, f"above {covered:,f} {unit}")

    def _after_free(self, item: Item, name: str, amount: Decimal) -> Decimal:
        fact = self.prices.rule(_FREE[item], name) if item in _FREE else None
        if not fact:
            return amount
        pool = self.prices.amount(_FREE[item], name) - self._used.get(id(fact), Decimal(0))
        taken = min(pool, amount)
        if taken:
            self._rule(_FREE[item], name)
        self._used[id(fact)] = self._used.get(id(fact), Decimal(0)) + taken
        return amount - taken

    def _rounded(self, item: Item, quantity: Decimal, rate: Rate) -> Decimal:
        if self._units.round == "none" or item not in (*_AMOUNTS, *_REQUESTS):
            return quantity
        unit = self._units.gb if item in _AMOUNTS else self._units.requests_to
        step = Decimal(unit) / rate.per
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


def same_rate(one: Rate, other: Rate) -> bool:
    values = [[(each.value, each.bounds) for each in rate.facts] for rate in (one, other)]
    return one.per == other.per and values[0] == values[1]
