"""How fast a large network is linted, against lxml merely parsing the same files."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from opskit.broker.lint import lint, read
from tests.bench.measure import Ratio, ratio

CONNECTOR = """
      <networkConnector name="Q:b{here}-&gt;b{there}"
          uri="static:(ssl://b{there}.example:61617)?useExponentialBackOff=true"
          userName="bridge" password="${{LOCAL_PASSWORD}}"
          remoteUserName="bridge" remotePassword="${{REMOTE_PASSWORD}}"
          networkTTL="1" staticBridge="true" decreaseNetworkConsumerPriority="true">
        <staticallyIncludedDestinations>
          <queue physicalName="orders.{there}"/>
        </staticallyIncludedDestinations>
      </networkConnector>"""
BROKER = """<?xml version="1.0" encoding="UTF-8"?>
<beans xmlns="http://www.springframework.org/schema/beans">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="b{here}">
    <networkConnectors>{connectors}
    </networkConnectors>
    <persistenceAdapter><kahaDB directory="${{activemq.data}}/kahadb"/></persistenceAdapter>
    <sslContext><sslContext trustStore="file:trust.p12"/></sslContext>
    <transportConnectors>
      <transportConnector name="openwire" uri="ssl://0.0.0.0:61617"/>
    </transportConnectors>
  </broker>
</beans>
"""


def mesh(folder: Path, brokers: int, each: int = 5) -> Path:
    """A folder of broker files; every broker has `each` connectors to others."""
    folder.mkdir()
    for here in range(brokers):
        connectors = "".join(
            CONNECTOR.format(here=here, there=(here + 1 + 37 * step) % brokers)
            for step in range(each)
        )
        text = BROKER.format(here=here, connectors=connectors)
        (folder / f"b{here:05}.xml").write_text(text, encoding="utf-8")
    return folder


def ratios() -> Iterator[Ratio]:
    with TemporaryDirectory() as temporary:
        small = mesh(Path(temporary, "small"), 1000)
        large = mesh(Path(temporary, "large"), 4000)

        def parse() -> None:
            for path in small.iterdir():
                etree.parse(path)

        def check(folder: Path) -> None:
            network = read([folder])
            assert len(network.connectors) >= 5000
            lint(network)

        yield ratio(
            "lint of 1,000 brokers, 5,000 connectors",
            lambda: check(small),
            "lxml parsing the same files",
            parse,
            5.0,
            7,
        )
        yield ratio(
            "lint of 4 times as many connectors",
            lambda: check(large),
            "lint of 5,000",
            lambda: check(small),
            4.6,
            3,
        )
