"""What opskit writes passes its own check: no error, and only warnings that can be defended."""

from __future__ import annotations

import pytest

from opskit.broker import lint, reader
from opskit.broker.design import from_topology, generate, topology
from opskit.broker.design.topology import Topology
from opskit.broker.model import Network
from opskit.documents import Document, parse_document
from opskit.findings import Severity
from opskit.xmltree import XmlDocument

BROKERS = """\
brokers:
  onprem: {engine: activemq, version: 5.19.9, endpoints: ["tcp://onprem.example:61616"]}
  branch: {engine: activemq, version: 6.3.0, endpoints: ["tcp://branch.example:61616"]}
  private: {engine: activemq, version: 5.19.9, endpoints: ["ssl://private.example:61617"]}
  cloud:
    engine: amazon-mq
    version: "5.19"
    endpoints:
      - ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617
      - ssl://b-1234-2.mq.eu-west-1.amazonaws.com:61617
  cloud2:
    engine: amazon-mq
    version: "5.19"
    endpoints: ["ssl://b-5678-1.mq.eu-west-1.amazonaws.com:61617"]
routes:
"""
ACCOUNTS = (
    "credentials: {local: {user: me, password: {env: MINE}}, "
    "remote: {user: you, password: {env: YOURS}}}"
)
UP, DOWN, NEAR = "from: onprem, to: cloud", "from: cloud, to: onprem", "from: onprem, to: branch"
ROUTES = {
    "a queue": [f"{NEAR}, queues: [Q]"],
    "queues and topics": [f"{NEAR}, queues: [Q, R], topics: [N, n]"],
    "a pattern": [f"{NEAR}, queues: ['orders.>']"],
    "to a pair": [f"{UP}, queues: [Q], topics: [N], {ACCOUNTS}"],
    "between managed brokers": [
        "from: cloud, to: cloud2, queues: [Q], credentials: {local: {user: me}}"
    ],
    "over TLS": ["from: onprem, to: private, queues: [Q]"],
    "reverse": [f"{DOWN}, queues: [Q], topics: [N], {ACCOUNTS}"],
    "reverse, several and patterns": [
        f"{DOWN}, queues: [Q, 'orders.>'], topics: ['n.*', N], {ACCOUNTS}"
    ],
    "reverse, asked for": [f"{NEAR}, queues: [Q], initiator: branch"],
    "there and back": [
        f"{UP}, queues: [A], topics: [M], {ACCOUNTS}",
        f"{DOWN}, queues: [B], topics: [N], {ACCOUNTS}",
    ],
    "there and back, one connection each": [
        f"{NEAR}, queues: [A]",
        "from: branch, to: onprem, queues: [B]",
    ],
    "the rest on demand": [f"{NEAR}, queues: [Q], topics: [N], only: false"],
    "all on demand": [f"{NEAR}, only: false"],
    "all on demand, there and back": [
        f"{NEAR}, only: false",
        "from: branch, to: onprem, only: false",
    ],
    "reverse, the rest on demand": [f"{DOWN}, queues: [Q], topics: [N], only: false, {ACCOUNTS}"],
    "hops": [f"{NEAR}, queues: [Q], ttl: 2", "from: branch, to: private, queues: [Q], ttl: 2"],
    "durable": [f"{NEAR}, topics: [N], durable: true"],
    "durable, reverse": [f"{DOWN}, topics: [N], durable: true, {ACCOUNTS}"],
    "options": [f"{NEAR}, queues: [Q], options: {{prefetchSize: 100, useCompression: true}}"],
}
DEFENDED = {
    # Where the trust store is, a topology does not say. Amazon's authorities Java knows by itself.
    "over TLS": {"BRK020"},
    "hops": {"BRK020"},
    # Consumers draw messages both ways: which queues may replay them is for the user to say.
    "all on demand, there and back": {"BRK018"},
    "reverse, the rest on demand": {"BRK018"},
}
"""The warnings of each kind of route."""


def read(routes: list[str]) -> tuple[Topology, Document]:
    text = BROKERS + "".join(f"  - {{{route}}}\n" for route in routes)
    document = parse_document(text.encode(), "topology.yaml")
    return topology.from_document(document), document


def written(made: Topology, *, whole: bool) -> Network:
    """Every broker of the routes as it is written, read back."""
    brokers = []
    for name in sorted({end for route in made.routes for end in (route.source, route.target)}):
        spec = made.brokers[name]
        kind: generate.Kind = "amazon-mq" if spec.managed else "activemq"
        text = generate.generate(made, name, kind if whole else "fragment")
        brokers += reader.from_document(
            XmlDocument(f"{name}.xml", text.encode()),
            version=spec.parsed_version,
            target="amazon-mq" if spec.managed else "self-managed",
        )
    return Network(brokers)


def warnings(network: Network) -> set[str]:
    """The rules that warn; fails with what is an error, or could not be looked at."""
    assert network.connectors
    findings = lint.lint(network).findings
    bad = {Severity.ERROR, Severity.UNKNOWN}
    assert [f"{found.rule} {found.message}" for found in findings if found.level in bad] == []
    return {found.rule for found in findings if found.level is Severity.WARNING}


@pytest.mark.parametrize("kind", ROUTES)
def test_whole_files(kind: str) -> None:
    made, _ = read(ROUTES[kind])
    assert warnings(written(made, whole=True)) == DEFENDED.get(kind, set())


@pytest.mark.parametrize("kind", ROUTES)
def test_fragments_and_the_topology_itself(kind: str) -> None:
    """They say nothing of trust stores and policies, and so give no more than whole files."""
    made, document = read(ROUTES[kind])
    expected = DEFENDED.get(kind, set()) - {"BRK018", "BRK020"}
    assert warnings(written(made, whole=False)) == expected
    assert warnings(from_topology.network(made, document)) == expected


def test_the_warnings_are_of_routes_that_are_here() -> None:
    assert DEFENDED.keys() <= ROUTES.keys()
