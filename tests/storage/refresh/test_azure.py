"""Azure's retail prices: meters, tiers and pages."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opskit.storage.catalog.listing import Thing
from opskit.storage.refresh import azure
from opskit.storage.refresh.feeds import Recorded
from opskit.storage.refresh.provided import Provided
from tests.storage.refresh.parts import FEEDS, READ_ON, edit

Rows = list[dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FEEDS / "azure", tmp_path / "azure")
    shutil.copy(FEEDS / "recorded.json", tmp_path)
    return tmp_path


def read(folder: Path) -> Provided:
    return azure.read(Recorded(folder, READ_ON), ["eastus"])


def values(provided: Provided, item: str, class_: str, variant: str = "") -> dict[str, str]:
    thing = Thing(item, class_, "eastus", variant)
    return {tier: f"{r.value:f}" for each in provided.reads
            for (found, tier), r in each.readings.items() if found == thing}  # fmt: skip


def change(folder: Path, file: str, what: Callable[[Rows], object]) -> None:
    edit(folder / "azure/eastus" / file, lambda document: what(document["Items"]))


def rows(meter: str) -> Callable[[Rows], Rows]:
    return lambda items: [each for each in items if each["meterName"] == meter]


def test_meters_of_all_pages_are_read_once(folder: Path) -> None:
    found = read(folder)
    assert not found.errors
    assert values(found, "storage", "hot") == {
        "0-51200": "0.0208", "51200-512000": "0.019968", "512000-": "0.019136",
    }  # fmt: skip
    assert values(found, "write", "cool") == {"": "0.1"}
    assert values(found, "lifecycle", "cool") == {"": "0.1"}
    assert values(found, "lifecycle", "hot") == {}
    assert values(found, "read", "cold") == {"": "0.1"}
    assert values(found, "read", "archive") == values(found, "read", "hot") == {"": "0.004"}
    assert values(found, "retrieval", "archive", "standard") == {"": "0.02"}
    assert values(found, "retrieval", "archive", "high") == {"": "0.1"}
    assert values(found, "retrieval-request", "archive", "standard") == {"": "5.0"}
    passed = {each.name for read in found.reads for each in read.unmapped}
    assert "Hot ZRS / Hot ZRS Data Stored" in passed


def test_tiers_of_what_leaves_count_from_behind_the_free_amount(folder: Path) -> None:
    found = read(folder)
    assert values(found, "free-egress", "*") == {"": "100"}
    assert list(values(found, "egress", "*")) == ["0-10235", "10235-51195", "51195-153595",
                                                  "153595-"]  # fmt: skip


def test_a_price_that_holds_later_is_not_taken_yet(folder: Path) -> None:
    def later(items: Rows) -> None:
        (row,) = rows("Cool Data Retrieval")(items)
        new = {**row, "retailPrice": 0.02, "effectiveStartDate": "2026-12-01T00:00:00Z"}
        items.append(new)

    change(folder, "blob-1.json", later)
    found = read(folder)
    assert not found.errors
    assert values(found, "retrieval", "cool") == {"": "0.01"}
    passed = {each.name for read in found.reads for each in read.unmapped}
    assert "Cool LRS / Cool Data Retrieval: holds from 2026-12-01, not yet" in passed


def test_a_price_that_is_over_is_passed_over(folder: Path) -> None:
    def over(items: Rows) -> None:
        (row,) = rows("Cool Data Retrieval")(items)
        items.append({**row, "retailPrice": 0.02, "effectiveEndDate": "2026-08-31T00:00:00Z"})

    change(folder, "blob-1.json", over)
    assert values(read(folder), "retrieval", "cool") == {"": "0.01"}


def two_prices(items: Rows) -> None:
    (row,) = rows("Cool Data Retrieval")(items)
    items.append({**row, "retailPrice": 0.02})


def without_first_tier(items: Rows) -> None:
    (first, *_) = rows("Hot LRS Data Stored")(items)
    items.remove(first)


def in_euro(items: Rows) -> None:
    items[0]["currencyCode"] = "EUR"


def other_unit(items: Rows) -> None:
    (row,) = rows("Cool Data Retrieval")(items)
    row["unitOfMeasure"] = "1 TB"


def negative(items: Rows) -> None:
    items[0]["retailPrice"] = -1


def no_price(items: Rows) -> None:
    del items[0]["retailPrice"]


def half_a_tier(items: Rows) -> None:
    rows("Hot LRS Data Stored")(items)[1]["tierMinimumUnits"] = 0.5


def elsewhere(items: Rows) -> None:
    for each in items:
        each["armRegionName"] = "westus"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (two_prices, "has two prices for Cool LRS / Cool Data Retrieval"),
        (without_first_tier, "no rate from 0 to 51200"),
        (in_euro, "in EUR, not in USD"),
        (other_unit, "per '1 TB', not per '1 GB'"),
        (negative, "is negative"),
        (no_price, "is no price of"),
        (half_a_tier, "no whole number"),
        (list.clear, "has no items"),
    ],
)
def test_an_answer_that_is_broken_is_refused(
    folder: Path, damage: Callable[[Rows], object], words: str
) -> None:
    change(folder, "blob-1.json", damage)
    (error,) = read(folder).errors
    assert words in str(error)
    assert error.where.startswith("Azure retail prices blob eastus")


def test_another_region_than_asked_for_is_no_answer(folder: Path) -> None:
    change(folder, "bandwidth-1.json", elsewhere)
    (error,) = read(folder).errors
    assert "has no prices of 'Rtn Preference: MGN' in eastus" in str(error)


def link(to: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["NextPageLink"] = to

    return change


def test_pages_in_a_circle_are_refused(folder: Path) -> None:
    file = folder / "azure/eastus/blob-2.json"
    edit(file, link(json.loads((file.parent / "blob-1.json").read_text())["NextPageLink"]))
    (error,) = read(folder).errors
    assert "was read before" in str(error)
    assert error.where == "Azure retail prices blob eastus, page 2"


def test_pages_of_another_server_are_refused(folder: Path) -> None:
    edit(folder / "azure/eastus/blob-1.json", link("https://example.org/api"))
    (error,) = read(folder).errors
    assert "leads to another server: example.org" in str(error)


def test_a_page_that_is_not_there_is_an_error(folder: Path) -> None:
    (folder / "azure/eastus/blob-2.json").unlink()
    (error,) = read(folder).errors
    assert "no recording of it (azure/eastus/blob-2.json)" in str(error)


def test_pages_without_end_are_refused(folder: Path) -> None:
    text = json.loads((folder / "azure/eastus/bandwidth-1.json").read_text())
    for page in range(1, 60):
        text["NextPageLink"] = f"https://prices.azure.com/api/retail/prices?$skip={page}"
        (folder / f"azure/eastus/bandwidth-{page}.json").write_text(json.dumps(text))
    (error,) = read(folder).errors
    assert "has more than 50 pages" in str(error)


def test_the_days_are_those_of_the_feed(folder: Path) -> None:
    found = read(folder)
    days = {r.effective_from for each in found.reads for r in each.readings.values()}
    assert days == {date(2026, 9, 1)}
