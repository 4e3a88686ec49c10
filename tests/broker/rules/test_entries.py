import pytest

from tests.broker.rules.cases import (
    Case,
    broker,
    connector,
    durable,
    dynamic,
    excluded,
    queue,
    static,
    topic,
)


def body(id: str, inside: str, *quiet: str, says: str = "") -> Case:  # noqa: A002
    """A case of one connector with these children, marks included."""
    return Case(id, broker(connector(body=inside)), quiet, says=says)


def twice(first: str, *more: str) -> str:
    """Two lists of a kind, of which the first is lost."""
    return first.replace("<", "{BRK056}<", 1) + "".join(more)


OTHER = connector('name="b"')
MISSPELT = "staticalyIncludedDestinations"
CASES = [
    body("unknown child", "{BRK040}<colour/>"),
    body("misspelt list", f"{{BRK040}}<{MISSPELT}/>", says="staticallyIncludedDestinations"),
    body("list in another case", "{BRK040}<excludeddestinations/>", says="excludedDestinations"),
    body("URI as a child", "{BRK040}<uri>static:(tcp://a:1)</uri>"),
    body("connector in a connector", "{BRK040}<networkConnector/>"),
    body(
        "every list",
        static(queue("a")) + dynamic(queue("a")) + excluded(queue("b")) + durable(topic("c")),
        "BRK040",
    ),
    body("a trust store of its own", "<sslContext><sslContext/></sslContext>", "BRK040"),
    body("no physicalName", static("{BRK041}<queue/>"), says="without physicalName"),
    body("name for physicalName", static('{BRK041}<queue name="a"/>')),
    body("another case", dynamic('{BRK041}<queue physicalname="a"/>'), says="physicalname"),
    body("blank", excluded(queue(" ", "{BRK041}"))),
    body("no such destination", static('{BRK041}<destination physicalName="a"/>'), says="queue"),
    body("in capitals", static('{BRK041}<Queue physicalName="a"/>')),
    body("unknown attribute", static('{BRK041}<queue physicalName="a" colour="red"/>')),
    body("with a prefix", static(queue("queue://a", "{BRK041}")), says="a part of the name"),
    body("durable without a name", durable("{BRK041}<topic/>")),
    body("plain", static(queue("a.>"), topic(" b "), queue("a,topic://b")), "BRK041"),
    body("temporary", dynamic('<tempQueue physicalName="a"/>'), "BRK041"),
    body("with other attributes", static('<queue id="x" physicalName="a" DLQ="true"/>'), "BRK041"),
    body("a composite with prefixes", static(queue("queue://a,b")), "BRK041"),
    body("with options", static(queue("a?consumer.prefetchSize=1")), "BRK041"),
    body("a bean", static('<ref bean="x"/>'), "BRK041"),
    body("a placeholder", static(queue("${QUEUE}")), "BRK041"),
    body(
        "a list twice",
        twice(static(queue("a"), queue("b")), static(queue("b"))),
        says="replaces this one; lost here: 'a'",
    ),
    body("exclusions twice", twice(excluded(queue("a")), excluded(topic("a")))),
    body(
        "three times", twice(dynamic(queue("a")), twice(dynamic(topic("b")), dynamic(queue("c"))))
    ),
    body("the last is empty", twice(durable(topic("a")), durable())),
    body("said again", static(queue("a")) + static(queue("b"), queue("a")), "BRK056"),
    body("nothing in the first", static() + static(queue("a")), "BRK056"),
    body("lists of all kinds", static(queue("a")) + dynamic(queue("b")), "BRK056"),
    body("other elements twice", "<sslContext><a/></sslContext><sslContext/>", "BRK056"),
    Case(
        "connectors twice",
        f"<broker>\n{{BRK056}}<networkConnectors>{connector()}</networkConnectors>"
        f"<networkConnectors>{OTHER}</networkConnectors></broker>",
        says="lost here: 'a'",
    ),
    Case(
        "a name in both blocks",
        "<broker><networkConnectors>" + connector('name="a"') + "</networkConnectors>"
        '<networkConnectors><networkConnector {BRK006}name="a" uri="static:(tcp://h:1)"/>'
        "</networkConnectors></broker>",
        ("BRK056",),
    ),
    Case(
        "a name in the first block alone",
        "<broker>{BRK056}<networkConnectors>" + connector() + "</networkConnectors>"
        '<networkConnectors><networkConnector uri="static:(tcp://h:1)"/>'
        "</networkConnectors></broker>",
    ),
    Case(
        "no connectors in the first",
        f"<broker><networkConnectors/><networkConnectors>{connector()}</networkConnectors></broker>",
        ("BRK056",),
    ),
    Case(
        "a block in each broker",
        f"<beans>{broker(connector())}{broker(connector())}</beans>",
        ("BRK056",),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
