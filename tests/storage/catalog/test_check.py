"""A provider's file: what is wrong with it is said with its line, and what is right passes."""

from pathlib import Path

import pytest

from opskit.decode import decode
from opskit.documents import parse_document
from opskit.errors import InputError
from opskit.storage.catalog.check import check
from opskit.storage.catalog.load import read
from opskit.storage.catalog.model import Provider

HEAD = """\
name: acme
title: Acme
currency: USD
units: {gb: 1000000000, tb: 1000, month: 30d, source: page, read_on: 2026-01-01, status: verified}
sources:
  page: {title: Pricing}
regions:
  - {name: north, title: North}
classes:
  - {name: standard, title: Standard, access: hot, moves_to: [cold]}
  - {name: cold, title: Cold, access: archive, restore: [standard, bulk], part_of: standard}
facts:
"""
DATES = "effective_from: 2026-01-01, read_on: 2026-01-02"
REST = f"{DATES}, source: page, method: page, status: verified"
STORAGE = f"item: storage, class: standard, unit: USD/GB-month, {REST}"
GOOD_FACT = f"{STORAGE}, value: 0.02"
LINE = HEAD.count("\n") + 1


def fact(text: str) -> str:
    return "  - {" + text + "}\n"


def problems(text: str, name: str = "acme.yaml") -> list[str]:
    """What is said of a file, each with its place; empty if nothing is wrong."""
    document = parse_document(text.encode(), name)
    provider = decode(document, Provider)
    try:
        check(document, provider)
    except InputError as error:
        return str(error).splitlines()
    return []


