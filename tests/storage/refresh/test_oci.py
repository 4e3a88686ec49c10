"""Oracle's price list: parts, their free tiers, and what a part may not be."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opskit.storage.catalog.listing import Thing
from opskit.storage.refresh import oci
from opskit.storage.refresh.feeds import Recorded
from opskit.storage.refresh.provided import Provided
from tests.storage.refresh.parts import FEEDS, READ_ON, edit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FEEDS / "oci", tmp_path / "oci")
    shutil.copy(FEEDS / "recorded.json", tmp_path)
    return tmp_path


def read(folder: Path) -> Provided:
    return oci.read(Recorded(folder, READ_ON), [])


def test_free_tiers_are_free_amounts(folder: Path) -> None:
    found = read(folder)
    assert not found.errors
    values = {
        thing: (f"{reading.value:f}", reading.unit)
        for each in found.reads
        for (thing, _), reading in each.readings.items()
    }
    assert values[Thing("storage", "standard", "*", "")] == ("0.0255", "USD/GB-month")
    assert values[Thing("free-storage", "standard", "*", "")] == ("10", "GB")
    assert values[Thing("storage", "archive", "*", "")] == ("0.0026", "USD/GB-month")
    assert Thing("free-storage", "archive", "*", "") not in values
    assert values[Thing("write", "*", "*", "")] == ("0.0034", "USD/10k")
    assert values[Thing("free-reads", "*", "*", "")] == ("50000", "requests")
    assert values[Thing("free-egress", "*", "*", "")] == ("10000", "GB")


def prices(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["items"][0]["currencyCodeLocalizations"][0]["prices"]
    return found


def no_items(document: dict[str, Any]) -> None:
    document["items"] = []


def in_riyal(document: dict[str, Any]) -> None:
    document["items"][0]["currencyCodeLocalizations"][0]["currencyCode"] = "SAR"


def per_hour(document: dict[str, Any]) -> None:
    document["items"][0]["metricName"] = "Gigabyte Storage Capacity Per Hour"


def other_part(document: dict[str, Any]) -> None:
    document["items"][0]["partNumber"] = "B91629"


def other_model(document: dict[str, Any]) -> None:
    for each in prices(document):
        each["model"] = "MONTHLY_COMMIT"


def gap(document: dict[str, Any]) -> None:
    prices(document)[1]["rangeMin"] = 20


def negative(document: dict[str, Any]) -> None:
    prices(document)[1]["value"] = -0.1


def words_for_a_price(document: dict[str, Any]) -> None:
    prices(document)[1]["value"] = {"a": 1}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (no_items, "has no products"),
        (in_riyal, "in SAR, not in USD"),
        (per_hour, "per 'Gigabyte Storage Capacity Per Hour', not per GB-month"),
        (other_part, "has no part B91628"),
        (other_model, "has no price for PAY_AS_YOU_GO"),
        (gap, "no rate from 10 to 20"),
        (negative, "is negative"),
        (words_for_a_price, "is no price of B91628"),
    ],
)
def test_a_part_that_is_broken_is_refused(
    folder: Path, damage: Callable[[dict[str, Any]], object], words: str
) -> None:
    edit(folder / "oci/B91628.json", damage)
    (error,) = read(folder).errors
    assert words in str(error)
    assert error.where == "Oracle price list B91628"
