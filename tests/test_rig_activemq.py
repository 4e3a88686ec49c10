"""The rig itself: that its brokers behave as brokers, on every version."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rig import brokers, configs, distributions, messages, tls
from tests.rig.brokers import Fleet, HostError
from tests.rig.stats import Destination

pytestmark = pytest.mark.brokers

ESTABLISHED = "has been established"


@pytest.fixture(params=distributions.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Each version of the rig in turn; skipped where it cannot be had, failed in CI."""
    chosen: str = request.param
    distributions.require(chosen)
    return chosen


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[tls.Stores, tls.Stores]:
    """Two sets of key stores whose CAs do not know each other."""
    folder = tmp_path_factory.mktemp("tls")
    return tls.make_stores(folder / "one"), tls.make_stores(folder / "other")


def pair(
    target: int,
    source: int,
    bridge: str,
    *,
    extra_transport: str = "",
    ssl_context: str = "",
    source_plugins: str = "",
    target_plugins: str = "",
) -> dict[str, str]:
    """Configurations of two brokers of which ``source`` has the bridge; ports are OpenWire's."""
    return {
        "source": configs.broker_xml(
            "source",
            source,
            network_connectors=bridge,
            plugins=source_plugins,
            ssl_context=ssl_context,
        ),
        "target": configs.broker_xml(
            "target",
            target,
            plugins=target_plugins,
            extra_transport=extra_transport,
            ssl_context=ssl_context,
        ),
    }


def numbered(count: int) -> list[str]:
    return [f"message {number}" for number in range(count)]


def bridged(fleet: Fleet) -> Callable[[], bool]:
    return lambda: fleet.stats("source").bridged_to() == {"target"}


def test_a_static_bridge_forwards_what_it_lists_and_nothing_else(
    version: str, tmp_path: Path
) -> None:
    source, target = brokers.free_ports(2)
    bridge = configs.static_bridge("out", f"static:(tcp://127.0.0.1:{target})", ["TestingQ"])
    with brokers.start(version, pair(target, source, bridge), tmp_path) as fleet:
        assert fleet.failed == {}
        fleet.wait_until(bridged(fleet))
        fleet.send(source, "/queue/TestingQ", numbered(100))
        fleet.send(source, "/queue/Unrouted", ["stays"])
        # A message is at the target before the source knows: wait for the acknowledgements.
        fleet.wait_until(lambda: fleet.stats("source").queue("TestingQ").forwards == 100)
        fleet.wait_until(lambda: fleet.stats("source").queue("TestingQ").size == 0)

        at_source = fleet.stats("source")
        assert fleet.stats("target").queue("TestingQ").size == 100
        assert at_source.queue("Unrouted").size == 1
        fleet.wait_until(lambda: [b.sent for b in fleet.stats("source").bridges] == [100])
        assert fleet.stats("target").queue("Unrouted") == Destination("queue", "Unrouted")
        assert fleet.stats("target").inbound == ("out_source_outbound",)
        assert ESTABLISHED in fleet.log()
        assert "Connection refused" not in fleet.log(), "a bridge started before its target"
        with fleet.subscribe(target, "/queue/TestingQ") as arrivals:
            assert arrivals.receive(100) == numbered(100)


def test_a_static_bridge_carries_a_topic_to_its_subscribers(version: str, tmp_path: Path) -> None:
    source, target = brokers.free_ports(2)
    bridge = configs.static_bridge("out", f"static:(tcp://127.0.0.1:{target})", topics=["News"])
    with brokers.start(version, pair(target, source, bridge), tmp_path) as fleet:
        fleet.wait_until(lambda: fleet.stats("source").topic("News").consumers == 1)
        with fleet.subscribe(target, "/topic/News") as news:
            fleet.send(source, "/topic/News", numbered(10))
            assert news.receive(10) == numbered(10)


def test_a_bridge_over_tls(
    version: str, tmp_path: Path, stores: tuple[tls.Stores, tls.Stores]
) -> None:
    source, target, secure = brokers.free_ports(3)
    configurations = pair(
        target,
        source,
        configs.static_bridge("out", f"static:(ssl://localhost:{secure})", ["TestingQ"]),
        extra_transport=configs.transport("ssl", f"ssl://127.0.0.1:{secure}"),
        ssl_context=stores[0].ssl_context(),
    )
    with brokers.start(version, configurations, tmp_path) as fleet:
        assert fleet.failed == {}
        fleet.wait_until(bridged(fleet))
        fleet.send(source, "/queue/TestingQ", numbered(10))
        fleet.wait_until(lambda: fleet.stats("target").queue("TestingQ").size == 10)
        assert fleet.stats("source").bridges[0].remote_address.endswith(f":{secure}")


def test_a_bridge_does_not_trust_another_ca(
    version: str, tmp_path: Path, stores: tuple[tls.Stores, tls.Stores]
) -> None:
    source, target, secure = brokers.free_ports(3)
    bridge = configs.static_bridge("out", f"static:(ssl://localhost:{secure})", ["TestingQ"])
    served = configs.broker_xml(
        "target",
        target,
        extra_transport=configs.transport("ssl", f"ssl://127.0.0.1:{secure}"),
        ssl_context=stores[0].ssl_context(),
    )
    stranger = configs.broker_xml(
        "source",
        source,
        network_connectors=bridge,
        ssl_context=stores[1].ssl_context(),
    )
    with brokers.start(version, {"source": stranger, "target": served}, tmp_path) as fleet:
        fleet.wait_until(lambda: "PKIX path" in fleet.log())
        assert fleet.stats("source").bridged_to() == set()


