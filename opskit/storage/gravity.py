"""The pull of data: what it costs to keep, to use and to take away, by provider and class.

Gravity is the cost of leaving in months of what keeping costs. Leaving reads each object once and
sends all of it to the internet in one month in which nothing else leaves, so that what is free in
a month is free once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from opskit.errors import UsageError
from opskit.storage.bill.billing import bill
from opskit.storage.bill.lines import Bill, spread, stale
from opskit.storage.bill.monthly import with_uploads
from opskit.storage.bill.tiers import tiered
from opskit.storage.bill.usage import Usage, usage
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice, Place, in_classes, places
from opskit.storage.estimate import AS_IT_IS, lacking, own_place
from opskit.storage.leaving import KEEPING, Limit, Removal, leave, limit, removals
from opskit.storage.profile.model import Monthly, Profile
from opskit.storage.switching import is_free, zero_charge

#: The least and the most that something may be.
Band = tuple[Decimal, Decimal]

#: From this share of what keeping costs on, using the data is dear; from 1 on it is dearer.
DEAR = Decimal("0.25")
VERDICTS = ("free to use", "dear to use", "Hotel California")
#: Where there is nothing to say: no price of keeping it, a limit that the use breaks, no use.
NOT_KNOWN, BREACH, NO_USE = "not known", "policy breach", "no use given"


@dataclass(frozen=True)
class Pull:
    """One place: a usual month, the bill of leaving, and that of leaving once the law holds.

    `class_` is a class, or `as it is` where the profile's own classes are meant. `removed` says
    at which speed each class is restored to leave, `speeds` at which in a usual month. `by_law` is
    None where no law takes anything off. `used` is whether anything is known of the use.
    """

    class_: str
    month: Bill
    leaving: Bill
    by_law: Bill | None
    removed: Sequence[Removal]
    limit: Limit | None
    speeds: Mapping[str, str] = field(default_factory=dict)
    used: bool = True
    rank: int | None = None

    @property
    def keep(self) -> Decimal:
        """What keeping it costs a month."""
        return self.month.of(*KEEPING)

    @property
    def use(self) -> Decimal | None:
        """What using it costs a month: requests, retrieval, egress.

        None where the use breaks a limit, which has no price, or nothing is known of it.
        """
        if self.month.breaches or not self.used:
            return None
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
        """What using the data costs against keeping it: one of `VERDICTS`, or why there is none."""
        if self.month.breaches:
            return BREACH
        if not self.kept:
            return NOT_KNOWN
        if self.use is None:
            return NO_USE
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
    found = places(catalog, choice.at(profile.provider, profile.region))
    _check_speed(found.places, speed)
    rows = []
    own = own_place(profile, catalog, day)
    if own and (not choice.providers or own.prices.provider.name in choice.providers):
        inside = in_classes(profile, own.prices.provider)
        names = list(dict.fromkeys(each.class_ for each in inside.stored))
        rows.append(
            pull(inside, own.prices, catalog, names[0] if len(names) == 1 else AS_IT_IS, speed)
        )
    same = {(each.month.provider.name, each.month.region.name, each.class_) for each in rows}
    for place in found.places:
        name = place.class_.name
        if (place.provider.name, place.region.name, name) not in same:
            prices = Prices(place.provider, place.region, day)
            rows.append(pull(profile.in_class(name), prices, catalog, name, speed))
    ranked = _ranked(rows, allow_unverified)
    notes = [*profile.remarks, *found.notes]
    if profile.provider and not own:
        notes.append(f"not weighed as it is: {lacking(profile, catalog)}")
    elif rows and "storage" in (each.partition(" ")[0] for each in rows[0].missing):
        notes.append(f"{lacking(profile, catalog)}: what is in it has no price")
    return Gravity(ranked, zero_charge(catalog.law), day, choice.region, notes)


def pull(profile: Profile, prices: Prices, catalog: Catalog, name: str, speed: str = "") -> Pull:
    """The pull of a profile whose classes are the provider's.

    Uploads that were not completed are kept, and nobody takes them away.
    """
    removed = removals(prices, profile.stored, speed)
    given = usage(with_uploads(profile, prices.provider), prices.provider, speed)
    used = tiered(given, prices)
    month = bill(prices, used)
    now = leave(prices, removed, free=is_free(catalog.law, prices.region, prices.day))
    fact = zero_charge(catalog.law)
    later = leave(prices, removed, free=True) if fact and prices.region.eu else None
    own_limit = limit(prices, profile.bytes, profile.monthly.egress)
    known = profile.monthly != Monthly()
    return Pull(name, month, now, later, removed, own_limit, _speeds(given, prices), known)


def _speeds(used: Usage, prices: Prices) -> dict[str, str]:
    """The speed at which each class is restored in a usual month, where anything is read of it."""
    found: dict[str, str] = {}
    for each in used.classes:
        class_ = prices.provider.storage_class(each.class_)
        if class_ and class_.restore and (each.retrieved or each.restores):
            found[each.class_] = each.speed or class_.restore[0]
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

    def order(each: Pull) -> tuple[bool, bool, bool, bool, Decimal, str, str]:
        months = each.gravity
        place = (each.month.provider.name, each.class_)
        unsure = bool(each.doubts) and not allow_unverified
        breach = bool(each.month.breaches)
        return bool(each.missing), breach, unsure, months is None, months or Decimal(0), *place

    ranks = iter(range(1, len(rows) + 1))
    return [
        replace(each, rank=next(ranks)) if not any(order(each)[:4]) else each
        for each in sorted(rows, key=order)
    ]
