"""Rules on the values of attributes: that they are of the attribute's type, and do something."""

import re
from collections.abc import Iterator
from dataclasses import replace

from opskit.broker import attributes, uris
from opskit.broker.model import Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.attributes import size
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.findings import Finding, Rule, Severity

_BOOLEANS = frozenset({"true", "false", "1", "0"})
_WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_BITS = {"int": 31, "ms": 63}
_EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "ms": "a whole number of milliseconds",
    "size": "a whole number",
}
_KINDS = {
    name: "size" if name == "prefetchSize" else attribute.kind
    for name, attribute in attributes.ATTRIBUTES.items()
    if attribute.kind in ("bool", "int", "ms")
}


@RULES.rule(
    Rule(
        "BRK039",
        Severity.ERROR,
        title="a value that is not of the attribute's type",
        why="The schema takes true, false, 1 and 0 for a boolean, in lower case, and decimal "
        "digits for a number: anything else stops the start, also TRUE, yes and on.",
        fix="write true or false, or a whole number",
        reference=f"activemq.xsd, networkConnector; {ALL_FOUR}",
    )
)
def wrong_type(network: Network) -> Iterator[Finding]:
    """A placeholder is a warning: the schema is checked before Spring fills it (measured, with a
    placeholder that has a value), so it is right only where a tool fills it before that.
    `prefetchSize` is text to the schema: there a placeholder works.
    """
    for name, kind in _KINDS.items():
        for value in sorted(index.of(network).values(name)):
            if not _is(kind, value):
                for connector in index.of(network).having(name, value):
                    yield from _wrong(connector, name, kind, value)


def _is(kind: str, value: str) -> bool:
    if kind == "size":
        number = size(value)
        # What is below 1 is a rule of its own, BRK007.
        return value.lstrip().startswith("-") or (number is not None and number < 1 << 31)
    text = value.strip(" \t\r\n")
    if kind == "bool":
        return text in _BOOLEANS
    limit = 1 << _BITS[kind]
    return _WHOLE.fullmatch(text) is not None and -limit <= int(text) < limit


def _wrong(connector: Connector, name: str, kind: str, value: str) -> Iterator[Finding]:
    finding = Finding(
        message=f"{connector.label}: {name}={value!r} is not {_EXPECTED[kind]}",
        object=connector.label,
        location=connector.location(name),
        observed=value,
        expected=_EXPECTED[kind],
        fix=f"write {_EXPECTED[kind]}",
    )
    if not uris.has_placeholder(value):
        yield finding
    elif kind != "size":
        yield replace(
            finding,
            message=f"{connector.label}: {name} holds a placeholder, which the broker's schema "
            "refuses before it is filled",
            severity=Severity.WARNING,
            fix="write the value, or fill the file before the broker reads it",
        )
