"""What `generate` writes, on real brokers of every version: it starts, and it forwards.

The brokers of each test are those of a topology, every file written by opskit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from opskit.broker.design import generate, topology
from opskit.broker.design.topology import Topology
from opskit.documents import parse_document
from tests.rig import brokers, configs, distributions
from tests.rig.brokers import Fleet

pytestmark = pytest.mark.brokers

EXAMPLE = Path(__file__).parents[3] / "opskit/examples/broker/hybrid" / "topology.yaml"
CORE = "{http://activemq.apache.org/schema/core}"
NO_USERS = "<!-- No users yet: add <plugins> with authentication here before others get access. -->"
MANY = [f"message {number}" for number in range(1000)]
FEW = [f"message {number}" for number in range(10)]
SECRETS = {"LOCAL_PASSWORD": "local & secret", "CLOUD_PASSWORD": "cloud < secret"}
ACCOUNTS = {
    "local": {"user": "bridge", "password": {"env": "LOCAL_PASSWORD"}},
    "remote": {"user": "cloud-bridge", "password": {"env": "CLOUD_PASSWORD"}},
}


@pytest.fixture(params=distributions.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    distributions.require(chosen)
    return chosen


def make(version: str, ports: Mapping[str, list[int]], routes: list[dict[str, object]]) -> Topology:
    """A checked topology of self-managed brokers on loopback."""
    named = {
        name: {
            "engine": "activemq",
            "version": version,
            "endpoints": [f"tcp://127.0.0.1:{port}" for port in listening],
        }
        for name, listening in ports.items()
    }
    text = json.dumps({"brokers": named, "routes": routes})
    return topology.from_document(parse_document(text.encode(), "topology.json", is_json=True))


def secured(xml: str, users: Mapping[str, str]) -> str:
    """The generated file with users, where its comment asks for them."""
    assert xml.count(NO_USERS) == 1
    plugins = configs.simple_authentication(users)
    return xml.replace(NO_USERS, f"<plugins>{plugins}</plugins>")


def files(made: Topology) -> dict[str, str]:
    return {name: generate.activemq(made, name) for name in made.brokers}


def bridges(fleet: Fleet, name: str, count: int) -> None:
    """Wait until that many connectors of a broker have reached another one."""
    fleet.wait_until(
        lambda: sum(1 for bridge in fleet.stats(name).bridges if bridge.remote_broker) >= count
    )


def test_one_way_with_an_account_on_each_side(version: str, tmp_path: Path) -> None:
    onprem, cloud = brokers.free_ports(2)
    route = {
        "from": "onprem",
        "to": "cloud",
        "queues": ["TestingQ", "orders.>"],
        "topics": ["News"],
        "credentials": ACCOUNTS,
    }
    made = make(version, {"onprem": [onprem], "cloud": [cloud]}, [route])
    written = files(made)
    configurations = {
        "onprem": secured(written["onprem"], {"bridge": SECRETS["LOCAL_PASSWORD"]}),
        "cloud": secured(written["cloud"], {"cloud-bridge": SECRETS["CLOUD_PASSWORD"]}),
    }
    here = ("bridge", SECRETS["LOCAL_PASSWORD"])
    there = ("cloud-bridge", SECRETS["CLOUD_PASSWORD"])
    with brokers.start(version, configurations, tmp_path, env=SECRETS) as fleet:
        assert fleet.failed == {}
        bridges(fleet, "onprem", 2)
        names = {bridge.connector for bridge in fleet.stats("onprem").bridges}
        assert names == {"Q:onprem->cloud", "T:onprem->cloud"}
        fleet.wait_until(lambda: fleet.stats("onprem").topic("News").consumers == 1)
        with (
            fleet.subscribe(cloud, "/topic/News", *there) as news,
            fleet.subscribe(cloud, "/topic/Gossip", *there) as gossip,
        ):
            fleet.send(onprem, "/topic/News", FEW, *here)
            fleet.send(onprem, "/topic/Gossip", FEW, *here)
            fleet.send(onprem, "/queue/TestingQ", MANY, *here)
            fleet.send(onprem, "/queue/orders.eu", FEW, *here)
            fleet.send(onprem, "/queue/Unrouted", FEW, *here)
            fleet.send(cloud, "/queue/TestingQ", FEW, *there)
            assert news.receive(len(FEW)) == FEW
            arrived = fleet.stats
            fleet.wait_until(lambda: arrived("cloud").queue("TestingQ").size == 1010)
            fleet.wait_until(lambda: arrived("cloud").queue("orders.eu").size == 10)
            assert gossip.receive(1, timeout=0) == []
        fleet.wait_until(lambda: fleet.stats("onprem").queue("TestingQ").size == 0)  # settled
        assert fleet.stats("onprem").queue("Unrouted").size == 10
        with fleet.subscribe(cloud, "/queue/TestingQ", *there) as consumer:
            assert sorted(consumer.receive(1010)) == sorted([*MANY, *FEW])


@pytest.mark.parametrize("active", [0, 1])
def test_a_pair_is_reached_at_the_member_that_is_active(
    version: str, tmp_path: Path, active: int
) -> None:
    onprem, first, second = brokers.free_ports(3)
    route = {"from": "onprem", "to": "cloud", "queues": ["TestingQ"]}
    made = make(version, {"onprem": [onprem], "cloud": [first, second]}, [route])
    listening = (first, second)[active]
    # The standby of a pair does not listen.
    member = make(version, {"cloud": [listening]}, [])
    configurations = {
        "onprem": generate.activemq(made, "onprem"),
        "cloud": generate.activemq(member, "cloud"),
    }
    with brokers.start(version, configurations, tmp_path) as fleet:
        assert fleet.failed == {}
        fleet.send(onprem, "/queue/TestingQ", MANY)
        fleet.wait_until(lambda: fleet.stats("cloud").queue("TestingQ").size == 1000)
        with fleet.subscribe(listening, "/queue/TestingQ") as consumer:
            assert consumer.receive(1000) == MANY


def test_both_ways_over_connections_of_one_broker(version: str, tmp_path: Path) -> None:
    onprem, cloud = brokers.free_ports(2)
    credentials = {"local": ACCOUNTS["local"]}
    routes: list[dict[str, object]] = [
        {
            "from": "cloud",
            "to": "onprem",
            "initiator": "onprem",
            "queues": ["In", "in.>"],
            "topics": ["InNews"],
            "credentials": credentials,
        },
        {"from": "onprem", "to": "cloud", "queues": ["Out"], "credentials": credentials},
    ]
    made = make(version, {"onprem": [onprem], "cloud": [cloud]}, routes)
    users = {"bridge": SECRETS["LOCAL_PASSWORD"]}
    me = ("bridge", SECRETS["LOCAL_PASSWORD"])
    configurations = {name: secured(xml, users) for name, xml in files(made).items()}
    assert "<networkConnector " not in configurations["cloud"]
    with brokers.start(version, configurations, tmp_path, env=SECRETS) as fleet:
        assert fleet.failed == {}
        bridges(fleet, "onprem", 3)
        fleet.wait_until(lambda: fleet.stats("cloud").topic("InNews").consumers == 1)
        with (
            fleet.subscribe(onprem, "/topic/InNews", *me) as news_here,
            fleet.subscribe(cloud, "/topic/InNews", *me) as news_there,
        ):
            fleet.send(cloud, "/queue/In", MANY, *me)
            fleet.send(cloud, "/queue/in.eu", FEW, *me)
            fleet.send(onprem, "/queue/Out", MANY, *me)
            fleet.send(cloud, "/topic/InNews", FEW, *me)
            # None of these may go the other way.
            fleet.send(onprem, "/queue/In", FEW, *me)
            fleet.send(cloud, "/queue/Out", FEW, *me)
            fleet.send(cloud, "/queue/Unrouted", FEW, *me)
            fleet.send(onprem, "/topic/InNews", ["stays"], *me)
            assert sorted(news_here.receive(11)) == sorted([*FEW, "stays"])
            fleet.wait_until(lambda: fleet.stats("onprem").queue("In").size == 1010)
            fleet.wait_until(lambda: fleet.stats("onprem").queue("in.eu").size == 10)
            fleet.wait_until(lambda: fleet.stats("cloud").queue("Out").size == 1010)
            assert news_there.receive(len(FEW), timeout=0) == FEW
        fleet.wait_until(lambda: fleet.stats("cloud").queue("In").size == 0)  # settled
        assert fleet.stats("cloud").queue("Unrouted").size == 10
        assert fleet.stats("onprem").queue("Unrouted").size == 0
        fleet.wait_until(lambda: fleet.stats("onprem").queue("Out").size == 0)  # settled
        with fleet.subscribe(onprem, "/queue/In", *me) as consumer:
            assert sorted(consumer.receive(1010)) == sorted([*MANY, *FEW])


def test_a_reverse_route_of_one_queue_keeps_the_order(version: str, tmp_path: Path) -> None:
    onprem, cloud = brokers.free_ports(2)
    route = {"from": "cloud", "to": "onprem", "initiator": "onprem", "queues": ["In"]}
    made = make(version, {"onprem": [onprem], "cloud": [cloud]}, [route])
    with brokers.start(version, files(made), tmp_path) as fleet:
        assert fleet.failed == {}
        bridges(fleet, "onprem", 1)
        fleet.send(onprem, "/queue/In", ["own"])
        fleet.wait_until(lambda: fleet.stats("cloud").queue("In").consumers == 1)
        fleet.send(cloud, "/queue/In", MANY)
        with fleet.subscribe(onprem, "/queue/In") as consumer:
            assert consumer.receive(1001) == ["own", *MANY]
        assert fleet.stats("cloud").queue("In").enqueues == 1000


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_duplex_bridge_logs_in_with_both_accounts_on_both_brokers(
    version: str, tmp_path: Path, everywhere: bool
) -> None:
    onprem, cloud = brokers.free_ports(2)
    route = {
        "from": "cloud",
        "to": "onprem",
        "initiator": "onprem",
        "queues": ["In"],
        "credentials": ACCOUNTS,
    }
    made = make(version, {"onprem": [onprem], "cloud": [cloud]}, [route])
    local = {"bridge": SECRETS["LOCAL_PASSWORD"]}
    remote = {"cloud-bridge": SECRETS["CLOUD_PASSWORD"]}
    written = files(made)
    configurations = {
        "onprem": secured(written["onprem"], {**local, **remote} if everywhere else local),
        "cloud": secured(written["cloud"], {**remote, **local} if everywhere else remote),
    }
    with brokers.start(version, configurations, tmp_path, env=SECRETS) as fleet:
        assert fleet.failed == {}
        fleet.send(cloud, "/queue/In", FEW, *next(iter(remote.items())))
        if everywhere:
            fleet.wait_until(lambda: fleet.stats("onprem").queue("In").size == 10)
        else:
            fleet.wait_until(lambda: "User name [bridge] or password is invalid" in fleet.log())
            assert fleet.stats("cloud").queue("In").size == 10


def test_the_rest_follows_its_consumers_where_only_is_false(version: str, tmp_path: Path) -> None:
    onprem, cloud = brokers.free_ports(2)
    route = {"from": "onprem", "to": "cloud", "queues": ["Q"], "topics": ["T"], "only": False}
    made = make(version, {"onprem": [onprem], "cloud": [cloud]}, [route])
    with brokers.start(version, files(made), tmp_path) as fleet:
        assert fleet.failed == {}
        bridges(fleet, "onprem", 2)
        with (
            fleet.subscribe(cloud, "/queue/Wanted") as wanted,
            fleet.subscribe(cloud, "/topic/T") as routed,
            fleet.subscribe(cloud, "/topic/Other") as other,
        ):
            fleet.wait_until(lambda: fleet.stats("onprem").queue("Wanted").consumers == 1)
            fleet.wait_until(lambda: fleet.stats("onprem").topic("Other").consumers == 1)
            for queue in ("Q", "Wanted", "Unwanted"):
                fleet.send(onprem, f"/queue/{queue}", FEW)
            for topic in ("T", "Other"):
                fleet.send(onprem, f"/topic/{topic}", FEW)
            assert wanted.receive(10) == FEW
            fleet.wait_until(lambda: fleet.stats("cloud").queue("Q").size == 10)
            # One more than there are would mean that a message came twice.
            assert routed.receive(11, timeout=1) == FEW
            assert other.receive(11, timeout=0) == FEW
            assert fleet.stats("onprem").queue("Unwanted").size == 10


def test_a_durable_topic_and_a_reverse_route_for_everything_start(
    version: str, tmp_path: Path
) -> None:
    onprem, cloud = brokers.free_ports(2)
    routes: list[dict[str, object]] = [
        {"from": "onprem", "to": "cloud", "topics": ["T"], "durable": True},
        {"from": "cloud", "to": "onprem", "initiator": "onprem", "only": False, "ttl": 2},
    ]
    made = make(version, {"onprem": [onprem], "cloud": [cloud]}, routes)
    with brokers.start(version, files(made), tmp_path) as fleet:
        assert fleet.failed == {}
        bridges(fleet, "onprem", 3)
        with fleet.subscribe(onprem, "/queue/Wanted") as wanted:
            fleet.send(cloud, "/queue/Wanted", FEW)
            assert wanted.receive(10) == FEW


def test_the_schema_of_the_version_accepts_every_form(version: str) -> None:
    schema = etree.XMLSchema(etree.fromstring(distributions.xsd(version)))
    routes: list[dict[str, object]] = [
        {"from": "a", "to": "b", "queues": ["Q"], "topics": ["T"], "credentials": ACCOUNTS},
        {"from": "b", "to": "a", "initiator": "a", "queues": ["Q"], "topics": ["T"]},
        {"from": "a", "to": "c", "queues": ["Q"], "only": False, "ttl": 3, "durable": True},
        {"from": "c", "to": "a", "initiator": "a", "only": False},
        {"from": "b", "to": "c", "topics": ["T"], "durable": True, "options": {"prefetchSize": 9}},
    ]
    made = make(version, {"a": [1], "b": [2, 3], "c": [4]}, routes)
    for name, xml in files(made).items():
        broker = etree.fromstring(xml.encode()).find(f"{CORE}broker")
        schema.assertValid(broker)
        children = [child.tag.removeprefix(CORE) for child in broker.iterchildren("*")]
        assert children == sorted(children), name


def test_the_schema_accepts_what_is_for_amazon_mq(version: str) -> None:
    schema = etree.XMLSchema(etree.fromstring(distributions.xsd(version)))
    made, _ = topology.load(EXAMPLE)
    schema.assertValid(etree.fromstring(generate.amazon_mq(made, "cloud").encode()))
    pair = {"engine": "amazon-mq", "version": "5.18"}
    text = {
        "brokers": {
            "a": {**pair, "endpoints": ["ssl://b-1-1.example:61617"]},
            "b": {**pair, "endpoints": ["ssl://b-2-1.example:61617"]},
        },
        "routes": [
            {"from": "a", "to": "b", "queues": ["Q"], "credentials": {"local": {"user": "me"}}},
            {"from": "b", "to": "a", "initiator": "a", "queues": ["Q"], "topics": ["T"]},
        ],
    }
    made = topology.from_document(parse_document(json.dumps(text).encode(), "t", is_json=True))
    written = etree.fromstring(generate.amazon_mq(made, "a").encode())
    schema.assertValid(written)
    assert len(written.findall(f".//{CORE}networkConnector")) == 3


def test_a_closed_port_keeps_the_messages_until_it_opens(version: str, tmp_path: Path) -> None:
    onprem, cloud = brokers.free_ports(2)
    route: dict[str, object] = {"from": "onprem", "to": "cloud", "queues": ["TestingQ"]}
    written = files(make(version, {"onprem": [onprem], "cloud": [cloud]}, [route]))
    with brokers.start(version, {"onprem": written["onprem"]}, tmp_path) as fleet:
        assert fleet.failed == {}, "a broker starts without the other"
        fleet.send(onprem, "/queue/TestingQ", FEW)
        fleet.wait_until(lambda: "Connection refused" in fleet.log())
        assert fleet.stats("onprem").queue("TestingQ").size == len(FEW)
        assert fleet.start("cloud", written["cloud"])
        fleet.wait_until(lambda: fleet.stats("cloud").queue("TestingQ").size == len(FEW), 60)
        # the last message is there before it is acknowledged here
        fleet.wait_until(lambda: fleet.stats("onprem").queue("TestingQ").size == 0, 60)


def test_a_wrong_password_is_established_first_and_refused_then(
    version: str, tmp_path: Path
) -> None:
    onprem, cloud = brokers.free_ports(2)
    route: dict[str, object] = {
        "from": "onprem",
        "to": "cloud",
        "queues": ["TestingQ"],
        "credentials": ACCOUNTS,
    }
    written = files(make(version, {"onprem": [onprem], "cloud": [cloud]}, [route]))
    users = {"onprem": {"bridge": "local"}, "cloud": {"cloud-bridge": "right"}}
    configurations = {name: secured(xml, users[name]) for name, xml in written.items()}
    env = {"LOCAL_PASSWORD": "local", "CLOUD_PASSWORD": "wrong"}
    with brokers.start(version, configurations, tmp_path, env=env) as fleet:
        assert fleet.failed == {}
        fleet.send(onprem, "/queue/TestingQ", FEW, "bridge", "local")
        fleet.wait_until(lambda: "due to a remote error" in fleet.log())
        before, _, after = fleet.log().partition("due to a remote error")
        assert "has been established" in before
        assert "SecurityException" in after
        assert fleet.stats("onprem").queue("TestingQ").size == len(FEW)
        assert fleet.stats("cloud").queue("TestingQ").size == 0
