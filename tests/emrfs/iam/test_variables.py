"""Policy variables."""

import pytest

from opskit.emrfs.iam.variables import Pattern, substitute

KEYS: dict[str, tuple[str, ...] | None] = {
    "aws:username": (),
    "aws:userid": None,
    "aws:principalaccount": ("111122223333",),
    "aws:odd": ("a*b",),
    "aws:tagkeys": ("a", "b"),
}


def lookup(key: str) -> tuple[str, ...] | None:
    return KEYS[key.lower()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("lake/*", Pattern("lake/*")),
        (r"a\b", Pattern(r"a\\b")),
        ("${aws:PrincipalAccount}/*", Pattern("111122223333/*")),
        ("${AWS:principalaccount}", Pattern("111122223333")),
        ("${aws:username}/*", None),
        ("${aws:username, 'nobody'}/*", Pattern("nobody/*")),
        ("${aws:username,'it''s *'}", Pattern(r"it's \*")),
        ("${aws:PrincipalAccount, 'nobody'}", Pattern("111122223333")),
        ("x${aws:userid}y", Pattern("x*y", sure=False)),
        ("${aws:userid, 'nobody'}", Pattern("*", sure=False)),
        ("${aws:TagKeys}", Pattern("*", sure=False)),
        ("${aws:odd}", Pattern(r"a\*b")),
        ("${*}${?}${$}", Pattern(r"\*\?$")),
        ("${Bucket}/*", Pattern("*/*", sure=False)),
        ("${AWS::AccountId}", Pattern("*", sure=False)),
        ("{{resolve:ssm:name}}/*", Pattern("*/*", sure=False)),
        ("a${aws:username", Pattern("a*", sure=False)),
        ("a{b}", Pattern("a{b}")),
    ],
)
def test_variables_are_replaced(written: str, expected: Pattern | None) -> None:
    assert substitute(written, "2012-10-17", lookup, wild=True) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${aws:PrincipalAccount}", Pattern("${aws:PrincipalAccount}")),
        ("${aws:username}", Pattern("${aws:username}")),
        ("${*}", Pattern(r"${\*}")),
        ("${Bucket}/x", Pattern("*/x", sure=False)),
    ],
)
def test_in_the_old_version_they_are_plain_text(written: str, expected: Pattern) -> None:
    """What only another tool writes so is still that tool's."""
    assert substitute(written, "2008-10-17", lookup, wild=True) == expected


def test_where_wildcards_are_plain_text() -> None:
    found = substitute("a*${aws:PrincipalAccount}?", "2012-10-17", lookup, wild=False)
    assert found == Pattern(r"a\*111122223333\?")
