"""Feeds and a small catalog for the tests of refresh."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from opskit.storage.catalog.load import read
from opskit.storage.catalog.model import Provider
from opskit.storage.refresh.feeds import Feed

FEEDS = Path(__file__).parent / "feeds"
READ_ON = date(2026, 11, 23)
FEED = Feed("aws", "a feed", "aws/a.json", "https://example.org/a.json", "feed-s3")
HALF = Decimal(50)

#: A catalog of one provider: comments, blank lines and quotes stay as they are.
SMALL = Path(__file__).with_name("small.yaml").read_text()


def catalog(folder: Path, text: str = SMALL) -> Path:
    """A folder with the small catalog."""
    folder.mkdir(exist_ok=True)
    (folder / "aws.yaml").write_bytes(text.encode())
    return folder


def provider(folder: Path) -> Provider:
    """The provider of a folder, read from its files each time."""
    return read(folder).providers["aws"]


def feeds(folder: Path) -> Path:
    """A copy of the recorded feeds that a test can damage."""
    shutil.copytree(FEEDS, folder)
    return folder


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file; numbers keep their digits."""
    document = json.loads(path.read_text(), parse_float=Decimal)
    change(document)
    path.write_text(json.dumps(document, default=float))


def product(document: dict[str, Any], usage_type: str, operation: str = "") -> str:
    """The SKU of a usage type."""
    (sku,) = (
        sku
        for sku, each in document["products"].items()
        if each["attributes"]["usagetype"] == usage_type
        and each["attributes"]["operation"] == operation
    )
    return str(sku)


def dimensions(document: dict[str, Any], usage_type: str, operation: str = "") -> list[Any]:
    """The price dimensions of a usage type, by their tiers."""
    (term,) = document["terms"]["OnDemand"][product(document, usage_type, operation)].values()
    return sorted(term["priceDimensions"].values(), key=lambda each: int(each["beginRange"]))


def reprice(usage_type: str, price: str, tier: int = 0) -> Callable[[dict[str, Any]], object]:
    """A change of one price in a price list."""

    def change(document: dict[str, Any]) -> None:
        dimensions(document, usage_type)[tier]["pricePerUnit"]["USD"] = price

    return change
