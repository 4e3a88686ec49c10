"""What it costs to keep in the cloud what rules move there, and what that saves here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from msgspec.structs import replace

from opskit.storage.bill.billing import Biller, bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.usage import ClassUse, Usage
from opskit.storage.catalog.model import Provider, Region
from opskit.storage.catalog.prices import Prices
from opskit.storage.estimate import Terms
from opskit.storage.hybrid.division import Division, Share
from opskit.storage.hybrid.rules import Plan
from opskit.storage.leaving import removals
from opskit.storage.money import converted
from opskit.storage.shift.amounts import puts
from opskit.storage.shift.bills import put_into
from opskit.storage.shift.terms import PART_SIZE


@dataclass(frozen=True)
class Cloud:
    """What moves to one region of a provider, on bills of one month each.

    `stored` has nothing but what is kept there. The others have, beside it: `moved` the requests
    that write it, `recalled` the part that is read back in a month (None where no rules say it),
    `whole` all of it read back. `speeds` are those at which archives are restored for that.
    """

    provider: Provider
    region: Region
    shares: Sequence[Share]
    stored: Bill
    moved: Bill
    recalled: Bill | None
    whole: Bill
    speeds: Sequence[str] = ()

    @property
    def bills(self) -> tuple[Bill, ...]:
        found = (self.stored, self.moved, self.recalled, self.whole)
        return tuple(each for each in found if each)

    @property
    def missing(self) -> list[str]:
        """The prices that the catalog lacks."""
        return list(dict.fromkeys(each for made in self.bills for each in made.missing))

    @property
    def doubts(self) -> list[str]:
        """What is unverified or in conflict, in words."""
        return list(dict.fromkeys(each for made in self.bills for each in made.doubts))

    @property
    def breaches(self) -> list[str]:
        """The limits of the provider's policy that reading back would exceed."""
        return list(dict.fromkeys(each for made in self.bills for each in made.breaches))

    @property
    def monthly(self) -> Decimal | None:
        """What it costs a month to keep it; None where that is not known."""
        return self.stored.total if self.stored.complete else None

    def beside(self, made: Bill | None) -> Decimal | None:
        """What a bill costs beside keeping it; None where that is not known."""
        if made is None or not made.complete or not self.stored.complete:
            return None
        return made.total - self.stored.total


@dataclass(frozen=True)
class Costs:
    """What keeping all here costs a month, what stays, and what moves to each place of the cloud.

    Amounts are in `currency`, and None where they are not known: without a local cost, without a
    price, or without a rate between two currencies.
    """

    clouds: Sequence[Cloud]
    currency: str
    before: Decimal | None
    after: Decimal | None
    monthly: Decimal | None
    recalled: Decimal | None
    whole: Decimal | None
    moved: Decimal | None

    @property
    def saved(self) -> Decimal | None:
        """What it saves a month, before anything is recalled."""
        if self.before is None or self.after is None or self.monthly is None:
            return None
        return self.before - self.after - self.monthly

    @property
    def unknown(self) -> list[str]:
        """Why an amount is not known, in words."""
        found = []
        for each in self.clouds:
            place = f"{each.provider.name} {each.region.name}"
            found += [f"{place} has no price in the catalog: {name}" for name in each.missing]
            found += [f"{place}: {breach}" for breach in each.breaches]
            own = each.provider.currency
            if self.monthly is None and each.monthly is not None and own != self.currency:
                name = own if own != "USD" else self.currency
                found.append(f"{place} is paid in {own}: --rate {name}=1.10 compares it")
        return found

    @property
    def oldest(self) -> date | None:
        """The day on which the oldest of the prices was read."""
        return min((day for each in self.clouds if (day := each.whole.oldest())), default=None)


