"""The network as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.broker import reader
from opskit.broker.graph import BrokerGraph, graph
from opskit.broker.model import Network
from opskit.broker.xmltree import XmlDocument


def network(connectors: Mapping[str, list[str]]) -> Network:
    """Brokers by name; their connectors as `target` or `target attributes`."""
    brokers = []
    for name, links in connectors.items():
        inner = "".join(
            f'<networkConnector name="{name}-{link.split()[0]}-{number}"'
            f' uri="static:(tcp://{link.split()[0]}:61616)" {link.partition(" ")[2]}/>'
            for number, link in enumerate(links)
        )
        text = (
            f'<broker brokerName="{name}">\n<networkConnectors>{inner}</networkConnectors>'
            f'<transportConnectors><transportConnector uri="tcp://{name}:61616"/>'
            "</transportConnectors></broker>"
        )
        brokers += reader.from_document(XmlDocument(f"{name}.xml", text.encode()))
    return Network(brokers)


def of(connectors: Mapping[str, list[str]]) -> BrokerGraph:
    return graph(network(connectors))


def test_brokers_connectors_and_their_places() -> None:
    found = of({"a": ["b duplex='true' networkTTL='3'", "elsewhere"], "b": []})
    assert [(b.name, b.external, b.place) for b in found.brokers] == [
        ("a", False, "a.xml:1"),
        ("b", False, "b.xml:1"),
        ("elsewhere:61616", True, "-"),
    ]
    assert [(c.source, c.target, c.duplex, c.message_ttl) for c in found.connectors] == [
        ("a", "b", True, 3),
        ("a", "elsewhere:61616", False, 1),
    ]
    assert str(found.connectors[0].location).startswith("a.xml:2:")


def test_a_pair_is_two_targets_of_static_and_one_of_masterslave() -> None:
    text = (
        '<networkConnectors><networkConnector name="s" uri="static:(tcp://x:1,tcp://y:1)"/>'
        '<networkConnector name="m" uri="masterslave:(tcp://x:1,tcp://y:1)"/></networkConnectors>'
    )
    found = graph(Network(reader.from_document(XmlDocument("f.xml", text.encode()))))
    assert [(c.name, c.target) for c in found.connectors] == [
        ("s", "x:1"),
        ("s", "y:1"),
        ("m", "x:1"),
    ]


def test_a_cycle_is_named_in_its_order() -> None:
    assert of({"a": ["b"], "b": ["c"], "c": ["a"]}).cycles == [["a", "b", "c"]]
    assert of({"a": ["b"], "b": ["a"]}).cycles == []
    assert of({"a": ["b"], "b": ["c"], "c": []}).cycles == []
    assert of({"a": ["b duplex='true'"], "b": ["c duplex='true'"], "c": []}).cycles == []


def test_diameter() -> None:
    assert of({"a": ["b"], "b": ["c"], "c": ["d"], "d": []}).diameter == 3
    assert of({"a": []}).diameter == 0


@pytest.mark.parametrize(
    ("ttls", "reaches", "beyond"),
    [
        (("", "", ""), 1, ("c", "d")),
        (("messageTTL='3'", "messageTTL='3'", "messageTTL='3'"), 3, ()),
        (("messageTTL='3'", "", "messageTTL='3'"), 1, ("c", "d")),
        (("", "networkTTL='2'", ""), 2, ("d",)),
        (("messageTTL='-1'", "messageTTL='-1'", "messageTTL='-1'"), 3, ()),
        (("messageTTL='0'", "", ""), 0, ("b", "c", "d")),
        (("networkTTL='1' messageTTL='9'", "", ""), 1, ("c", "d")),
        (("messageTTL='${ttl}'", "messageTTL='${ttl}'", ""), 2, ("d",)),
    ],
)
def test_each_connector_on_the_way_has_its_ttl(
    ttls: tuple[str, str, str], reaches: int, beyond: tuple[str, ...]
) -> None:
    one, two, three = ttls
    found = of({"a": [f"b {one}"], "b": [f"c {two}"], "c": [f"d {three}"], "d": []})
    assert (found.brokers[0].reaches, found.brokers[0].beyond) == (reaches, beyond)


def test_duplex_from_both_ends_is_a_collision() -> None:
    both = of({"a": ["b duplex='true'"], "b": ["a duplex='true'"]})
    (collision,) = both.collisions
    assert (collision.brokers, collision.connectors) == (("a", "b"), ("a-b-0", "b-a-0"))
    assert of({"a": ["b duplex='true'", "b duplex='true'"], "b": []}).collisions == []
    assert of({"a": ["b duplex='true'"], "b": ["a"]}).collisions == []


names = st.sampled_from("abcdef")
ttls = st.sampled_from(["", "messageTTL='2'", "networkTTL='3'", "messageTTL='-1'", "duplex='true'"])
links = st.builds("{} {}".format, names, ttls)


@settings(max_examples=50)
@given(st.dictionaries(names, st.lists(links, max_size=4), min_size=1, max_size=6))
def test_a_message_gets_as_far_as_walking_its_routes_says(
    connectors: dict[str, list[str]],
) -> None:
    """Against a walk over every route, however long, that never visits a broker twice."""
    found = graph(shape := network(connectors))
    ways = [
        (source, target, connector.ttl("messageTTL"))
        for connector in shape.connectors
        for far in (connector.attributes["uri"][14:].partition(":")[0],)
        for source, target in (
            [(connector.broker.name, far)]
            + ([(far, connector.broker.name)] if connector.flag("duplex") else [])
        )
    ]

    def walk(at: str, hops: int, seen: frozenset[str], *, limited: bool) -> frozenset[str]:
        reached = seen
        for source, target, ttl in ways:
            within = not limited or ttl is None or ttl < 0 or hops < ttl
            if source == at and within and target not in seen:
                reached |= walk(target, hops + 1, seen | {target}, limited=limited)
        return reached

    for broker in found.brokers:
        name = broker.name.partition(":")[0]
        within = walk(name, 0, frozenset({name}), limited=True)
        anywhere = walk(name, 0, frozenset({name}), limited=False)
        assert broker.reaches == len(within) - 1
        assert {other.partition(":")[0] for other in broker.beyond} == anywhere - within
