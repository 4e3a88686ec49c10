"""The network as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.broker import reader
from opskit.broker.graphs.graph import BrokerGraph, graph
from opskit.broker.model import Network
from opskit.broker.versions import Version
from opskit.xmltree import XmlDocument


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


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("multicast://default?group=x", "multicast://default?group=x"),
        ("zeroconf:_activemq.", "zeroconf:_activemq."),
        (" ${bridge.uri} ", "${bridge.uri}"),
        ("static:(tcp://${host}:61616)", "static:(tcp://${host}:61616)"),
        ("static:()", "static:()"),
        ("static:(tcp://u:pw@${host}:1)", "static:(tcp://u:***@${host}:1)"),
        ("", "?"),
    ],
)
def test_a_connector_that_leads_nobody_knows_where_is_shown(uri: str, shown: str) -> None:
    text = (
        '<broker brokerName="a">\n<networkConnectors>'
        f'<networkConnector name="n" uri="{uri}"/></networkConnectors></broker>'
    )
    found = graph(Network(reader.from_document(XmlDocument("f.xml", text.encode()))))
    (only,) = found.connectors
    assert (only.source, only.target, only.known, only.place) == ("a", shown, False, "f.xml:2")
    (broker,) = found.brokers
    assert (broker.reaches, broker.at_least) == (0, True)


def test_what_may_get_further_is_what_reaches_the_unknown_within_its_ttl() -> None:
    shape = {"a": ["b"], "b": ["${far}"], "c": ["d messageTTL='2'"], "d": ["${x} messageTTL='2'"]}
    assert [(b.name, b.at_least) for b in of(shape).brokers] == [
        ("a", False),
        ("b", True),
        ("c", True),
        ("d", True),
    ]


def test_a_version_is_that_of_the_file_or_none() -> None:
    assert of({"a": []}).brokers[0].version is None
    text = b'<broker brokerName="a"/>'
    told = reader.from_document(XmlDocument("f.xml", text), version=Version(5, 17, 2))
    assert graph(Network(told)).brokers[0].version == "5.17.2"


def reverse_route(target: str, name: str = "queue://r,") -> str:
    """Broker `a`, its duplex connector to `target` and the one composite static include."""
    static = f'<staticallyIncludedDestinations><queue physicalName="{name}"/>'
    return (
        '<broker brokerName="a"><networkConnectors><networkConnector name="n" duplex="true"'
        f' staticBridge="true" uri="static:(tcp://{target}:61616)">'
        '<dynamicallyIncludedDestinations><queue physicalName="r"/>'
        f"</dynamicallyIncludedDestinations>{static}</staticallyIncludedDestinations>"
        "</networkConnector></networkConnectors></broker>"
    )


@pytest.mark.parametrize("target", ["b", "${far}"])
def test_a_reverse_route_goes_the_way_that_messages_go(target: str) -> None:
    text = reverse_route(target)
    found = graph(Network(reader.from_document(XmlDocument("f.xml", text.encode()))))
    (only,) = found.connectors
    far = "b:61616" if target == "b" else "static:(tcp://${far}:61616)"
    assert (only.source, only.target, only.broker) == (far, "a", "a")
    assert (only.both_ways, only.duplex) == (False, True)
    assert (found.brokers[0].reaches, found.brokers[0].at_least) == (0, False)
    assert [b.reaches for b in found.brokers[1:]] == ([1] if target == "b" else [])


def test_a_duplex_connector_with_plain_includes_goes_both_ways() -> None:
    text = reverse_route("b", "r")
    (only,) = graph(Network(reader.from_document(XmlDocument("f.xml", text.encode())))).connectors
    assert (only.source, only.target, only.both_ways) == ("a", "b:61616", True)


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
