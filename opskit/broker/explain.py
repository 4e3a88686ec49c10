"""Whether messages to a destination cross each network connector, and what decides it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from opskit.broker import attributes, bridge, destinations
from opskit.broker.bridge import Advisories, DecidedBy, End, Listed, Verdict
from opskit.broker.design import reverse
from opskit.broker.destinations import Destination
from opskit.broker.model import Connector, Network
from opskit.errors import ExitCode, UsageError
from opskit.findings import Location

SCHEMA = "opskit.broker.explain/1"

Direction = Literal["outbound", "inbound"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of messages to `destination` at one connector, in one direction.

    `outbound` is from the broker that has the connector, `inbound` (duplex only) to it.
    `forwarded` is None where the answer hangs on a placeholder; with `needs_consumer` messages
    cross while somebody on the receiving broker consumes from that very destination.

    `decided_by` is the list that has the last word: `static` also where `staticBridge` carries
    nothing but the static list and the destination is not in it, `default` where no list speaks.
    `entry` is the entry that matched (of a composite that stands for names of a topology, the
    name), None where a list without a match or an attribute decides; file, line and column are
    then those of the list, the attribute or the connector.
    """

    broker: str
    connector: str
    direction: Direction
    destination: str
    forwarded: bool | None
    needs_consumer: bool
    decided_by: DecidedBy
    entry: str | None
    file: str
    line: int | None
    column: int | None
    why: str

    @property
    def answer(self) -> str:
        """In a word or two, for people."""
        if self.forwarded is None:
            return "unknown"
        if not self.forwarded:
            return "no"
        return "on demand" if self.needs_consumer else "yes"

    @property
    def place(self) -> str:
        """`file:line` of what decides."""
        return str(Location(self.file, self.line))


def explain(network: Network, destination: Destination) -> list[Decision]:
    """The decisions of every connector in every direction, for each part of a composite.

    Raises UsageError for a pattern: a message is sent to a name.
    """
    parts = destinations.split(destination)
    if any(destinations.has_wildcard(part.name) for part in parts):
        raise UsageError(
            f"{destination} is a pattern, and messages are sent to a name",
            hint="ask about one destination that the pattern matches",
        )
    bridges = [_Bridge(connector) for connector in network.connectors]
    return [
        _Crossing(network, one, direction, part).decide()
        for part in parts
        for one in bridges
        for direction in _directions(one.connector)
    ]


def exit_code(decisions: Sequence[Decision]) -> ExitCode:
    """0 when messages cross somewhere, 3 when that cannot be told, else 1."""
    if any(decision.forwarded for decision in decisions):
        return ExitCode.OK
    return ExitCode.UNKNOWN if any(d.forwarded is None for d in decisions) else ExitCode.NO


def _directions(connector: Connector) -> Iterator[Direction]:
    yield "outbound"
    if connector.flag("duplex"):
        yield "inbound"


