"""The facts on Amazon S3: complete, with sources, and the values of the feeds they were read in."""

from datetime import date
from decimal import Decimal

import pytest

from opskit.documents import read_document
from opskit.nodes import ListNode, MapNode
from opskit.storage.catalog.load import BUNDLED, read
from opskit.storage.catalog.model import Item, Provider
from opskit.storage.catalog.prices import Prices

FILE = BUNDLED / "aws.yaml"
TODAY = date(2026, 11, 28)
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1")
ARCHIVES = ("glacier", "deep-archive")
COOL = ("standard-ia", "onezone-ia", "glacier-ir")
FIELDS = ("item", "value", "unit", "effective_from", "read_on", "source", "method", "status")


@pytest.fixture(scope="module")
def aws() -> Provider:
    return read(BUNDLED).provider("aws")


def prices(aws: Provider, region: str, day: date = TODAY) -> Prices:
    found = aws.region(region)
    assert found
    return Prices(aws, found, day)


def rates(found: Prices, item: Item, class_: str = "*", variant: str = "") -> list[Decimal]:
    return [each.value for each in found.facts(item, class_, variant)]


def test_every_fact_is_a_line_with_all_fields() -> None:
    document = read_document(FILE)
    facts = document.node(["facts"])
    assert isinstance(facts, ListNode)
    lines = [document.at(node.start).line for node in facts.items]
    assert len(set(lines)) == len(lines) > 300
    for node, line in zip(facts.items, lines, strict=True):
        assert isinstance(node, MapNode)
        assert [name for name in FIELDS if name not in node.items] == [], f"line {line}"


def test_every_source_is_used_and_says_what_it_is(aws: Provider) -> None:
    used = {each.source for each in aws.facts} | {aws.units.source}
    assert used == set(aws.sources)
    assert all(len(each.title) > 10 for each in aws.sources.values())


def test_nothing_is_read_in_the_future(aws: Provider) -> None:
    assert all(each.read_on <= TODAY for each in aws.facts)


def test_what_is_not_verified_says_why(aws: Provider) -> None:
    doubtful = [each for each in aws.facts if each.status != "verified"]
    assert doubtful
    assert [each for each in doubtful if not each.note] == []


STORAGE = {
    "standard": (
        [".023", ".022", ".021"],
        [".023", ".022", ".021"],
        [".023", ".022", ".021"],
        [".0245", ".0235", ".0225"],
        [".025", ".024", ".023"],
    ),
    "intelligent-tiering-ia": ([".0125"], [".0125"], [".0125"], [".0135"], [".0138"]),
    "intelligent-tiering-archive-instant": ([".004"], [".004"], [".004"], [".005"], [".005"]),
    "intelligent-tiering-archive": ([".0036"], [".0036"], [".0036"], [".00405"], [".0045"]),
    "intelligent-tiering-deep-archive": ([".00099"], [".00099"], [".00099"], [".0018"], [".002"]),
    "standard-ia": ([".0125"], [".0125"], [".0125"], [".0135"], [".0138"]),
    "onezone-ia": ([".01"], [".01"], [".01"], [".0108"], [".011"]),
    "glacier-ir": ([".004"], [".004"], [".004"], [".005"], [".005"]),
    "glacier": ([".0036"], [".0036"], [".0036"], [".00405"], [".0045"]),
    "deep-archive": ([".00099"], [".00099"], [".00099"], [".0018"], [".002"]),
}
STORAGE["intelligent-tiering"] = STORAGE["standard"]


@pytest.mark.parametrize("class_", STORAGE)
def test_storage(aws: Provider, class_: str) -> None:
    for region, expected in zip(REGIONS, STORAGE[class_], strict=True):
        found = prices(aws, region).facts("storage", class_, "")
        assert [each.value for each in found] == [Decimal(each) for each in expected], region
        assert {each.class_ for each in found} == {class_}
        if len(found) > 1:
            bounds = [each.bounds for each in found]
            assert bounds == [(0, 51_200), (51_200, 512_000), (512_000, None)]


