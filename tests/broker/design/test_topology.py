"""The topology document: what it accepts, and every refusal with its place."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from opskit.broker.design import topology
from opskit.broker.design.topology import Account, Secret, Topology
from opskit.documents import parse_document
from opskit.errors import ExitCode, InputError
from opskit.schemas import schema

EXAMPLE = Path(__file__).parents[3] / "opskit/examples/broker/hybrid" / "topology.yaml"
BROKERS = """\
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq.example:61616"]}
  old: {engine: activemq, version: 5.16.3, endpoints: ["tcp://old.example:61616"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://b-1.example:61617"]}
  cloud2: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://b-2.example:61617"]}
"""


def read(text: str) -> Topology:
    return topology.from_document(parse_document(text.encode(), "t.yaml"))


def refusal(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def routed(route: str) -> str:
    return f"{BROKERS}routes:\n  - {route}\n"


def test_the_example_loads() -> None:
    loaded, document = topology.load(EXAMPLE)
    assert document.name == str(EXAMPLE)
    assert list(loaded.brokers) == ["onprem", "cloud"]
    assert [str(spec.parsed_version) for spec in loaded.brokers.values()] == ["5.17.2", "5.18"]
    (route,) = loaded.routes
    assert (route.source, route.target) == ("onprem", "cloud")
    assert route.queues == ("TestingQ", "orders.>")
    assert route.only
    assert route.credentials is not None
    assert route.credentials.remote == Account("bridge", Secret(env="CLOUD_PASSWORD"))


def test_a_version_is_text_even_where_yaml_sees_a_number() -> None:
    text = BROKERS.replace('"5.18"', "5.10") + "routes: []\n"
    assert read(text).brokers["cloud"].version == "5.10"


@pytest.mark.parametrize(
    ("route", "initiator", "is_reverse"),
    [
        ("{from: onprem, to: cloud, queues: [Q]}", "onprem", False),
        ("{from: cloud, to: onprem, queues: [Q]}", "onprem", True),
        ("{from: cloud, to: onprem, queues: [Q], initiator: cloud}", "cloud", False),
        ("{from: cloud, to: cloud2, queues: [Q]}", "cloud", False),
        ("{from: cloud, to: cloud2, queues: [Q], initiator: cloud2}", "cloud2", True),
        ("{from: onprem, to: old, queues: [Q]}", "onprem", False),
    ],
)
def test_which_broker_starts_the_connection(route: str, initiator: str, is_reverse: bool) -> None:
    loaded = read(routed(route))
    assert loaded.initiator(loaded.routes[0]) == initiator
    assert loaded.initiators() == [initiator]
    assert loaded.is_reverse(loaded.routes[0]) is is_reverse
    ends = {loaded.initiator(loaded.routes[0]), loaded.acceptor(loaded.routes[0])}
    assert ends == {loaded.routes[0].source, loaded.routes[0].target}


GOOD_ROUTES = [
    "{from: onprem, to: cloud, topics: [T], durable: true}",
    "{from: onprem, to: cloud, only: false}",
    "{from: onprem, to: cloud, queues: ['>', '*', a.*.b]}",
    "{from: cloud, to: onprem, queues: ['a.>', 'a.*', '*.b']}",
    "{from: cloud, to: onprem, only: false, queues: ['>']}",
    "{from: onprem, to: cloud, queues: [Q], ttl: 3, options: {prefetchSize: 10}}",
    "{from: onprem, to: cloud, queues: [Q], options: {useCompression: true, gcSweepTime: 9}}",
    "{from: old, to: cloud, queues: [Q], credentials: {local: {user: a, password: {env: A}}}}",
    "{from: old, to: cloud, queues: [Q], credentials: {local: {user: a, password: {env: A}}, "
    "remote: {user: a, password: {env: A}}}}",
    "{from: cloud, to: cloud2, queues: [Q], credentials: {local: {user: a}, remote: {user: a}}}",
    "{from: onprem, to: cloud, queues: [\"two words\", 'uml\u00e4ut', 'a->b', \"it's\"]}",
]


@pytest.mark.parametrize("route", GOOD_ROUTES)
def test_routes_that_are_accepted(route: str) -> None:
    assert len(read(routed(route)).routes) == 1


# The route, what the message says, and the word of the route at which it stands.
BAD_ROUTES = [
    ("{from: onprme, to: cloud, queues: [Q]}", "did you mean onprem?", "onprme"),
    ("{from: onprem, to: nowhere, queues: [Q]}", "no broker is called 'nowhere'", "nowhere"),
    ("{from: onprem, to: &x onprem, queues: [Q]}", "to itself", "onprem, queues"),
    ("{from: onprem, to: cloud}", "carries nothing", "{from"),
    ("{from: onprem, to: cloud, queues: [Q], initiator: old}", "no end of this route", "old"),
    ("{from: onprem, to: cloud, queues: [Q, Q]}", "twice", "Q]"),
    ("{from: onprem, to: cloud, queues: ['a,b']}", "not the name of a queue", "'a,b'"),
    ("{from: onprem, to: cloud, topics: ['queue://a']}", "not the name of a topic", "'queue"),
    ("{from: onprem, to: cloud, queues: ['a?b=c']}", "not the name of a queue", "'a?b"),
    ("{from: onprem, to: cloud, queues: ['${x}']}", "not the name of a queue", "'${x}"),
    ("{from: onprem, to: cloud, queues: ['']}", "not the name of a queue", "''"),
    ('{from: onprem, to: cloud, queues: ["a\\u0001"]}', "not the name of a queue", '"a'),
    ('{from: onprem, to: cloud, queues: ["a\\ufffe"]}', "not the name of a queue", '"a'),
    ("{from: cloud, to: onprem, queues: ['>']}", "cannot be kept to one direction", "'>'"),
    ("{from: cloud, to: onprem, topics: ['*']}", "cannot be kept to one direction", "'*'"),
    ("{from: onprem, to: cloud, queues: [Q], durable: true}", "the route has none", "true"),
    ("{from: onprem, to: cloud, queues: [Q], ttl: 0}", "ttl", "0}"),
    ("{from: onprem, to: cloud, queue: [Q]}", "did you mean `queues`?", "queue:"),
    ("{from: onprem, to: cloud, queues: [Q], credentials: {}}", "give local, remote", "{}"),
    (
        "{from: onprem, to: cloud, queues: [Q], credentials: {local: {user: a, password: {}}}}",
        "either {env: NAME} or {file: PATH}",
        "{}",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], credentials: {local: {user: a}}}",
        "has no password",
        "{user: a}",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], "
        'credentials: {local: {user: "a\\u0001", password: {env: A}}}}',
        "not the name of a user",
        '"a',
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], "
        "credentials: {local: {user: a, password: {file: ''}}}}",
        "no path of a file",
        "''",
    ),
    (
        '{from: onprem, to: cloud, queues: [Q], options: {clientIdToken: "\\u0001"}}',
        "control character",
        '"\\u0001',
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], "
        "credentials: {local: {user: a, password: {env: A B}}}}",
        "no name of an environment variable",
        "A B",
    ),
    (
        "{from: old, to: cloud, queues: [Q], credentials: {local: {user: a, password: {env: A}}, "
        "remote: {user: b, password: {env: B}}}}",
        "one account for both brokers",
        "{user: b",
    ),
    (
        "{from: cloud, to: cloud2, queues: [Q], credentials: {local: {user: a}, "
        "remote: {user: b}}}",
        "one user on both brokers",
        "{user: b",
    ),
    ("{from: onprem, to: cloud, queues: [Q], options: {prefetch: 1}}", "no attribute", "1}"),
    ("{from: onprem, to: cloud, queues: [Q], options: {duplex: true}}", "not set here", "true}"),
    ("{from: onprem, to: cloud, queues: [Q], options: {brokerURL: x}}", "no attribute", "x}"),
    (
        "{from: onprem, to: cloud, queues: [Q], options: {autoStart: false}}",
        "5.17.2 does not know autoStart",
        "false}",
    ),
    (
        "{from: cloud, to: cloud2, queues: [Q], options: {sslContext: a}}",
        "Amazon MQ does not permit sslContext",
        "a}}",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], options: {prefetchSize: 0}}",
        "does not start",
        "0}",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], options: {prefetchSize: many}}",
        "takes a whole number",
        "many",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], options: {dispatchAsync: 1}}",
        "takes true or false",
        "1}",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], options: {bridgeTempDestinations: true}}",
        "temporary destinations",
        "true}",
    ),
    (
        "{from: onprem, to: cloud, queues: [Q], ttl: 2, options: {messageTTL: 3}}",
        "ttl overrides messageTTL",
        "3}",
    ),
]


@pytest.mark.parametrize(("route", "message", "word"), BAD_ROUTES, ids=[b[0] for b in BAD_ROUTES])
def test_routes_that_are_refused(route: str, message: str, word: str) -> None:
    text = routed(route)
    error = refusal(text)
    assert message in error.message
    line = text.splitlines()[6]
    assert error.where == f"t.yaml:7:{line.rindex(word) + 1}"


def test_a_second_route_between_the_same_brokers_is_refused() -> None:
    text = routed("{from: onprem, to: cloud, queues: [A]}")
    error = refusal(text + "  - {from: onprem, to: cloud, topics: [B]}\n")
    assert "a second route from onprem to cloud; the first is routes[0], in line 7" in error.message
    assert error.where == "t.yaml:8:5"


BAD_BROKERS = [
    ("{engine: activemq, version: 5.17.2, endpoints: []}", "endpoints"),
    ("{engine: activemq, version: five, endpoints: ['tcp://h:1']}", "not a broker version"),
    ("{engine: rabbitmq, version: 5.17.2, endpoints: ['tcp://h:1']}", "activemq, amazon-mq"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['tcp://h']}", "host and port"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['tcp://h:99999']}", "host and port"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['h:1']}", "over h://"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['mq.example']}", "not a URI"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['tcp:// h:1']}", "white space"),
    ('{engine: activemq, version: 5.17.2, endpoints: ["tcp://h:1?a=\\u0001"]}', "white space"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['stomp://h:1']}", "over stomp://"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['vm://h:1']}", "over vm://"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['static:(tcp://h:1)']}", "wraps other"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['failover:(tcp://h:1)']}", "wraps other"),
    ("{engine: activemq, version: 5.17.2, endpoints: ['tcp://h:1', 'tcp://h:1']}", "of b too"),
    ("{engine: amazon-mq, version: 5.18, endpoints: ['tcp://h:61617']}", "listens on ssl://"),
    ("{engine: amazon-mq, version: 5.18, endpoints: ['ssl://h:61614']}", "port for STOMP"),
    ("{engine: activemq, version: 5.17.2, endpoint: ['tcp://h:1']}", "did you mean `endpoints`?"),
]


@pytest.mark.parametrize(("broker", "message"), BAD_BROKERS, ids=[b[0] for b in BAD_BROKERS])
def test_brokers_that_are_refused(broker: str, message: str) -> None:
    error = refusal(f"brokers:\n  b: {broker}\nroutes: []\n")
    assert message in error.message
    assert error.where.startswith("t.yaml:2:")
    assert error.where != "t.yaml:2:1"


@pytest.mark.parametrize("name", ["a b", "'a:b'", "-a", "b\u00e9"])
def test_names_that_a_broker_would_change_are_refused(name: str) -> None:
    broker = "{engine: activemq, version: 5.17.2, endpoints: ['tcp://h:1']}"
    assert "no name for a broker" in refusal(f"brokers:\n  {name}: {broker}\nroutes: []\n").message


def test_an_address_belongs_to_one_broker() -> None:
    text = BROKERS.replace("old.example", "mq.example") + "routes: []\n"
    assert "mq.example:61616 is an endpoint of onprem too" in refusal(text).message


@pytest.mark.parametrize("password", ["hunter2", "'hunter2'", "5.5", "'${SECRET}'"])
def test_a_written_password_is_refused_and_not_shown(password: str) -> None:
    route = "{from: onprem, to: cloud, queues: [Q], credentials: {local: {user: a, password: %s}}}"
    text = routed(route % password)
    error = refusal(text)
    assert error.where == f"t.yaml:7:{text.splitlines()[6].rindex(password) + 1}"
    assert "{env: NAME} or {file: PATH}" in error.hint
    assert password.strip("'") not in f"{error.message} {error.hint}"


def test_all_problems_come_at_once() -> None:
    text = routed("{from: onprem, to: nowhere, queues: [Q]}")
    text += "  - {from: onprem, to: cloud, queues: [Q, Q]}\n"
    error = refusal(text.replace("tcp://old", "stomp://old"))
    assert "over stomp://" in error.message
    assert "t.yaml:7:24: no broker is called 'nowhere'" in error.message
    assert "twice" in error.message


def test_the_schema_for_editors_agrees() -> None:
    described = schema("topology")
    jsonschema.Draft202012Validator.check_schema(described)
    validator = jsonschema.Draft202012Validator(described)
    assert list(validator.iter_errors(yaml.safe_load(EXAMPLE.read_text()))) == []
    for route in GOOD_ROUTES:
        value = yaml.safe_load(routed(route).replace("5.17.2", "'5.17.2'"))
        assert list(validator.iter_errors(value)) == [], route
    for wrong in ("{from: onprem, to: cloud, queue: [Q]}", "{from: onprem}"):
        assert not validator.is_valid(yaml.safe_load(routed(wrong)))


def test_every_key_of_the_schema_is_described() -> None:
    described = schema("topology")
    for part in (described, *described["$defs"].values()):
        assert part["description"]
        for name, key in part["properties"].items():
            assert key.get("description"), name
