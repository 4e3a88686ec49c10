"""Broker files for the tests of rules, with a mark at every place that a finding has to name.

A rule that fires has to fire at the marks and nowhere else; without marks it has to be quiet.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from opskit.broker import reader, versions
from opskit.broker.model import Broker, Network, Target
from opskit.broker.rules import RULES
from opskit.findings import Finding, Severity
from opskit.xmltree import XmlDocument

MARK = "¦"
Place = tuple[str, int, int]


def broker(name: str, *connectors: str, attributes: str = "", body: str = "", port: int = 0) -> str:
    """A broker file, one element a line; `port` is where it listens, as host NAME.example."""
    listens = (
        f'<transportConnectors>\n<transportConnector name="o" '
        f'uri="tcp://{name}.example:{port}"/>\n</transportConnectors>'
        if port
        else ""
    )
    inner = "\n".join(connectors)
    return (
        f'<broker xmlns="http://activemq.apache.org/schema/core" brokerName="{name}" '
        f"{attributes}>\n{body}\n<networkConnectors>\n{inner}\n</networkConnectors>\n"
        f"{listens}\n</broker>\n"
    )


def connector(to: str, rest: str = "", body: str = "", name: str = "") -> str:
    """A connector to a host, or to a whole URI; `rest` are more attributes."""
    uri = to if ":" in to else f"static:(tcp://{to}.example:61616)"
    name = name or f"to-{to.partition(':')[0]}"
    return f'<networkConnector name="{name}" uri="{uri}" {rest}>{body}</networkConnector>'


def static(*entries: str) -> str:
    """A list of static includes: `queue:NAME` or `topic:NAME`."""
    return _listed("staticallyIncludedDestinations", entries)


def dynamic(*entries: str) -> str:
    """A list of dynamic includes."""
    return _listed("dynamicallyIncludedDestinations", entries)


def _listed(element: str, entries: Sequence[str]) -> str:
    inner = "".join(
        f'<{kind} physicalName="{name}"/>' for kind, _, name in (e.partition(":") for e in entries)
    )
    return f"<{element}>{inner}</{element}>"


def read(
    files: Sequence[str],
    version: str | Sequence[str] = "5.19",
    target: Target = "self-managed",
    previous: Sequence[str] = (),
    old: str = "5.19",
) -> tuple[Network, list[Place]]:
    """The network of the files (a version for all, or one each) and the places marked in them."""
    each = [version] * len(files) if isinstance(version, str) else version
    brokers: list[Broker] = []
    places: list[Place] = []
    for number, (text, release) in enumerate(zip(files, each, strict=True), 1):
        name = f"{number}.xml"
        places += [(name, *place) for place in marks(text)]
        brokers += parse(name, text, release, target)
    before = [b for n, text in enumerate(previous, 1) for b in parse(f"{n}.xml", text, old, target)]
    return Network(brokers, before), places


def parse(name: str, text: str, version: str, target: Target) -> list[Broker]:
    document = XmlDocument(name, text.replace(MARK, "").encode())
    return reader.from_document(document, version=versions.parse(version), target=target)


def marks(text: str) -> list[tuple[int, int]]:
    """Line and column, from 1, of each mark, as if the marks before it were not there."""
    found = []
    for line, content in enumerate(text.split("\n"), 1):
        parts = content.split(MARK)
        column = 1
        for part in parts[:-1]:
            column += len(part)
            found.append((line, column))
    return found


def findings(code: str, network: Network) -> list[Finding]:
    """What one rule finds, as `opskit broker lint` would report it."""
    return RULES.run(network, select=[code])


def where(found: Sequence[Finding]) -> list[Place]:
    """The places of findings: file, line, column."""
    places = []
    for finding in found:
        assert finding.location is not None
        assert finding.location.line is not None
        assert finding.location.column is not None
        places.append((finding.location.file, finding.location.line, finding.location.column))
    return places


def levels(found: Sequence[Finding]) -> set[Severity]:
    """The severities among findings."""
    return {finding.level for finding in found}


#: Digits of the rule's code, title, files, options of `read`, severities.
Case = tuple[str, str, list[str], dict[str, Any], set[Severity]]


def fires_at_the_marks(cases: Sequence[Case]) -> Callable[..., None]:
    """The test of a table: each rule fires at the marks of its case, and nowhere else."""

    @pytest.mark.parametrize(
        ("code", "files", "options", "severities"),
        [(code, files, options, severities) for code, _, files, options, severities in cases],
        ids=[f"BRK{code}-{title}" for code, title, *_ in cases],
    )
    def test(
        code: str, files: Sequence[str], options: dict[str, Any], severities: set[Severity]
    ) -> None:
        network, places = read(files, **options)
        found = findings(f"BRK{code}", network)
        assert where(found) == places
        assert levels(found) == severities

    return test