class _Bridge:
    """A connector's bridge, made once for all destinations that are asked about."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector
        self.ends = bridge.near(connector), bridge.far(connector)

    @cached_property
    def advisories(self) -> Advisories:
        return Advisories(self.connector)


class _Crossing:
    """One destination at one connector in one direction."""

    def __init__(
        self, network: Network, made: _Bridge, direction: Direction, destination: Destination
    ) -> None:
        self.bridge = made
        self.connector = connector = made.connector
        self.direction = direction
        self.destination = destination
        ends = made.ends
        self.sender, self.receiver = ends if direction == "outbound" else reversed(ends)
        there = network.remotes(connector)
        self.consumers = there if direction == "outbound" else [connector.broker]

    def decide(self) -> Decision:
        """As the broker does: the sender's lists, the receiver's if duplex, then the demand."""
        verdict = self.sender.permit(self.destination)
        if not verdict.allowed:
            return self._refused(verdict, self.sender)
        if self.connector.flag("duplex"):
            arrival = self.receiver.permit(self.destination, arriving=True)
            if not arrival.allowed:
                return self._refused(arrival, self.receiver, "the receiving end refuses it: ")
        if self.connector.ttl("messageTTL") == 0:
            return self._no(verdict, "messageTTL is 0, so that no message takes a hop")
        subscription = self.sender.subscription(self.destination)
        if subscription is None:
            return self._on_demand(verdict)
        if subscription.unknown:
            return self._answer(None, Verdict(None, "static", subscription), _PLACEHOLDER)
        why = "statically included: the bridge always takes it"
        return self._answer(True, Verdict(True, "static", subscription), why)

    def _refused(self, verdict: Verdict, end: End, prefix: str = "") -> Decision:
        if verdict.allowed is None:
            return self._answer(None, verdict, _PLACEHOLDER)
        if verdict.by == "temporary":
            return self._no(verdict, "bridgeTempDestinations is off", at="bridgeTempDestinations")
        if verdict.by == "dynamic" and self.connector.static_only:
            return self._not_static()
        why = "the dynamic includes do not hold it"
        if verdict.by == "excluded":
            why = "excluded"
            if end.is_static(self.destination):
                why += ", and exclusions win over static includes (AMQ-6331)"
        return self._no(verdict, prefix + why + self._held())

    def _held(self) -> str:
        """A subscription takes what the lists then refuse (measured on 5.17.2 and 6.1.7)."""
        held_by = self.sender.subscription(self.destination)
        if held_by is None or held_by.unknown:
            return ""
        return (
            f"; the bridge's subscription to {held_by.destination} takes its messages all the "
            "same and keeps them from other consumers, and stalls at prefetchSize of them"
        )

    def _on_demand(self, verdict: Verdict) -> Decision:
        """No static subscription takes it: a consumer on the receiving broker has to ask."""
        skipped = ""
        if verdict.by == "static" and self._only_inbound:
            skipped = "the connector takes messages the other way only"
        elif verdict.by == "static":
            skipped = "the bridge does not subscribe to this static include, which, "
            skipped += "taken as a name, is not permitted or is covered by one before it"
        if self.connector.static_only:
            return self._no(verdict, skipped) if skipped else self._not_static()
        if self.connector.flag("duplex") and self.bridge.advisories.overhear(self.destination):
            heard = self.bridge.advisories.filter
            why = f"permitted, and taken by the bridge's subscription for advisories: {heard}"
            return self._answer(True, verdict, why)
        why = self._unheard() or f"crosses while a consumer of it is on {self._receiver}"
        why = f"{skipped}; {why}" if skipped else why
        return self._no(verdict, why) if self._unheard() else self._answer(True, verdict, why, True)

    def _unheard(self) -> str:
        """Why the bridge would not learn of a consumer; empty where it would."""
        if bridge.is_advisory(self.destination):
            return "brokers do not tell of consumers of advisory topics"
        if not self.bridge.advisories.hear(self.destination):
            heard = self.bridge.advisories.filter
            return f"permitted, but the bridge hears of consumers through {heard} only"
        if self.consumers and not any(b.flag("advisorySupport", True) for b in self.consumers):
            return f"permitted, but {self._receiver} has advisorySupport off: no demand is seen"
        if self.connector.flag("duplex") and self.connector.ttl("consumerTTL") == 0:
            return "permitted, but consumerTTL is 0: no demand is seen"
        return ""

    def _not_static(self) -> Decision:
        why = "staticBridge carries its static includes only, and this is not in them"
        return self._no(Verdict(False, "static"), why, at="staticBridge")

    @property
    def _only_inbound(self) -> bool:
        return self.direction == "outbound" and reverse.has_form(self.connector)

    @property
    def _breaks(self) -> bool:
        duplex = self.connector.flag("duplex")
        return not duplex and self.bridge.advisories.overhear(self.destination)

    @property
    def _receiver(self) -> str:
        names = [broker.name for broker in self.consumers if broker.name]
        unnamed = "the other broker" if self.direction == "outbound" else "this broker"
        return " or ".join(names) or unnamed

    def _no(self, verdict: Verdict, why: str, *, at: str = "") -> Decision:
        return self._answer(False, verdict, why, at=at)

    def _answer(
        self,
        forwarded: bool | None,
        verdict: Verdict,
        why: str,
        needs_consumer: bool = False,
        *,
        at: str = "",
    ) -> Decision:
        place = self._place(verdict, at)
        if forwarded and self._breaks:
            why += "; each message that arrives there breaks the bridge, which takes it for an "
            why += f"advisory of {self.bridge.advisories.filter}"
        return Decision(
            broker=self.connector.broker.name,
            connector=self.connector.name,
            direction=self.direction,
            destination=str(self.destination),
            forwarded=forwarded,
            needs_consumer=needs_consumer,
            decided_by=verdict.by,
            entry=self._entry(verdict.listed) if verdict.listed else None,
            file=place.file,
            line=place.line,
            column=place.column,
            why=why,
        )

    def _entry(self, listed: Listed) -> str:
        """As the file has it; for a topology the part of a composite, which is what it names."""
        whole = listed.entry.destination
        if self.connector.origin is None or not whole.composite:
            return str(whole)
        parts = destinations.split(whole)
        covering = (part for part in parts if destinations.covers(part, self.destination))
        return str(next(covering, whole))

    def _place(self, verdict: Verdict, attribute: str) -> Location:
        """The entry's place; without one that of the attribute, the list or the connector."""
        if verdict.listed:
            return self.connector.place(verdict.listed.entry)
        element = self.connector.element.find(_LISTS.get(verdict.by, ""))
        if element is not None and not attribute and self.connector.origin is None:
            return self.connector.broker.document.location(element)
        return self.connector.location(attribute)


_PLACEHOLDER = "the entry is a placeholder, which only the broker's environment can fill"
_LISTS = {"dynamic": attributes.DYNAMIC}
