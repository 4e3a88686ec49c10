"""Values as HCL, read again by python-hcl2's parser through opskit's reader."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit import hcl
from opskit.emrfs.formats.tf import hcl as reader
from opskit.emrfs.formats.tf.expressions import Scope, evaluate
from opskit.emrfs.formats.tf.values import plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["${x}", "$${", "%{if}", '"', "\\", "\\n", "a\nb", "{{x}}", "s3://b/${aws:username}/*"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> Any:
    body = reader.parse(text.encode(), "x.tf")
    scope = Scope(lambda steps: None, lambda path: None)
    return plain(evaluate(body.blocks[0].attributes["value"], scope))


@settings(deadline=None)  # the first parse builds the grammar
@given(VALUES)
def test_any_value_is_read_again(value: Any) -> None:
    assert read(hcl.block("locals", (), {"value": value})) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("${aws:username}", '"$${aws:username}"'),
        ("%{if}", '"\\u0025{if}"'),
        ("${", '"\\u0024{"'),
        ("a$b", '"a$b"'),
        ("\x00", '"\\u0000"'),
        ({}, "{}"),
        ([], "[]"),
        ({"aws:SourceArn": 1}, '{\n  "aws:SourceArn" = 1\n}'),
        ({"for": True}, '{\n  "for" = true\n}'),
        (hcl.Raw("aws_iam_role.x.arn"), "aws_iam_role.x.arn"),
    ],
)
def test_expressions(value: Any, text: str) -> None:
    assert hcl.expression(value) == text


def test_neighbours_are_aligned_as_terraform_fmt_does() -> None:
    body = {"a": 1, "long": 2, "list": [1], "b": 3}
    assert hcl.block("x", ("y",), body) == (
        'x "y" {\n  a    = 1\n  long = 2\n  list = [\n    1,\n  ]\n  b = 3\n}\n'
    )


def test_blocks_inside_blocks() -> None:
    inner = ("rule", {"id": "a"}, [("filter", {}, ()), ("move", {"days": 3, "to": "x"}, ())])
    text = hcl.nested("resource", ("kind", "name"), {"bucket": "b"}, [inner])
    assert text == (
        'resource "kind" "name" {\n  bucket = "b"\n\n  rule {\n    id = "a"\n\n    filter {}\n\n'
        '    move {\n      days = 3\n      to   = "x"\n    }\n  }\n}\n'
    )
    [outer] = reader.parse(text.encode(), "x.tf").blocks
    assert outer.labels == ("kind", "name")
