"""What nobody could verify of the catalog, and what it lacks, summed up in words for a page."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from textwrap import fill
from typing import TypeVar

from opskit.storage.catalog.listing import about, in_force
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact, Item, Provider, Region
from opskit.storage.catalog.prices import Prices

_Key = TypeVar("_Key", bound=Hashable)

_WORDS = {"unverified": "", "conflict": "sources disagree on: "}
_COUNTING = "what it calls a GB and a month"
_REQUESTS: tuple[Item, ...] = ("write", "read", "list", "delete")
_FEW = 2


def summary(catalog: Catalog) -> str:
    """A list in Markdown: what is in doubt by provider, and who has no price of requests."""
    lines = []
    for provider in catalog.providers.values():
        if parts := list(_doubts(provider)):
            lines.append(f"{provider.title}: {'; '.join(parts)}.")
    lines += _lacking(catalog.providers.values())
    return "".join(f"{_item(each)}\n" for each in lines)


def _item(text: str) -> str:
    return fill(text, 100, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


def _doubts(provider: Provider) -> Iterator[str]:
    """What is unverified, then what sources disagree on; how a provider counts is in the first."""
    held = in_force(provider.facts, date.max)
    for status in ("unverified", "conflict"):
        doubtful = [each for each in held if each.status == status]
        parts = list(_parts(provider, held, doubtful))
        if doubtful and len(doubtful) == len(held):
            parts = ["all prices and rules"]
        if provider.units.status == status:
            parts.append(_COUNTING)
        if parts:
            yield f"{_WORDS[status]}{'; '.join(parts)}"


def _parts(provider: Provider, held: Sequence[Fact], doubtful: Sequence[Fact]) -> Iterator[str]:
    """The facts in words, in all regions first; classes and regions that have the same are one."""
    priced = _together(((each.item, each.class_), each.region) for each in held)
    places: dict[tuple[str, str], str] = {}
    for (item, class_), own in _together(
        ((each.item, each.class_), each.region) for each in doubtful
    ).items():
        everywhere = set(own) == set(priced[item, class_])
        places[item, class_] = "" if everywhere else _where(own, provider)
    items = _together(
        ((each.class_, places[each.item, each.class_]), _label(each, held)) for each in doubtful
    )
    classes = _together(((where, tuple(names)), class_) for (class_, where), names in items.items())
    told = _together(
        (where, f"{_and(names)} of {_and(own)}" if own != ["*"] else _and(names))
        for (where, names), own in classes.items()
    )
    for where in sorted(told, key=bool):
        parts = "; ".join(told[where])
        yield f"{where} ({parts})" if where else parts


def _label(fact: Fact, held: Sequence[Fact]) -> str:
    """The item, said to be a part where other tiers of it are in no doubt."""
    tiers = [each for each in held if about(each) == about(fact)]
    alike = all(each.status == fact.status for each in tiers)
    return fact.item if alike else f"some tiers of {fact.item}"


def _where(names: Sequence[str], provider: Provider) -> str:
    """`in eastus`; nothing where it is all regions."""
    own = list(dict.fromkeys(names))
    if own == ["*"] or len(own) == len(provider.regions):
        return ""
    return "in some regions" if "*" in own or len(own) > _FEW else f"in {_and(own)}"


def _lacking(providers: Iterable[Provider]) -> Iterator[str]:
    """Who has no price of requests, by which requests they are."""
    found: dict[tuple[str, ...], list[str]] = {}
    for provider in providers:
        by_region = _together((_without(provider, each), each.name) for each in provider.regions)
        for lacking, regions in by_region.items():
            where = _where(regions, provider)
            found.setdefault(lacking, []).append(" ".join(filter(None, (provider.title, where))))
    found.pop((), None)
    for lacking, places in found.items():
        yield (
            f"No price of {_and(lacking)}: {_and(places)}. A bill with such requests has no total."
        )


def _without(provider: Provider, region: Region) -> tuple[str, ...]:
    prices, name = Prices(provider, region, date.max), provider.classes[0].name
    return tuple(each for each in _REQUESTS if not prices.rate(each, name))


def _together(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, list[str]]:
    """The values of each key, each once."""
    found: dict[_Key, dict[str, None]] = {}
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in found.items()}


def _and(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
