"""The pull of data: what it costs to keep, to use and to take away, by provider and class.

Gravity is the cost of leaving in months of what keeping costs. Leaving reads each object once and
sends all of it to the internet in one month in which nothing else leaves, so that what is free in
a month is free once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from opskit.errors import UsageError
from opskit.storage.bill.lines import Bill, spread, stale
from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice, Place, Places, places
from opskit.storage.estimate import own_place
from opskit.storage.leaving import KEEPING, Limit, Removal, leave, limit, removals
from opskit.storage.profile.model import Profile
from opskit.storage.switching import is_free, zero_charge

#: The least and the most that something may be.
Band = tuple[Decimal, Decimal]

#: From this share of what keeping costs on, using the data is dear; from 1 on it is dearer.
DEAR = Decimal("0.25")
VERDICTS = ("free to use", "dear to use", "Hotel California")


@dataclass(frozen=True)
class Pull:
    """One place: a usual month, the bill of leaving, and that of leaving once the law holds.

    `class_` is a class, or `as it is` where the profile's own classes are meant. `removed` says
    at which speed each class is restored. `by_law` is None where no law takes anything off.
    """

    class_: str
    month: Bill
    leaving: Bill
    by_law: Bill | None
    removed: Sequence[Removal]
    limit: Limit | None
    rank: int | None = None

    @property
    def keep(self) -> Decimal:
        """What keeping it costs a month."""
        return self.month.of(*KEEPING)

    @property
    def use(self) -> Decimal:
        """What using it costs a month: requests, retrieval, egress."""
        return self.month.total - self.keep

    @property
    def gravity(self) -> Decimal | None:
        """The months of keeping that leaving costs; None where keeping has no price, or costs 0."""
        return self._months(self.leaving.total)

    @property
    def without_requests(self) -> Decimal | None:
        """The same without requests, whose number depends on how large the objects are."""
        return self._months(self.leaving.of("retrieval", "egress"))

    @property
    def gravity_by_law(self) -> Decimal | None:
        """The same once the law holds."""
        return self._months(self.by_law.total) if self.by_law else None

    def keep_band(self, day: date) -> Band:
        """What keeping costs at least and at most, as its prices are as old as they are."""
        kept = [each for each in self.month.lines if each.item in KEEPING]
        off = spread(kept, day)
        return max(self.keep - off, Decimal(0)), self.keep + off

    def band(self, day: date) -> Band | None:
        """The least and the most that gravity may be; None where it is not a band."""
        (low, high), (least, most) = self.leaving.band(day), self.keep_band(day)
        if self.gravity is None or not least or low / most == high / least:
            return None
        return low / most, high / least

    def _months(self, cost: Decimal) -> Decimal | None:
        if not self.kept:
            return None
        if not cost:
            return Decimal(0)
        return cost / self.keep if self.keep else None

    @property
    def kept(self) -> bool:
        """Whether there is a price of keeping it."""
        return not any(each.startswith("storage") for each in self.month.missing)

    @property
    def verdict(self) -> str:
        """What using the data costs against keeping it: one of `VERDICTS`, or `not known`."""
        if not self.kept:
            return "not known"
        if self.use >= self.keep and self.use:
            return VERDICTS[2]
        return VERDICTS[1] if self.use >= DEAR * self.keep and self.use else VERDICTS[0]

    @property
    def missing(self) -> list[str]:
        """The prices that the catalog lacks for it."""
        return list(dict.fromkeys((*self.month.missing, *self.leaving.missing)))

    @property
    def doubts(self) -> list[str]:
        """What nobody could verify, in words."""
        both = Bill(self.month.provider, self.month.region)
        for each in (self.month, self.leaving):
            both.lines += each.lines
            both.rules += each.rules
        return both.doubts


@dataclass(frozen=True)
class Gravity:
    """All places, the weakest pull first; `law` is the fact behind the second column.

    `day` is that of the prices, `region` the name of the one that was asked for, if any.
    """

    rows: Sequence[Pull]
    law: Fact | None
    day: date
    region: str = ""
    notes: Sequence[str] = field(default=())

    @property
    def stale(self) -> str:
        """How old the oldest price is and how far the bands reach, if any is not fresh."""
        whole = [each for each in self.rows if not each.missing]
        return stale((bill for each in whole for bill in (each.month, each.leaving)), self.day)


def gravity(
    profile: Profile,
    catalog: Catalog,
    choice: Choice,
    day: date,
    *,
    speed: str = "",
    allow_unverified: bool = False,
) -> Gravity:
    """The pull of a profile at each place that is meant; UsageError for one that none has."""
    if not profile.bytes:
        raise UsageError("the profile has nothing in it that is stored", where=profile.source)
    found = _places(catalog, choice.at(profile.provider, profile.region))
    _check_speed(found.places, speed)
    rows = []
    own = own_place(profile, catalog, day)
    if own and (not choice.providers or own.prices.provider.name in choice.providers):
        rows.append(pull(own.profile, own.prices, catalog, own.label, speed))
    same = {(each.month.provider.name, each.month.region.name, each.class_) for each in rows}
    for place in found.places:
        name = place.class_.name
        if (place.provider.name, place.region.name, name) not in same:
            prices = Prices(place.provider, place.region, day)
            rows.append(pull(profile.in_class(name), prices, catalog, name, speed))
    ranked = _ranked(rows, allow_unverified)
    notes = (*profile.notes, *found.notes)
    return Gravity(ranked, zero_charge(catalog.law), day, choice.region, notes)


def pull(profile: Profile, prices: Prices, catalog: Catalog, name: str, speed: str = "") -> Pull:
    """The pull of a profile whose classes are the provider's.

    Uploads that were not completed are kept, and nobody takes them away.
    """
    removed = removals(prices, profile.stored, speed)
    month = monthly_bill(profile, prices)
    now = leave(prices, removed, free=is_free(catalog.law, prices.region, prices.day))
    fact = zero_charge(catalog.law)
    later = leave(prices, removed, free=True) if fact and prices.region.eu else None
    own_limit = limit(prices, profile.bytes, profile.monthly.egress)
    return Pull(name, month, now, later, removed, own_limit)


def _places(catalog: Catalog, choice: Choice) -> Places:
    """The places that are meant; the region `eu` is the profile's own or the first in the EU."""
    if choice.region != "eu":
        return places(catalog, choice)
    found, lacking = Places(), []
    for name in dict.fromkeys(choice.providers or tuple(catalog.providers)):
        inside = [each for each in catalog.provider(name).regions if each.eu]
        if inside:
            region = choice.home_in(inside, name)
            own = places(catalog, Choice((name,), choice.class_, region.name))
            found.places += own.places
        else:
            lacking.append(name)
    if not found.places:
        raise UsageError(
            f"{', '.join(lacking)}: no region in the EU in the catalog", where="--region"
        )
    if lacking:
        found.notes.append(f"without a region in the EU, and left out: {', '.join(lacking)}")
    return found


def _check_speed(found: Sequence[Place], speed: str) -> None:
    known = list(dict.fromkeys(each for place in found for each in place.class_.restore))
    if speed and speed not in known:
        raise UsageError(
            f"none of these classes is restored at a speed {speed[:40]!r}",
            where="--speed",
            hint=f"the speeds are {', '.join(known)}" if known else "none of them is restored",
        )


def _ranked(rows: Sequence[Pull], allow_unverified: bool) -> list[Pull]:
    """The weakest pull first; what lacks a price or is not verified has no rank, and is behind."""

    def order(each: Pull) -> tuple[bool, bool, bool, Decimal, str, str]:
        months = each.gravity
        place = (each.month.provider.name, each.class_)
        unsure = bool(each.doubts) and not allow_unverified
        return bool(each.missing), unsure, months is None, months or Decimal(0), *place

    ranks = iter(range(1, len(rows) + 1))
    return [
        replace(each, rank=next(ranks)) if not any(order(each)[:3]) else each
        for each in sorted(rows, key=order)
    ]
