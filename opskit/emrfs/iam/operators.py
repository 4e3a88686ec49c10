"""What each condition operator makes of one value of the policy and one of the request.

IAM User Guide, "IAM JSON policy elements: Condition operators". Values that are not of an
operator's kind make it MAYBE.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from opskit.emrfs.iam.glob import matches, text_of, tokens
from opskit.emrfs.iam.truth import Truth

if TYPE_CHECKING:
    from decimal import Decimal


class Test(NamedTuple):
    """`fits` takes the policy's value, as a pattern where `variables` may stand in it, and the
    request's. `wild` says whether `*` and `?` in the policy are wildcards.
    """

    fits: Callable[[str, str], Truth]
    variables: bool = False
    wild: bool = False


def _text(pattern: str, given: str) -> Truth:
    return Truth.of(matches(pattern, given))


def _any_case(pattern: str, given: str) -> Truth:
    return Truth.of(matches(pattern.lower(), given.lower()))


def _arn(pattern: str, given: str) -> Truth:
    """The six parts of an ARN, each by itself: a wildcard does not reach over a colon."""
    asked, parts = _six(pattern), given.split(":", 5)
    if len(asked) != 6 or len(parts) != 6:
        # a lone star is taken for any ARN; what is no ARN equals none
        return Truth.of(len(parts) == 6 and pattern == "*")
    return Truth.of(all(map(matches, asked, parts)))


def _six(pattern: str) -> list[str]:
    parts, start = tokens(pattern), 0
    found: list[str] = []
    for index, part in enumerate(parts):
        if part == (":", True) and len(found) < 5:
            found.append(text_of(parts[start:index]))
            start = index + 1
    return [*found, text_of(parts[start:])]


def _boolean(asked: str, given: str) -> Truth:
    known = ("true", "false")
    if asked.lower() not in known or given.lower() not in known:
        return Truth.MAYBE
    return Truth.of(asked.lower() == given.lower())


def _binary(asked: str, given: str) -> Truth:
    """Both are base64; what is not cannot be told."""
    return Truth.MAYBE if "$" in asked else Truth.of(asked == given)


def _address(asked: str, given: str) -> Truth:
    from ipaddress import ip_address, ip_network

    try:
        network, address = ip_network(asked, strict=False), ip_address(given)
    except ValueError:
        return Truth.MAYBE
    return Truth.of(address in network)


def _number(text: str) -> "Decimal | None":
    from decimal import Decimal, InvalidOperation

    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


_EPOCH = re.compile(r"-?\d{1,12}(\.\d+)?", re.ASCII)


def _moment(text: str) -> "Decimal | None":
    """Seconds since 1970, from themselves or from ISO 8601; without an offset it is UTC."""
    from datetime import UTC, datetime
    from decimal import Decimal

    if _EPOCH.fullmatch(text) and len(text) != 4:
        return Decimal(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Decimal(str((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()))


def _compared(
    read: Callable[[str], Any], test: Callable[[Any, Any], bool]
) -> Callable[[str, str], Truth]:
    def fits(asked: str, given: str) -> Truth:
        left, right = read(given), read(asked)
        if left is None or right is None:
            return Truth.MAYBE
        return Truth.of(test(left, right))

    return fits


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda given, asked: bool(given == asked),
    "LessThan": lambda given, asked: bool(given < asked),
    "LessThanEquals": lambda given, asked: bool(given <= asked),
    "GreaterThan": lambda given, asked: bool(given > asked),
    "GreaterThanEquals": lambda given, asked: bool(given >= asked),
}
#: By the name without `Not`, `IfExists` and a set operator.
OPERATORS: dict[str, Test] = {
    "StringEquals": Test(_text, variables=True),
    "StringEqualsIgnoreCase": Test(_any_case, variables=True),
    "StringLike": Test(_text, variables=True, wild=True),
    "ArnEquals": Test(_arn, variables=True, wild=True),
    "ArnLike": Test(_arn, variables=True, wild=True),
    "Bool": Test(_boolean),
    "BinaryEquals": Test(_binary),
    "IpAddress": Test(_address),
    **{f"Numeric{name}": Test(_compared(_number, test)) for name, test in _ORDER.items()},
    **{f"Date{name}": Test(_compared(_moment, test)) for name, test in _ORDER.items()},
}
