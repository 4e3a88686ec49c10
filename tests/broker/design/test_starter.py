"""A first topology: it loads, and says what was guessed."""

from __future__ import annotations

import pytest

from opskit.broker.design import starter, topology
from opskit.broker.design.topology import Account, Credentials, Secret, Topology
from opskit.documents import parse_document
from opskit.errors import UsageError

ONPREM = "onprem=tcp://mq.corp.example:61616"
FIRST = "ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617"
SECOND = "ssl://b-1234-2.mq.eu-west-1.amazonaws.com:61617"


def end(text: str, version: str | None = None) -> starter.End:
    return starter.parse_end(text, "--from", version)


def load(text: str) -> Topology:
    return topology.from_document(parse_document(text.encode(), "t.yaml"))


def test_it_loads_and_holds_what_was_given() -> None:
    text = starter.write(
        end(ONPREM, "5.17.2"), end(f"cloud={FIRST},{SECOND}"), ["A", "b.>"], ['it\'s "N": #1']
    )
    made = load(text)
    assert list(made.brokers) == ["onprem", "cloud"]
    onprem, cloud = made.brokers.values()
    assert (onprem.engine, onprem.version) == ("activemq", "5.17.2")
    assert (cloud.engine, cloud.endpoints) == ("amazon-mq", (FIRST, SECOND))
    (route,) = made.routes
    assert (route.source, route.target, route.only) == ("onprem", "cloud", True)
    assert route.queues == ("A", "b.>")
    assert route.topics == ('it\'s "N": #1',)
    assert text.count("# assumed") == 1


def test_a_user_on_each_side() -> None:
    made = load(starter.write(end(ONPREM), end(f"cloud={FIRST}"), ["A"], user="bridge"))
    assert made.routes[0].credentials == Credentials(
        local=Account("bridge", Secret(env="ONPREM_PASSWORD")),
        remote=Account("bridge", Secret(env="CLOUD_PASSWORD")),
    )


def test_a_duplex_bridge_has_one_account() -> None:
    made = load(starter.write(end(f"cloud={FIRST}"), end(ONPREM), ["A"], user="the bridge"))
    account = Account("the bridge", Secret(env="THE_BRIDGE_PASSWORD"))
    assert made.routes[0].credentials == Credentials(local=account)


def test_amazon_mq_fills_in_the_password() -> None:
    made = load(starter.write(end(f"a={FIRST}"), end(f"b={SECOND}"), ["A"], user="bridge"))
    assert made.routes[0].credentials == Credentials(local=Account("bridge"))


@pytest.mark.parametrize("name", ["null", "123", "1e5", "no", "a-b.c_d"])
def test_names_that_yaml_could_take_for_something_else(name: str) -> None:
    made = load(starter.write(end(f"{name}=tcp://h:1"), end(ONPREM), ["A"]))
    assert made.routes[0].source == name


def test_the_standby_of_a_pair_is_missed() -> None:
    assert SECOND in end(f"cloud={FIRST}").hint()
    assert end(f"cloud={FIRST},{SECOND}").hint() == ""
    assert end(f"cloud={SECOND}").hint() == ""
    assert end(ONPREM).hint() == ""
    assert end("x=tcp://b-1234-1.mq.example:61616").hint() == ""


@pytest.mark.parametrize("text", ["onprem", "=tcp://h:1", "onprem=", "onprem=,", "a=mq.example"])
def test_what_is_no_broker_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--from"):
        end(text)


@pytest.mark.parametrize(
    ("source", "queues", "message"),
    [
        (ONPREM, [], "nothing to route"),
        ("other=tcp://h:1", ["A"], "both brokers are called"),
        ("a b=tcp://h:1", ["A"], "no name for a broker"),
        ("a: {b\n=tcp://h:1", ["A"], "no name for a broker"),
        ("a=stomp://h:1", ["A"], "over stomp://"),
        ("a=tcp://h", ["A"], "host and port"),
        (ONPREM, ["a,b"], "not the name of a queue"),
        (ONPREM, ["A", "A"], "twice"),
    ],
)
def test_what_no_topology_can_hold_is_refused(source: str, queues: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        starter.write(end(source), end("other=tcp://other.example:61616"), queues)


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="not a broker version"):
        starter.write(end(ONPREM, "five"), end(f"cloud={FIRST}"), ["A"])
