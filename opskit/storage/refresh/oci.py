"""The feed of Oracle: the price list API, one part a request, the same in all regions.

The first tier of a part is free where it costs nothing.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from opskit.storage.catalog.model import Item
from opskit.storage.refresh.feeds import Feed, Library, broken
from opskit.storage.refresh.provided import Provided
from opskit.storage.refresh.readings import (
    Read,
    Target,
    Tier,
    at,
    day,
    in_a_row,
    number,
    whole,
)

API = "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/"
SOURCE = "feed-products"
_MODEL = "PAY_AS_YOU_GO"
#: How the API writes that a tier has no end.
_ENDLESS = 10**12


class _Part(NamedTuple):
    """A part's metric as an expression, the catalog's unit, and the item that its free tier is."""

    metric: str
    unit: str
    targets: tuple[Target, ...]
    free: Item | None = None
    free_unit: str = ""
    times: int = 1


_MONTH = "Gigabyte Storage Capacity Per Month"
_PARTS = {
    "B91628": _Part(_MONTH, "USD/GB-month", (Target("storage", "standard"),), "free-storage", "GB"),
    "B93000": _Part(_MONTH, "USD/GB-month", (Target("storage", "ia"),)),
    "B91633": _Part(_MONTH, "USD/GB-month", (Target("storage", "archive"),)),
    "B93001": _Part(r"Gigabyte\b.*Per Month", "USD/GB", (Target("retrieval", "ia"),)),
    "B91627": _Part(
        r"10,?000 Requests\b.*",
        "USD/10k",
        (Target("write"), Target("list"), Target("read")),
        "free-reads",
        "requests",
        10_000,
    ),
    "B88327": _Part(
        r"Gigabyte\b.*Data Transfer.*Per Month",
        "USD/GB",
        (Target("egress"),),
        "free-egress",
        "GB",
    ),
}


def read(library: Library, regions: Sequence[str]) -> Provided:
    """The prices of all regions."""
    provided = Provided()
    for number_, part in _PARTS.items():
        provided.attempt(partial(_read, library, number_, part))
    return provided


def _read(library: Library, name: str, part: _Part) -> Read:
    feed = Feed(
        "oci",
        f"Oracle price list {name}",
        f"oci/{name}.json",
        f"{API}?partNumber={name}&currencyCode=USD",
        SOURCE,
    )
    document = library.document(feed)
    published = document.get("lastUpdated")
    found = Read(feed, day(published, feed, "day of publication") if published else None)
    product = _product(document, feed, name)
    metric = product.get("metricName")
    if not re.fullmatch(part.metric, str(metric)):
        raise broken(feed, f"the price is per {str(metric)[:60]!r}, not per {part.unit[4:]}")
    tiers = in_a_row(_tiers(product, feed, name), feed, name)
    class_ = part.targets[0].class_
    if not tiers[0].value and tiers[0].last is not None:
        amount = tiers[0].last
        if part.free:
            free = Target(part.free, class_ if part.free == "free-storage" else "*").thing("*")
            value = Decimal(amount * part.times)
            found.add(free, [Tier(0, None, value)], part.free_unit)
            found.covers.add(free)
        else:
            found.skip(f"{name}: the first {amount} are free")
        tiers = [
            each._replace(first=each.first - amount, last=each.last and each.last - amount)
            for each in tiers[1:]
        ]
    for target in part.targets:
        found.covers.add(target.thing("*"))
        found.add(target.thing("*"), tiers, part.unit)
    return found


def _product(document: dict[str, Any], feed: Feed, name: str) -> dict[str, Any]:
    items = document.get("items")
    if not isinstance(items, list) or not items:
        raise broken(feed, "has no products")
    for item in items:
        if isinstance(item, dict) and item.get("partNumber") == name:
            return item
    raise broken(feed, f"has no part {name}")


def _tiers(product: dict[str, Any], feed: Feed, name: str) -> list[Tier]:
    places = product.get("currencyCodeLocalizations")
    places = places if isinstance(places, list) else []
    money = next((each for each in places if at(each, "currencyCode") == "USD"), None)
    if money is None:
        others = ", ".join(str(at(each, "currencyCode")) for each in places) or "nothing"
        raise broken(feed, f"the price is in {others}, not in USD")
    prices = at(money, "prices")
    prices = prices if isinstance(prices, list) else []
    found = []
    for price in prices:
        if at(price, "model") != _MODEL:
            continue
        value = number(at(price, "value"), feed, name)
        first = whole(number(at(price, "rangeMin") or 0, feed, name), feed, name)
        end = at(price, "rangeMax")
        last = whole(number(_end(end), feed, name), feed, name)
        found.append(Tier(first, None if last >= _ENDLESS else last, value))
    if not found:
        raise broken(feed, f"has no price for {_MODEL}")
    return found


def _end(bound: Any) -> Any:
    """The end of a tier; more than any amount where there is none."""
    if bound is None:
        return _ENDLESS
    endless = isinstance(bound, int | Decimal) and bound >= _ENDLESS
    return _ENDLESS if endless else bound
