"""Generated XML: forms, placeholders, ports, and the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.broker import destinations
from opskit.broker.design import generate, reverse, topology
from opskit.broker.design.ports import ports
from opskit.broker.design.topology import Topology
from opskit.broker.destinations import Destination
from opskit.documents import parse_document
from opskit.errors import UsageError

EXAMPLE = Path(__file__).parents[3] / "opskit/examples/broker/hybrid" / "topology.yaml"
CORE = "{http://activemq.apache.org/schema/core}"
BROKERS = """\
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq.example:61616"]}
  branch: {engine: activemq, version: 6.1.7, endpoints: ["ssl://br.example:61617"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://b-1.example:61617", "ssl://b-2.example:61617"]}
  cloud2: {engine: amazon-mq, version: "5.19", endpoints: ["ssl://c-1.example:61617"]}
"""
UP = "from: onprem, to: cloud"
ONE = "local: {user: me, password: {env: MINE}}"
OTHER = "remote: {user: you, password: {env: YOURS}}"


def read(*routes: str) -> Topology:
    text = BROKERS + "routes:" + ("".join(f"\n  - {r}" for r in routes) or " []") + "\n"
    return topology.from_document(parse_document(text.encode(), "t.yaml"))


def login_route(ends: str, *accounts: str) -> str:
    """A route of one queue between `ends`, with those accounts."""
    return f"{{{ends}, queues: [Q], credentials: {{{', '.join(accounts)}}}}}"


def connectors(made: Topology, broker: str) -> dict[str, ElementTree.Element]:
    """The connectors of a fragment, by name."""
    root = ElementTree.fromstring(generate.fragment(made, broker))
    assert root.tag == "networkConnectors"
    return {connector.attrib["name"]: connector for connector in root}


def lists(connector: ElementTree.Element) -> dict[str, list[tuple[str, str]]]:
    return {
        one.tag: [(entry.tag, entry.attrib["physicalName"]) for entry in one] for one in connector
    }


def test_the_example_as_a_fragment() -> None:
    made, _ = topology.load(EXAMPLE)
    assert (
        generate.generate(made)
        == """\
<networkConnectors>
  <networkConnector
      name="Q:onprem->cloud"
      uri="masterslave:(ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617,ssl://b-1234-2.mq.eu-west-1.amazonaws.com:61617)"
      staticBridge="true"
      userName="bridge"
      password="${LOCAL_PASSWORD}"
      remoteUserName="bridge"
      remotePassword="${CLOUD_PASSWORD}">
    <staticallyIncludedDestinations>
      <queue physicalName="TestingQ"/>
      <queue physicalName="orders.>"/>
    </staticallyIncludedDestinations>
  </networkConnector>
</networkConnectors>
"""
    )


def test_queues_and_topics_have_a_connector_each() -> None:
    found = connectors(read("{from: onprem, to: branch, queues: [A, b.>], topics: [N]}"), "onprem")
    assert list(found) == ["Q:onprem->branch", "T:onprem->branch"]
    included = "staticallyIncludedDestinations"
    assert lists(found["Q:onprem->branch"]) == {included: [("queue", "A"), ("queue", "b.>")]}
    assert lists(found["T:onprem->branch"]) == {included: [("topic", "N")]}
    for connector in found.values():
        assert connector.attrib == {
            "name": connector.attrib["name"],
            "uri": "static:(ssl://br.example:61617)?initialReconnectDelay=1000"
            "&maxReconnectDelay=30000&useExponentialBackOff=true",
            "staticBridge": "true",
        }


def test_one_endpoint_and_a_pair() -> None:
    made = read("{from: onprem, to: cloud, queues: [Q]}", "{from: onprem, to: cloud2, queues: [Q]}")
    found = connectors(made, "onprem")
    pair = "masterslave:(ssl://b-1.example:61617,ssl://b-2.example:61617)"
    assert found["Q:onprem->cloud"].attrib["uri"] == pair
    assert found["Q:onprem->cloud2"].attrib["uri"].startswith("static:(ssl://c-1.example:61617)?")


def test_a_route_from_the_cloud_rides_on_a_connection_of_the_premises() -> None:
    made = read("{from: cloud, to: onprem, queues: [Q], topics: [N, n.>]}")
    found = connectors(made, "onprem")
    assert connectors(made, "cloud") == {}
    queues, topics = found["Q:cloud->onprem"], found["T:cloud->onprem"]
    assert queues.attrib["duplex"] == topics.attrib["duplex"] == "true"
    assert lists(queues) == {
        "dynamicallyIncludedDestinations": [("queue", "Q")],
        "staticallyIncludedDestinations": [("queue", "queue://Q,")],
    }
    assert lists(topics) == {
        "dynamicallyIncludedDestinations": [("topic", "N"), ("topic", "n.>")],
        "staticallyIncludedDestinations": [("topic", "topic://N,topic://n.>")],
    }


def test_both_directions_are_connectors_of_their_own() -> None:
    made = read("{from: cloud, to: onprem, queues: [A]}", "{from: onprem, to: cloud, queues: [B]}")
    found = connectors(made, "onprem")
    assert "duplex" in found["Q:cloud->onprem"].attrib
    assert "duplex" not in found["Q:onprem->cloud"].attrib


@given(
    st.lists(
        st.lists(st.sampled_from(["a", "b", "*", ">"]), min_size=1, max_size=3).map(".".join),
        min_size=1,
        max_size=3,
        unique=True,
    )
)
def test_a_reverse_include_is_permitted_by_none_of_its_patterns(names: list[str]) -> None:
    whole = reverse.composite("queue", names)
    assert whole.composite
    assert {part.name for part in destinations.split(whole)} == set(names)
    permitting = any(destinations.covers(Destination("queue", name), whole) for name in names)
    assert permitting == bool(reverse.leaking("queue", names))
    if all(name[0] not in "*>" for name in names):
        assert not permitting


@pytest.mark.parametrize(
    ("route", "lists_of_queues", "lists_of_topics"),
    [
        (
            "{from: onprem, to: branch, queues: [Q], only: false}",
            {
                "dynamicallyIncludedDestinations": [("queue", ">")],
                "staticallyIncludedDestinations": [("queue", "Q")],
            },
            {"dynamicallyIncludedDestinations": [("topic", ">")]},
        ),
        (
            "{from: cloud, to: onprem, queues: [Q], only: false}",
            {"dynamicallyIncludedDestinations": [("queue", ">")]},
            {"dynamicallyIncludedDestinations": [("topic", ">")]},
        ),
    ],
)
def test_only_false_lets_the_rest_follow_its_consumers(
    route: str,
    lists_of_queues: dict[str, list[tuple[str, str]]],
    lists_of_topics: dict[str, list[tuple[str, str]]],
) -> None:
    queues, topics = connectors(read(route), "onprem").values()
    assert lists(queues) == lists_of_queues
    assert lists(topics) == lists_of_topics
    assert "staticBridge" not in {**queues.attrib, **topics.attrib}
    assert "bridgeTempDestinations" not in queues.attrib
    assert topics.attrib["bridgeTempDestinations"] == "false"


def test_durable_topics_follow_their_subscribers() -> None:
    found = connectors(read("{from: onprem, to: branch, topics: [N], durable: true}"), "onprem")
    topics = found["T:onprem->branch"]
    assert lists(topics) == {"dynamicallyIncludedDestinations": [("topic", "N")]}
    assert topics.attrib["bridgeTempDestinations"] == "false"
    assert "staticBridge" not in topics.attrib


@pytest.mark.parametrize(
    ("route", "broker", "login"),
    [
        ("{from: onprem, to: cloud, queues: [Q]}", "onprem", {}),
        (
            login_route(UP, ONE, OTHER),
            "onprem",
            {
                "userName": "me",
                "password": "${MINE}",
                "remoteUserName": "you",
                "remotePassword": "${YOURS}",
            },
        ),
        (
            login_route(UP, ONE),
            "onprem",
            {"userName": "me", "password": "${MINE}"},
        ),
        (
            login_route(UP, OTHER),
            "onprem",
            {"userName": "you", "password": "${YOURS}"},
        ),
        (
            login_route(UP, ONE, ONE.replace("local", "remote")),
            "onprem",
            {"userName": "me", "password": "${MINE}"},
        ),
        (
            login_route(UP, "remote: {user: my-self, password: {file: /run/secrets/p}}"),
            "onprem",
            {"userName": "my-self", "password": "${CLOUD_MY_SELF_PASSWORD}"},
        ),
        (
            login_route("from: cloud, to: cloud2", ONE),
            "cloud",
            {"userName": "me"},
        ),
        (
            login_route("from: cloud, to: cloud2", "remote: {user: you}"),
            "cloud",
            {"userName": "you"},
        ),
    ],
)
def test_logins(route: str, broker: str, login: dict[str, str]) -> None:
    (connector,) = connectors(read(route), broker).values()
    plain = {"name", "uri", "staticBridge", "duplex"}
    assert {k: v for k, v in connector.attrib.items() if k not in plain} == login


def test_ttl_and_options_become_attributes() -> None:
    route = "{from: onprem, to: cloud, queues: [Q], ttl: 2, options: {useCompression: true, "
    made = read(route + "prefetchSize: 9}}")
    (connector,) = connectors(made, "onprem").values()
    wanted = {"networkTTL": "2", "prefetchSize": "9", "useCompression": "true"}
    assert wanted.items() <= connector.attrib.items()


def test_names_that_xml_has_to_escape_come_back() -> None:
    name = '<a & b\'s "c" -- \u00fc>'
    quoted = name.replace("'", "''")
    made = read(f"{{from: onprem, to: cloud, queues: ['{quoted}']}}")
    (connector,) = connectors(made, "onprem").values()
    assert lists(connector)["staticallyIncludedDestinations"] == [("queue", name)]


def test_comments_cannot_be_ended_from_within() -> None:
    account = "local: {user: a, password: {file: '/x-->/y<!---'}}"
    text = generate.activemq(read(login_route(UP, account)), "onprem")
    ElementTree.fromstring(text)
    assert "(from /x- ->/y<!- - -)" in " ".join(text.split())


def test_a_duplex_bridge_says_that_it_needs_both_accounts_on_both_brokers() -> None:
    down = "from: cloud, to: onprem"
    said = "logs in with both accounts on both brokers"
    both = " ".join(generate.generate(read(login_route(down, ONE, OTHER))).split())
    assert said in both
    assert said not in " ".join(generate.generate(read(login_route(down, ONE))).split())
    assert said not in " ".join(generate.generate(read(login_route(UP, ONE, OTHER))).split())


def test_a_whole_file_listens_stores_and_fills_in_placeholders() -> None:
    made = read(login_route(UP, ONE, OTHER))
    text = generate.generate(made, kind="activemq")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<beans\n')
    assert text.endswith("</beans>\n")
    assert "To be set there: MINE, YOURS." in text
    root = ElementTree.fromstring(text)
    beans = "{http://www.springframework.org/schema/beans}"
    assert [child.tag for child in root] == [f"{beans}bean", f"{CORE}broker"]
    broker = root[1]
    assert broker.attrib["brokerName"] == "onprem"
    names = [child.tag.removeprefix(CORE) for child in broker]
    assert names == [
        "managementContext",
        "networkConnectors",
        "persistenceAdapter",
        "transportConnectors",
    ]
    listening = [one.attrib["uri"].partition("?")[0] for one in broker[3]]
    assert listening == ["tcp://0.0.0.0:61616"]


def test_a_broker_that_starts_no_connection_has_a_whole_file_too() -> None:
    made = read("{from: onprem, to: branch, queues: [Q]}")
    text = generate.generate(made, "branch", "activemq")
    assert "networkConnector" not in text
    assert "ssl://0.0.0.0:61617" in text
    assert "javax.net.ssl.keyStore" in text
    assert "<!-- branch starts no connection" in generate.generate(made, "branch")


def test_an_amazon_mq_configuration_holds_what_amazon_permits() -> None:
    made = read("{from: cloud, to: cloud2, queues: [Q], credentials: {local: {user: me}}}")
    text = generate.generate(made, kind="amazon-mq")
    root = ElementTree.fromstring(text)
    assert (root.tag, root.attrib) == (f"{CORE}broker", {})
    assert [child.tag for child in root] == [f"{CORE}networkConnectors"]
    assert "assword=" not in text
    assert "${" not in text
    assert "Users that this broker needs: me." in text
    other = ElementTree.fromstring(generate.generate(made, "cloud2", "amazon-mq"))
    assert list(other) == []


def test_ports() -> None:
    made = read(
        "{from: onprem, to: cloud, queues: [Q]}",
        "{from: cloud, to: onprem, queues: [R]}",
        "{from: branch, to: onprem, queues: [Q]}",
    )
    both = "onprem->cloud, cloud->onprem"
    assert [(o.source, o.host, o.port, o.protocol, o.why) for o in ports(made)] == [
        ("onprem", "b-1.example", 61617, "TCP (OpenWire over TLS)", both),
        ("onprem", "b-2.example", 61617, "TCP (OpenWire over TLS)", both),
        ("branch", "mq.example", 61616, "TCP (OpenWire)", "branch->onprem"),
    ]
    assert {opening.source for opening in ports(made, "branch")} == {"branch"}
    text = generate.generate(made, "branch", openings=True)
    assert "branch to mq.example:61616, TCP (OpenWire), for branch->onprem -->" in text
    assert text.endswith(generate.generate(made, "branch"))


def test_which_broker_is_meant() -> None:
    several = read(
        "{from: onprem, to: cloud, queues: [Q]}", "{from: branch, to: cloud, topics: [N]}"
    )
    with pytest.raises(UsageError) as caught:
        generate.generate(several)
    assert "--broker: onprem, branch" in caught.value.hint
    with pytest.raises(UsageError, match="no broker starts"):
        generate.generate(read())
    with pytest.raises(UsageError, match="no broker is called 'x'"):
        generate.generate(several, "x")
    with pytest.raises(UsageError, match="is an Amazon MQ broker"):
        generate.generate(several, "cloud", "activemq")
    with pytest.raises(UsageError, match="is no Amazon MQ broker"):
        generate.generate(several, "onprem", "amazon-mq")


@pytest.mark.parametrize("kind", generate.KINDS)
def test_the_same_bytes_every_time(kind: generate.Kind) -> None:
    def text() -> str:
        made = read(
            "{from: cloud, to: cloud2, queues: [Q], options: {useCompression: true}}",
            "{from: branch, to: cloud, topics: [N], options: {prefetchSize: 1}}",
        )
        broker = "branch" if kind == "activemq" else "cloud"
        return generate.generate(made, broker, kind, openings=True)

    assert text() == text()
    assert text().endswith(">\n")
    assert all(line == line.rstrip() for line in text().splitlines())