def test_every_class_but_express_is_everywhere(aws: Provider) -> None:
    classes = {each.name for each in aws.classes}
    assert classes == {*STORAGE, "express-onezone"}
    assert rates(prices(aws, "us-east-1"), "storage", "express-onezone") == [Decimal("0.11")]
    assert rates(prices(aws, "eu-west-1"), "storage", "express-onezone") == []


#: item, class, variant, and the price in each region
SPOTS: list[tuple[Item, str, str, tuple[str, ...]]] = [
    ("write", "standard", "", (".005", ".005", ".005", ".0054", ".0047")),
    ("write", "intelligent-tiering", "", (".005", ".005", ".005", ".0054", ".0047")),
    ("write", "standard-ia", "", (".01",) * 5),
    ("write", "glacier-ir", "", (".02",) * 5),
    ("write", "glacier", "", (".03", ".03", ".033", ".036", ".03426")),
    ("write", "deep-archive", "", (".05", ".05", ".055", ".06", ".065")),
    ("part", "deep-archive", "", (".005", ".005", ".005", ".0054", ".0047")),
    ("read", "standard", "", (".0004", ".0004", ".0004", ".00043", ".00037")),
    ("read", "onezone-ia", "", (".001",) * 5),
    ("read", "glacier-ir", "", (".01",) * 5),
    ("list", "glacier", "", (".005", ".005", ".005", ".0054", ".0047")),
    ("delete", "standard", "", ("0",) * 5),
    ("lifecycle", "intelligent-tiering", "", (".01",) * 5),
    ("lifecycle", "standard-ia", "", (".01",) * 5),
    ("lifecycle", "glacier", "", (".03", ".03", ".033", ".036", ".03426")),
    ("lifecycle", "deep-archive", "", (".05", ".05", ".055", ".06", ".065")),
    ("retrieval", "standard-ia", "", (".01",) * 5),
    ("retrieval", "glacier-ir", "", (".03",) * 5),
    ("retrieval", "glacier", "standard", (".01", ".01", ".01", ".012", ".011")),
    ("retrieval", "glacier", "expedited", (".03",) * 5),
    ("retrieval", "glacier", "bulk", ("0",) * 5),
    ("retrieval", "deep-archive", "standard", (".02", ".02", ".02", ".024", ".022")),
    ("retrieval", "deep-archive", "bulk", (".0025", ".0025", ".003", ".005", ".0025")),
    ("retrieval-request", "glacier", "standard", (".05", ".05", ".055", ".05", ".05")),
    ("retrieval-request", "glacier", "expedited", ("10",) * 5),
    ("retrieval-request", "deep-archive", "standard", (".10", ".10", ".11", ".12", ".10")),
    ("retrieval-request", "deep-archive", "bulk", (".025", ".025", ".025", ".03", ".025")),
    ("monitoring", "intelligent-tiering", "", (".0025",) * 5),
    ("retrieval", "intelligent-tiering-archive", "standard", ("0",) * 5),
    ("inventory", "*", "", (".0025",) * 5),
    ("analytics", "*", "", (".10",) * 5),
    ("inter-region", "*", "", (".02", ".02", ".02", ".02", ".09")),
]


@pytest.mark.parametrize(
    ("item", "class_", "variant", "expected"), SPOTS, ids=[" ".join(each[:3]) for each in SPOTS]
)
def test_prices(
    aws: Provider, item: Item, class_: str, variant: str, expected: tuple[str, ...]
) -> None:
    found = [rates(prices(aws, region), item, class_, variant) for region in REGIONS]
    assert found == [[Decimal(each)] for each in expected]


def test_egress(aws: Provider) -> None:
    found = prices(aws, "ap-northeast-1").facts("egress", "*", "")
    assert [each.bounds for each in found] == [
        (0, 10_240),
        (10_240, 51_200),
        (51_200, 153_600),
        (153_600, None),
    ]
    assert [str(each.value) for each in found] == ["0.114", "0.089", "0.086", "0.084"]
    for region in REGIONS[:4]:
        assert [str(each) for each in rates(prices(aws, region), "egress")] == [
            "0.09",
            "0.085",
            "0.07",
            "0.05",
        ]
    assert prices(aws, "us-east-1").amount("free-egress") == 100 * 2**30


