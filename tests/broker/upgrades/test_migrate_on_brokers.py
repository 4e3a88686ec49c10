"""What `broker migrate` says stops start-up does so on the real releases, and they alone."""

from pathlib import Path

import pytest

from opskit.broker import versions
from opskit.broker.model import Network
from opskit.broker.reader import from_document
from opskit.broker.upgrades import MIGRATION, Migration
from opskit.xmltree import XmlDocument
from tests.rig import brokers, configs
from tests.rig.distributions import VERSIONS, require

pytestmark = pytest.mark.brokers

ENTRY = (
    "<destinationPolicy><policyMap><policyEntries>{}</policyEntries></policyMap>"
    "</destinationPolicy>"
)
BRIDGE = (
    "<networkConnectors>"
    '<networkConnector name="n" uri="static:(tcp://127.0.0.1:9)" {}/></networkConnectors>'
)

LOG_QUERY = (
    '<bean xmlns="http://www.springframework.org/schema/beans" id="logQuery" '
    'class="io.fabric8.insight.log.log4j.Log4jLogQuery" init-method="start"/>'
)

# Modules that these releases have and the rig's copy of them has not.
NOT_IN_THE_RIG = {"5.17.2": {"partition"}, "5.19.1": {"partition", "journal"}}


def with_body(name: str, port: int, body: str) -> str:
    """A broker with more elements, at the front."""
    xml = configs.broker_xml(name, port)
    return xml.replace("<transportConnectors>", f"{body}<transportConnectors>", 1)


def samples(ports: list[int]) -> dict[str, str]:
    """Files by name, each with one thing that some release does not know."""
    port = iter(ports)
    bodies = {
        "partition": "<plugins><partitionBrokerPlugin/></plugins>",
        "levelDB": "<persistenceAdapter><levelDB/></persistenceAdapter>",
        "journal": "<persistenceAdapter><journalPersistenceAdapter/></persistenceAdapter>",
        "interceptor": ENTRY.format(
            '<policyEntry queue="&gt;"><messageInterceptorStrategy>'
            "<headerMessageInterceptorStrategy/></messageInterceptorStrategy></policyEntry>"
        ),
        "dispatched": ENTRY.format('<policyEntry queue="&gt;" advisoryForDispatched="true"/>'),
        "statistics": ENTRY.format(
            '<policyEntry queue="&gt;" advancedMessageStatisticsEnabled="true"/>'
        ),
        "network_statistics": ENTRY.format(
            '<policyEntry queue="&gt;" advancedNetworkStatisticsEnabled="true"/>'
        ),
        "stealing": ENTRY.format('<policyEntry queue="&gt;" allowTempDestinationStealing="true"/>'),
        "auto_connector": BRIDGE.format('autoStart="false"'),
        "remote_user": BRIDGE.format('remoteUserName="u"'),
        "nothing": "",
    }
    files = {name: with_body(name, next(port), body) for name, body in bodies.items()}
    for name, attribute in (
        ("uncommitted", "maxUncommittedCount"),
        ("inflated", "maxInflatedDataSize"),
    ):
        files[name] = configs.broker_xml(name, next(port), **{attribute: "9999"})
    auto = '<transportConnector name="late" uri="tcp://127.0.0.1:0" autoStart="false"/>'
    files["auto_transport"] = configs.broker_xml("auto_transport", next(port), extra_transport=auto)
    files["log_query"] = configs.broker_xml("log_query", next(port)).replace(
        "</beans>", f"{LOG_QUERY}</beans>"
    )
    return files


def stopped(xml: str, version: str) -> bool:
    """Whether migrate says that the file does not start on that release."""
    old, new = versions.parse("5.16"), versions.parse(version)
    migration = Migration(Network(from_document(XmlDocument("a.xml", xml.encode()))), old, new)
    found = MIGRATION.run(migration, select=["BRK101", "BRK102", "BRK103", "BRK110"])
    return bool(found)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_does_not_start(version: str, tmp_path: Path) -> None:
    require(version)
    files = samples(brokers.free_ports(20))
    with brokers.start(version, files, tmp_path) as fleet:
        said = {name for name, xml in files.items() if stopped(xml, version)}
        assert set(fleet.failed) - NOT_IN_THE_RIG.get(version, set()) == said, fleet.failed
        assert "nothing" not in said
