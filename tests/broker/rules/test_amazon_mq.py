"""BRK026 and BRK028: what Amazon MQ asks of a configuration."""

from typing import Any

from opskit.findings import Severity
from tests.broker.rules.marked import broker, fires_at_the_marks

W, E = Severity.WARNING, Severity.ERROR


AMAZON: dict[str, Any] = {"target": "amazon-mq"}
GOOD = """<broker xmlns="http://activemq.apache.org/schema/core" schedulerSupport="true">
<destinationPolicy><policyMap><policyEntries><policyEntry queue=">" enableAudit="false">
<networkBridgeFilterFactory>
<conditionalNetworkBridgeFilterFactory replayWhenNoConsumers="true"/>
</networkBridgeFilterFactory></policyEntry></policyEntries></policyMap></destinationPolicy>
<networkConnectors><networkConnector name="n" uri="static:(ssl://b:1)" userName="u" duplex="true"
 staticBridge="true"><staticallyIncludedDestinations><queue physicalName="Q"/>
</staticallyIncludedDestinations></networkConnector></networkConnectors>
<transportConnectors><transportConnector name="openwire" updateClusterClients="true"/>
</transportConnectors></broker>"""


def held(text: str, attributes: str = "") -> list[str]:
    return [f'<broker xmlns="http://activemq.apache.org/schema/core" {attributes}>{text}</broker>']


def one(attribute: str, inner: str = "") -> list[str]:
    return held(
        f'<networkConnectors><networkConnector uri="static:(ssl://b:1)" {attribute}>'
        f"{inner}</networkConnector></networkConnectors>"
    )


CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("026", "off", [broker("a", attributes='¦persistent="false"')], {}, {W}),
    ("026", "off on amazon", [broker("a", attributes='¦persistent=" FALSE"')], AMAZON, {W}),
    ("026", "on", [broker("a", attributes='persistent="true"')], {}, set()),
    ("026", "not said", [broker("a")], {}, set()),
    ("026", "a placeholder", [broker("a", attributes='persistent="${P}"')], {}, set()),
    ("028", "all permitted", [GOOD], AMAZON, set()),
    ("028", "an element", held("¦<sslContext><sslContext/></sslContext>"), AMAZON, {E}),
    ("028", "an element below", held("<plugins>¦<jaasAuthenticationPlugin/></plugins>"), AMAZON,
     {E}),
    ("028", "an attribute of the broker", held("", '¦brokerName="b"'), AMAZON, {W}),
    ("028", "a password is BRK010's", one('password="x"'), AMAZON, set()),
    ("028", "remote credentials", one('¦remoteUserName="x" remotePassword="y"'), AMAZON, {W}),
    ("028", "its own trust", one("", "¦<sslContext/>"), AMAZON, {E}),
    ("028", "a port", held('<transportConnectors><transportConnector name="o" '
     '¦uri="tcp://0.0.0.0:1"/></transportConnectors>'), AMAZON, {W}),
    ("028", "spring", ["¦<beans>" + held("")[0] + "</beans>"], AMAZON, {E}),
    ("028", "a fragment", ['<networkConnectors><networkConnector uri="static:(ssl://b:1)"/>'
     "</networkConnectors>"], AMAZON, set()),
    ("028", "the id of a bean", held("", 'id="b" xmlns:x="urn:x" x:y="z"'), AMAZON, set()),
    ("028", "self-managed", held("<managementContext/>", 'brokerName="b"'), {}, set()),
    ("028", "hostile names", held('¦<x ${a}="b"/>'.replace("${a}", "a.b-c")), AMAZON, {E}),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)
