"""The price lists of AWS, one file a service and region ("AWS Price List Bulk API").

`products` has what is sold by SKU, with attributes; `terms.OnDemand` its prices by SKU.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from opskit.storage.refresh.feeds import Feed, broken
from opskit.storage.refresh.readings import Read, Target, Tier, at, day, in_a_row, number, whole
from opskit.storage.refresh.usagetypes import BY_OFFER, NAMES, TRANSFER, UNITS

#: Of each list, the usage type that tells the prefix of its region.
_ANCHORS = {
    "AmazonS3": "TimedStorage-ByteHrs",
    "AmazonS3GlacierDeepArchive": "TimedStorage-GDA-ByteHrs",
    "AWSDataTransfer": "DataTransfer-Out-Bytes",
}
#: What is known; that of another region is taken as the list has it.
_PREFIXES = {
    "us-east-1": "",
    "us-west-2": "USW2-",
    "eu-west-1": "EU-",
    "eu-central-1": "EUC1-",
    "ap-northeast-1": "APN1-",
}
_PREFIX = re.compile(r"(?:[A-Z]{2,4}[0-9]{0,2}-)?")
_BETWEEN = re.compile(r"[A-Z]{2,4}[0-9]{0,2}-[A-Z]{2,4}[0-9]{0,2}-AWS-Out-Bytes")
_FREE = "Global-DataTransfer-Out-Bytes"


class _Price(NamedTuple):
    tiers: list[Tier]
    unit: str
    effective_from: date | None


class _Product(NamedTuple):
    sku: str
    attributes: dict[str, Any]

    @property
    def usage_type(self) -> str:
        return str(self.attributes.get("usagetype", ""))

    @property
    def name(self) -> tuple[str, str]:
        return self.usage_type, str(self.attributes.get("operation") or "")

    @property
    def text(self) -> str:
        return " ".join(each for each in self.name if each) or self.sku


def read(document: dict[str, Any], feed: Feed, offer: str, region: str) -> Read:
    """The prices of one list; UnknownError where it is not what it should be."""
    if document.get("offerCode") != offer:
        raise broken(feed, f"is no price list of {offer}, but of {document.get('offerCode')!r}")
    published = day(document.get("publicationDate"), feed, "day of publication")
    found = Read(feed, published)
    products = list(_products(document, feed))
    if not products:
        raise broken(feed, "has no products")
    prefix = _prefix(products, feed, offer, region)
    prices = _Prices(document, feed)
    if offer == TRANSFER:
        _transfer(found, products, prices, prefix, region)
    else:
        _storage(found, products, prices, prefix, offer, region)
    return found


def _products(document: dict[str, Any], feed: Feed) -> Iterator[_Product]:
    products = document.get("products")
    if not isinstance(products, dict):
        raise broken(feed, "has no products")
    for sku, product in products.items():
        attributes = at(product, "attributes")
        if isinstance(attributes, dict):
            yield _Product(sku, attributes)


def _prefix(products: list[_Product], feed: Feed, offer: str, region: str) -> str:
    """The prefix of the region, as the list itself has it."""
    anchor = _ANCHORS[offer]
    found = {
        each.usage_type.removesuffix(anchor)
        for each in products
        if each.usage_type.endswith(anchor)
        and _PREFIX.fullmatch(each.usage_type.removesuffix(anchor))
        and _of_region(each, region)
    }
    if len(found) != 1:
        what = f"several regions ({', '.join(sorted(found))})" if found else "another region"
        raise broken(feed, f"has no {anchor} of {region}: it is the list of {what}, or changed")
    prefix = found.pop()
    if _PREFIXES.get(region, prefix) != prefix:
        raise broken(feed, f"names its usage types {prefix!r}: it is not the list of {region}")
    return prefix


def _of_region(product: _Product, region: str) -> bool:
    """Whether a product is one of the region, where it says so at all."""
    codes = [product.attributes.get(key) for key in ("regionCode", "fromRegionCode")]
    return all(code in (None, "", region) for code in codes)


class _Prices:
    """The prices of a list by SKU."""

    def __init__(self, document: dict[str, Any], feed: Feed) -> None:
        self._feed = feed
        terms = at(document, "terms", "OnDemand")
        if not isinstance(terms, dict):
            raise broken(feed, "has no prices on demand")
        self._terms = terms

    def of(self, product: _Product) -> _Price | None:
        """The rates of a product, in a row; None where it has no price."""
        terms = self._terms.get(product.sku)
        if not isinstance(terms, dict) or not terms:
            return None
        term = max(terms.values(), key=lambda each: str(at(each, "effectiveDate") or ""))
        dimensions = at(term, "priceDimensions")
        if not isinstance(dimensions, dict) or not dimensions:
            return None
        what = product.text
        tiers = in_a_row([self._tier(each, what) for each in dimensions.values()], self._feed, what)
        units = {str(at(each, "unit")) for each in dimensions.values()}
        if len(units) > 1:
            raise broken(self._feed, f"has several units for {what}: {', '.join(sorted(units))}")
        starts = at(term, "effectiveDate")
        since = day(starts, self._feed, "day that a price holds from") if starts else None
        return _Price(tiers, units.pop(), since)

    def _tier(self, dimension: Any, what: str) -> Tier:
        feed = self._feed
        money = at(dimension, "pricePerUnit")
        if not isinstance(money, dict) or "USD" not in money:
            other = ", ".join(money) if isinstance(money, dict) and money else "nothing"
            raise broken(feed, f"the price of {what} is in {other}, not in USD")
        value = number(money["USD"], feed, what)
        first = number(at(dimension, "beginRange") or "0", feed, what)
        end = at(dimension, "endRange") or "Inf"
        last = None if end == "Inf" else whole(number(end, feed, what), feed, what)
        return Tier(whole(first, feed, what), last, value)


def _storage(
    found: Read, products: list[_Product], prices: _Prices, prefix: str, offer: str, region: str
) -> None:
    for each in BY_OFFER[offer].values():
        found.covers.update(target.thing(region) for target in each)
    for product in products:
        usage_type, operation = product.name
        name = usage_type.removeprefix(prefix)
        targets = NAMES.get((name, operation)) if usage_type.startswith(prefix) else None
        price = prices.of(product) if targets and _of_region(product, region) else None
        if targets and price:
            for target in targets:
                _add(found, target, price, region)
        else:
            found.skip(product.text)


def _add(found: Read, target: Target, price: _Price, region: str) -> None:
    """Note a price in the unit of the catalog; UnknownError where it is not per what it was."""
    unit = UNITS[target.item]
    if price.unit != unit.feed:
        raise broken(
            found.feed, f"the price of {target.item} is per {price.unit!r}, not per {unit.feed!r}"
        )
    tiers = [each._replace(value=each.value * unit.times) for each in price.tiers]
    found.add(target.thing(region), tiers, unit.catalog, price.effective_from)


def _transfer(
    found: Read, products: list[_Product], prices: _Prices, prefix: str, region: str
) -> None:
    """Data sent to the internet, and to other regions: what most of them cost."""
    egress, between = Target("egress"), Target("inter-region")
    found.covers = {target.thing(region) for target in (egress, between)}
    to_regions: list[_Price] = []
    for product in products:
        price = prices.of(product) if _of_region(product, region) else None
        kind = (product.attributes.get("transferType"), product.attributes.get("toLocation"))
        if price and kind == ("AWS Outbound", "External") and product.usage_type == _FREE:
            _free(found, price)
        elif price and kind == ("AWS Outbound", "External") and _pays(product, price, prefix):
            _add(found, egress, price, region)
        elif price and kind[0] == "InterRegion Outbound" and _to_region(product):
            to_regions.append(price)
        else:
            found.skip(f"{product.text} {kind[0] or ''}".rstrip())
    if usual := _usual(to_regions):
        _add(found, between, usual, region)


def _pays(product: _Product, price: _Price, prefix: str) -> bool:
    """Some lists have a second product of the same name that costs nothing."""
    named = product.usage_type == f"{prefix}{_ANCHORS[TRANSFER]}"
    return named and any(each.value for each in price.tiers)


def _to_region(product: _Product) -> bool:
    kind = product.attributes.get("toLocationType", "AWS Region")
    return kind == "AWS Region" and bool(_BETWEEN.fullmatch(product.usage_type))


def _usual(prices: list[_Price]) -> _Price | None:
    """The price that more than half of the other regions have; None where there is none."""
    values = Counter(each.tiers[0].value for each in prices if len(each.tiers) == 1)
    value, count = values.most_common(1)[0] if values else (Decimal(0), 0)
    if count * 2 <= len(prices):
        return None
    return next(each for each in prices if each.tiers[0].value == value)


def _free(found: Read, price: _Price) -> None:
    """The amount that costs nothing, for all regions together."""
    first = price.tiers[0]
    if not first.value and first.last is not None:
        amount = [Tier(0, None, Decimal(first.last))]
        found.add(Target("free-egress").thing("*"), amount, "GB", price.effective_from)
        found.covers.add(Target("free-egress").thing("*"))
