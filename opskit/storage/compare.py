"""Where the ranking changes as a part of the use changes, found by halving on the totals."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise, permutations

from msgspec import Struct
from msgspec.structs import replace

from opskit.storage.bill.lines import Bill
from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice, Place, places
from opskit.storage.estimate import AS_IT_IS, Row, State, Terms, own_place, rank, row
from opskit.storage.estimate_notes import not_known
from opskit.storage.estimate_rows import why
from opskit.storage.money import converted
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.reasons import Name
from opskit.storage.sweep import Sweep

TOP = 3
#: First the range is cut into so many parts. In each, what may change is looked for down to the
#: `_FINE`th of the range, and what does change down to a byte or a request.
_PARTS, _FINE = 64, 4096
_STRAIGHT = Decimal("0.005")

Make = Callable[[Profile], Bill]


class Lane:
    """One place, and what it costs at each amount of the sweep."""

    def __init__(self, name: str, total: Callable[[int], Decimal | None]) -> None:
        self.name = name
        self._total = total
        self._known: dict[int, Decimal | None] = {}

    def value(self, amount: int) -> Decimal | None:
        """The total in the currency of the ranking; None where a policy is broken."""
        if amount not in self._known:
            self._known[amount] = self._total(amount)
        return self._known[amount]


class Span(Struct, frozen=True):
    """From `low` up to below `high` (at the end: up to it) the first three are the same."""

    low: int
    high: int
    top: Sequence[str]


class Change(Struct, frozen=True):
    """At an amount the ranking changes; `words` say how, `first` whether the cheapest does."""

    at: int
    words: Sequence[str]
    first: bool


class Comparison(Struct, frozen=True):
    """The spans, the changes between them, and who was left out, with the reason."""

    sweep: Sweep
    lanes: dict[str, Lane]
    spans: Sequence[Span]
    changes: Sequence[Change]
    currency: str
    left_out: Sequence[tuple[Name, str]]
    notes: Sequence[str]

    @property
    def winners(self) -> list[tuple[str, int, int]]:
        """Who is the cheapest from where to where; no name where all break their policies."""
        made: list[tuple[str, int, int]] = []
        for span in self.spans:
            first = span.top[0] if span.top else ""
            if made and made[-1][0] == first:
                made[-1] = (first, made[-1][1], span.high)
            else:
                made.append((first, span.low, span.high))
        return made


def compare(
    profile: Profile, catalog: Catalog, choice: Choice, terms: Terms, wanted: Sweep
) -> Comparison:
    """The ranking over a sweep; a place whose total cannot be ranked is left out all along."""
    if not profile.stored:
        profile = replace(profile, stored=(Cell("standard", 0, 0),))
    found = places(catalog, choice.at(profile.provider, profile.region))
    makers = _makers(found.places, profile, catalog, terms)
    looks: dict[str, list[Row]] = {name: [] for name in makers}
    currency = ""
    for amount in (wanted.low, (wanted.low + wanted.high) // 2, wanted.high):
        used = wanted.apply(profile, amount)
        ranked, currency = rank([row(n, make(used), terms) for n, make in makers.items()], terms)
        for each in ranked:
            looks[each.class_].append(each)
    left_out = [(_place(name), words) for name, rows in looks.items() if (words := _excluded(rows))]
    lanes = {
        name: Lane(name, _totals(make, profile, wanted, terms, currency))
        for name, make in makers.items()
        if not _excluded(looks[name])
    }
    spans = _spans(list(lanes.values()), wanted) if lanes else []
    changes = [_change(lanes, before, after) for before, after in pairwise(spans)]
    notes = [*profile.remarks, *found.notes]
    notes += _not_known(wanted.apply(profile, wanted.high), catalog, terms, looks)
    return Comparison(wanted, lanes, spans, changes, currency, left_out, notes)


def _not_known(
    profile: Profile, catalog: Catalog, terms: Terms, looks: dict[str, list[Row]]
) -> list[str]:
    own = own_place(profile, catalog, terms.day)
    places_ = [(_place(name)[1], rows[0]) for name, rows in looks.items()]
    rows = [replace(each, class_=name, as_it_is=name == AS_IT_IS) for name, each in places_]
    return not_known(profile, own.profile if own else profile, rows)


def _makers(
    meant: Sequence[Place], profile: Profile, catalog: Catalog, terms: Terms
) -> dict[str, Make]:
    """What makes the bill of each place, by the place's name."""
    makers: dict[str, Make] = {}
    for each in meant:
        prices = Prices(each.provider, each.region, terms.day)
        name = f"{each.provider.name} {each.class_.name}"
        makers[name] = partial(_in_class, each.class_.name, prices, terms)
    own = own_place(profile, catalog, terms.day)
    if own and (own.label == AS_IT_IS or own.unknown):
        makers[f"{own.prices.provider.name} {AS_IT_IS}"] = partial(_own, catalog, terms)
    return makers


