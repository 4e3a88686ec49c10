"""What a broker counts, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Destination:
    """Counters of one queue or topic since the broker's start.

    ``forwards`` are messages that went out through a bridge; ``consumers`` includes bridges.
    """

    kind: str
    name: str
    size: int = 0
    enqueues: int = 0
    dequeues: int = 0
    forwards: int = 0
    inflight: int = 0
    consumers: int = 0


@dataclass(frozen=True)
class Bridge:
    """One live bridge of a network connector, seen from the broker that started it.

    ``remote_broker`` is empty until the other side has introduced itself; ``remote_address``
    says ``tcp://`` for TLS too. ``sent`` counts
    messages that went over, ``received`` those that came back on a duplex bridge.
    """

    connector: str
    remote_broker: str
    remote_address: str
    sent: int = 0
    received: int = 0


@dataclass(frozen=True)
class BrokerStats:
    """One broker at one moment. Advisory topics are left out.

    ``inbound`` holds the client ids of other brokers' bridges connected to this one, such as
    ``CONNECTOR_BROKER_outbound``.
    """

    name: str
    destinations: tuple[Destination, ...]
    bridges: tuple[Bridge, ...]
    inbound: tuple[str, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BrokerStats:
        """From the object that ``Statistics.java`` writes."""
        return cls(
            name=data["name"],
            destinations=tuple(Destination(**row) for row in data["destinations"]),
            bridges=tuple(Bridge(**row) for row in data["bridges"]),
            inbound=tuple(data["inbound"]),
        )

    def queue(self, name: str) -> Destination:
        """Counters of a queue; all zero when the broker has no such queue."""
        return self._destination("queue", name)

    def topic(self, name: str) -> Destination:
        """Counters of a topic; all zero when the broker has no such topic."""
        return self._destination("topic", name)

    def bridged_to(self) -> set[str]:
        """Names of the brokers that this one's bridges have reached."""
        return {bridge.remote_broker for bridge in self.bridges if bridge.remote_broker}

    def _destination(self, kind: str, name: str) -> Destination:
        for destination in self.destinations:
            if (destination.kind, destination.name) == (kind, name):
                return destination
        return Destination(kind, name)
