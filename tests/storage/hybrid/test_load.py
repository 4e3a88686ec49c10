"""The document of the rules: what it holds, and what is said of what it should not."""

import re
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from opskit import examples
from opskit.errors import InputError
from opskit.storage.catalog.load import load as catalog
from opskit.storage.hybrid.load import load
from opskit.storage.hybrid.rules import Local, Plan


def read(tmp_path: Path, text: str) -> Plan:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    return load(path, catalog())


def one(rule: str, more: str = "") -> str:
    return f"rules:\n  - name: r\n    {rule}\n{more}"


def test_the_example() -> None:
    path = Path(str(files(examples))) / "storage/rules.yaml"
    plan = load(path, catalog())
    assert plan.local == Local(Decimal(25), "USD", 10**12)
    assert plan.recall == 1
    accounting = next(rule for rule in plan.rules if rule.name.startswith("accounting"))
    assert accounting.untouched == 365
    assert accounting.extensions == (".pdf", ".xlsx", ".csv", ".xml")
    assert accounting.to is not None
    assert (accounting.to.provider.name, accounting.to.class_.name) == ("aws", "glacier")
    assert accounting.to.region.name == "eu-central-1"
    assert plan.rules[0].to is None


def test_what_is_not_named_is_the_providers_first(tmp_path: Path) -> None:
    to = read(tmp_path, one("to: {provider: aws}")).rules[0].to
    assert to is not None
    assert (to.class_.name, to.region.name) == (
        "standard",
        catalog().provider("aws").regions[0].name,
    )


def test_a_class_by_the_name_of_the_provider(tmp_path: Path) -> None:
    to = read(tmp_path, one("to: {provider: aws, class: DEEP_ARCHIVE}")).rules[0].to
    assert to is not None
    assert to.class_.name == "deep-archive"


def test_sizes_and_times(tmp_path: Path) -> None:
    text = "{larger: 1MiB, smaller: 2GB, untouched: 1y, unchanged: 90, changed: 60w, keep: local}"
    rule = read(tmp_path, "rules: [{name: r, " + text[1:] + "]").rules[0]
    assert (rule.larger, rule.smaller) == (2**20, 2 * 10**9)
    assert (rule.untouched, rule.unchanged, rule.changed) == (365, 90, 420)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("25 USD/TB-month", Local(Decimal(25), "USD", 10**12)),
        ("12.50EUR / TiB-month", Local(Decimal("12.50"), "EUR", 2**40)),
        ("0.02 usd/GB-month", Local(Decimal("0.02"), "USD", 10**9)),
    ],
)
def test_local_costs(tmp_path: Path, text: str, local: Local) -> None:
    assert read(tmp_path, one("keep: local", f"local: {{cost: {text}}}")).local == local


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("rules: []", 1, "length >= 1"),
        (one("to: {provider: aws}\n    keep: local"), 2, "has both `to` and `keep`"),
        (one("larger: 1MB"), 2, "has neither `to` nor `keep`"),
        (one("keep: here"), 3, "expected local"),
        (one("to: {provider: asw}"), 3, "'asw' is no provider in the catalog; did you mean aws?"),
        (one("to: {provider: aws, class: glacir}"), 3, "did you mean glacier?"),
        (one("to: {provider: aws, class: intelligent-tiering-ia}"), 3, "is no class of aws"),
        (one("to: {provider: aws, region: mars-1}"), 3, "'mars-1' is no region of aws"),
        (one("to: {provider: aws, class: glacier, speed: warp}"), 3, "is no speed of glacier"),
        (one("to: {provider: b2, speed: bulk}"), 3, "'bulk' is no speed"),
        (one("keep: local\n    larger: 10T"), 4, "'10T' is no size"),
        (one("keep: local\n    larger: 10"), 4, "'10' is no size"),
        (one("keep: local\n    untouched: 3 fortnights"), 4, "is no length of time"),
        (one("keep: local\n    larger: 2MB\n    smaller: 1MB"), 5, "nothing fits"),
        (one("keep: local\n    unchanged: 90d\n    changed: 30d"), 5, "nothing fits"),
        (one("keep: local\n    untouched: 90d\n    changed: 30d"), 5, "nothing fits"),
        (one("keep: local\n    match: ['a', '!b']"), 4, "there is no `!`"),
        (one("keep: local\n    match: 'a[b'"), 4, "is not closed"),
        (one("keep: local\n    wherever: x"), 4, "unknown key `wherever`"),
        (one("keep: local", "  - {name: r, keep: local}"), 4, "a second rule is called 'r'"),
        (one("keep: local", "local: {cost: 25}"), 4, "is no cost of keeping data"),
        (one("keep: local", "local: {cost: 25 GBP/TB-month}"), 4, "is no cost of keeping data"),
        (one("keep: local", "recall: 101%"), 4, "is no part of all"),
        (one("keep: local", "recall: 0.5"), 4, "is no part of all"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read(tmp_path, text)
    assert f"rules.yaml:{line}:" in str(caught.value)


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = one("to: {provider: asw}\n    larger: 10T", "recall: much")
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 3
