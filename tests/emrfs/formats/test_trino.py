"""Trino's security mappings: the shapes of its documentation and of its own tests.

Where the reader keeps a mapping, it means the same to EMRFS: that is held against a naive reading
of Trino's rules.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.documents import parse_document
from opskit.emrfs.formats import trino
from opskit.emrfs.load import load
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.prefixes import Path as Place
from opskit.emrfs.resolve import resolve
from opskit.errors import InputError

ARN = "arn:aws:iam::123456789101:role/"


def mapped(*entries: Any) -> Design:
    text = json.dumps({"mappings": list(entries)}, indent=1)
    document = parse_document(text.encode(), "mapping.json", is_json=True)
    return trino.read(document)


def said(design: Design) -> list[tuple[Kind, list[str], str]]:
    return [(m.kind, [i.text for i in m.identifiers], m.role) for m in design.mappings]


PUBLISHED = [
    {"prefix": "s3://bar/abc", "iamRole": f"{ARN}allow_path"},
    {"prefix": "s3://bar/", "allowedIamRoles": [f"{ARN}allow_bucket_1"]},
    {"prefix": "s3://xyz/", "iamRole": f"{ARN}default", "allowedIamRoles": [f"{ARN}foo"]},
    {"prefix": "s3://foo/", "accessKey": "AKIAxxx", "secretKey": "iXbXxxx", "kmsKeyId": "k"},
    {"user": "alice", "iamRole": "alice_role"},
    {"user": "bob|charlie", "iamRole": "bob_and_charlie_role"},
    {"group": "hr|eng", "iamRole": "hr_and_eng_group"},
    {"user": "danny", "group": "hq", "iamRole": "danny_hq_role"},
    {"useClusterDefault": "false", "iamRole": f"{ARN}default"},
]


def test_the_published_shapes(tmp_path: Path) -> None:
    file = tmp_path / "security-mapping.json"
    file.write_text(json.dumps({"mappings": PUBLISHED}, indent=2))
    design = load(file)
    assert design.format == "trino"
    assert said(design) == [
        (Kind.PREFIX, ["s3://bar/abc"], f"{ARN}allow_path"),
        (Kind.PREFIX, ["s3://xyz/"], f"{ARN}default"),
        (Kind.USER, ["alice"], "alice_role"),
        (Kind.USER, ["bob", "charlie"], "bob_and_charlie_role"),
        (Kind.GROUP, ["hr", "eng"], "hr_and_eng_group"),
    ]
    left_out = [note for note in design.notes if "is left out" in note]
    reasons = ("choose one", "access keys", "user and group", "for everyone")
    assert len(left_out) == len(reasons)
    for reason, note in zip(reasons, left_out, strict=True):
        assert reason in note
    assert not any("iXbX" in note or "AKIA" in note for note in design.notes)
    assert design.account == "123456789101"
    assert [mapping.index for mapping in design.mappings] == [0, 1, 2, 3, 4]
    assert str(design.mappings[2].location) == f"{file}:26:5"


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("alice", ["alice"]),
        ("(alice|bob)", ["alice", "bob"]),
        ("(?:alice|bob)", ["alice", "bob"]),
        (r"a\.b|c\-d", ["a.b", "c-d"]),
        (r"a\|b", ["a|b"]),
        ("a|a", ["a"]),
        ("user@REALM", ["user@REALM"]),
        ("a.b", []),  # the point is any character
        ("eng.*", []),
        ("(?i)alice", []),
        ("[ab]", []),
        ("a|", []),
        ("", []),
        (r"\d", []),
        (r"\Qa.b\E", []),
        ("^a$", []),
        ("a{2}", []),
        ("(a)|(b)", []),
        ("(a|b", []),
        ("a\\", []),
        ("(a+)+" * 20, []),
    ],
)
def test_expressions_that_are_lists_of_names(expression: str, names: list[str]) -> None:
    assert trino.literals(expression) == names


@given(st.text("ab.|()\\*[?", max_size=8))
def test_the_names_of_an_expression_are_what_it_matches(expression: str) -> None:
    """For expressions that Java and Python read alike: every other short name is no match."""
    names = trino.literals(expression)
    if not names:
        return
    compiled = re.compile(expression)
    assert all(compiled.fullmatch(name) for name in names)
    others = {"", "a", "b", "ab", "ba", "aa", ".", "|", "a.b", "aab"} - set(names)
    assert not any(compiled.fullmatch(other) for other in others)


PREFIXES = (
    "s3://b",
    "s3://b/",
    "s3a://b/x",
    "s3://b/x/",
    "s3://b/x//",
    "s3://b/x*",
    "b/x",
    "s3://",
)
PLACES = ("b/", "b/x", "b/x/", "b/x/y", "b/xy", "bb/x", "b/x*", "b/x//y", "b/y")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_prefix_that_is_kept_covers_what_it_does_in_trino(prefix: str) -> None:
    design = mapped({"prefix": prefix, "iamRole": "r"})
    if not design.mappings:
        assert prefix in ("s3://b/x//", "s3://b/x*", "b/x", "s3://")
        assert "would read the prefix" in design.notes[0]
        return
    bucket, _, key = prefix.partition("://")[2].partition("/")
    for text in PLACES:
        place = Place(*text.split("/", 1))
        in_trino = place.bucket == bucket and place.key.startswith(key)
        assert (resolve(design, "u", [], place).hit is not None) is in_trino, text


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"user": "a", "useClusterDefault": True}, "cluster's own role"),
        ({"user": "a", "prefix": "s3://b/", "iamRole": "r"}, "user and prefix have to match"),
        ({"user": "a.*", "iamRole": "r"}, "no list of names"),
        ({"user": 5, "iamRole": "r"}, "no list of names"),
        ({"iamRole": "r"}, "for everyone"),
        ({"user": "a"}, "allowedIamRoles"),
    ],
)
def test_what_emrfs_cannot_have_is_left_out(entry: Any, why: str) -> None:
    design = mapped(entry, {"user": "b", "iamRole": "r"})
    assert len(design.mappings) == 1
    assert any("mappings[0] of Trino (line 3) is left out" in n and why in n for n in design.notes)


def test_the_clusters_own_role_at_the_end_is_what_emrfs_does_anyway() -> None:
    design = mapped({"user": "b", "iamRole": "r"}, {"useClusterDefault": True})
    assert not any("left out" in note for note in design.notes)
    assert any("is denied by Trino" in note for note in design.notes)


def test_what_is_not_carried_over_is_said() -> None:
    notes = mapped({"user": "b", "iamRole": "r", "kmsKeyId": "k", "endpoint": "e"}).notes
    assert "kmsKeyId, endpoint is not carried over" in notes[0]


def test_mappings_inside_of_another_document() -> None:
    text = json.dumps({"data": {"s3": {"mappings": [{"user": "u", "iamRole": "r"}]}}})
    document = parse_document(text.encode(), "m.json", is_json=True)
    assert trino.recognises(document)
    assert said(trino.read(document)) == [(Kind.USER, ["u"], "r")]


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", '{"mappings": []}', '{"mappings": [{"role": "r", "users": ["u"]}]}', '"x"'],
)
def test_what_is_none(text: str) -> None:
    assert not trino.recognises(parse_document(text.encode(), "x.json", is_json=True))


def test_a_mapping_that_is_no_object() -> None:
    with pytest.raises(InputError, match="is a JSON object") as error:
        mapped({"user": "u", "iamRole": "r"}, 5)
    assert error.value.where == "mapping.json:7:3"