def costs(
    plan: Plan, division: Division, terms: Terms, *, speed: str = "", part_size: int = PART_SIZE
) -> Costs:
    """The costs of what rules make of data. Where a part is unsure, so is what stays.

    Archives are restored at a speed, where they have it, else at that of the rule, or else at the
    cheapest. Files that are larger than `part_size` are written in parts of it.
    """
    clouds = [
        _cloud(Prices(provider, region, terms.day), shares, plan, terms, speed, part_size)
        for provider, region, shares in _places(division)
    ]
    currency = _currency(plan, clouds)

    def total(amounts: Iterable[tuple[Decimal | None, str]]) -> Decimal | None:
        found = [
            None if amount is None else converted(amount, own, currency, terms.rates)
            for amount, own in amounts
        ]
        return None if None in found else sum((each for each in found if each), Decimal(0))

    here = sum(each.bytes for each in division.unsure)
    here += sum(share.bytes for share in division.shares)
    away = sum(share.bytes for share in division.shares if share.moves)
    local, certain = plan.local, not division.unsure
    return Costs(
        clouds=clouds,
        currency=currency,
        before=total([(local.of(here), local.currency)]) if local else None,
        after=total([(local.of(here - away), local.currency)]) if local and certain else None,
        monthly=total((each.monthly, each.provider.currency) for each in clouds),
        recalled=total((each.beside(each.recalled), each.provider.currency) for each in clouds),
        whole=total((each.beside(each.whole), each.provider.currency) for each in clouds),
        moved=total((each.beside(each.moved), each.provider.currency) for each in clouds),
    )


def _currency(plan: Plan, clouds: Sequence[Cloud]) -> str:
    if plan.local:
        return plan.local.currency
    names = {each.provider.currency for each in clouds}
    return names.pop() if len(names) == 1 else "USD"


def _places(division: Division) -> list[tuple[Provider, Region, list[Share]]]:
    found: dict[tuple[str, str], tuple[Provider, Region, list[Share]]] = {}
    for share in division.shares:
        if share.rule and share.rule.to and share.cells:
            to = share.rule.to
            key = to.provider.name, to.region.name
            found.setdefault(key, (to.provider, to.region, []))[2].append(share)
    return list(found.values())


def _cloud(
    prices: Prices,
    shares: Sequence[Share],
    plan: Plan,
    terms: Terms,
    speed: str,
    part_size: int,
) -> Cloud:
    kept = [_kept(prices, share, speed) for share in shares]

    def made(read: Decimal) -> Bill:
        uses = [_read(use, read, prices.provider) for use in kept]
        sent = sum(use.retrieved for use in uses)
        return bill(prices, Usage(uses, sent), terms.month)

    biller = Biller(prices, terms.month)
    for each in kept:
        put_into(biller, each, puts(each.cells, part_size)[each.class_])
    biller.egress(0, stored=biller.stored)
    biller.minimums()
    return Cloud(
        provider=prices.provider,
        region=prices.region,
        shares=shares,
        stored=made(Decimal(0)),
        moved=biller.bill,
        recalled=None if plan.recall is None else made(plan.recall),
        whole=made(Decimal(100)),
        speeds=[each for each in dict.fromkeys(use.speed for use in kept) if each],
    )


def _kept(prices: Prices, share: Share, speed: str) -> ClassUse:
    """A rule's data in its class, and the speed at which it is restored."""
    rule = share.rule
    assert rule is not None
    assert rule.to is not None
    class_ = rule.to.class_
    cells = tuple(replace(each, class_=class_.name) for each in share.cells)
    wanted = speed if speed in class_.restore else rule.speed
    (removal,) = removals(prices, cells, wanted)
    return ClassUse(class_.name, cells, speed=removal.speed)


def _read(use: ClassUse, percent: Decimal, provider: Provider) -> ClassUse:
    """The same with a part of it read back in a month."""
    reads = _part(sum(each.objects for each in use.cells), percent)
    size = _part(sum(each.bytes for each in use.cells), percent)
    found = provider.storage_class(use.class_)
    restores = reads if found and found.restore else 0
    return replace(use, reads=reads, retrieved=size, restores=restores)


def _part(whole: int, percent: Decimal) -> int:
    return int((whole * percent / 100).to_integral_value(ROUND_CEILING))
