"""What `lint --fix` writes: for some rules a function from a connector to edits of its file.

A fix looks at the connector itself and not at the finding, so that it does nothing where there is
nothing to mend, and a second run changes nothing. A finding leads to its connector by its
location: any place between the connector's first and last byte.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from opskit.broker import attributes, destinations, reader, uris
from opskit.broker.change import fix_uris, placement
from opskit.broker.model import Broker, Connector, Entry
from opskit.broker.xml import edit
from opskit.broker.xml.edit import Edit
from opskit.findings import Finding, Location
from opskit.xmltree import Element, XmlDocument

_EXPLICIT = "decreaseNetworkConsumerPriority"


@dataclass(frozen=True, slots=True)
class Fix:
    """`make` gives the edits for one connector. A safe one keeps or restores what is meant."""

    make: Callable[[Connector], list[Edit]]
    safe: bool


Check = Callable[[list[Broker]], Sequence[Finding]]


def fixed(
    broker: Broker, findings: Iterable[Finding], unsafe: bool = False, check: Check | None = None
) -> bytes | None:
    """The broker's whole file with the findings that have a fix mended; None where nothing is.

    All connectors of the file are looked at, so that one call does for a file of several brokers.
    Unsafe fixes change which messages flow, and are made only where asked for. A mended name can
    uncover what another rule mends: with `check`, which gives the findings of a file's brokers,
    it goes on until nothing is left to mend.
    """
    if broker.origin is not None:
        return None  # it comes from a topology: there is no XML to mend
    document = _once(broker, findings, unsafe)
    for _ in FIXES if check else ():
        brokers = reader.from_document(document, version=broker.version, target=broker.target)
        if check is None or not brokers:
            break
        before, document = document, _once(brokers[0], check(brokers), unsafe)
        if document.raw == before.raw:
            break
    return None if document.raw == broker.document.raw else document.raw


def _once(broker: Broker, findings: Iterable[Finding], unsafe: bool) -> XmlDocument:
    document = broker.document
    for code, numbers in sorted(_wanted(broker, findings, unsafe).items()):
        # Read anew after each rule: the next one may mend the same attribute.
        connectors = _connectors(broker, document)
        edits = [
            change for number in sorted(numbers) for change in FIXES[code].make(connectors[number])
        ]
        document = XmlDocument(document.name, edit.apply(document, edits))
    return document


def mark(brokers: Iterable[Broker], findings: Iterable[Finding]) -> None:
    """Set `fixable` on the findings that a safe fix mends, in the files of these brokers."""
    safe: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.location and finding.rule in FIXES and FIXES[finding.rule].safe:
            safe.setdefault(finding.location.file, []).append(finding)
    files: dict[str, list[Connector]] = {}
    for broker in brokers:
        if broker.document.name in safe and broker.origin is None:
            files.setdefault(broker.document.name, []).extend(broker.connectors)
    for file, connectors in files.items():
        for finding, number in _led(connectors, safe[file], unsafe=False):
            finding.fixable = bool(FIXES[finding.rule].make(connectors[number]))


def _wanted(broker: Broker, findings: Iterable[Finding], unsafe: bool) -> dict[str, set[int]]:
    """The rules to mend, and the numbers of their connectors within the file."""
    connectors = _connectors(broker, broker.document)
    wanted: dict[str, set[int]] = {}
    for finding, number in _led(connectors, findings, unsafe):
        wanted.setdefault(finding.rule, set()).add(number)
    return wanted


def _led(
    connectors: Sequence[Connector], findings: Iterable[Finding], unsafe: bool
) -> Iterator[tuple[Finding, int]]:
    """The findings that have a fix, and to which of the connectors of a file each leads."""
    if not connectors:
        return
    document = connectors[0].broker.document
    elements = [connector.element for connector in connectors]
    starts = [_place(document.location(element)) for element in elements]
    ends = [_place(document.at(document.end(element))) for element in elements]
    for finding in findings:
        fix, at = FIXES.get(finding.rule), finding.location
        if fix is None or not (fix.safe or unsafe) or at is None or at.file != document.name:
            continue
        number = bisect_right(starts, _place(at)) - 1
        if number >= 0 and _place(at) < ends[number]:
            yield finding, number


def _place(location: Location) -> tuple[int, int]:
    return location.line or 0, location.column or 0


def _connectors(broker: Broker, document: XmlDocument) -> list[Connector]:
    brokers = reader.from_document(document, version=broker.version, target=broker.target)
    return [connector for each in brokers for connector in each.connectors]


def _static_bridge(connector: Connector) -> list[Edit]:
    """BRK001: drop the exclusions that cover static includes, and admit nothing but those.

    Where a dynamic list already says what may cross, it goes on to do so.
    """
    document = connector.broker.document
    covering = _covering(connector.excluded, connector.static)
    if not covering:
        return []
    edits = list(_without(document, connector.element, covering))
    if not connector.dynamic and not connector.static_only:
        edits.append(edit.set_attribute(document, connector.element, "staticBridge", "true"))
    return edits


def _covering(excluded: Sequence[Entry], others: Sequence[Entry]) -> list[Entry]:
    """The exclusions that cover any of the destinations, or a part of a composite one."""
    patterns = destinations.Patterns(entry.destination for entry in excluded)
    found = patterns.covering_any(
        given
        for other in others
        for given in (other.destination, *destinations.split(other.destination))
    )
    return [excluded[number] for number in sorted(found)]


def _without(document: XmlDocument, connector: Element, gone: Sequence[Entry]) -> Iterator[Edit]:
    """Edits that take entries out, with a list that they leave empty."""
    elements = {id(entry.element) for entry in gone}
    for holder in connector.children:
        inside = [child for child in holder.children if id(child) in elements]
        if inside and len(inside) == len(holder.children):
            yield edit.remove(document, holder)
        else:
            yield from (edit.remove(document, child) for child in inside)


def _attribute_names(connector: Connector) -> list[Edit]:
    """BRK002: the name that the broker knows, where only its case is wrong."""
    document, element = connector.broker.document, connector.element
    taken = set(connector.attributes)
    edits = []
    for name in connector.attributes:
        meant = _MEANT.get(name.lower(), name)
        if meant not in taken and attributes.known(meant, connector.broker.version):
            taken.add(meant)
            edits.append(edit.rename_attribute(document, element, name, meant))
    return edits


_MEANT = {name.lower(): name for name, known in attributes.ATTRIBUTES.items() if not known.internal}
# The broker's own name for it is the misspelt one.
_MEANT |= dict.fromkeys(
    ("usebrokernameasidseed", "usebrokernameasidseeds"), "useBrokerNameAsIdSees"
)


def _one_ttl(connector: Connector) -> list[Edit]:
    """BRK008: without the TTLs that `networkTTL` overrides; the broker does the same as before."""
    if "networkTTL" not in connector.attributes:
        return []
    return [
        edit.remove_attribute(connector.broker.document, connector.element, name)
        for name in ("consumerTTL", "messageTTL")
        if name in connector.attributes
    ]


def _placeholders(connector: Connector) -> list[Edit]:
    """BRK010: a placeholder for each password; none at all where Amazon MQ fills it in.

    Not in a whole file that nothing fills in: the broker would log in with the placeholder's text.
    """
    document, element = connector.broker.document, connector.element
    managed = connector.broker.target == "amazon-mq"
    if not managed and connector.broker.element and not placement.fills_placeholders(document):
        return []
    edits = []
    for name in ("password", "remotePassword"):
        value = connector.attributes.get(name, "").strip()
        if not value or uris.has_placeholder(value) or value.startswith("ENC("):
            continue
        if managed:
            edits.append(edit.remove_attribute(document, element, name))
        else:
            variable = f"${{{_variable(connector, name)}}}"
            edits.append(edit.set_attribute(document, element, name, variable))
    return edits


def _variable(connector: Connector, attribute: str) -> str:
    """`Q_ONPREM_CLOUD_REMOTE_PASSWORD` for `remotePassword` of `Q:onprem->cloud`."""
    words = re.sub(r"(?=[A-Z])", "_", attribute)
    return re.sub(r"[^A-Z0-9]+", "_", f"{connector.name}_{words}".upper()).strip("_")


def _explicit_priority(connector: Connector) -> list[Edit]:
    """BRK015: the default of the broker's present version, written out."""
    value = connector.value(_EXPLICIT)
    if _EXPLICIT in connector.attributes or value is None:
        return []
    return [edit.set_attribute(connector.broker.document, connector.element, _EXPLICIT, value)]


#: The fixes by the code of their rule.
FIXES = {
    "BRK001": Fix(_static_bridge, safe=False),
    "BRK002": Fix(_attribute_names, safe=True),
    "BRK003": Fix(fix_uris.without_space, safe=True),
    "BRK008": Fix(_one_ttl, safe=True),
    "BRK010": Fix(_placeholders, safe=False),
    "BRK015": Fix(_explicit_priority, safe=True),
    "BRK021": Fix(fix_uris.pair, safe=False),
    "BRK022": Fix(fix_uris.failover_once, safe=True),
}
