"""EMR010, EMR011, EMR012: what never decides, and what decides too early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.emrfs import prefixes
from opskit.emrfs.model import PrefixMatch
from opskit.findings import Severity
from tests.emrfs.rules.checks import config, found, mapping, own, placed

PATH = "match: {prefixes: path}\n"
RAW = '- role: lake\n  prefixes: ["s3://lake/"]\n- role: raw\n  prefixes: ["s3://lake/raw/"]\n'


def prefixed(first: str, second: str, role: str = "two") -> str:
    return f'- role: one\n  prefixes: ["{first}"]\n- role: {role}\n  prefixes: ["{second}"]\n'


def test_a_broader_prefix_shadows() -> None:
    made = config(
        mapping("lake", "Prefix", "s3://lake/"), mapping("raw", "Prefix", "s3://lake/raw/")
    )
    assert placed(made, "EMR010") == [(16, "mappings[1]")]
    [finding] = found(made, "EMR010")
    assert finding.message == (
        "mappings[1]: s3://lake/raw/ never decides: mappings[0] gives lake for s3://lake/"
    )
    assert placed(own(RAW), "EMR010") == [(7, "mappings[1]")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("s3://lake/raw/", "s3://lake/"),
        ("s3://lake/raw/", "s3://lake/rare/"),
        ("s3://lake/", "s3://lakes/"),
        ("s3://Lake/", "s3://lake/raw/"),
        ("s3://", "s3://lake/raw/"),
        ("s3://${var.x}/", "s3://${var.x}/raw/"),
    ],
)
def test_what_still_decides_is_quiet(first: str, second: str) -> None:
    assert placed(own(prefixed(first, second)), "EMR010") == []


@pytest.mark.parametrize(
    ("first", "second", "match", "severity", "says"),
    [
        ("s3://lake/foo", "s3://lake/foobar/", "string", "warning", ", where prefixes match as"),
        ("s3://lake/foo", "s3://lake/foobar/", "path", "info", ", where prefixes match as plain"),
        ("s3://lake/foo/", "s3://lake/foo", "string", "info", ", where prefixes match by folders"),
        ("s3://lake/foo/", "s3://lake/foo", "path", "warning", ", where prefixes match by folders"),
        ("s3://lake/foo", "s3://lake/foo/", "string", "warning", "for s3://lake/foo"),
        ("s3://lake/*", "s3a://lake/raw", "path", "warning", "for s3://lake/*"),
    ],
)
def test_both_readings_are_told(
    first: str, second: str, match: str, severity: str, says: str
) -> None:
    made = own(prefixed(first, second), f"match: {{prefixes: {match}}}\n")
    assert placed(made, "EMR010") == [(7, "mappings[1]")]
    [finding] = found(made, "EMR010")
    assert finding.severity == severity
    assert says in finding.message
    assert ("where prefixes" in finding.message) == says.startswith(",")


def test_the_other_reading_is_no_matter_within_a_role() -> None:
    pair = prefixed("s3://lake/foo/", "s3://lake/foo", role="one")
    assert placed(own(pair), "EMR010") == []
    assert "for the same role" in found(own(pair, PATH), "EMR010")[0].message


def test_within_one_mapping() -> None:
    made = own(
        '- role: a\n  prefixes: ["s3://lake/", "s3://lake/raw/", "s3a://lake/"]\n'
        "- role: b\n  users: [ana, bob, ana]\n"
    )
    told = [(f.message, f.fixable) for f in found(made, "EMR010")]
    assert told == [
        ("mappings[0]: s3://lake/raw/ adds nothing: s3://lake/ before it covers it", False),
        ("mappings[0] has s3a://lake/ twice", False),
        ("mappings[1] has ana twice", True),
    ]


def test_the_same_identifier_for_one_role_or_two() -> None:
    made = own(
        "- role: a\n  users: [ana]\n"
        "- role: arn:aws:iam::123456789012:role/a\n  users: [ana]\n"
        "- role: b\n  users: [bob, ana]\n"
        "- role: c\n  groups: [ana]\n"
    )
    assert placed(made, "EMR010") == [(7, "mappings[1]")]
    assert placed(made, "EMR011") == [(9, "mappings[2]")]
    assert found(made, "EMR011")[0].message == (
        "mappings[2]: ana gets a from mappings[0], and never b"
    )


def test_a_prefix_for_two_roles_is_emr011_alone() -> None:
    made = config(mapping("a", "Prefix", "s3://lake/"), mapping("b", "Prefix", "s3n://lake/*"))
    assert placed(made, "EMR011") == [(16, "mappings[1]")]
    assert placed(made, "EMR010") == []


TEXTS = st.text("ab/", min_size=1, max_size=4).filter(lambda text: text[0] != "/")


@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from(["string", "path"]))
def test_shadowed_is_exactly_what_never_decides(texts: list[str], match: PrefixMatch) -> None:
    """Against a walk over all places that differ for these prefixes."""
    mappings = "".join(f'- role: r{n}\n  prefixes: ["s3://{t}"]\n' for n, t in enumerate(texts))
    made = own(mappings, f"match: {{prefixes: {match}}}\n")
    flagged = {
        finding.object
        for code in ("EMR010", "EMR011")
        for finding in found(made, code)
        if finding.severity is Severity.WARNING
    }
    normal = [prefixes.normal(f"s3://{text}") for text in texts]
    places = [each + more for each in normal for more in ("", "x", "/", "/x", "a", "b")]
    deciding = {
        next((n for n, each in enumerate(normal) if prefixes.matches(each, place, match)), None)
        for place in places
    }
    assert flagged == {f"mappings[{n}]" for n in range(len(texts)) if n not in deciding}


def test_a_prefix_before_users_and_groups() -> None:
    made = config(
        mapping("lake", "Prefix", "s3://lake/"),
        mapping("ana", "User", "ana", "bob", "cyd", "dan"),
        mapping("raw", "Prefix", "s3://raw/"),
        mapping("eng", "Group", "eng"),
        mapping("last", "Prefix", "s3://last/"),
    )
    assert placed(made, "EMR012") == [(5, "mappings[0]"), (22, "mappings[2]")]
    assert found(made, "EMR012")[0].message == (
        "mappings[0]: at s3://lake/ everyone gets lake, also mappings[1] behind it: "
        "user ana, bob, cyd and 1 more; and 1 more mapping"
    )
    assert found(made, "EMR012")[1].message.endswith("mappings[3] behind it: group eng")
    assert placed(own(RAW), "EMR012") == []


def test_mappings_behind_a_prefix_are_counted_without_those_of_its_role() -> None:
    groups = [mapping(f"r{n}", "Group", f"g{n}") for n in range(20)]
    made = config(mapping("r5", "Prefix", "s3://lake/"), *groups)
    assert found(made, "EMR012")[0].message.endswith(
        "also mappings[1] behind it: group g0; and 18 more mappings"
    )


def test_a_prefix_with_the_role_of_those_behind_it_is_quiet() -> None:
    first = '- role: a\n  prefixes: ["s3://lake/"]\n- role: a\n  users: [ana]\n'
    assert placed(own(first), "EMR012") == []
    assert placed(own(first + "- role: b\n  groups: [eng]\n"), "EMR012") == [(4, "mappings[0]")]
    assert "mappings[2]" in found(own(first + "- role: b\n  groups: [eng]\n"), "EMR012")[0].message


def test_long_identifiers_are_cut_in_messages() -> None:
    long = "s3://lake/" + "x" * 5000
    made = own(prefixed("s3://lake/", long))
    assert len(found(made, "EMR010")[0].message) < 300
