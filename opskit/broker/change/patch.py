"""A topology's network connectors put into an existing broker file, and nothing else changed.

The connectors that opskit manages in a broker's file are those called as it calls its own:
`Q:a->b` and `T:a->b`, one of the two being this broker. Missing ones are inserted, differing
ones updated, those that no route stands behind any more removed. All others stay as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from opskit.broker import reader, uris
from opskit.broker.change import placement
from opskit.broker.change.placement import HOLDER, Place
from opskit.broker.change.reconcile import reconcile
from opskit.broker.design import connectors, generate
from opskit.broker.design.topology import Topology, load
from opskit.broker.model import Connector
from opskit.broker.versions import Version
from opskit.broker.xml import edit
from opskit.broker.xml.edit import Edit
from opskit.broker.xml.rewrite import Rewrite
from opskit.broker.xml.xmlwrite import Tag
from opskit.files import display_name, read_bytes
from opskit.xmltree import Element, XmlDocument

_MANAGED = re.compile(r"[QT]:(.+)->(.+)")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one network connector, by its name."""

    action: Literal["insert", "update", "remove"]
    connector: str


@dataclass(frozen=True, slots=True)
class Plan(Rewrite):
    """What is to change in a file for which broker of the topology.

    `warnings` are sentences on what the change does beyond the file.
    """

    broker: str
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]


def read_plan(path: str | Path, topology: str | Path, broker: str | None = None) -> Plan:
    """The plan for a file (`-` is stdin) and a topology; the broker is chosen where none is named.

    Raises InputError and UsageError as `plan`, `choose_broker` and the readers of both files do.
    """
    routes, _ = load(topology)
    document = XmlDocument(display_name(path), read_bytes(path))
    return plan(document, routes, broker or choose_broker(document, routes))


def choose_broker(document: XmlDocument, topology: Topology) -> str:
    """The broker of the topology that the file names, else the only one that starts connections.

    Raises UsageError where that cannot be told.
    """
    named = {element.attributes.get("brokerName", "") for element in placement.brokers(document)}
    known = named & set(topology.brokers)
    return generate.choose(topology, known.pop() if len(known) == 1 else None)


def plan(document: XmlDocument, topology: Topology, broker: str) -> Plan:
    """What makes the file's network connectors those of a broker of the topology.

    Raises InputError for a file that has no place for them, or more than one.
    """
    generate.choose(topology, broker)  # refuses a name that is not there
    place = placement.find(document, broker)
    wanted = _wanted(topology, broker)
    version = topology.brokers[broker].parsed_version
    changes, edits = _compare(place, wanted, broker, version)
    return Plan(
        document,
        edit.apply(document, edits),
        broker,
        tuple(changes),
        (*_other_broker(place, topology, broker), *_warnings(place, changes, wanted)),
    )


def _wanted(topology: Topology, broker: str) -> dict[str, Tag]:
    """The connectors that the topology gives the broker, by name.

    What there is to say about one stands inside it, and so goes when it goes.
    """
    return {
        planned.tag.attributes["name"]: replace(
            planned.tag,
            children=[*([planned.comment] if planned.comment else []), *planned.tag.children],
        )
        for planned in connectors.of_broker(topology, broker)
    }


def _compare(
    place: Place, wanted: Mapping[str, Tag], broker: str, version: Version
) -> tuple[list[Change], list[Edit]]:
    changes: list[Change] = []
    edits: list[Edit] = []
    missing = dict(wanted)
    gone: list[Element] = []
    for element in _managed(place, broker, wanted):
        name = element.attributes["name"]
        new = missing.pop(name, None)
        if new is None:  # no route is behind it, or it is there twice
            gone.append(element)
            changes.append(Change("remove", name))
        elif differing := reconcile(place.document, element, new, version):
            edits += differing
            changes.append(Change("update", name))
    changes += [Change("insert", name) for name in missing]
    return changes, edits + _removed(place, gone, missing) + _inserted(place, gone, missing)


def _managed(place: Place, broker: str, wanted: Mapping[str, Tag]) -> list[Element]:
    def is_ours(name: str) -> bool:
        found = _MANAGED.fullmatch(name)
        return name in wanted or (found is not None and broker in found.groups())

    return [element for element in place.connectors if is_ours(element.attributes.get("name", ""))]


def _removed(place: Place, gone: Sequence[Element], missing: Mapping[str, Tag]) -> list[Edit]:
    """Edits that take connectors out; with their holder, where nothing else is left in it."""
    holder = place.holder
    if (
        gone
        and holder
        and place.broker
        and not missing
        and _holds_only(place.document, holder, gone)
    ):
        return [edit.remove(place.document, holder)]
    return [edit.remove(place.document, element) for element in gone]


def _holds_only(document: XmlDocument, holder: Element, elements: Sequence[Element]) -> bool:
    at = document.tag(holder)[1]
    for element in elements:
        if document.data[at : element.start].strip():
            return False
        at = document.end(element)
    return not document.data[at : holder.close].strip()


def _inserted(place: Place, gone: Sequence[Element], missing: Mapping[str, Tag]) -> list[Edit]:
    """The edit that writes new connectors behind the last that stays, or with a new holder."""
    if not missing:
        return []
    new = list(missing.values())
    if place.holder is not None:
        going = set(map(id, gone))
        staying = [child for child in place.holder.children if id(child) not in going]
        return [edit.insert(place.document, place.holder, new, staying[-1] if staying else None)]
    assert place.broker is not None, "a place has a broker or a holder"
    holder = Tag(HOLDER, children=new)
    return [edit.insert(place.document, place.broker, [holder], placement.before(place.broker))]


def _other_broker(place: Place, topology: Topology, broker: str) -> Iterator[str]:
    named = place.broker.attributes.get("brokerName", "") if place.broker else ""
    if named != broker and named in topology.brokers:
        yield f"the file calls its broker {named!r}, and these are the connectors of {broker!r}"


def _warnings(place: Place, changes: Sequence[Change], wanted: Mapping[str, Tag]) -> Iterator[str]:
    """What the change leaves behind, and what the new connectors need from the rest of the file."""
    removed = {change.connector for change in changes if change.action == "remove"} - set(wanted)
    for broker in reader.from_document(place.document):
        for connector in broker.connectors:
            if connector.name in removed and _subscribes_durably(connector):
                yield (
                    f"{connector.label} goes: the durable subscriptions that it has made stay, and "
                    "keep messages until somebody deletes them (BRK019)"
                )
    changed = {change.connector for change in changes if change.action != "remove"}
    filled = [name for name in changed if _has_placeholder(wanted[name])]
    if filled and place.broker and not placement.fills_placeholders(place.document):
        yield (
            "nothing in this file fills in ${...}: add a PropertyPlaceholderConfigurer bean, "
            "as the stock activemq.xml has"
        )


def _subscribes_durably(connector: Connector) -> bool:
    """Whether it makes durable subscriptions, or may for subscribers on the other broker."""
    on_demand = not connector.static_only and (
        not connector.dynamic or any(entry.kind == "topic" for entry in connector.dynamic)
    )
    return on_demand or bool(connector.durable)


def _has_placeholder(connector: Tag) -> bool:
    return any(uris.has_placeholder(value) for value in connector.attributes.values())