@pytest.mark.parametrize("remote_password", ["target-secret", "wrong"])
def test_a_bridge_authenticates_on_both_sides(
    version: str, tmp_path: Path, remote_password: str
) -> None:
    source, target = brokers.free_ports(2)
    bridge = configs.static_bridge(
        "out",
        f"static:(tcp://127.0.0.1:{target})",
        ["TestingQ"],
        userName="bridge",
        password="source-secret",
        remoteUserName="bridge",
        remotePassword=remote_password,
    )
    configurations = pair(
        target,
        source,
        bridge,
        source_plugins=configs.simple_authentication({"bridge": "source-secret"}),
        target_plugins=configs.simple_authentication({"bridge": "target-secret"}),
    )
    with brokers.start(version, configurations, tmp_path) as fleet:
        assert fleet.failed == {}
        fleet.send(source, "/queue/TestingQ", numbered(10), "bridge", "source-secret")
        if remote_password == "wrong":
            fleet.wait_until(lambda: "due to a remote error" in fleet.log())
            before, _, after = fleet.log().partition("due to a remote error")
            assert ESTABLISHED in before
            assert "SecurityException" in after
            assert fleet.stats("source").queue("TestingQ").size == 10
        else:
            fleet.wait_until(lambda: fleet.stats("target").queue("TestingQ").size == 10)


def test_a_secret_comes_from_the_environment(version: str, tmp_path: Path) -> None:
    (port,) = brokers.free_ports(1)
    xml = configs.broker_xml(
        "b",
        port,
        beans=configs.ENVIRONMENT,
        plugins=configs.simple_authentication({"me": "${RIG_SECRET}"}),
    )
    with brokers.start(version, {"b": xml}, tmp_path, env={"RIG_SECRET": "s3cret"}) as fleet:
        fleet.send(port, "/queue/Q", ["hello"], "me", "s3cret")
        assert fleet.stats("b").queue("Q").size == 1


def test_a_broker_that_cannot_start_does_not_hinder_the_others(
    version: str, tmp_path: Path
) -> None:
    source, target = brokers.free_ports(2)
    bridge = configs.static_bridge("out", "static:(tcp://127.0.0.1:1)", ["Q"], username="me")
    with brokers.start(version, pair(target, source, bridge), tmp_path) as fleet:
        assert list(fleet.failed) == ["source"]
        assert "username" in fleet.failed["source"]
        fleet.send(target, "/queue/Q", ["hello"])
        assert fleet.stats("target").queue("Q").size == 1


def test_a_broker_stops_comes_back_and_keeps_its_messages(version: str, tmp_path: Path) -> None:
    (port,) = brokers.free_ports(1)
    xml = configs.broker_xml("kept", port, persistent=True)
    with brokers.start(version, {"kept": xml}, tmp_path) as fleet:
        fleet.send(port, "/queue/Q", numbered(3))
        fleet.stop("kept")
        with pytest.raises(HostError, match="no running broker: kept"):
            fleet.stats("kept")
        assert fleet.start("kept", xml), fleet.failed
        assert fleet.stats("kept").queue("Q").size == 3
    assert (tmp_path / "data" / "kept").is_dir()


@pytest.mark.parametrize("version", messages.STOMP_VERSIONS, indirect=True)
def test_a_thousand_messages_over_stomp(version: str, tmp_path: Path) -> None:
    openwire, stomp_port = brokers.free_ports(2)
    users = configs.simple_authentication({"me": "secret"})
    xml = configs.broker_xml("b", openwire, stomp_port=stomp_port, plugins=users)
    with brokers.start(version, {"b": xml}, tmp_path) as fleet:
        assert fleet.failed == {}
        messages.send(stomp_port, "/queue/Q", numbered(1000), "me", "secret")
        assert fleet.stats("b").queue("Q").size == 1000
        drained = messages.drain(stomp_port, "/queue/Q", 1000, "me", "secret")
        assert drained == numbered(1000)


def test_forty_brokers_in_a_ring(tmp_path: Path) -> None:
    distributions.require("5.18.3")
    ports = brokers.free_ports(40)
    following = [*ports[1:], ports[0]]
    ring = {
        f"b{port}": configs.broker_xml(
            f"b{port}",
            port,
            network_connectors=configs.static_bridge("next", f"static:(tcp://127.0.0.1:{to})"),
        )
        for port, to in zip(ports, following, strict=True)
    }
    with brokers.start("5.18.3", ring, tmp_path) as fleet:
        assert fleet.failed == {}
        for port, to in zip(ports, following, strict=True):
            fleet.wait_until(lambda: fleet.stats(f"b{port}").bridged_to() == {f"b{to}"})  # noqa: B023


def test_the_jvm_ends_when_its_test_process_is_killed(tmp_path: Path) -> None:
    distributions.require("5.18.3")
    program = (
        "import os, pathlib, signal; from tests.rig.jvm import Jvm\n"
        f"print(Jvm('5.18.3', pathlib.Path({str(tmp_path)!r})).pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60
    )
    brokers.wait_until(lambda: not _runs(int(done.stdout)), timeout=10)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_schema_of_each_version_knows_its_attributes(version: str) -> None:
    schema = distributions.xsd(version)
    assert b"networkConnector" in schema
    assert (b"autoStart" in schema) == (version == "5.19.1")


def test_ports_are_not_handed_out_twice() -> None:
    ports = brokers.free_ports(150)
    assert len(set(ports)) == 150
    root = Path(__file__).parents[1]
    program = "from tests.rig import ports; print(*ports.free_ports(500))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert {int(port) for port in done.stdout.split()}.isdisjoint(ports)