STORED = fact(GOOD_FACT)
GOOD = {
    "storage": "item: storage, class: standard, value: 0.02, unit: USD/GB-month",
    "a region": "item: storage, region: north, value: 0.02, unit: USD/TB-month",
    "requests": "item: write, value: 0.4, unit: USD/1M",
    "a speed": "item: retrieval, class: cold, variant: bulk, value: 0, unit: USD/GB",
    "no speed": "item: retrieval, class: standard, value: 0.01, unit: USD/GB",
    "objects and month": "item: monitoring, value: 0.1, unit: USD/1M-month",
    "a fee": "item: base-fee, value: 5, unit: USD/month",
    "an amount": "item: minimum-storage, value: 1.5, unit: TB",
    "days": "item: min-days, value: 30, unit: days",
    "bytes": "item: min-size, value: 4096, unit: bytes",
    "times": "item: free-egress-times, value: 0.5, unit: times",
    "an open tier alone": "item: egress, tier: 0-, value: 1, unit: USD/GB",
    "the most money": "item: base-fee, value: 1000000000, unit: USD/month",
    "the most bytes": "item: min-size, value: 1000000000000000000, unit: bytes",
    "twelve decimals": "item: read, value: 0.000000000001, unit: USD/1k",
    "a rate known up to a tier": "item: egress, tier: 0-1024, value: 1, unit: USD/GB",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_good_fact_passes(text: str) -> None:
    stored = "" if text.startswith("item: storage") else STORED
    assert problems(HEAD + stored + fact(f"{text}, {REST}")) == []


def test_each_item_of_the_model_has_units() -> None:
    from typing import get_args

    from opskit.storage.catalog.model import Item

    for item in get_args(Item):
        said = problems(HEAD + STORED + fact(f"item: {item}, value: 1, unit: parsecs, {REST}"))
        assert [f"'parsecs' is no unit of {item}" in line for line in said] == [True]


@pytest.mark.parametrize(
    "key", ["item", "value", "unit", "effective_from", "read_on", "source", "method", "status"]
)
def test_a_fact_has_to_have_all_fields(key: str) -> None:
    parts = [each for each in GOOD_FACT.split(", ") if not each.startswith(f"{key}:")]
    with pytest.raises(InputError, match=rf"acme\.yaml:{LINE}:.* lacks the key `{key}`"):
        problems(HEAD + fact(", ".join(parts)))


BAD = {
    "no class of that name": (
        f"item: read, class: standrd, value: 1, unit: USD/1k, {REST}",
        "no class is called 'standrd'; did you mean standard?",
    ),
    "no region of that name": (
        f"item: read, region: nord, value: 1, unit: USD/1k, {REST}",
        "no region is called 'nord'; did you mean north?",
    ),
    "no source of that name": (
        f"item: read, value: 1, unit: USD/1k, {DATES}, source: blog, method: page, "
        "status: verified",
        "no source is called 'blog'",
    ),
    "another currency": (
        f"item: read, value: 1, unit: EUR/1k, {REST}",
        "'EUR/1k' is no unit of read",
    ),
    "a unit of another item": (
        f"item: storage, value: 1, unit: USD/GB, {REST}",
        "'USD/GB' is no unit of storage",
    ),
    "below zero": (f"item: read, value: -1, unit: USD/1k, {REST}", "-1 is no value of read"),
    "no number": (f"item: read, value: NaN, unit: USD/1k, {REST}", "NaN is no value of read"),
    "above what can be meant": (
        f"item: read, value: 1e400, unit: USD/1k, {REST}",
        "1E+400 is no value of read: it is above 1,000,000,000",
    ),
    "an amount above what can be meant": (
        f"item: min-size, value: 1000000000000000001, unit: bytes, {REST}",
        "is no value of min-size: it is above 1,000,000,000,000,000,000",
    ),
    "too many decimals": (
        f"item: read, value: 0.0000000000001, unit: USD/1k, {REST}",
        "1E-13 is no value of read: it has more than 12 decimals",
    ),
    "too many digits": (
        f"item: read, value: {'9' * 5000}, unit: USD/1k, {REST}",
        "999999999999999999999999... is no value of read",
    ),
    "half a day": (
        f"item: min-days, value: 0.5, unit: days, {REST}",
        "0.5 days is no whole number",
    ),
    "tiers of a rule": (
        f"item: min-days, tier: 0-5, value: 1, unit: days, {REST}",
        "min-days has no tiers",
    ),
    "an empty tier": (
        f"item: egress, tier: 0-0, value: 1, unit: USD/GB, {REST}",
        "the tier 0-0 is empty",
    ),
    "no tier from 0 on": (
        f"item: egress, tier: 5-, value: 1, unit: USD/GB, {REST}",
        "on 2026-01-01 there is no rate from 0 to 5",
    ),
    "read before it holds": (
        "item: read, value: 1, unit: USD/1k, effective_from: 2026-02-01, read_on: 2026-01-31, "
        "source: page, method: page, status: verified",
        "read on 2026-01-31, before it holds (2026-02-01)",
    ),
    "no such speed": (
        f"item: retrieval, class: cold, variant: fast, value: 1, unit: USD/GB, {REST}",
        "'fast' is no speed of retrieval",
    ),
    "a speed left out": (
        f"item: retrieval, class: cold, value: 1, unit: USD/GB, {REST}",
        "it has no speed of retrieval",
    ),
    "a speed of what has none": (
        f"item: read, class: cold, variant: bulk, value: 1, unit: USD/1k, {REST}",
        "'bulk' is no speed of read",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_a_bad_fact_is_named_with_its_line(text: str, message: str) -> None:
    first = fact(f"{STORAGE}, value: 0.02")
    said = problems(HEAD + first + fact(text))
    assert len(said) == 1
    assert said[0].startswith(f"acme.yaml:{LINE + 1}:")
    assert message in said[0]


def test_an_announced_price_says_so_in_a_note() -> None:
    text = f"{STORAGE}, value: 1, note: announced".replace("2026-01-01", "2027-01-01")
    assert problems(HEAD + fact(text)) == []


TIERS = {
    "in a row": (("0-10", "10-20", "20-"), ""),
    "in another order": (("20-", "0-10", "10-20"), ""),
    "with a gap": (("0-10", "20-"), "on 2026-01-01 there is no rate from 10 to 20"),
    "overlapping": (("0-20", "10-"), "a tier that overlaps: it stands in facts[0] too"),
    "twice": (("0-20", "20-", "0-20"), "the same fact: it stands in facts[0] too"),
    "open and another": (("0-", "10-20"), "a tier that overlaps: it stands in facts[0] too"),
    "none and one": (("", "0-20"), "a tier that overlaps: it stands in facts[0] too"),
}


@pytest.mark.parametrize(("tiers", "message"), TIERS.values(), ids=TIERS)
def test_tiers_of_one_day(tiers: tuple[str, ...], message: str) -> None:
    said = problems(HEAD + "".join(fact(f'{STORAGE}, value: 1, tier: "{t}"') for t in tiers))
    assert len(said) == bool(message)
    assert message in "".join(said)


def later(tier: str) -> str:
    return fact(f"{STORAGE}, value: 2, tier: {tier}".replace("2026-01-0", "2026-03-0"))


@pytest.mark.parametrize(
    ("tier", "message"),
    [
        ("0-", ""),
        ("0-10", ""),
        ("10-", ""),
        ("5-", "on 2026-03-01 there is no rate from 0 to 5"),
        ("0-15", ""),  # what is above is not known any more, and the bill says so
    ],
)
def test_a_later_price_leaves_no_gap(tier: str, message: str) -> None:
    first = [fact(f"{STORAGE}, value: 1, tier: {each}") for each in ("0-10", "10-")]
    said = problems(HEAD + "".join(first) + later(tier))
    assert len(said) == bool(message)
    assert message in "".join(said)


def test_the_same_thing_in_two_regions_or_speeds_is_no_double() -> None:
    text = "item: retrieval, class: cold, value: 1, unit: USD/GB"
    facts = [
        f"{text}, variant: bulk",
        f"{text}, variant: standard",
        f"{text}, variant: bulk, region: north",
    ]
    assert problems(HEAD + STORED + "".join(fact(f"{each}, {REST}") for each in facts)) == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("name: cold,", "name: standard,", "the name 'standard' stands twice in classes"),
        ("[cold]", "[cald]", "no class is called 'cald'; did you mean cold?"),
        ("part_of: standard", "part_of: cool", "no class is called 'cool'"),
        ("part_of: standard", "part_of: cold", "the class 'cold' leads to itself"),
        ("month: 30d, source: page", "month: 30d, source: pag", "no source is called 'pag'"),
        (
            "classes:",
            "  - {name: north, title: N}\nclasses:",
            "the name 'north' stands twice in regions",
        ),
    ],
)
def test_what_a_file_declares(before: str, after: str, message: str) -> None:
    assert before in HEAD
    said = problems(HEAD.replace(before, after, 1) + fact(f"{STORAGE}, value: 1"))
    assert message in "".join(said)


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "Infinity", "1e99999999999999999999"])
def test_a_value_that_is_no_number(tmp_path: Path, value: str) -> None:
    (tmp_path / "acme.yaml").write_text(HEAD + fact(f"{STORAGE}, value: {value}"))
    with pytest.raises(InputError, match=rf"acme\.yaml:{LINE}:"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status: verified}\nsources", "status: verified, requests_to: 0}\nsources"),
        ("value: 0.02", f"value: 0.02, tier: 0-{'9' * 30}"),
    ],
)
def test_numbers_out_of_reach_are_refused(tmp_path: Path, before: str, after: str) -> None:
    text = HEAD + STORED
    assert before in text
    (tmp_path / "acme.yaml").write_text(text.replace(before, after))
    with pytest.raises(InputError, match=r"acme\.yaml:\d+"):
        read(tmp_path)


