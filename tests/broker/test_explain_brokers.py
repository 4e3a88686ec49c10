"""That `explain` is right: real brokers do with generated connectors what it says.

Every connector runs between two brokers of its own. To each destination go two messages: one
while nobody consumes, which must cross exactly if `explain` says "yes", and one with a consumer
on the other side, which must cross exactly if it says "yes" or "on demand".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from opskit.broker import reader
from opskit.broker.destinations import Destination
from opskit.broker.explain import Decision, explain
from opskit.broker.model import Network
from opskit.xmltree import XmlDocument
from tests.broker import bridge_cases
from tests.broker.bridge_cases import SENTINEL, Case
from tests.rig import brokers, configs, distributions
from tests.rig.brokers import Fleet, Subscription
from tests.rig.stats import BrokerStats

pytestmark = pytest.mark.brokers

SENTINELS = (Destination("queue", SENTINEL), Destination("topic", SENTINEL))

PER_DIRECTION = 8
PATIENCE = 60.0
"""Seconds for all bridges to do what they have to; then what they have not done is an answer."""
ROUNDS = 3
"""How often a sentinel has to cross after the last message before silence counts as an answer."""


@dataclass(frozen=True)
class Pair:
    """One destination at one connector in one direction, and between which brokers it is sent."""

    case: Case
    decision: Decision
    destination: Destination
    sender: str
    receiver: str

    @property
    def path(self) -> str:
        return f"/{self.destination.kind}/{self.destination.name}"

    @property
    def unasked(self) -> bool:
        """Whether its messages have to cross though nobody consumes them."""
        return bool(self.decision.forwarded) and not self.decision.needs_consumer

    def enqueues(self, stats: BrokerStats) -> int:
        at = stats.queue if self.destination.kind == "queue" else stats.topic
        return at(self.destination.name).enqueues

    def report(self, seen: str) -> str:
        decision = self.decision
        return (
            f"{decision.direction} {self.destination}: explain says {decision.answer} "
            f"({decision.decided_by}, {decision.entry}: {decision.why}); brokers: {seen}\n"
            f"    {self.case.xml}"
        )


@pytest.mark.parametrize(
    ("version", "seed", "count"),
    [
        pytest.param(version, seed, count, id=version)
        for version, seed, count in (
            ("5.17.2", 1, 40),
            ("5.18.3", 2, 10),
            ("5.19.1", 3, 10),
            ("6.1.7", 4, 14),
        )
    ],
)
def test_brokers_do_what_explain_says(version: str, seed: int, count: int, tmp_path: Path) -> None:
    pairs = _prove(version, bridge_cases.make(seed, count, PER_DIRECTION), tmp_path)
    assert len(pairs) >= PER_DIRECTION * count
    assert {pair.decision.answer for pair in pairs} == {"yes", "no", "on demand"}


@pytest.mark.parametrize("version", ["5.17.2", "6.1.7"])
def test_brokers_do_it_with_odd_connectors_too(version: str, tmp_path: Path) -> None:
    _prove(version, bridge_cases.written(), tmp_path)


def _prove(version: str, cases: list[Case], folder: Path) -> list[Pair]:
    """Fails with all that the brokers do otherwise; returns what was compared."""
    distributions.require(version)
    ports = brokers.free_ports(2 * len(cases))
    with brokers.start(version, _configurations(cases, ports), folder) as fleet:
        assert fleet.failed == {}
        bridges = _Bridges(fleet, cases, ports)
        wrong = bridges.check()
    assert not wrong, f"{len(wrong)} of {len(bridges.pairs)} are wrong\n" + "\n".join(wrong)
    return bridges.pairs


def _configurations(cases: list[Case], ports: list[int]) -> dict[str, str]:
    found = {}
    for number, case in enumerate(cases):
        near, far = ports[2 * number : 2 * number + 2]
        connector = case.xml.format(uri=f"static:(tcp://127.0.0.1:{far})")
        found[f"far{number}"] = configs.broker_xml(f"far{number}", far)
        found[f"near{number}"] = configs.broker_xml(
            f"near{number}", near, network_connectors=connector
        )
    return found


def _pairs(case: Case, number: int, direction: str, sent: Sequence[Destination]) -> list[Pair]:
    xml = f"<networkConnectors>{case.xml}</networkConnectors>"
    network = Network(reader.from_document(XmlDocument("case.xml", xml.encode())))
    ends = [f"near{number}", f"far{number}"]
    sender, receiver = ends if direction == "outbound" else reversed(ends)
    return [
        Pair(case, decision, destination, sender, receiver)
        for destination in sent
        for decision in explain(network, destination)
        if decision.direction == direction
    ]


class _Bridges:
    """All connectors at work, and what crossed them."""

    def __init__(self, fleet: Fleet, cases: list[Case], ports: list[int]) -> None:
        self.fleet = fleet
        self.ports = {
            f"{side}{number}": ports[2 * number + far]
            for number in range(len(cases))
            for far, side in enumerate(("near", "far"))
        }
        self.pairs: list[Pair] = []
        self.sentinels: list[Pair] = []
        for number, case in enumerate(cases):
            for direction in ("outbound", "inbound"):
                self.pairs += _pairs(case, number, direction, case.sent(direction))
                watched = _pairs(case, number, direction, SENTINELS)
                self.sentinels += [pair for pair in watched if pair.unasked][:1]

    def check(self) -> list[str]:
        """What is wrong with each pair, in words."""
        self.see_bridges_alive()
        self.send(self.pairs, "unasked")
        due = {pair for pair in self.pairs if pair.unasked}
        _patiently(lambda: due <= self.crossed())
        self.see_bridges_alive(ROUNDS)
        unasked = self.crossed()
        wrong = [
            pair.report("crossed" if pair in unasked else "did not cross without a consumer")
            for pair in self.pairs
            if (pair in unasked) != pair.unasked
        ]
        inboxes = {
            pair: self.fleet.subscribe(self.ports[pair.receiver], pair.path) for pair in self.pairs
        }
        self.see_bridges_alive(ROUNDS)
        self.send(self.pairs, "asked")
        late = [pair for pair in self.pairs if pair.decision.forwarded]
        _patiently(lambda: not self.send_again(late, inboxes))
        self.see_bridges_alive(ROUNDS)
        for pair, inbox in inboxes.items():
            crossed = "asked" in inbox.receive(0)
            if crossed != bool(pair.decision.forwarded):
                wrong.append(pair.report(f"{'crossed' if crossed else 'stayed'} with a consumer"))
        return wrong

    def send(self, pairs: Sequence[Pair], body: str) -> None:
        for pair in pairs:
            self.fleet.send(self.ports[pair.sender], pair.path, [body])

    def send_again(self, late: list[Pair], inboxes: dict[Pair, Subscription]) -> list[Pair]:
        """Once more where nothing came: the bridge may not have known of the consumer yet."""
        late[:] = [pair for pair in late if "asked" not in inboxes[pair].receive(0)]
        self.send(late, "asked")
        return late

    def crossed(self) -> set[Pair]:
        """The pairs of which a message has been put into the receiving broker."""
        return {pair for pair, count in self.received(self.pairs).items() if count}

    def received(self, pairs: Sequence[Pair]) -> dict[Pair, int]:
        """How many messages each pair's receiving broker has been given."""
        stats = {name: self.fleet.stats(name) for name in {pair.receiver for pair in pairs}}
        return {pair: pair.enqueues(stats[pair.receiver]) for pair in pairs}

    def see_bridges_alive(self, rounds: int = 1) -> None:
        """Each bridge carries a sentinel in each direction: `rounds` times, one after another."""
        for _ in range(rounds):
            before = self.received(self.sentinels)
            silent = list(self.sentinels)

            def all_heard(before: dict[Pair, int] = before, silent: list[Pair] = silent) -> bool:
                now = self.received(silent)
                silent[:] = [pair for pair in silent if now[pair] == before[pair]]
                self.send(silent, "sentinel")
                return not silent

            self.fleet.wait_until(all_heard, PATIENCE)


def _patiently(done: Callable[[], bool]) -> None:
    """Wait for something, but not for ever: the comparison that follows says what is missing."""
    deadline = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < deadline:
        time.sleep(brokers.POLL_SECONDS)
