"""Policies as they are read: everything that is not grammar is a fault, and nothing an error."""

from collections.abc import Sequence
from typing import Any

import pytest

from opskit.emrfs.iam.policy import Condition, parse
from opskit.findings import Location

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def test_a_statement() -> None:
    source = {
        "Version": "2012-10-17",
        "Id": "x",
        "Statement": {
            "Sid": "Read",
            "Effect": "Allow",
            "Action": ["s3:Get*"],
            "NotResource": "arn:aws:s3:::lake/secret/*",
            "Principal": {"AWS": "111122223333", "Service": ["ec2.amazonaws.com"]},
            "Condition": {"Bool": {"aws:SecureTransport": True}, "NumericEquals": {"a:b": [1, 2]}},
        },
    }
    found = parse(source, "reader")
    (statement,) = found.statements
    assert (found.version, found.faults, statement.faults) == ("2012-10-17", (), ())
    assert statement.label == "reader Read"
    assert statement.actions == ("s3:Get*",)
    assert statement.not_resources == ("arn:aws:s3:::lake/secret/*",)
    assert statement.principals == {"AWS": ("111122223333",), "Service": ("ec2.amazonaws.com",)}
    assert statement.conditions == (
        Condition("Bool", "aws:SecureTransport", ("true",)),
        Condition("NumericEquals", "a:b", ("1", "2")),
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"Effect": "allow"}, "Effect is 'allow'"),
        ({"Effect": None}, "it has no Effect"),
        ({"Action": None}, "Action has None, which is no text"),
        ({"Action": []}, "Action is an empty list"),
        ({"Action": ["s3:*", 3]}, "Action has 3, which is no text"),
        ({"Action": "GetObject"}, "'GetObject' is no action; write service:Action"),
        ({"NotAction": "s3:*"}, "both Action and NotAction"),
        ({"NotResource": "*"}, "both Resource and NotResource"),
        ({"Resource": {"a": 1}}, "Resource has {'a': 1}, which is no text"),
        ({"Principal": "*", "NotPrincipal": "*"}, "both Principal and NotPrincipal"),
        ({"Principal": "111122223333"}, 'write {"AWS": ...} or "*"'),
        ({"Principal": {"Aws": "*"}}, "'Aws' is no kind of principal"),
        ({"Condition": "x"}, "Condition is 'x', not an object"),
        ({"Condition": [1]}, "Condition is [1], not an object"),
        ({"Condition": {"Bool": "true"}}, "Condition Bool is 'true', not an object"),
        ({"Condition": {"Bool": {"a:b": {}}}}, "a:b has {}, which is no text"),
        ({"Condition": {"Bool": {"a:b": []}}}, "a:b is an empty list"),
        ({"Sid": 7}, "Sid is 7, not a text"),
        ({"Resources": "*"}, "unknown key 'Resources'"),
    ],
)
def test_faults_of_a_statement(change: dict[str, Any], fault: str) -> None:
    (statement,) = parse({"Statement": [GOOD | change]}, "p").statements
    assert any(fault in each for each in statement.faults), statement.faults


@pytest.mark.parametrize("missing", ["Effect", "Action", "Resource"])
def test_what_is_missing(missing: str) -> None:
    left = {key: value for key, value in GOOD.items() if key != missing}
    (statement,) = parse({"Statement": [left]}, "p").statements
    assert missing in " ".join(statement.faults)
    assert statement.effect_unknown is (missing == "Effect")


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ([], "a policy is a JSON object"),
        (None, "a policy is a JSON object"),
        ("{}", "a policy is a JSON object"),
        ({}, "it has no Statement"),
        ({"Statement": []}, "it has no Statement"),
        ({"Statement": [GOOD], "Version": "2012-10-18"}, "Version is '2012-10-18', which is none"),
        ({"Statement": [GOOD], "statement": []}, "unknown key 'statement'"),
    ],
)
def test_faults_of_a_policy(source: object, fault: str) -> None:
    assert fault in parse(source, "p").faults


def test_what_is_no_text_could_be_anything() -> None:
    change = {"Resource": ["a", {"Ref": "x"}], "Condition": {"StringEquals": {"a:b": [None, 1]}}}
    (statement,) = parse({"Statement": [GOOD | change]}, "p").statements
    assert statement.resources == ("a", "${}")
    assert statement.conditions[0].values == ("${}", "1")


def test_statements_that_are_no_objects() -> None:
    found = parse({"Statement": [GOOD, "x", None]}, "p")
    assert [bool(each.faults) for each in found.statements] == [False, True, True]
    assert found.statements[1].effect_unknown


def test_a_sid_stands_once() -> None:
    named = GOOD | {"Sid": "A"}
    found = parse({"Statement": [named, GOOD, named, GOOD]}, "p")
    assert [each.faults for each in found.statements] == [
        (),
        (),
        ("Sid 'A' stands here twice",),
        (),
    ]


def test_places_are_kept() -> None:
    def locate(path: Sequence[str | int]) -> Location:
        return Location("/".join(map(str, path)) or "top")

    many = parse({"Statement": [GOOD, 1]}, "p", locate)
    assert many.location == Location("top")
    assert [str(each.location) for each in many.statements] == ["Statement/0", "Statement/1"]
    assert str(parse({"Statement": GOOD}, "p", locate).statements[0].location) == "Statement"


@pytest.mark.parametrize(
    ("resource", "understood"),
    [
        ("*", True),
        ("arn:aws:s3:::*", True),
        ("arn:aws:s3:::b/a:c", True),
        ("arn:${AWS::Partition}:s3:::b", True),
        ("${bucket.arn}/*", True),
        ("arn:aws:s3:*", False),
        ("arn:*", False),
        ("*:b/*", False),
        ("b/*", False),
        (["arn:aws:s3:::b", "b/*"], False),
    ],
)
def test_a_resource_that_is_no_arn_is_a_fault(resource: Any, understood: bool) -> None:
    """IAM refuses it: that it would match is no reason to call anything allowed."""
    for key in ("Resource", "NotResource"):
        source = {"Effect": "Allow", "Action": "s3:*", key: resource}
        faults = parse({"Statement": source}, "p").statements[0].faults
        assert bool(faults) is not understood
        assert understood or "is no ARN" in faults[0]
