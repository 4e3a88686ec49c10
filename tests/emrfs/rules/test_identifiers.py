"""EMR003, EMR042, EMR043: names of users and groups, and the characters in identifiers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.emrfs import lookalikes
from opskit.findings import Severity
from tests.emrfs.rules.checks import config, found, mapping, own, placed

CYRILLIC_A = "\u0430"


@pytest.mark.parametrize(
    ("text", "severity", "says", "expected"),
    [
        ("", "error", "empty", "a group"),
        (" \t", "error", "empty", "a group"),
        ("eng ", "error", "white space around", "eng"),
        ("\u00a0eng", "error", "white space around", "eng"),
        ("eng;sci", "error", "ends an identifier", ""),
        ("eng\n1", "error", "U+000A", "eng1"),
        ("en\u200bg", "error", "U+200B ZERO WIDTH SPACE", "eng"),
        ("\u202egne", "error", "U+202E RIGHT-TO-LEFT OVERRIDE", "gne"),
        ("eng\ufe0f", "error", "U+FE0F", "eng"),
        ("eng,sci", "warning", "may end a mapping", ""),
        (f"dat{CYRILLIC_A}", "warning", "U+0430 CYRILLIC SMALL LETTER A", "data"),
        (f"grp_{CYRILLIC_A}", "warning", "U+0430", "grp_a"),
        ("\uff45ng", "warning", "U+FF45 FULLWIDTH", "eng"),
        ("data\u2013eng", "warning", "U+2013 EN DASH", "data-eng"),
        ("data\u00a0eng", "warning", "U+00A0", "data eng"),
        ("cafe\u0301", "warning", "U+0301 COMBINING ACUTE ACCENT", "caf\u00e9"),
    ],
)
def test_characters(text: str, severity: str, says: str, expected: str) -> None:
    made = config(mapping("eng", "Group", "fine", text))
    assert placed(made, "EMR003") == [(10, "mappings[0]")]
    [finding] = found(made, "EMR003")
    assert (finding.severity, finding.observed, finding.expected) == (severity, text, expected)
    assert says in finding.message
    assert finding.fixable == ("white space around" in says)


@pytest.mark.parametrize(
    "text",
    [
        *("grp_data-eng.1", "Domain Users", "ana@CORP", "s3://lake/a=b/*"),
        *("m\u00fcller", "\u043e\u043f\u0435\u0440\u0430\u0442\u043e\u0440", "\u03b4\u03b5\u03b4"),
        *("grp_\u043e\u043f\u0435\u0440\u0430\u0442\u043e\u0440", "\u7814\u7a76", "${var.group}"),
    ],
)
def test_fine_characters_are_quiet(text: str) -> None:
    assert placed(config(mapping("eng", "Group", text)), "EMR003") == []


def test_in_a_document() -> None:
    made = own('- role: eng\n  groups:\n    - eng\n    - "sci;x"\n')
    assert placed(made, "EMR003") == [(7, "mappings[0]")]


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    """Nothing is found in ASCII but controls, and what is found stands in the text."""
    unseen, suspect = lookalikes.unseen(text), lookalikes.suspect(text)
    assert unseen in text
    assert suspect in text
    if text.isascii():
        assert suspect == ""
        assert bool(unseen) == (not text.isprintable())


@given(st.text(st.sampled_from("ao\u0430\u043e\uff41_-\u2013"), min_size=1))
def test_what_a_text_looks_like_is_not_suspect(text: str) -> None:
    assert lookalikes.suspect(lookalikes.plain(text)) == ""


@pytest.mark.parametrize(
    ("user", "short"),
    [
        ("ana@CORP.EXAMPLE.COM", "ana"),
        ("hive/ip-10-0-0-1.ec2.internal@EC2.INTERNAL", "hive"),
        ("CORP\\ana", "ana"),
    ],
)
def test_users_with_a_realm(user: str, short: str) -> None:
    made = config(mapping("ana", "User", "bob", user))
    assert placed(made, "EMR042") == [(10, "mappings[0]")]
    assert found(made, "EMR042")[0].expected == short
    assert placed(own(f"- role: ana\n  users: [{json.dumps(user)}]\n"), "EMR042") == [
        (5, "mappings[0]")
    ]


def test_short_names_and_groups_are_no_principals() -> None:
    made = config(mapping("ana", "User", "ana", "ana.b-c"), mapping("g", "Group", "eng@corp"))
    assert placed(made, "EMR042") == []


@pytest.mark.parametrize("group", ["Domain Users", "CORP\\eng", "CORP\\Domain Users", "a\tb"])
def test_groups_of_windows(group: str) -> None:
    made = config(mapping("eng", "Group", group))
    assert placed(made, "EMR043") == [(9, "mappings[0]")]
    assert found(made, "EMR043")[0].severity is Severity.WARNING


def test_plain_groups_are_quiet() -> None:
    made = config(mapping("eng", "Group", "domain_users", " eng"), mapping("x", "User", "a b"))
    assert placed(made, "EMR043") == []
