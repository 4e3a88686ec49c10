"""How far a message gets from each broker of a network, with sets of nodes as bits of integers.

A connector takes a message that has made fewer hops than its messageTTL; below 0 is no limit.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from math import inf

from opskit.broker.design import reverse
from opskit.broker.graphs import cycles, reach
from opskit.broker.graphs.reach import Graph
from opskit.broker.model import Connector


class Spread:
    """The nodes that messages get to; `unplaced` connectors lead nobody knows where."""

    def __init__(self, shape: Graph, unplaced: Sequence[Connector]) -> None:
        self._shape = shape
        #: For each node its targets by the TTL of the connectors to them, the largest first.
        self._out: list[list[tuple[float, int]]] = []
        for edges in shape.out:
            by_ttl: dict[float, int] = {}
            for edge in edges:
                ttl = _ttl(edge.connector)
                by_ttl[ttl] = by_ttl.get(ttl, 0) | 1 << edge.target
            self._out.append(sorted(by_ttl.items(), reverse=True))
        self._leaving: dict[float, int] = {}
        for connector in unplaced:
            if reverse.ways(connector)[0]:
                ttl, bit = _ttl(connector), 1 << shape.number(connector.broker)
                self._leaving[ttl] = self._leaving.get(ttl, 0) | bit

    def within(self, start: int) -> tuple[int, bool]:
        """The nodes that a message sent at one gets to, and whether it may leave them unseen."""
        seen = latest = 1 << start
        everywhere = self.connected(start)
        leaves, hops = self._leaves(latest, 0), 0
        while latest and seen != everywhere:
            if hops == reach.MAX_HOPS:  # no other connectors take it any further
                for node in numbers(latest):
                    seen |= self._unlimited.of(node)
                return seen, leaves or self._leaves(seen, hops)
            following = 0
            for node in numbers(latest):
                for ttl, targets in self._out[node]:
                    if ttl <= hops:
                        break
                    following |= targets
            latest, hops = following & ~seen, hops + 1
            seen |= latest
            leaves = leaves or self._leaves(latest, hops)
        return seen, leaves

    def _leaves(self, nodes: int, hops: int) -> bool:
        return any(ttl > hops and nodes & leaving for ttl, leaving in self._leaving.items())

    def connected(self, start: int) -> int:
        """The nodes that a message sent at one gets to whatever the TTLs, itself included."""
        return self._all.of(start)

    @cached_property
    def _all(self) -> "_Closure":
        return _Closure(self._shape.targets)

    @cached_property
    def _unlimited(self) -> "_Closure":
        return _Closure(
            [
                {edge.target for edge in edges if _ttl(edge.connector) == inf}
                for edges in self._shape.out
            ]
        )


class _Closure:
    """What each node leads to, given the targets of each; nodes in a circle share one integer."""

    def __init__(self, targets: Sequence[set[int]]) -> None:
        self._component: dict[int, int] = {}
        self._bits: list[int] = []
        component, bits = self._component, self._bits
        for members in cycles.strong(targets):  # each behind those that it leads to
            if not targets[members[0]]:
                continue  # a dead end, of which there may be very many
            ends = {target for node in members for target in targets[node]}
            inner = {component[end] for end in ends if end in component}
            found = sum(1 << node for node in ends.union(members))
            for number in inner:
                found |= bits[number]
            component.update(dict.fromkeys(members, len(bits)))
            bits.append(found)

    def of(self, node: int) -> int:
        """The nodes that one leads to, itself included."""
        number = self._component.get(node)
        return 1 << node if number is None else self._bits[number]


def numbers(nodes: int) -> Iterator[int]:
    """The numbers of the bits that are set, in order."""
    while nodes:
        lowest = nodes & -nodes
        yield lowest.bit_length() - 1
        nodes ^= lowest


def first(nodes: int, count: int) -> list[int]:
    """The first few of them."""
    return list(islice(numbers(nodes), count))


def _ttl(connector: Connector) -> float:
    ttl = connector.ttl("messageTTL")
    return inf if ttl is None or ttl < 0 or ttl > reach.MAX_HOPS else ttl
