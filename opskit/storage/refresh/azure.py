"""The feed of Azure: the Retail Prices API, one filter a region, its pages followed.

What is asked for are the locally redundant meters of 'General Block Blob v2' (the product 'Blob
Storage' lacks the other redundancies), and what leaves over the Microsoft network. A meter with
tiers has a row for each, told apart by `tierMinimumUnits`. Some meters name the redundancy and
some do not ("Cool LRS Write Operations", "Cool Read Operations").
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlsplit

from opskit.storage.refresh.feeds import Feed, Library, broken
from opskit.storage.refresh.provided import Provided
from opskit.storage.refresh.readings import Read, Target, Tier, day, in_a_row, number, whole

API = "https://prices.azure.com/api/retail/prices"
SOURCES = {"blob": "feed-retail-prices", "bandwidth": "feed-retail-prices"}
_PRODUCTS = {
    "blob": ("Storage", "General Block Blob v2"),
    "bandwidth": ("Bandwidth", "Rtn Preference: MGN"),
}
_PAGES = 50
_UNITS = {"storage": ("1 GB/Month", "USD/GB-month"), "requests": ("10K", "USD/10k"),
          "amount": ("1 GB", "USD/GB")}  # fmt: skip
Meter = tuple[str, str]  # skuName, meterName


def _meters() -> dict[Meter, tuple[str, tuple[Target, ...]]]:
    """What a meter is in the catalog, with what its unit is."""
    found: dict[Meter, tuple[str, tuple[Target, ...]]] = {}
    for name in ("Hot", "Cool", "Cold", "Archive"):
        class_, sku = name.lower(), f"{name} LRS"
        cooler = () if name == "Hot" else (Target("lifecycle", class_),)
        speed = "standard" if name == "Archive" else ""
        read: tuple[Target, ...] = (Target("read", class_),)
        if name == "Archive":  # by which data is rehydrated; afterwards it is read as Hot
            read = (Target("retrieval-request", class_, speed),)
        elif name == "Hot":
            read = (*read, Target("read", "archive"))
        found[sku, f"{sku} Data Stored"] = ("storage", (Target("storage", class_),))
        retrieval = (Target("retrieval", class_, speed),)
        for begin in (name, sku):
            found[sku, f"{begin} Write Operations"] = (
                "requests", (Target("write", class_), *cooler))  # fmt: skip
            found[sku, f"{begin} Read Operations"] = ("requests", read)
            if name != "Hot":
                found[sku, f"{begin} Data Retrieval"] = ("amount", retrieval)
        for begin in ("LRS", sku):
            lists = f"{begin} List and Create Container Operations"
            found[sku, lists] = ("requests", (Target("list", class_),))
    for begin in ("Priority", "Archive Priority", "Archive LRS Priority"):
        found["Archive LRS", f"{begin} Data Retrieval"] = (
            "amount", (Target("retrieval", "archive", "high"),))  # fmt: skip
        found["Archive LRS", f"{begin} Read Operations"] = (
            "requests", (Target("retrieval-request", "archive", "high"),))  # fmt: skip
    return found


_METERS = _meters()
_OUT, _BETWEEN = "Standard Data Transfer Out", "Standard Inter-Region Data Transfer"


def read(library: Library, regions: Sequence[str]) -> Provided:
    """The prices of regions."""
    provided = Provided()
    for region in regions:
        provided.attempt(partial(_read, library, "blob", region, _blobs))
        provided.attempt(partial(_read, library, "bandwidth", region, _bandwidth))
    return provided


def _read(
    library: Library, kind: str, region: str, note: Callable[[Read, list["_Row"], str], None]
) -> Read:
    service, product = _PRODUCTS[kind]
    terms = (
        f"serviceName eq '{service}'",
        f"armRegionName eq '{region}'",
        f"productName eq '{product}'",
        "priceType eq 'Consumption'",
    )
    url = f"{API}?$filter={quote(' and '.join(terms))}"
    feed = Feed(
        "azure",
        f"Azure retail prices {kind} {region}",
        f"azure/{region}/{kind}-1.json",
        url,
        SOURCES[kind],
    )
    found = Read(feed)
    rows = [_Row(item, feed) for item in _items(library, feed) if _is_meant(item, product, region)]
    if not rows:
        raise broken(feed, f"has no prices of {product!r} in {region}")
    known = [each for each in rows if each.holds(library)]
    for row in rows:
        if row not in known:
            found.skip(f"{row.text}: holds from {row.since}, not yet")
    note(found, known, region)
    return found


def _items(library: Library, feed: Feed) -> Iterator[dict[str, Any]]:
    """The items of all pages; UnknownError where they lead elsewhere or in a circle."""
    seen: set[str] = set()
    url, host = feed.url, urlsplit(feed.url).netloc.partition(":")[0]
    for page in range(1, _PAGES + 1):
        file = feed.file.replace("-1.json", f"-{page}.json")
        title = feed.title if page == 1 else f"{feed.title}, page {page}"
        part = Feed(feed.provider, title, file, url, feed.source)
        document = library.document(part)
        items = document.get("Items")
        if not isinstance(items, list) or not items:
            raise broken(part, "has no items")
        yield from (each for each in items if isinstance(each, dict))
        url = str(document.get("NextPageLink") or "")
        if not url:
            return
        if url in seen or url == feed.url:
            raise broken(part, "NextPageLink leads to a page that was read before")
        if urlsplit(url).netloc.partition(":")[0] != host:
            raise broken(part, f"NextPageLink leads to another server: {urlsplit(url).netloc}")
        seen.add(url)
    raise broken(feed, f"has more than {_PAGES} pages")


def _is_meant(item: dict[str, Any], product: str, region: str) -> bool:
    """Whether the filter was kept: a price that is paid as one uses, and is not over."""
    return (
        item.get("productName") == product
        and item.get("armRegionName") == region
        and item.get("type", "Consumption") == "Consumption"
        and not item.get("effectiveEndDate")
    )


class _Row:
    """One price, checked."""

    def __init__(self, item: dict[str, Any], feed: Feed) -> None:
        self.meter: Meter = (str(item.get("skuName")), str(item.get("meterName")))
        self.text = " / ".join(self.meter)
        currency = item.get("currencyCode")
        if currency != "USD":
            raise broken(feed, f"the price of {self.text} is in {currency}, not in USD")
        self.value = number(item.get("retailPrice"), feed, self.text)
        first = number(item.get("tierMinimumUnits", 0), feed, self.text)
        self.first = whole(first, feed, self.text)
        self.unit = str(item.get("unitOfMeasure"))
        self.since = day(item.get("effectiveStartDate"), feed, "day that a price holds from")

    def holds(self, library: Library) -> bool:
        return self.since <= library.read_on


def _tiers(rows: Sequence[_Row], feed: Feed) -> list[Tier]:
    """The rates of one meter. Equal rows are one; two prices for one tier are an error."""
    what = rows[0].text
    values: dict[int, Decimal] = {}
    for row in rows:
        if values.setdefault(row.first, row.value) != row.value:
            raise broken(feed, f"has two prices for {what} from {row.first} on: "
                         f"{values[row.first]} and {row.value}")  # fmt: skip
    bounds = [*sorted(values), None]
    tiers = [
        Tier(first, last, values[first]) for first, last in pairwise(bounds) if first is not None
    ]
    return in_a_row(tiers, feed, what)


def _by_meter(rows: Sequence[_Row]) -> dict[Meter, list[_Row]]:
    found: dict[Meter, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.meter, []).append(row)
    return found


def _unit(rows: Sequence[_Row], kind: str, feed: Feed) -> str:
    wanted, unit = _UNITS[kind]
    for row in rows:
        if row.unit != wanted:
            raise broken(feed, f"the price of {row.text} is per {row.unit!r}, not per {wanted!r}")
    return unit


def _blobs(found: Read, rows: list[_Row], region: str) -> None:
    for _, targets in _METERS.values():
        found.covers.update(each.thing(region) for each in targets)
    for meter, group in _by_meter(rows).items():
        if meter not in _METERS:
            found.skip(group[0].text)
            continue
        kind, targets = _METERS[meter]
        unit = _unit(group, kind, found.feed)
        tiers = _tiers(group, found.feed)
        since = max(each.since for each in group)
        for target in targets:
            found.add(target.thing(region), tiers, unit, since)


def _bandwidth(found: Read, rows: list[_Row], region: str) -> None:
    """What leaves to the internet; the first amount is free, and the tiers count from behind it."""
    egress, free = Target("egress").thing(region), Target("free-egress").thing(region)
    between = Target("inter-region").thing(region)
    found.covers = {egress, free}
    for meter, group in _by_meter(rows).items():
        since = max(each.since for each in group)
        if meter[1] == _OUT:
            unit = _unit(group, "amount", found.feed)
            tiers = _tiers(group, found.feed)
            amount = 0
            if not tiers[0].value and tiers[0].last is not None:
                amount = tiers[0].last
                tiers = [
                    each._replace(first=each.first - amount, last=each.last and each.last - amount)
                    for each in tiers[1:]
                ]
                found.add(free, [Tier(0, None, Decimal(amount))], "GB", since)
            found.add(egress, tiers, unit, since)
        elif meter[1] == _BETWEEN:
            unit = _unit(group, "amount", found.feed)
            found.add(between, _tiers(group, found.feed), unit, since)
        else:
            found.skip(group[0].text)
