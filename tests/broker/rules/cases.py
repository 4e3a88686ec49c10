"""Cases for rules: XML in which the place of each expected finding is marked.

`{BRK003}` stands right before the place where that rule has to report; `{BRK003:warning}` says
the severity too, where it is not the rule's own. The marks are taken out before the XML is read.
"""

import re
from dataclasses import dataclass, field

from opskit.broker import reader, versions
from opskit.broker.model import Network, Target
from opskit.broker.rules import RULES
from opskit.findings import Finding
from opskit.xmltree import XmlDocument

_MARK = re.compile(r"\{(BRK\d{3})(?::(\w+))?\}")
FILE = "broker.xml"


@dataclass(frozen=True)
class Case:
    """XML with marks, the rules that have to stay quiet on it, and what it is checked for."""

    id: str
    xml: str
    quiet: tuple[str, ...] = ()
    version: str = "5.17.2"
    target: Target = "self-managed"
    says: str = ""
    marks: tuple[tuple[str, str, int, int], ...] = field(init=False)
    clean: str = field(init=False)

    def __post_init__(self) -> None:
        severities = {rule.code: str(rule.severity) for rule in RULES.rules}
        marks, clean, at = [], "", 0
        for mark in _MARK.finditer(self.xml):
            clean += self.xml[at : mark.start()]
            at = mark.end()
            column = len(clean) - (clean.rfind("\n") + 1) + 1
            severity = mark[2] or severities[mark[1]]
            marks.append((mark[1], severity, clean.count("\n") + 1, column))
        object.__setattr__(self, "marks", tuple(sorted(marks)))
        object.__setattr__(self, "clean", clean + self.xml[at:])

    @property
    def fires(self) -> set[str]:
        """The codes of the rules that have to report something."""
        return {code for code, *_ in self.marks}

    def network(self) -> Network:
        document = XmlDocument(FILE, self.clean.encode())
        version = versions.parse(self.version)
        return Network(reader.from_document(document, version=version, target=self.target))

    def findings(self) -> list[Finding]:
        """What the case's own rules find; all others are left out."""
        return RULES.run(self.network(), select=sorted(self.fires | set(self.quiet)))

    def check(self) -> None:
        """Each marked place has its finding, with the right severity, and there is no other."""
        findings = self.findings()
        found = sorted(
            (f.rule, str(f.severity), f.location.line, f.location.column)
            for f in findings
            if f.location is not None
        )
        assert found == list(self.marks), [f.message for f in findings]
        assert all(f.message and f.fix and f.reference and f.object for f in findings)
        if self.says:
            assert any(self.says in part for f in findings for part in (f.message, f.expected))


def connector(
    attributes: str = "",
    body: str = "",
    *,
    uri: str = "static:(ssl://mq.corp.example:61617)",
    before_uri: str = "",
    before: str = "",
) -> str:
    """One connector called `a` with a sound URI, unless `attributes` says otherwise.

    `before` and `before_uri` are marks before the element and before its URI.
    """
    name = "" if re.search(r"\bname=", attributes) else 'name="a" '
    uri = f'{before_uri}uri="{uri}" ' if uri else ""
    return f"{before}<networkConnector {name}{uri}{attributes}>{body}</networkConnector>"


def broker(*connectors: str, attributes: str = "", plugins: str = "", extra: str = "") -> str:
    """A whole `<broker>`, each connector on a line of its own."""
    lines = "\n  ".join(connectors)
    plugins = f"\n <plugins>{plugins}</plugins>" if plugins else ""
    return (
        f"<broker {attributes}>\n <networkConnectors>\n  {lines}\n </networkConnectors>"
        f"{plugins}{extra}\n</broker>"
    )


def static(*entries: str) -> str:
    return _holder("staticallyIncludedDestinations", entries)


def dynamic(*entries: str) -> str:
    return _holder("dynamicallyIncludedDestinations", entries)


def excluded(*entries: str) -> str:
    return _holder("excludedDestinations", entries)


def durable(*entries: str) -> str:
    return _holder("durableDestinations", entries)


def queue(name: str, before: str = "") -> str:
    return f'{before}<queue physicalName="{name}"/>'


def topic(name: str, before: str = "") -> str:
    return f'{before}<topic physicalName="{name}"/>'


def _holder(name: str, entries: tuple[str, ...]) -> str:
    return f"\n    <{name}>\n      " + "\n      ".join(entries) + f"\n    </{name}>\n  "
