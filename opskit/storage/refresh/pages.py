"""The feeds behind AWS's pricing pages: regions by their English names, prices by their titles.

They have fewer prices than the price lists. They are read to check those, and stand in for one
that is not there.
"""

from decimal import Decimal
from typing import Any

from opskit.storage.refresh.feeds import Feed, broken
from opskit.storage.refresh.readings import Read, Target, Tier, at, day, number
from opskit.storage.refresh.usagetypes import DEEP_ARCHIVE, S3, UNITS

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "EU (Ireland)",
    "eu-central-1": "EU (Frankfurt)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
}
#: The feed that has what a price list has.
BY_OFFER = {S3: "s3", DEEP_ARCHIVE: "s3glacierdeeparchive"}
_TIERS = (("First 50 TB", 0, 51200), ("Next 450 TB", 51200, 512000), ("Over 500 TB", 512000, None))
_GRADUATED = {
    "Standard Storage": Target("storage", "standard"),
    "Intelligent Tiering Frequent Access": Target("storage", "intelligent-tiering"),
}
_NAMES: dict[str, tuple[Target, ...]] = {
    "Standard Infrequent Access Storage per GB-Mo": (Target("storage", "standard-ia"),),
    "One Zone Infrequent Access Storage Inf per GB-Mo": (Target("storage", "onezone-ia"),),
    "Glacier Instant Retrieval Storage": (Target("storage", "glacier-ir"),),
    "Glacier Storage per GB Mo": (Target("storage", "glacier"),),
    "IntelligentTieringDeepArchiveAccess": (Target("storage", "intelligent-tiering-deep-archive"),),
    "PUT COPY/POST or LIST requests per Requests": (Target("write", "standard"), Target("list")),
    "GET and all other requests per Requests": (Target("read", "standard"),),
    "GET and all other requests to GLACIER per Requests": (Target("read", "glacier"),),
    "GET and all other requests to GDA per Requests": (Target("read", "deep-archive"),),
    "Object Retrieval in Standard Infrequent Access per GB": (Target("retrieval", "standard-ia"),),
    "Object Retrieval in One Zone Infrequent Access per GB": (Target("retrieval", "onezone-ia"),),
    "Object Retrieval in Glacier Instant Retrieval per GB": (Target("retrieval", "glacier-ir"),),
    "Lifecycle Transition Requests into Glacier Deep Archive per Requests": (
        Target("lifecycle", "deep-archive"),
    ),
    "Glacier Deep Archive GB Mo": (Target("storage", "deep-archive"),),
}
for _name, _class in (
    ("Intelligent Tiering", "intelligent-tiering"),
    ("Standard Infrequent Access", "standard-ia"),
    ("One Zone Infrequent Access", "onezone-ia"),
    ("Glacier Instant Retrieval", "glacier-ir"),
):
    _writes = f"PUT COPY/POST or LIST requests to {_name} per Requests"
    _NAMES[_writes] = (Target("write", _class),)
    _NAMES[f"GET and all other requests to {_name} per Requests"] = (Target("read", _class),)


def read(document: dict[str, Any], feed: Feed, region: str) -> Read:
    """The prices of a region; UnknownError where the feed is not what it should be."""
    published = at(document, "manifest", "hawkFilePublicationDate")
    found = Read(feed, day(published, feed, "day of publication"))
    currency = at(document, "manifest", "currencyCode") or "USD"
    if currency != "USD":
        raise broken(feed, f"is in {currency}, not in USD")
    rows = at(document, "regions", REGIONS.get(region, ""))
    if not isinstance(rows, dict) or not rows:
        raise broken(feed, f"has no prices for {REGIONS.get(region, region)}")
    for begin, target in _GRADUATED.items():
        tiers = [
            Tier(first, last, _price(rows, name, found.feed))
            for text, first, last in _TIERS
            if (name := f"{begin} {text} per GB Mo") in rows
        ]
        if len(tiers) == len(_TIERS):
            found.add(target.thing(region), tiers, UNITS[target.item].catalog)
            found.covers.add(target.thing(region))
    for name, targets in _NAMES.items():
        for target in targets if name in rows else ():
            unit = UNITS[target.item]
            value = _price(rows, name, found.feed) * unit.times
            found.add(target.thing(region), [Tier(0, None, value)], unit.catalog)
            found.covers.add(target.thing(region))
    return found


def _price(rows: dict[str, Any], name: str, feed: Feed) -> Decimal:
    return number(at(rows, name, "price"), feed, name)
