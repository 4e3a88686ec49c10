"""Fleets of real brokers for tests: many brokers of one version in one JVM.

A fleet of 40 costs one JVM and a few seconds. Bridges between fleets of different versions
work as between machines: every transport listens on loopback.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from tests.rig.jvm import HostError, Jvm
from tests.rig.ports import free_ports
from tests.rig.stats import BrokerStats

__all__ = ["Fleet", "HostError", "Subscription", "free_ports", "start", "wait_until"]

START_SECONDS = 60.0
WAIT_SECONDS = 30.0
POLL_SECONDS = 0.05


def wait_until(
    predicate: Callable[[], object],
    timeout: float = WAIT_SECONDS,
    explain: Callable[[], str] = str,
) -> None:
    """Poll until ``predicate`` is true; AssertionError with ``explain()`` after ``timeout`` s."""
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {timeout:g} s\n{explain()}")
        time.sleep(POLL_SECONDS)


class Subscription:
    """Text messages arriving at one destination of one broker, over OpenWire.

    A topic delivers only to those subscribed: subscribe before sending.
    """

    def __init__(self, jvm: Jvm, number: int) -> None:
        self._jvm = jvm
        self._number = number
        self._bodies: list[str] = []

    def receive(self, count: int, timeout: float = WAIT_SECONDS) -> list[str]:
        """All bodies so far, once ``count`` have come or ``timeout`` s have passed."""
        deadline = time.monotonic() + timeout
        while True:
            self._bodies += self._jvm.ask("take", id=self._number)
            if len(self._bodies) >= count or time.monotonic() > deadline:
                return list(self._bodies)
            time.sleep(POLL_SECONDS)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._jvm.ask("unsubscribe", id=self._number)


class Fleet:
    """Running brokers, addressed by the keys under which their configurations were given.

    ``failed`` maps the key of a broker that did not start to its chain of Java exceptions.
    """

    def __init__(self, jvm: Jvm, folder: Path) -> None:
        self.failed: dict[str, str] = {}
        self._jvm = jvm
        self._folder = folder

    def start(self, name: str, xml: str) -> bool:
        """Start one broker from XML, without its bridges; False when it went to ``failed``."""
        self.failed.pop(name, None)
        file = self._folder / f"{name}.xml"
        file.write_text(xml, encoding="utf-8")
        return self._attempt(name, "start", uri=f"xbean:{file.as_uri()}")

    def connect(self, name: str) -> bool:
        """Start the network connectors of a started broker; False when it went to ``failed``."""
        return self._attempt(name, "connect")

    def stop(self, name: str) -> None:
        """Stop one broker; the others go on. ``start`` brings it back."""
        self._jvm.ask("stop", name=name, seconds=START_SECONDS)

    def stats(self, name: str) -> BrokerStats:
        """Counters of a running broker, as of now."""
        return BrokerStats.from_json(self._jvm.ask("stats", name=name))

    def log(self) -> str:
        """What the JVM has logged so far: the lines of all brokers, and its stderr."""
        return self._jvm.log_file.read_text(encoding="utf-8", errors="replace")

    def send(
        self,
        port: int,
        destination: str,
        bodies: Sequence[str],
        user: str | None = None,
        password: str | None = None,
    ) -> None:
        """Send persistent text messages to ``/queue/X`` or ``/topic/X`` on an OpenWire port."""
        self._jvm.ask(
            "send",
            url=_openwire(port),
            destination=destination,
            bodies=list(bodies),
            user=user,
            password=password,
        )

    def subscribe(
        self, port: int, destination: str, user: str | None = None, password: str | None = None
    ) -> Subscription:
        """Receive from ``/queue/X`` or ``/topic/X`` on an OpenWire port; use it in ``with``."""
        number = self._jvm.ask(
            "subscribe",
            url=_openwire(port),
            destination=destination,
            user=user,
            password=password,
        )
        return Subscription(self._jvm, number)

    def wait_until(self, predicate: Callable[[], object], timeout: float = WAIT_SECONDS) -> None:
        """Poll until ``predicate`` is true; AssertionError with the log's end after ``timeout``."""
        wait_until(predicate, timeout, lambda: self.log()[-4000:])

    def _attempt(self, name: str, command: str, **arguments: str) -> bool:
        try:
            self._jvm.ask(command, name=name, seconds=START_SECONDS, **arguments)
        except HostError as error:
            self.failed[name] = str(error)
        return name not in self.failed


@contextmanager
def start(
    version: str,
    configs: Mapping[str, str],
    workdir: Path,
    env: Mapping[str, str] | None = None,
) -> Iterator[Fleet]:
    """Run a broker for every ``{key: XML}``, and end them all afterwards.

    All brokers listen before the first bridge starts. A broker that fails is in
    ``fleet.failed``; the others run. ``workdir`` receives the XML files, the log and the
    brokers' data; ``env`` adds environment variables, for ``${...}`` in the XML. The
    ``brokerName`` of each must be unique within the fleet.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    jvm = Jvm(version, workdir, env)
    try:
        fleet = Fleet(jvm, workdir)
        started = [name for name, xml in configs.items() if fleet.start(name, xml)]
        for name in started:
            fleet.connect(name)
        yield fleet
    finally:
        jvm.stop()


def _openwire(port: int) -> str:
    return f"tcp://127.0.0.1:{port}"
