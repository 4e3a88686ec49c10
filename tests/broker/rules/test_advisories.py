"""BRK055 and BRK057: what the advisory subscription takes, and what it does not hear."""

import pytest

from tests.broker.rules.cases import (
    Case,
    broker,
    connector,
    dynamic,
    excluded,
    queue,
    static,
    topic,
)

STATIC, DUPLEX, NO_REPLIES = (
    'staticBridge="true"',
    'duplex="true"',
    'bridgeTempDestinations="false"',
)


def one(
    id: str,  # noqa: A002
    attributes: str,
    body: str,
    *quiet: str,
    says: str = "",
) -> Case:
    """A case of one connector in a broker; where only BRK055 matters, replies are none of it."""
    return Case(id, broker(connector(attributes, body)), quiet, says=says)


def comma(id: str, body: str, *quiet: str, says: str = "") -> Case:  # noqa: A002
    return one(id, NO_REPLIES, body, *quiet, says=says)


def both_ways(id: str, there: str, back: str, *quiet: str, more: str = "") -> Case:  # noqa: A002
    """Two brokers with a connector each; `back` is the body of the second's, the case itself."""
    first = connector('name="there"', there, uri="static:(tcp://second:61616)")
    second = connector('name="back"', back, uri="static:(tcp://first:61616)")
    here = broker(first, attributes='brokerName="first"')
    other = broker(second, *([more] if more else []), attributes='brokerName="second"')
    return Case(id, f"<beans>{here}\n{other}</beans>", quiet)


def listed(*entries: str, mark: str = "{BRK057}") -> str:
    """A dynamic list, which is where BRK057 reports."""
    return dynamic(*entries).replace("<", f"{mark}<", 1)


HELP = connector(
    'name="c" destinationFilter=">"', dynamic(queue("R")), uri="static:(tcp://first:1)"
)
CASES = [
    comma(
        "a composite",
        dynamic(queue("a,b", "{BRK055}")),
        says="consumers of queue://b are not heard; each message on topic://b",
    ),
    comma("of topics", dynamic(topic("a, b", "{BRK055}")), says="topic://b at the other broker"),
    comma("with types", dynamic(queue("queue://a,queue://b", "{BRK055}")), says="queue://a, queue"),
    comma("one of several", dynamic(queue("c"), queue("a,b.>", "{BRK055}"), queue("d"))),
    comma("heard through another entry", dynamic(queue("a,b", "{BRK055}"), queue("b"))),
    one(
        "duplex",
        f"{DUPLEX} {NO_REPLIES}",
        dynamic(topic("a,topic://b", "{BRK055}")),
        says="consumers of topic://b are not heard; messages on topic://b cross unasked",
    ),
    one(
        "duplex, of topics that the far end takes for queues",
        f"{DUPLEX} {NO_REPLIES}",
        dynamic(topic("a,b", "{BRK055}")),
        says="consumers of topic://b are not heard",
    ),
    one(
        "duplex, and heard",
        f"{DUPLEX} {NO_REPLIES}",
        dynamic(topic("a,b", "{BRK055:warning}"), topic("b")),
    ),
    one(
        "duplex, heard and not permitted",
        f"{DUPLEX} {NO_REPLIES}",
        dynamic(queue("a,b"), queue("b")),
        "BRK055",
    ),
    one("duplex, queues", f"{DUPLEX} {NO_REPLIES}", dynamic(queue("a,b", "{BRK055}"))),
    one(
        "a filter of a duplex connector",
        f'{DUPLEX} {NO_REPLIES} {{BRK055}}destinationFilter="Topic.a,b"',
        "",
        says="no consumer is heard through it; messages on topic://b cross unasked",
    ),
    one(
        "a filter",
        f'{NO_REPLIES} {{BRK055}}destinationFilter="Queue.a,Queue.b"',
        dynamic(queue("a"), queue("b")),
        says="ActiveMQ.Advisory.Consumer.Queue.b",
    ),
    one(
        "a filter with the whole prefix",
        f'{NO_REPLIES} destinationFilter="Queue.a,ActiveMQ.Advisory.Consumer.Queue.b"',
        dynamic(queue("a"), queue("b")),
        "BRK055",
    ),
    one(
        "a composite beside a filter",
        f'{NO_REPLIES} destinationFilter="&gt;"',
        dynamic(queue("a,b")),
        "BRK055",
    ),
    comma("each by itself", dynamic(queue("a"), queue("b"), topic("a")), "BRK055"),
    comma("a comma at the end", dynamic(queue("a,")), "BRK055"),
    comma("a composite static include", static(queue("a,b")) + dynamic(queue("a")), "BRK055"),
    comma("in a placeholder", dynamic(queue("${NAMES:a,b}")), "BRK055"),
    comma("no destination", dynamic('<colour physicalName="a,b"/>'), "BRK055"),
    one("a static bridge", STATIC, static(queue("a")) + dynamic(queue("a,b")), "BRK055"),
    one("a filter of a static bridge", f'{STATIC} destinationFilter="a,b"', "", "BRK055"),
    one(
        "opskit's reverse form",
        f"{STATIC} {DUPLEX}",
        dynamic(queue("a"), queue("b")) + static(queue("queue://a,queue://b")),
        "BRK042",
        "BRK046",
        "BRK055",
        "BRK057",
    ),
    one("duplex, a list", DUPLEX, listed(queue("R")), says="Consumer.Queue.R only"),
    one("duplex, a prefix", DUPLEX, listed(topic("t"), queue("R.>"))),
    one("duplex, a temporary entry", DUPLEX, listed(queue("R"), '<tempQueue physicalName="x"/>')),
    one("duplex, a filter", f'{DUPLEX} {{BRK057}}destinationFilter="Queue.R"', dynamic(queue("R"))),
    one("duplex, a filter alone", f'{DUPLEX} {{BRK057}}destinationFilter="Queue.R"', ""),
    one("duplex, a filter of all", f'{DUPLEX} destinationFilter="&gt;"', dynamic(queue("R")),
        "BRK057"),
    one("duplex, a filter of queues", f'{DUPLEX} destinationFilter="Queue.&gt;"',
        dynamic(queue("R")), "BRK057"),
    one("duplex, all queues", DUPLEX, dynamic(queue("R"), queue(">")), "BRK057"),
    one("duplex, no list", DUPLEX, excluded(queue("R")), "BRK057"),
    one("duplex, topics", DUPLEX, dynamic(topic("t")), "BRK057"),
    one("duplex, without replies", f"{DUPLEX} {NO_REPLIES}", dynamic(queue("R")), "BRK057"),
    one("duplex, static", f"{DUPLEX} {STATIC}", dynamic(queue("R")), "BRK057"),
    one("duplex, a placeholder", DUPLEX, dynamic(queue("${R}")), "BRK057"),
    one("one way", "", dynamic(queue("R")), "BRK057"),
    both_ways("both on demand", listed(queue("R")), listed(queue("S"))),
    both_ways("requests are pushed", static(queue("R")), listed(queue("S"))),
    both_ways("topics come", dynamic(topic("t")), dynamic(queue("S")), "BRK057"),
    both_ways("both of all", dynamic(queue(">")), dynamic(queue(">")), "BRK057"),
    both_ways("another brings them", "", dynamic(queue("S")), "BRK057",
              more=HELP.replace("first:1", "first:61616")),
    both_ways("another leads elsewhere", "", listed(queue("S")), more=HELP),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
