"""The TCP connections that a topology needs, for those who open firewalls."""

from collections.abc import Iterable
from dataclasses import dataclass

from opskit.broker.design.topology import Topology
from opskit.broker.uris import Uri

_CARRIERS = {"http": "HTTP", "https": "HTTPS"}


@dataclass(frozen=True, slots=True)
class Opening:
    """One connection to let through: from a broker to a host and port, and what for."""

    source: str
    target: str
    host: str
    port: int
    protocol: str
    why: str

    def __str__(self) -> str:
        return f"{self.source} to {self.host}:{self.port}, {self.protocol}, for {self.why}"


def ports(topology: Topology, broker: str | None = None) -> list[Opening]:
    """The connections of all brokers, or those that one of them starts or accepts.

    Both members of a pair are named: either may be the active one. Answers need no opening of
    their own, and neither do reverse routes.
    """
    reasons: dict[tuple[str, str], list[str]] = {}
    for route in topology.routes:
        ends = topology.initiator(route), topology.acceptor(route)
        if broker in (None, *ends):
            reasons.setdefault(ends, []).append(f"{route.source}->{route.target}")
    return [
        Opening(source, target, uri.host, uri.port or 0, _protocol(uri), _why(routes))
        for (source, target), routes in reasons.items()
        for uri in topology.brokers[target].uris
    ]


def _protocol(uri: Uri) -> str:
    if uri.scheme in _CARRIERS:
        return f"TCP (OpenWire over {_CARRIERS[uri.scheme]})"
    return "TCP (OpenWire over TLS)" if "ssl" in uri.scheme else "TCP (OpenWire)"


def _why(routes: Iterable[str]) -> str:
    return ", ".join(routes)
