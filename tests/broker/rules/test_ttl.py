"""BRK013, BRK014, BRK017, BRK050: how far messages and subscriptions travel."""

from collections.abc import Sequence

import pytest

from opskit.broker.design import from_topology, topology
from opskit.documents import parse_document
from opskit.findings import Severity
from tests.broker.rules.marked import (
    broker,
    connector,
    dynamic,
    findings,
    levels,
    read,
    static,
    where,
)

W, N, E = Severity.WARNING, Severity.INFO, Severity.ERROR
Q = static("queue:Q")


def links(names: str, rest: str, pairs: str) -> list[str]:
    """Brokers by letter, and a connector for each pair of letters, all with the same attributes."""
    return [
        broker(n, *(connector(p[1], rest) for p in pairs.split() if p[0] == n), port=61616)
        for n in names
    ]


TREE = "ab ba bc cb"
TRIANGLE = "ab ba bc cb ca ac"
RING = "ab bc cd da"
SUPPRESSED = 'networkTTL="2" suppressDuplicateQueueSubscriptions="true"'

CASES = [
    ("013", "beyond a tree", links("abc", '¦networkTTL="3"', TREE), {N}),
    ("013", "no limit in a tree", links("abc", '¦consumerTTL="-1"', TREE), {N}),
    ("013", "as far as the tree", links("abc", 'networkTTL="2"', TREE), set()),
    ("013", "beyond a triangle", links("abc", '¦¦consumerTTL="2"', TRIANGLE), {W}),
    ("013", "suppressed", links("abc", f"¦{SUPPRESSED}", TRIANGLE), {W}),
    ("013", "TTL 1 in a triangle", links("abc", 'networkTTL="1"', TRIANGLE), set()),
    ("013", "messages only", links("abc", 'messageTTL="-1" consumerTTL="1"', TRIANGLE), set()),
    ("013", "one way round", links("abcd", 'networkTTL="3"', RING), set()),
    ("013", "both ways round", links("abcd", '¦networkTTL="2"', f"{RING} ba cb dc ad"), {W}),
    ("013", "too short to meet", links("abcdef", 'networkTTL="2"',
     "ab bc cd de ef fa ba cb dc ed fe af"), set()),
    ("013", "static only", links("abc", 'networkTTL="3" staticBridge="true"', TRIANGLE), set()),
    ("013", "size unknown", [broker("a", connector("x", 'networkTTL="9"'))], set()),
    ("013", "a placeholder", links("abc", 'networkTTL="${TTL}"', TRIANGLE), set()),
    ("014", "static chain", [broker("a", connector("b", "", Q)),
     broker("b", "¦" + connector("c", "", Q), port=61616), broker("c", port=61616)], {W}),
    ("014", "static, then dynamic", [broker("a", connector("b", "", Q)),
     broker("b", "¦" + connector("c", "", dynamic("queue:Q")), port=61616), broker("c")], {W}),
    ("014", "long enough", [broker("a", connector("b", "", Q)),
     broker("b", connector("c", 'messageTTL="2"', Q), port=61616), broker("c")], set()),
    ("014", "three hops, two allowed", [broker("a", connector("b", "", Q)),
     broker("b", connector("c", 'messageTTL="2"', Q)),
     broker("c", connector("d", '¦messageTTL="2"', Q)), broker("d")], {W}),
    ("014", "other queues", [broker("a", connector("b", "", static("queue:P"))),
     broker("b", connector("c", "", Q), port=61616), broker("c")], set()),
    ("014", "direct, too", [broker("a", connector("b", "", Q), connector("c", "", Q)),
     broker("b", connector("c", "", Q), port=61616), broker("c")], set()),
    ("014", "there and back", [broker("a", connector("b", "", Q)),
     broker("b", connector("a", "", Q), port=61616)], set()),
    ("014", "demand beyond", [broker("a", connector("b", 'consumerTTL="2"')),
     broker("b", "¦" + connector("c")), broker("c")], {W}),
    ("014", "demand as far", [broker("a", connector("b", 'networkTTL="2"')),
     broker("b", connector("c", 'networkTTL="2"')), broker("c")], set()),
    ("014", "a placeholder", [broker("a", connector("b", "", Q)),
     broker("b", connector("c", 'messageTTL="${TTL}"', Q)), broker("c")], set()),
    ("017", "two hops", [broker("a", connector("b", '¦syncDurableSubs="true" networkTTL="2"'))],
     {W}),
    ("017", "one hop", [broker("a", connector("b", 'syncDurableSubs="true"'))], set()),
    ("017", "dynamic only", [broker("a", connector(
     "b", 'syncDurableSubs="true" consumerTTL="2" dynamicOnly="true"'))], set()),
    ("017", "no conduit", [broker("a", connector(
     "b", 'syncDurableSubs="true" consumerTTL="2" conduitSubscriptions="false"'))], set()),
    ("017", "off", [broker("a", connector("b", 'syncDurableSubs="false" networkTTL="2"'))], set()),
    ("050", "network", [broker("a", connector("b", '¦networkTTL="0"'))], {E}),
    ("050", "message", [broker("a", connector("b", '¦messageTTL=" 0 "'))], {E}),
    ("050", "overridden", [broker("a", connector("b", 'messageTTL="0" networkTTL="1"'))], set()),
    ("050", "consumer", [broker("a", connector("b", 'consumerTTL="0"'))], set()),
    ("050", "placeholder", [broker("a", connector("b", 'networkTTL="${X}"'))], set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "files", "severities"),
    [(code, files, severities) for code, _, files, severities in CASES],
    ids=[f"BRK{code}-{title}" for code, title, _, _ in CASES],
)
def test_it_fires_at_the_marks(code: str, files: Sequence[str], severities: set[Severity]) -> None:
    network, places = read(files)
    found = findings(f"BRK{code}", network)
    assert where(found) == places
    assert levels(found) == severities


def test_a_short_ttl_is_told_with_the_route() -> None:
    network, _ = read([broker("a", connector("b", "", Q)), broker("b", connector("c", "", Q))])
    (finding,) = findings("BRK014", network)
    assert finding.message == (
        "messages from 'a' stay on 'b': the way to 'c.example:61616' has 2 hops"
    )
    assert (finding.observed, finding.expected) == ("messageTTL=1", "messageTTL=2")


def test_a_short_ttl_of_a_route_is_told_once() -> None:
    """The queues and the topics of a route are two connectors, and one line."""
    text = b"""
brokers:
  a: {engine: activemq, version: "5.19", endpoints: ["tcp://a:1"]}
  b: {engine: activemq, version: "5.19", endpoints: ["tcp://b:1"]}
  c: {engine: activemq, version: "5.19", endpoints: ["tcp://c:1"]}
routes:
  - {from: a, to: b, queues: [Q], topics: [T], ttl: 2}
  - {from: b, to: c, queues: [Q], topics: [T], ttl: 1}
"""
    document = parse_document(text, "topology.yaml")
    network = from_topology.network(topology.from_document(document), document)
    (finding,) = findings("BRK014", network)
    assert finding.location is not None
    assert finding.location.line == 8
