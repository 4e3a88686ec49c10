"""The recipe that everybody copies: lint flags it, explain says no, and the brokers agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from opskit.broker import destinations, lint, sources
from opskit.broker.explain import explain
from opskit.broker.sources import read_network
from opskit.errors import InputError
from tests.rig import brokers, configs, distributions

RECIPE = Path(__file__).parents[2] / "opskit/examples/broker/published-recipe"
QUEUE = "TestingQ"


def test_lint_flags_the_static_include_that_is_excluded() -> None:
    report = lint.lint(lint.read([RECIPE / "activemq.xml"]), select=["BRK001"])
    (finding,) = report.findings
    assert finding.location is not None
    assert line(finding.location.line) == f'<queue physicalName="{QUEUE}"/>'


def test_explain_says_that_the_exclusion_decides() -> None:
    network = sources.read_network([RECIPE / "activemq.xml"])
    (decision,) = explain(network, destinations.parse(f"queue://{QUEUE}"))
    assert decision.forwarded is False
    assert (decision.decided_by, decision.entry) == ("excluded", "queue://>")
    assert line(decision.line) == '<queue physicalName=">" />'


def test_its_connector_is_the_published_one() -> None:
    (broker,) = read_network([RECIPE / "activemq.xml"]).brokers
    (connector,) = broker.connectors
    assert connector.attributes["duplex"] == connector.attributes["dynamicOnly"] == "false"
    assert connector.attributes["networkTTL"] == "2"
    assert [entry.name for entry in connector.static] == [QUEUE]
    assert [entry.name for entry in connector.excluded] == [">"]


def test_as_printed_it_is_no_xml() -> None:
    with pytest.raises(InputError, match=r"activemq-as-printed\.xml:36:5: not well-formed XML"):
        lint.read([RECIPE / "activemq-as-printed.xml"])


def test_as_printed_it_differs_by_two_slips() -> None:
    printed = (RECIPE / "activemq-as-printed.xml").read_text(encoding="utf-8")
    mended = printed.replace("ssl:// ", "ssl://")
    opened, again, rest = mended.rpartition("<networkConnectors>")
    assert again
    mended = f"{opened}</networkConnectors>{rest}"
    recipe = (RECIPE / "activemq.xml").read_text(encoding="utf-8")
    assert mended.partition("-->")[2] == recipe.partition("-->")[2]


@pytest.mark.brokers
@pytest.mark.parametrize("version", distributions.VERSIONS)
def test_brokers_forward_nothing_of_it(version: str, tmp_path: Path) -> None:
    """Its addresses aside, and beside a second bridge that shows when there was time enough."""
    distributions.require(version)
    near, far = brokers.free_ports(2)
    uri = f"static:(tcp://127.0.0.1:{far})"
    witness = configs.static_bridge("witness", uri, ["Witness"])
    recipe = (RECIPE / "activemq.xml").read_text(encoding="utf-8")
    for published, here in (
        ("static:(ssl://b-1234-1.mq.eu-west-1.amazonaws.com:61617)", uri),
        ("tcp://0.0.0.0:61616", f"tcp://127.0.0.1:{near}"),
        ("</networkConnectors>", f"{witness}</networkConnectors>"),
        # No JMX: the ports of another broker on this machine are none of ours.
        ('dataDirectory="data"', 'dataDirectory="data" useJmx="false" persistent="false"'),
    ):
        assert recipe.count(published) == 1
        recipe = recipe.replace(published, here)
    files = {"cloud": configs.broker_xml("cloud", far), "onprem": recipe}
    with brokers.start(version, files, tmp_path) as fleet:
        assert fleet.failed == {}
        fleet.wait_until(lambda: f"static destination excluded: queue://{QUEUE}" in fleet.log())
        assert "has been established" in fleet.log()
        for sent in (1, 2, 3):
            fleet.send(near, f"/queue/{QUEUE}", ["stays"])
            fleet.send(near, "/queue/Witness", ["crosses"])
            fleet.wait_until(lambda: fleet.stats("cloud").queue("Witness").enqueues == sent)  # noqa: B023
        assert fleet.stats("onprem").queue(QUEUE).size == 3
        assert fleet.stats("onprem").queue(QUEUE).consumers == 0
        assert fleet.stats("cloud").queue(QUEUE).enqueues == 0


def line(number: int | None) -> str:
    """A line of the recipe, without the white space around it."""
    assert number is not None
    return (RECIPE / "activemq.xml").read_text(encoding="utf-8").splitlines()[number - 1].strip()
