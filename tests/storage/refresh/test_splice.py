"""Edits of a provider's file: exactly these bytes, and none besides."""

import difflib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.errors import DefectError, InputError
from opskit.storage.catalog.load import BUNDLED
from opskit.storage.catalog.model import Fact, Provider, Source
from opskit.storage.refresh.splice import Plan, spliced
from tests.storage.refresh.parts import READ_ON, SMALL, catalog, provider

SOURCES = {"feed-s3": Source("a 'feed': of prices", "https://example.org/a")}


@pytest.fixture
def small(tmp_path: Path) -> Provider:
    return provider(catalog(tmp_path))


def changed(before: str, after: str) -> list[str]:
    """The lines that differ, with - and +."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [each for each in lines if each[0] in "-+"]


def renewed(fact: Fact) -> Fact:
    return replace(fact, read_on=READ_ON, source="feed-s3", method="feed", status="verified")


def later(fact: Fact, value: str) -> Fact:
    day = date(2026, 11, 1)
    return replace(renewed(fact), value=Decimal(value), effective_from=day, note="")


def splice(text: str, plan: Plan) -> str:
    return spliced(text.encode(), "aws.yaml", plan).decode()


def test_a_plan_without_content_changes_no_byte() -> None:
    assert splice(SMALL, Plan()) == SMALL


def test_a_new_price_goes_below_the_old_one(small: Provider) -> None:
    after = splice(SMALL, Plan(added={0: [later(small.facts[0], "0.0245")]}, sources=SOURCES))
    assert changed(SMALL, after) == [
        """+   feed-s3: {title: "a 'feed': of prices", url: "https://example.org/a"}""",
        "+   - {item: storage, class: standard, region: us-east-1, tier: 0-51200, value: 0.0245, "
        "unit: USD/GB-month, effective_from: 2026-11-01, read_on: 2026-11-23, source: feed-s3, "
        "method: feed, status: verified}",
    ]
    lines = after.splitlines()
    assert lines.index('  list: {title: "a list"}') + 1 == lines.index(
        """  feed-s3: {title: "a 'feed': of prices", url: "https://example.org/a"}"""
    )
    assert "value: 0.0230" in lines[lines.index("  # Storage") + 1]
    assert "value: 0.0245" in lines[lines.index("  # Storage") + 2]


def test_a_price_that_is_read_again_keeps_all_else(small: Provider) -> None:
    plan = Plan(renewed={1: renewed(small.facts[1])}, sources=SOURCES)
    _, old, new = sorted(changed(SMALL, splice(SMALL, plan)), key=len)[-3:]
    assert new[2:] == (
        old[2:]
        .replace("read_on: 2026-08-01", "read_on: 2026-11-23")
        .replace("source: list", "source: feed-s3")
        .replace("method: page", "method: feed")
    )
    assert new.endswith('note: "by hand"}  # a comment')


def test_a_price_that_is_verified_says_what_it_was(small: Provider) -> None:
    fact = replace(renewed(small.facts[2]), note='unverified until 2026-11-23: a "guess"')
    after = splice(SMALL, Plan(renewed={2: fact}, sources=SOURCES))
    assert 'status: verified, note: "unverified until 2026-11-23: a \\"guess\\""}' in after


def test_a_fact_in_a_block_is_edited_and_followed(small: Provider) -> None:
    fact = small.facts[3]
    plan = Plan({3: renewed(fact)}, {3: [later(fact, "0.013")]}, SOURCES)
    after = splice(SMALL, plan)
    assert "  - item: storage  # in a block\n    class: standard-ia\n" in after
    assert "    read_on: 2026-11-23\n    source: feed-s3\n" in after
    assert "    status: verified\n  - {item: storage, class: standard-ia, " in after


def test_line_ends_and_marks_stay(small: Provider) -> None:
    plan = Plan({0: renewed(small.facts[0])}, {6: [later(small.facts[6], "0.08")]}, SOURCES)
    wanted = splice(SMALL, plan)
    windows = b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()
    after = spliced(windows, "aws.yaml", plan)
    assert after == b"\xef\xbb\xbf" + wanted.replace("\n", "\r\n").encode()


def test_a_last_line_without_an_end_gets_one(small: Provider) -> None:
    plan = Plan(added={6: [later(small.facts[6], "0.08")]}, sources=SOURCES)
    assert splice(SMALL.rstrip("\n"), plan) == splice(SMALL, plan).rstrip("\n")


def test_brackets_stay_brackets(small: Provider) -> None:
    text = SMALL[: SMALL.index("sources:")] + (
        'sources: {guide: {title: "a guide"}, list: {title: "a list"}}\n'
        "regions: [{name: us-east-1, title: N. Virginia}]\n"
        "classes: [{name: standard-ia, title: Standard-IA, access: cool}]\n"
        "facts: [{item: storage, class: standard-ia, region: us-east-1, value: 0.0125, "
        "unit: USD/GB-month, effective_from: 2026-01-01, read_on: 2026-08-01, source: list, "
        "method: feed, status: verified}]\n"
    )
    after = splice(text, Plan(added={0: [later(small.facts[3], "0.013")]}, sources=SOURCES))
    assert "status: verified}, {item: storage" in after
    assert 'list: {title: "a list"}, feed-s3: {title' in after


def test_a_fact_behind_an_alias_is_not_edited(small: Provider) -> None:
    text = SMALL.replace("- {item: egress", "- &a {item: egress") + "  - *a\n"
    with pytest.raises(InputError, match="uses an alias"):
        splice(text, Plan(renewed={6: renewed(small.facts[6])}, sources=SOURCES))


def test_a_change_that_would_be_unfit_is_refused(small: Provider) -> None:
    with pytest.raises(DefectError, match="unfit after the change"):
        splice(SMALL, Plan(renewed={0: renewed(small.facts[0])}))  # the source is not declared
    with pytest.raises(DefectError, match="unfit after the change"):
        splice(SMALL, Plan(added={0: [small.facts[0]]}))  # the same fact twice


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_plan_for_a_bundled_file_reads_as_it_was_meant(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["oci.yaml", "azure.yaml"]))
    before = (BUNDLED / name).read_bytes()
    known = provider_of(before)
    places = st.integers(0, len(known.facts) - 1)
    plan = Plan(sources=SOURCES)
    for index in data.draw(st.sets(places, max_size=5)):
        plan.renewed[index] = renewed(known.facts[index])
    for index in data.draw(st.sets(places, max_size=5)):
        day = data.draw(st.dates(date(2027, 1, 1), date(2030, 1, 1)))
        note = data.draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
        fact = replace(renewed(known.facts[index]), effective_from=day, note=note or "soon")
        plan.added[index] = [fact]
    after = spliced(before, name, plan)  # proves by itself that it reads as it should
    rest = set(after.splitlines())
    lost = [line for line in before.splitlines() if line not in rest]
    assert len(lost) <= len(plan.renewed)
    assert len(after.splitlines()) == len(before.splitlines()) + len(plan.added) + 1


def provider_of(data: bytes) -> Provider:
    from opskit.decode import decode
    from opskit.documents import parse_document

    return decode(parse_document(data, "a.yaml"), Provider)
