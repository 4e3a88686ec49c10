"""AWS's price lists: what is mapped, and what a list may not be."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from opskit.errors import UnknownError
from opskit.storage.catalog.listing import Thing
from opskit.storage.refresh import bulk, pages
from opskit.storage.refresh.readings import Read
from opskit.storage.refresh.usagetypes import DEEP_ARCHIVE, NAMES, S3, TRANSFER, UNITS
from tests.storage.refresh.parts import FEED, FEEDS, dimensions, product, reprice


def document(offer: str = S3, region: str = "us-east-1") -> dict[str, Any]:
    text = (FEEDS / f"aws/{offer}/{region}.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def read(found: dict[str, Any], offer: str = S3, region: str = "us-east-1") -> Read:
    return bulk.read(found, FEED, offer, region)


def values(found: Read, item: str, class_: str, region: str, variant: str = "") -> dict[str, str]:
    thing = Thing(item, class_, region, variant)
    return {tier: f"{r.value.normalize():f}" for (each, tier), r in found.readings.items()
            if each == thing}  # fmt: skip


@pytest.mark.parametrize(("region", "first"), [("us-east-1", "0.023"), ("eu-central-1", "0.0245")])
def test_storage_is_read_in_tiers_and_no_other_list_is_taken_for_it(
    region: str, first: str
) -> None:
    found = read(document(region=region), region=region)
    tiers = values(found, "storage", "standard", region)
    assert list(tiers) == ["0-51200", "51200-512000", "512000-"]
    assert tiers["0-51200"] == first
    assert str(found.published) == "2026-11-20"
    passed = {each.name for each in found.unmapped}
    prefix = "" if region == "us-east-1" else "EUC1-"
    assert f"{prefix}Tables-TimedStorage-ByteHrs" in passed
    assert f"{prefix}TimedStorage-ByteHrs INTAAS3ObjectOverhead" in passed
    assert f"{prefix}Standard-Retrieval-Bytes IntDAARestoreObject" in passed
    assert f"{prefix}EarlyDelete-SIA" in passed


def test_requests_are_in_the_unit_of_the_catalog() -> None:
    found = read(document())
    assert values(found, "write", "standard", "us-east-1") == {"": "0.005"}
    assert values(found, "list", "*", "us-east-1") == {"": "0.005"}
    assert values(found, "write", "glacier", "us-east-1") == {"": "0.03"}
    assert values(found, "part", "glacier", "us-east-1") == {"": "0.005"}
    assert values(found, "lifecycle", "glacier-ir", "us-east-1") == {"": "0.02"}
    assert values(found, "retrieval-request", "glacier", "us-east-1", "expedited") == {"": "10"}
    assert values(found, "monitoring", "intelligent-tiering", "us-east-1") == {"": "0.0025"}
    reading = found.readings[Thing("monitoring", "intelligent-tiering", "us-east-1", ""), ""]
    assert reading.unit == "USD/1k-month"
    assert str(reading.effective_from) == "2026-11-01"


def test_deep_archive_has_a_list_of_its_own() -> None:
    found = read(document(DEEP_ARCHIVE, "eu-central-1"), DEEP_ARCHIVE, "eu-central-1")
    assert values(found, "storage", "deep-archive", "eu-central-1") == {"": "0.0018"}
    assert values(found, "retrieval", "deep-archive", "eu-central-1", "bulk") == {"": "0.005"}
    assert values(found, "part", "deep-archive", "eu-central-1") == {"": "0.0054"}


def test_transfer_has_the_internet_the_usual_region_and_what_is_free() -> None:
    found = read(document(TRANSFER), TRANSFER)
    assert values(found, "egress", "*", "us-east-1") == {
        "0-10240": "0.09", "10240-51200": "0.085", "51200-153600": "0.07", "153600-": "0.05",
    }  # fmt: skip
    assert values(found, "inter-region", "*", "us-east-1") == {"": "0.02"}
    assert values(found, "free-egress", "*", "*") == {"": "100"}


def test_a_second_product_that_costs_nothing_is_no_price_for_egress() -> None:
    found = document(TRANSFER)
    sku = product(found, "DataTransfer-Out-Bytes")
    found["products"]["FREE"] = found["products"][sku]
    term = json.loads(json.dumps(next(iter(found["terms"]["OnDemand"][sku].values()))))
    for dimension in term["priceDimensions"].values():
        dimension["pricePerUnit"]["USD"] = "0.0000000000"
    found["terms"]["OnDemand"]["FREE"] = {"FREE.X": term}
    assert values(read(found, TRANSFER), "egress", "*", "us-east-1")["0-10240"] == "0.09"


def test_no_price_between_regions_where_none_is_usual() -> None:
    found = document(TRANSFER)
    for index, (sku, each) in enumerate(found["products"].items()):
        if each["attributes"]["transferType"] == "InterRegion Outbound":
            for term in found["terms"]["OnDemand"][sku].values():
                for dimension in term["priceDimensions"].values():
                    dimension["pricePerUnit"]["USD"] = f"0.0{index + 1}"
    assert not values(read(found, TRANSFER), "inter-region", "*", "us-east-1")


def test_each_name_has_a_unit() -> None:
    assert all(target.item in UNITS for targets in NAMES.values() for target in targets)


def without_products(found: dict[str, Any]) -> None:
    found["products"] = {}


def in_yuan(found: dict[str, Any]) -> None:
    dimensions(found, "TimedStorage-SIA-ByteHrs")[0]["pricePerUnit"] = {"CNY": "0.1"}


def another_unit(found: dict[str, Any]) -> None:
    dimensions(found, "Requests-Tier1")[0]["unit"] = "1K Requests"


def gap(found: dict[str, Any]) -> None:
    dimensions(found, "TimedStorage-ByteHrs")[1]["beginRange"] = "61200"


def overlap(found: dict[str, Any]) -> None:
    dimensions(found, "TimedStorage-ByteHrs")[1]["beginRange"] = "41200"


def no_end(found: dict[str, Any]) -> None:
    dimensions(found, "TimedStorage-ByteHrs")[2]["endRange"] = "999999"


def twice(found: dict[str, Any]) -> None:
    sku = product(found, "Requests-Tier2")
    found["products"]["OTHER"] = found["products"][sku]
    term = json.loads(json.dumps(next(iter(found["terms"]["OnDemand"][sku].values()))))
    next(iter(term["priceDimensions"].values()))["pricePerUnit"]["USD"] = "0.0000005000"
    found["terms"]["OnDemand"]["OTHER"] = {"OTHER.X": term}


def other_region(found: dict[str, Any]) -> None:
    for each in found["products"].values():
        each["attributes"]["regionCode"] = "eu-north-1"


def other_prefix(found: dict[str, Any]) -> None:
    for each in found["products"].values():
        attributes = each["attributes"]
        attributes["usagetype"] = f"EUN1-{attributes['usagetype']}"


def no_terms(found: dict[str, Any]) -> None:
    found["terms"] = {}


def no_day(found: dict[str, Any]) -> None:
    found["publicationDate"] = "soon"


def other_offer(found: dict[str, Any]) -> None:
    found["offerCode"] = "AmazonEC2"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (without_products, "has no products"),
        (in_yuan, "in CNY, not in USD"),
        (another_unit, "per '1K Requests', not per 'Requests'"),
        (gap, "no rate from 51200 to 61200"),
        (overlap, "two of them overlap"),
        (no_end, "end at 999999"),
        (twice, "has two prices for read standard us-east-1"),
        (other_region, "has no TimedStorage-ByteHrs of us-east-1"),
        (other_prefix, "it is not the list of us-east-1"),
        (no_terms, "has no prices on demand"),
        (no_day, "'soon' is no day of publication"),
        (other_offer, "is no price list of AmazonS3"),
        (reprice("Requests-Tier1", "-0.0000050000"), "is negative"),
        (reprice("Requests-Tier1", "free"), "'free' is no price"),
        (reprice("Requests-Tier1", "NaN"), "'NaN' is no price"),
    ],
)
def test_a_list_that_is_broken_is_refused(
    damage: Callable[[dict[str, Any]], object], words: str
) -> None:
    found = document()
    damage(found)
    with pytest.raises(UnknownError) as caught:
        read(found)
    assert words in str(caught.value)
    assert str(caught.value).startswith("a feed: ")


@pytest.mark.parametrize("part", ["products", "terms"])
@pytest.mark.parametrize("junk", [None, [], "x", 7, {"A": None}, {"A": {"attributes": []}}])
def test_junk_in_the_place_of_a_part_is_refused(part: str, junk: object) -> None:
    found = document()
    found[part] = junk
    with pytest.raises(UnknownError):
        read(found)


def test_the_pricing_page_says_the_same() -> None:
    text = json.loads((FEEDS / "aws/page/s3.json").read_text())
    page = pages.read(text, FEED, "eu-central-1")
    found = read(document(region="eu-central-1"), region="eu-central-1")
    assert len(page.readings) > 20
    for key, reading in page.readings.items():
        assert found.readings[key].value == reading.value, key
    assert values(page, "write", "standard-ia", "eu-central-1") == {"": "0.01"}


def test_the_pricing_page_without_the_region_is_refused() -> None:
    text = json.loads((FEEDS / "aws/page/s3.json").read_text())
    with pytest.raises(UnknownError, match="no prices for EU \\(Ireland\\)"):
        pages.read(text, FEED, "eu-west-1")
    del text["manifest"]
    with pytest.raises(UnknownError, match="day of publication"):
        pages.read(text, FEED, "us-east-1")


def test_all_digits_are_kept() -> None:
    found = document()
    reprice("Requests-Tier2", "0.0000003330")(found)
    made = read(found).readings[Thing("read", "standard", "us-east-1", ""), ""]
    assert made.value == Decimal("0.000333")