def _in_class(name: str, prices: Prices, terms: Terms, profile: Profile) -> Bill:
    return monthly_bill(profile.in_class(name), prices, terms.month)


def _own(catalog: Catalog, terms: Terms, profile: Profile) -> Bill:
    own = own_place(profile, catalog, terms.day)
    assert own
    return own.bill(terms.month)


def _excluded(rows: Sequence[Row]) -> str:
    """Why a place cannot be ranked somewhere on the sweep; a broken policy is no reason."""
    states = (State.RANKED, State.BREACH)
    return next((why(each) for each in rows if each.state not in states), "")


def _place(name: str) -> Name:
    provider, _, class_ = name.partition(" ")
    return provider, class_


def _totals(
    make: Make, profile: Profile, wanted: Sweep, terms: Terms, currency: str
) -> Callable[[int], Decimal | None]:
    def total(amount: int) -> Decimal | None:
        made = make(wanted.apply(profile, amount))
        if not made.complete:
            return None
        return converted(made.total, made.currency, currency, terms.rates)

    return total


def order(lanes: Iterable[Lane], amount: int) -> list[str]:
    """The names by total, those that break a policy left out."""
    values = ((each.value(amount), each.name) for each in lanes)
    return [name for _, name in sorted((v, name) for v, name in values if v is not None)]


def _spans(lanes: Sequence[Lane], wanted: Sweep) -> list[Span]:
    low, high = wanted.low, wanted.high
    cuts = sorted({low + (high - low) * part // _PARTS for part in range(_PARTS + 1)})
    search = _Search(max((high - low) // _FINE, 1))
    starts = [low]
    for a, b in pairwise(cuts):
        starts += search.changes(lanes, a, b)
    ends = [*starts[1:], high]
    return [Span(a, b, order(lanes, a)[:TOP]) for a, b in zip(starts, ends, strict=True)]


class _Search:
    """Finds the amounts at which the first three change."""

    def __init__(self, fine: int) -> None:
        self._fine = fine

    def changes(self, lanes: Sequence[Lane], a: int, b: int) -> Iterator[int]:
        """The amounts above `a`, up to `b`, from which on the first three are others."""
        lanes = _hopeful(lanes, a, b)
        same = order(lanes, a)[:TOP] == order(lanes, b)[:TOP]
        if b - a <= 1:
            if not same:
                yield b
            return
        if same and (b - a <= self._fine or _straight(lanes, a, b)):
            return
        middle = (a + b) // 2
        yield from self.changes(lanes, a, middle)
        yield from self.changes(lanes, middle, b)


def _hopeful(lanes: Sequence[Lane], a: int, b: int) -> list[Lane]:
    """Those that may be among the first three between two amounts: totals go one way only."""
    ends = [(each, each.value(a), each.value(b)) for each in lanes]
    sure = sorted(max(x, y) for _, x, y in ends if x is not None and y is not None)
    if len(sure) < TOP:
        return list(lanes)
    return [
        each
        for each, x, y in ends
        if min((value for value in (x, y) if value is not None), default=0) <= sure[TOP - 1]
    ]


def _straight(lanes: Sequence[Lane], a: int, b: int) -> bool:
    """Whether all totals are straight lines between two amounts, so that none crosses twice."""
    middle = (a + b) // 2
    part = Decimal(middle - a) / (b - a)
    for each in lanes:
        first, last, between = each.value(a), each.value(b), each.value(middle)
        if first is None or last is None or between is None:
            if (first, last, between) != (None, None, None):
                return False
        elif abs(between - first - (last - first) * part) > _STRAIGHT:
            return False
    return True


def _change(lanes: dict[str, Lane], before: Span, after: Span) -> Change:
    at = after.low
    old, new = order(lanes.values(), at - 1), order(lanes.values(), at)
    seen = list(dict.fromkeys((*before.top, *after.top)))
    words = [f"{name} breaks its policy" for name in seen if name in old and name not in new]
    words += [f"{name} is within its policy" for name in seen if name in new and name not in old]
    both = [name for name in seen if name in old and name in new]
    words += [
        f"{one} is cheaper than {other}"
        for one, other in permutations(both, 2)
        if new.index(one) < new.index(other) and old.index(one) > old.index(other)
    ]
    return Change(at, words, before.top[:1] != after.top[:1])
