"""What the rules call errors fails on real brokers, on each release of the rig.

One fleet a release holds the brokers of all cases; every case also asks lint, so that rule and
broker are seen to speak of the same file. BRK028 is what a service does, see its docstring.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from opskit.broker import reader
from opskit.broker.model import Network
from opskit.broker.rules import RULES
from opskit.xmltree import XmlDocument
from tests.rig import brokers, configs, messages, tls
from tests.rig.brokers import Fleet
from tests.rig.distributions import VERSIONS, require

pytestmark = pytest.mark.brokers

SETTLE_SECONDS = 2.0
"""How long is waited for what must not happen."""
NAMES = [
    *("well", "near_well", "zero", "far_zero", "zero_demand", "far_zero_demand", "alone"),
    *("first", "middle", "last", "both_a", "both_b", "like_a", "like_b", "moved_a", "moved_b"),
    *("secure", "plain", "other", "to_secure", "to_plain", "to_stomp"),
]


class Case(NamedTuple):
    """Running brokers, their ports by name, and their files."""

    version: str
    fleet: Fleet
    ports: dict[str, int]
    files: dict[str, str]

    def send(self, broker: str, destination: str, count: int = 5) -> None:
        self.fleet.send(self.ports[broker], destination, [str(n) for n in range(count)])

    def size(self, broker: str) -> int:
        return self.fleet.stats(broker).queue("Q").size

    def codes(self, *names: str) -> dict[str, set[str]]:
        """What lint says of these files together: codes by file, errors of these rules only."""
        return lint({name: self.files[name] for name in names})


def lint(files: dict[str, str]) -> dict[str, set[str]]:
    network = Network([
        broker
        for name, text in files.items()
        for broker in reader.from_document(XmlDocument(name, text.encode()))
    ])  # fmt: skip
    found: dict[str, set[str]] = {name: set() for name in files}
    for finding in RULES.run(network, select=["BRK012", "BRK014", "BRK018", "BRK05"]):
        assert finding.location is not None
        found[finding.location.file].add(finding.rule)
    return found


@pytest.fixture(scope="module", params=VERSIONS)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    version = request.param
    require(version)
    folder = tmp_path_factory.mktemp("brokers")
    ports = dict(zip(NAMES, brokers.free_ports(len(NAMES)), strict=True))
    secure_port, stomp_port = brokers.free_ports(2)
    files = everything(ports, secure_port, stomp_port, tls.make_stores(folder))
    if version not in messages.STOMP_VERSIONS:
        del files["other"], files["to_stomp"]
    with brokers.start(version, files, folder) as fleet:
        assert fleet.failed == {}
        yield Case(version, fleet, ports, files)


def everything(
    ports: dict[str, int], secure_port: int, stomp_port: int, stores: tls.Stores
) -> dict[str, str]:
    """The file of each broker, by its name."""

    def to(name: str, queues: tuple[str, ...] = ("Q",), **attributes: str) -> str:
        uri = f"static:(tcp://127.0.0.1:{ports[name]})"
        return configs.static_bridge("n", uri, queues, **attributes)

    def both(name: str, called: str) -> str:
        uri = f"static:(tcp://127.0.0.1:{ports[name]})"
        return configs.static_bridge(called, uri, topics=["T"], duplex="true")

    def at(uri: str) -> str:
        return configs.static_bridge("n", f"static:({uri})", ["Q"])

    def on_demand(name: str, **attributes: str) -> str:
        return to(name, (), staticBridge="false", **attributes)

    context = stores.ssl_context()
    bridges = {
        "well": to("near_well"),
        "zero": to("far_zero", networkTTL="0"),
        "zero_demand": on_demand("far_zero_demand", messageTTL="0"),
        "alone": to("alone"),
        "first": to("middle"),
        "middle": to("last"),
        "both_a": both("both_b", "a-to-b"),
        "both_b": both("both_a", "b-to-a"),
        "like_a": both("like_b", "n"),
        "like_b": both("like_a", "n"),
        "to_secure": at(f"tcp://127.0.0.1:{secure_port}"),
        "to_plain": at(f"ssl://localhost:{ports['plain']}"),
        "to_stomp": at(f"tcp://127.0.0.1:{stomp_port}"),
        "moved_a": to("moved_b", staticBridge="false"),
        "moved_b": on_demand("moved_a"),
    }
    extra = {
        "secure": configs.transport("ssl", f"ssl://127.0.0.1:{secure_port}"),
        "other": configs.transport("stomp", f"stomp://127.0.0.1:{stomp_port}"),
    }
    return {
        name: configs.broker_xml(
            name,
            port,
            network_connectors=bridges.get(name, ""),
            extra_transport=extra.get(name, ""),
            ssl_context=context if name in ("secure", "to_plain") else "",
        )
        for name, port in ports.items()
    }


def test_a_bridge_without_a_defect_forwards(case: Case) -> None:
    case.send("well", "/queue/Q")
    case.fleet.wait_until(lambda: case.size("near_well") == 5)
    assert case.codes("well", "near_well") == {"well": set(), "near_well": set()}


def test_a_ttl_of_zero_forwards_nothing(case: Case) -> None:
    """BRK050, pushed and on demand."""
    assert case.codes("zero", "far_zero")["zero"] == {"BRK050"}
    assert case.codes("zero_demand", "far_zero_demand")["zero_demand"] == {"BRK050"}
    case.fleet.wait_until(lambda: case.fleet.stats("zero").bridged_to() == {"far_zero"})
    case.send("zero", "/queue/Q")
    with case.fleet.subscribe(case.ports["far_zero_demand"], "/queue/Q") as arrivals:
        case.fleet.wait_until(lambda: case.fleet.stats("zero_demand").queue("Q").consumers == 1)
        case.send("zero_demand", "/queue/Q")
        assert arrivals.receive(1, SETTLE_SECONDS) == []
    assert (case.size("zero"), case.size("far_zero")) == (5, 0)


def test_a_connector_to_itself_forwards_nothing(case: Case) -> None:
    """BRK054."""
    assert case.codes("alone") == {"alone": {"BRK054"}}
    case.send("alone", "/queue/Q")
    time.sleep(SETTLE_SECONDS)
    queue = case.fleet.stats("alone").queue("Q")
    assert (queue.size, queue.consumers, queue.forwards) == (5, 0, 0)


def test_messages_stay_where_their_ttl_ends(case: Case) -> None:
    """BRK014, a warning, for its claim of having been measured."""
    assert case.codes("first", "middle", "last")["middle"] == {"BRK014"}
    case.fleet.wait_until(lambda: case.fleet.stats("middle").bridged_to() == {"last"})
    case.send("first", "/queue/Q")
    case.fleet.wait_until(lambda: case.size("middle") == 5)
    time.sleep(SETTLE_SECONDS)
    assert [case.size(name) for name in ("first", "middle", "last")] == [0, 5, 0]


def test_duplex_from_both_ends_delivers_a_topic_twice(case: Case) -> None:
    """BRK012."""
    assert case.codes("both_a", "both_b") == {"both_a": {"BRK012"}, "both_b": {"BRK012"}}
    for name in ("both_a", "both_b"):
        case.fleet.wait_until(lambda name=name: case.fleet.stats(name).topic("T").consumers == 2)
    with case.fleet.subscribe(case.ports["both_b"], "/topic/T") as arrivals:
        case.send("both_a", "/topic/T")
        assert sorted(arrivals.receive(10, 10)) == sorted("0123401234")


def test_of_duplex_connectors_with_one_name_one_is_refused(case: Case) -> None:
    """BRK012, a warning then."""
    assert case.codes("like_a", "like_b") == {"like_a": {"BRK012"}, "like_b": {"BRK012"}}
    refused = re.compile(r"Client: n_like_[ab]_inbound_like_[ab] already connected")
    case.fleet.wait_until(lambda: refused.search(case.fleet.log()))


@pytest.mark.parametrize(
    ("source", "target"), [("to_secure", "secure"), ("to_plain", "plain"), ("to_stomp", "other")]
)
def test_a_scheme_that_the_port_does_not_speak(case: Case, source: str, target: str) -> None:
    """BRK051."""
    if source not in case.files:
        pytest.skip("this release has no STOMP in the rig")
    assert case.codes(source, target)[source] == {"BRK051"}
    case.send(source, "/queue/Q")
    time.sleep(SETTLE_SECONDS)
    assert case.fleet.stats(source).bridged_to() == set()
    assert (case.size(source), case.size(target)) == (5, 0)


def test_messages_stay_behind_when_consumers_move(case: Case) -> None:
    """BRK018, a warning, for its claim of having been measured."""
    assert "BRK018" in case.codes("moved_a", "moved_b")["moved_a"]
    case.send("moved_a", "/queue/Q")
    case.fleet.wait_until(lambda: case.size("moved_b") == 5)
    with case.fleet.subscribe(case.ports["moved_a"], "/queue/Q") as arrivals:
        case.fleet.wait_until(lambda: case.fleet.stats("moved_b").queue("Q").consumers == 1)
        assert arrivals.receive(1, SETTLE_SECONDS) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_of_two_brokers_with_one_name_the_second_is_refused(version: str, tmp_path: Path) -> None:
    """BRK053; two JVMs, for a JVM holds a name once."""
    require(version)
    hub, one, two = brokers.free_ports(3)
    bridge = configs.static_bridge("n", f"static:(tcp://127.0.0.1:{hub})", ["Q"])
    twins = [configs.broker_xml("same", port, network_connectors=bridge) for port in (one, two)]
    files = {"hub": configs.broker_xml("hub", hub), "one": twins[0], "two": twins[1]}
    assert lint(files) == {"hub": set(), "one": set(), "two": {"BRK053"}}
    first = {"hub": files["hub"], "one": files["one"]}
    with brokers.start(version, first, tmp_path / "first") as fleet:
        fleet.wait_until(lambda: fleet.stats("one").bridged_to() == {"hub"})
        with brokers.start(version, {"two": files["two"]}, tmp_path / "second") as other:
            other.send(two, "/queue/Q", ["1"])
            other.wait_until(lambda: "n_same_outbound already connected" in other.log())
            assert other.stats("two").queue("Q").size == 1
            assert fleet.stats("hub").queue("Q").size == 0