def test_rules(aws: Provider) -> None:
    found = prices(aws, "us-east-1")
    days = {each.name: found.amount("min-days", each.name) for each in aws.classes}
    assert {name: day for name, day in days.items() if day} == {
        "standard-ia": 30,
        "onezone-ia": 30,
        "glacier-ir": 90,
        "glacier": 90,
        "deep-archive": 180,
    }
    sizes = {each.name for each in aws.classes if found.amount("min-size", each.name) == 131_072}
    assert sizes == set(COOL)
    for name in (*ARCHIVES, "intelligent-tiering-archive", "intelligent-tiering-deep-archive"):
        assert found.amount("overhead", name) == 32 * 1024
        assert found.amount("overhead-standard", name) == 8 * 1024
    assert found.amount("overhead", "intelligent-tiering") == 0
    assert found.amount("monitoring-min-size", "intelligent-tiering") == 128 * 1024
    assert found.amount("lifecycle-min-size", "deep-archive") == 128 * 1024
    assert found.amount("monitoring-min-size", "standard") == 0


@pytest.mark.parametrize("day", [date(2025, 10, 1), date(2026, 4, 1), TODAY])
def test_each_class_of_each_region_has_what_a_bill_needs(aws: Provider, day: date) -> None:
    """A class that can be stored into has prices of writes, reads, lists and of all its speeds."""
    for region in REGIONS:
        found = prices(aws, region, day)
        for each in aws.classes:
            if each.part_of or not rates(found, "storage", each.name):
                continue
            for item in ("write", "read", "list", "delete"):
                assert rates(found, item, each.name), (region, each.name, item)
            for speed in each.restore:
                assert rates(found, "retrieval", each.name, speed), (region, each.name, speed)
                assert rates(found, "retrieval-request", each.name, speed), (region, each.name)
        for source in aws.classes:
            for target in source.moves_to:
                assert rates(found, "lifecycle", target), (region, target)
        assert rates(found, "egress")


def test_moves_go_down_and_never_back(aws: Provider) -> None:
    for each in aws.classes:
        for name in each.moves_to:
            target = aws.storage_class(name)
            assert target
            assert each.name not in target.moves_to, f"{each.name} and {name}"
    standard, onezone = aws.storage_class("standard"), aws.storage_class("onezone-ia")
    assert standard
    assert onezone
    assert len(standard.moves_to) == 6
    assert set(onezone.moves_to) == set(ARCHIVES)


def test_names_of_the_api_are_one_a_class(aws: Provider) -> None:
    names = [each.api for each in aws.classes if not each.part_of]
    assert all(names)
    assert len(set(names)) == len(names)


def test_the_default_region_is_verified_but_for_the_lesser_things(aws: Provider) -> None:
    """Rankings leave out what is not verified: the usual bill of us-east-1 has to be."""
    doubtful = {
        (each.item, each.class_)
        for each in aws.facts
        if each.region in ("us-east-1", "*") and each.status != "verified"
    }
    express = {("retrieval", "express-onezone"), ("upload", "express-onezone")}
    assert doubtful == {("lifecycle", "glacier-ir"), *express}


def test_what_is_taken_to_hold_says_so(aws: Provider) -> None:
    """A price that was not read before 2026 holds from earlier on by assumption."""
    early = date(2025, 8, 28)
    requests = ("write", "read", "list", "part", "lifecycle", "retrieval", "retrieval-request")
    assumed = [
        each
        for each in aws.facts
        if each.item in requests and each.effective_from == early and each.read_on.year == 2026
    ]
    assert len(assumed) > 100
    assert all("taken to hold since 2025-08-28" in each.note for each in assumed)


def test_express_charges_for_what_is_written(aws: Provider) -> None:
    assert rates(prices(aws, "us-east-1"), "upload", "express-onezone") == [Decimal("0.0032")]
    assert not rates(prices(aws, "us-east-1"), "upload", "standard")


def test_history(aws: Provider) -> None:
    assert rates(prices(aws, "us-east-1", date(2026, 4, 1)), "storage", "standard")
    assert rates(prices(aws, "eu-west-1", date(2026, 4, 1)), "storage", "standard")
    assert not rates(prices(aws, "us-east-1", date(2020, 1, 1)), "storage", "standard")
