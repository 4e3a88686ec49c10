"""What it costs to keep in the cloud what rules move there, and what that saves here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from opskit.storage.bill.billing import bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.usage import ClassUse, Usage
from opskit.storage.catalog.model import Provider, Region
from opskit.storage.catalog.prices import Prices
from opskit.storage.estimate import Terms
from opskit.storage.hybrid.division import Division, Share
from opskit.storage.hybrid.rules import Plan
from opskit.storage.money import converted


@dataclass(frozen=True)
class Cloud:
    """What moves to one region of a provider, on bills of one month each.

    `stored` has nothing but what is kept there. The others have, beside it: `moved` the requests
    that write it, `recalled` the part that is read back in a month, `whole` all of it read back.
    """

    provider: Provider
    region: Region
    shares: Sequence[Share]
    stored: Bill
    moved: Bill
    recalled: Bill
    whole: Bill

    @property
    def bills(self) -> tuple[Bill, ...]:
        return self.stored, self.moved, self.recalled, self.whole

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

    def beside(self, made: Bill) -> Decimal | None:
        """What a bill costs beside keeping it; None where that is not known."""
        return made.total - self.stored.total if made.complete and self.stored.complete else None


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


def costs(plan: Plan, division: Division, terms: Terms) -> Costs:
    """The costs of what rules make of data. Where a part is unsure, so is what stays."""
    clouds = [
        _cloud(provider, region, shares, plan, terms)
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
    provider: Provider, region: Region, shares: Sequence[Share], plan: Plan, terms: Terms
) -> Cloud:
    prices = Prices(provider, region, terms.day)

    def made(*, read: Decimal = Decimal(0), written: bool = False) -> Bill:
        uses = [_use(share, read, written=written) for share in shares]
        sent = sum(use.retrieved for use in uses)
        return bill(prices, Usage(uses, sent), terms.month)

    return Cloud(
        provider=provider,
        region=region,
        shares=shares,
        stored=made(),
        moved=made(written=True),
        recalled=made(read=plan.recall),
        whole=made(read=Decimal(100)),
    )


def _use(share: Share, read: Decimal, *, written: bool) -> ClassUse:
    """A rule's data in its class, with a part in percent of it read back in a month."""
    rule = share.rule
    assert rule is not None
    assert rule.to is not None
    reads, size = _part(share.objects, read), _part(share.bytes, read)
    return ClassUse(
        rule.to.class_.name,
        share.cells,
        reads=reads,
        writes=share.objects if written else 0,
        retrieved=size,
        restores=reads if rule.to.class_.restore else 0,
        speed=rule.speed,
    )


def _part(whole: int, percent: Decimal) -> int:
    return int((whole * percent / 100).to_integral_value(ROUND_CEILING))