def test_a_class_without_a_price_of_storage() -> None:
    text = HEAD.replace(", part_of: standard", "")
    (said,) = problems(text + STORED)
    assert said.startswith("acme.yaml:11:")
    assert "the class 'cold' has no price of storage in any region" in said
    for class_ in ("cold", '"*"'):
        own = STORAGE.replace("class: standard", f"class: {class_}")
        assert problems(text + STORED + fact(f"{own}, value: 1, region: north")) == []


def test_many_problems_are_cut_off() -> None:
    text = fact(f"item: read, class: x, value: -1, unit: no, {REST}")
    assert problems(HEAD + text * 20)[-1] == "... and more"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\0\1\2", "is a binary file"),
        (b"[]", "expected"),
        (b"name: acme\n\tregions: []\n", "acme.yaml:2"),
        (b"name: acme\n", "lacks the key `title`"),
        ((HEAD + fact(f"{STORAGE}, value: 1, price: 2")).encode(), "unknown key `price`"),
        ((HEAD + fact(f"{STORAGE}, value: 0,02")).encode(), "acme.yaml:13"),
        ((HEAD + fact(f"{STORAGE}, value: О.02")).encode(), "acme.yaml:13"),  # noqa: RUF001
    ],
    ids=["empty", "binary", "a list", "a tab", "a part", "unknown", "a comma", "a Cyrillic O"],
)
def test_a_file_that_is_none(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "acme.yaml").write_bytes(data)
    with pytest.raises(InputError, match=r"acme\.yaml") as caught:
        read(tmp_path)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["acme.yml", "ACME.YAML"])
def test_a_file_of_another_name_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / "acme.yaml").write_text(HEAD + STORED)
    (tmp_path / "notes.txt").write_text("not a price")
    read(tmp_path)
    (tmp_path / name).write_text(HEAD + STORED)
    with pytest.raises(InputError, match=r"end in \.yaml") as caught:
        read(tmp_path)
    assert caught.value.hint.startswith(f"name it {name.partition('.')[0]}.yaml")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for path, message in (
        (tmp_path / "none", "no such folder"),
        (file, "is a file, not a folder"),
        (tmp_path, "no provider's file"),
    ):
        with pytest.raises(InputError, match=message):
            read(path)


@pytest.mark.parametrize("change", ["\r\n", "bom"])
def test_line_ends_and_marks_of_windows(tmp_path: Path, change: str) -> None:
    text = HEAD + fact(f"{STORAGE}, value: 1")
    text = "\ufeff" + text if change == "bom" else text.replace("\n", change)
    (tmp_path / "acme.yaml").write_bytes(text.encode())
    assert list(read(tmp_path).providers) == ["acme"]


def test_facts_of_laws_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(HEAD + fact(f"{STORAGE}, value: 1"))
    law = f"sources: {{}}\nfacts:\n  - {{item: switching-egress, value: 0, unit: EUR/GB, {REST}}}\n"
    (tmp_path / "laws.yaml").write_text(law)
    with pytest.raises(InputError, match=r"laws\.yaml:3.*no source is called 'page'"):
        read(tmp_path)
