"""Random policies and requests for property tests: few words, so that they meet often."""

from typing import Any

from hypothesis import strategies as st

from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.policy import Policy, parse

ACCOUNT = "111122223333"
OTHER = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/EmrFS-Session"

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")
_ACTION_PATTERNS = (*ACTIONS, "s3:*", "s3:Get*", "S3:getobject", "s3:?etObject", "*", "sts:*")
_RESOURCES = (
    *("*", "arn:aws:s3:::lake*", "arn:aws:s3:::*"),
    "arn:aws:s3:::lake",
    "arn:aws:s3:::lake/*",
    "arn:aws:s3:::lake/a/*",
    "arn:aws:s3:::lake/a/x",
    "arn:aws:s3:::*/a/?",
    "arn:aws:s3:::l?ke/*x",
    "arn:aws:s3:::lake/${aws:PrincipalAccount}/*",
    "arn:aws:s3:::lake/${aws:username}/*",
    "arn:aws:s3:::lake/${aws:userid}",
    "arn:aws:s3:::lake/${aws:username, 'a'}/*",
    "arn:aws:s3:::lake/a/${*}",
)
_PLACES = ("lake", "lake/", "lake/a", "lake/a/x", "lake/a/*", f"lake/{ACCOUNT}/x", "other/a/x")
_KEYS: dict[str, tuple[str, ...]] = {
    "s3:prefix": ("", "a", "a/x", "b"),
    "aws:PrincipalArn": (ROLE, f"arn:aws:iam::{ACCOUNT}:role/*", "arn:aws:iam::*:role/other"),
    "aws:TagKeys": ("a", "b", "c"),
    "aws:SourceIp": ("10.0.0.1", "10.0.0.0/8", "192.0.2.0/24"),
    "aws:SecureTransport": ("true", "false"),
    "aws:CurrentTime": ("2024-01-01T00:00:00Z", "2025-06-01T00:00:00Z"),
    "s3:max-keys": ("1", "10", "100.0"),
    "aws:FutureKey": ("a",),
}
_OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
    *("StringEqualsIgnoreCase", "ArnLike", "ArnNotEquals", "Bool", "Null", "NumericLessThan"),
    *("NumericNotEquals", "DateGreaterThan", "IpAddress", "NotIpAddress", "StringSounds"),
)
_PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": ACCOUNT},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": [ROLE]},
    {"AWS": [SESSION, f"arn:aws:iam::{OTHER}:root"]},
    {"AWS": [ROLE, SESSION, ACCOUNT]},
    {"AWS": f"arn:aws:iam::{OTHER}:role/reader"},
    {"Service": "ec2.amazonaws.com"},
)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[Any]:
    one = st.sampled_from(values)
    return one | st.lists(one, min_size=1, max_size=3)


@st.composite
def operators(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(_OPERATORS))
    if name == "Null":
        return name
    quantifier = draw(st.sampled_from(("", "", "", "ForAllValues:", "ForAnyValue:")))
    return quantifier + name + draw(st.sampled_from(("", "", "IfExists")))


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    key = draw(st.sampled_from(("s3:prefix", *sorted(_KEYS))))
    operator = draw(operators())
    if operator == "Null":
        return {operator: {key: draw(st.sampled_from(("true", "false")))}}
    return {operator: {key: draw(_some((*_KEYS[key], "${aws:username}", "a*")))}}


@st.composite
def statements(draw: st.DrawFn, principals: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny")))}
    negated = st.sampled_from(("", "", "", "", "Not"))
    found[draw(negated) + "Action"] = draw(_some(_ACTION_PATTERNS))
    found[draw(negated) + "Resource"] = draw(_some(_RESOURCES))
    if principals:
        found[draw(negated) + "Principal"] = draw(st.sampled_from(_PRINCIPALS))
    if draw(st.integers(0, 2)) == 0:
        found["Condition"] = draw(conditions())
    if draw(st.integers(0, 19)) == 0:
        found["Surprise"] = True
    return found


@st.composite
def policies(draw: st.DrawFn, principals: bool = False) -> Policy:
    version = draw(st.sampled_from(("2012-10-17", "2012-10-17", "2008-10-17")))
    listed = draw(st.lists(statements(principals), min_size=1, max_size=4))
    return parse({"Version": version, "Statement": listed}, "p")


@st.composite
def requests(draw: st.DrawFn) -> Request:
    context: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (ROLE,),
        "aws:principalaccount": (ACCOUNT,),
    }
    unknown = {"aws:userid"}
    for key, values in _KEYS.items():
        state = draw(st.sampled_from(("given", "given", "absent", "unknown")))
        if state == "unknown":
            unknown.add(key.lower())
        elif state == "given" and key != "aws:FutureKey":
            single = [
                draw(st.sampled_from([v for v in values if "/8" not in v and "/24" not in v]))
            ]
            many = list(dict.fromkeys(draw(st.lists(st.sampled_from(values), max_size=2))))
            context[key.lower()] = tuple(many if key == "aws:TagKeys" else single)
    return Request(
        ROLE,
        draw(st.sampled_from(ACTIONS)),
        "arn:aws:s3:::" + draw(st.sampled_from(_PLACES)),
        context,
        frozenset(unknown),
        draw(st.sampled_from(("", "EmrFS-Session"))),
    )
