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

STATIC = 'staticBridge="true"'
SELECTORS = '<subQueueSelectorCacheBrokerPlugin persistFile="x"/>'


def one(
    id: str,  # noqa: A002
    attributes: str = "",
    body: str = "",
    *quiet: str,
    of_broker: str = "",
    plugins: str = "",
    before: str = "",
    says: str = "",
) -> Case:
    """A case of one connector in a broker."""
    inner = connector(attributes, body, before=before)
    return Case(id, broker(inner, attributes=of_broker, plugins=plugins), quiet, says=says)


def reaching(id: str, attributes: str, of_other: str, *quiet: str, mark: str = "") -> Case:  # noqa: A002
    """A case of two brokers, the first with a connector to the second."""
    inner = connector(attributes, uri="static:(tcp://other:61616)", before_uri=mark)
    this = broker(inner, attributes='brokerName="this"')
    return Case(id, f'<beans>{this}\n<broker brokerName="other" {of_other}/></beans>', quiet)


CASES = [
    one(
        "own advisories off, duplex",
        'duplex="true"',
        of_broker='{BRK011}advisorySupport="false"',
    ),
    one("own advisories off", of_broker='{BRK011:warning}advisorySupport="false"'),
    reaching("the other's advisories off", "", 'advisorySupport="false"', mark="{BRK011}"),
    one("own advisories off, static", STATIC, "", "BRK011", of_broker='advisorySupport="false"'),
    reaching("the other's off, static", STATIC, 'advisorySupport="false"', "BRK011"),
    reaching("the other's on", "", 'advisorySupport="true"', "BRK011"),
    one("advisories as they are", 'duplex="true"', "", "BRK011"),
    one("topics in the list", '{BRK016}conduitSubscriptions="false"', dynamic(topic("a"))),
    one("topics without a list", '{BRK016}conduitSubscriptions="0"'),
    one("selectors are kept", '{BRK016}conduitSubscriptions="true"', plugins=SELECTORS),
    one("selectors are kept, by default", before="{BRK016}", plugins=SELECTORS),
    one("queues in the list", 'conduitSubscriptions="false"', dynamic(queue("a")), "BRK016"),
    one("topics excluded", 'conduitSubscriptions="false"', excluded(topic(">")), "BRK016"),
    one("a static bridge", f'conduitSubscriptions="false" {STATIC}', static(topic("a")), "BRK016"),
    one("conduits", 'conduitSubscriptions="true"', "", "BRK016"),
    one("selectors kept, no conduit", 'conduitSubscriptions="false"', dynamic(queue("a")), "BRK016",
        plugins=SELECTORS),
    one("conduit of a placeholder", 'conduitSubscriptions="${X}"', "", "BRK016"),
    one("no list", before="{BRK030}", says="list: all that is wanted may cross"),
    one("static includes alone", body=static(queue("a")), before="{BRK030}",
        says="static includes, and all else that is wanted may cross"),
    one("exclusions alone", body=excluded(queue("a")), before="{BRK030}",
        says="all that is wanted and not excluded may cross"),
    one("all queues excluded", body=excluded(queue(">")) + static(queue("a")), before="{BRK030}",
        says="only topics and temporary destinations may cross"),
    one("all topics excluded", 'bridgeTempDestinations="false"', excluded(topic("a,>")),
        before="{BRK030}", says="only queues may cross"),
    one("all excluded", 'bridgeTempDestinations="false"', excluded(queue(">"), topic(">")),
        before="{BRK030}", says="nothing may cross"),
    one("static bridge off", 'staticBridge="false"', before="{BRK030}"),
    one("a dynamic list", "", dynamic(queue("a")), "BRK030"),
    one("a static bridge has none", STATIC, static(queue("a")), "BRK030"),
    one("a filter", 'destinationFilter="Queue.a"', "", "BRK030"),
    one("static without statics", f"{{BRK042}}{STATIC}"),
    one("static with dynamics alone", '{BRK042}staticBridge="1"', dynamic(queue("a"))),
    one(
        "static with further dynamics",
        STATIC,
        static(queue("a")) + dynamic(queue("a"), queue("b", "{BRK042:warning}")),
    ),
    one("a composite beside dynamics", STATIC,
        static(queue("a,b", "{BRK042}"), queue("c")) + dynamic(queue("a"), queue("b"))),
    one("a composite that a dynamic permits", STATIC,
        static(queue("a,b")) + dynamic(queue(">", "{BRK042:warning}"))),
    one("a composite alone", STATIC, static(queue("a,b")), "BRK042"),
    one("a composite for the far end", f'duplex="true" {STATIC}',
        static(queue("queue://a,")) + dynamic(queue("a")), "BRK042"),
    one("dynamics beside a composite for the far end", f'duplex="true" {STATIC}',
        static(queue("a,b")) + dynamic(queue("a"), queue("c", "{BRK042:warning}"))),
    one("static with statics", STATIC, static(queue("a")), "BRK042"),
    one("both lists the same", STATIC, static(queue("a")) + dynamic(queue("a")), "BRK042"),
    one("not static", 'staticBridge="false"', "", "BRK042"),
    one("static of a placeholder", 'staticBridge="${X}"', "", "BRK042"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case) -> None:
    case.check()
