"""Policy variables: `${aws:username}`, `${key, 'default'}`, `${*}`, `${?}`, `${$}`.

IAM User Guide, "IAM policy elements: Variables and tags". They are replaced in policies of
version 2012-10-17 alone; in older ones the text stands for itself.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from opskit.emrfs.iam.glob import escape

VERSION = "2012-10-17"
#: The values of a condition key: empty where the request has none, None where it is not known.
Lookup = Callable[[str], tuple[str, ...] | None]

#: A variable, or what another tool than IAM fills in (CloudFormation's dynamic references).
_VARIABLE = re.compile(r"\$\{([^{}]*)\}|\{\{.*?\}\}", re.DOTALL)
_INNER = re.compile(r"\s*(?P<key>[^,\s]+)\s*(?:,\s*'(?P<default>(?:[^']|'')*)'\s*)?")
_LITERAL = ("*", "?", "$")


class Pattern(NamedTuple):
    """A pattern in the form of `glob`. Where it is not sure, parts whose value is not known are
    stars: what does not match it does not match the text either.
    """

    text: str
    sure: bool = True


def substitute(written: str, version: str, lookup: Lookup, *, wild: bool) -> Pattern | None:
    """A text from a policy as a pattern; None where it names a key that the request has not:
    such a text matches nothing. `wild` says whether `*` and `?` in it are wildcards.
    """
    if "{" not in written:
        return Pattern(_outside(written, wild))
    pieces: list[str] = []
    sure, position = True, 0
    for each in _VARIABLE.finditer(written):
        pieces.append(_outside(written[position : each.start()], wild))
        position = each.end()
        values = _values(each, version, lookup)
        if values is not None and not values:
            return None
        known = values is not None and len(values) == 1
        pieces.append(escape(values[0]) if values and known else "*")
        sure = sure and known
    rest = written[position:]
    if version == VERSION and "${" in rest:
        # never closed: what follows cannot be told
        pieces.append(_outside(rest.partition("${")[0], wild) + "*")
        return Pattern("".join(pieces), sure=False)
    return Pattern("".join(pieces) + _outside(rest, wild), sure)


def _outside(text: str, wild: bool) -> str:
    if wild:
        return text.replace("\\", "\\\\") if "\\" in text else text
    return escape(text)


def _values(variable: re.Match[str], version: str, lookup: Lookup) -> tuple[str, ...] | None:
    """What replaces a variable: nothing for a key that the request has not, None where it is not
    known. What has no form of IAM's is another tool's, whatever the version.
    """
    inner = variable[1]
    if inner in _LITERAL:
        return (inner if version == VERSION else variable[0],)
    parts = _INNER.fullmatch(inner) if inner is not None else None
    if parts is None or ":" not in parts["key"] or "::" in parts["key"]:
        return None
    if version != VERSION:
        return (variable[0],)
    values = lookup(parts["key"])
    if values is None or values or parts["default"] is None:
        return values
    return (parts["default"].replace("''", "'"),)
