"""Connectors and destinations made at random, from a seed, for the proof on real brokers."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from opskit.broker.destinations import Destination, matches

SENTINEL = "Sentinel"
"""A queue and a topic of that name are statically included everywhere, to see a bridge alive."""

_SEGMENTS = "abc"
NAMES = [".".join(path) for size in (1, 2, 3) for path in itertools.product(_SEGMENTS, repeat=size)]
PATTERNS = (
    *("a.>", "a.*", "*", "*.b", "*.>", "a.*.c", "*.*", "b.a.>", "c.>.>", "a.>.b", "*.b.>"),
    *("a,b", "a.b,b.c,c", "queue://a,topic://b", "a.>,c", "a,b.*", "c,topic://a.b", "a.a, b.b"),
)
"""Wildcards as they are meant, some that are none, and composites with and without types."""

Entry = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """One connector as XML (with `{uri}` for its URI), and what is sent from each of its ends."""

    xml: str
    outbound: tuple[Destination, ...]
    inbound: tuple[Destination, ...]

    def sent(self, direction: str) -> tuple[Destination, ...]:
        return self.outbound if direction == "outbound" else self.inbound


def make(seed: int, count: int, destinations: int) -> list[Case]:
    """`count` connectors with that many destinations for each direction they have."""
    chance = random.Random(seed)
    return [_case(chance, destinations) for _ in range(count)]


def _case(chance: random.Random, destinations: int) -> Case:
    attributes = {"name": "out", "uri": "{uri}"}
    duplex = chance.random() < 0.35
    if duplex:
        attributes["duplex"] = "true"
    if chance.random() < 0.25:
        attributes["staticBridge"] = "true"
    if chance.random() < 0.25:
        attributes["conduitSubscriptions"] = "false"
    if chance.random() < 0.15:
        attributes["conduitNetworkQueueSubscriptions"] = "true"
    if chance.random() < 0.08:
        attributes["destinationFilter"] = chance.choice(["Queue.a.>", "Topic.>", "Queue.b,Topic.a"])
    excluded = _entries(chance, chance.choice([0, 0, 1, 1, 2]))
    static = _entries(chance, chance.choice([0, 1, 2, 3])) + _sentinels(chance)
    dynamic = _entries(chance, chance.choice([0, 0, 1, 2, 3]))
    breaking = set() if duplex else _breaking(dynamic)
    wanted = destinations * (2 if duplex else 1)
    sent = _destinations(chance, wanted, excluded + static + dynamic, breaking)
    xml = f"<networkConnector {_attributes(attributes)}>" + "".join(
        (
            _list("dynamicallyIncludedDestinations", dynamic),
            _list("excludedDestinations", excluded),
            _list("staticallyIncludedDestinations", static),
            "</networkConnector>",
        )
    )
    return Case(xml, tuple(sent[:destinations]), tuple(sent[destinations:]))


def _entries(chance: random.Random, count: int) -> list[Entry]:
    return [
        (
            chance.choice(["queue", "topic"]),
            chance.choice([chance.choice(NAMES), chance.choice(PATTERNS), chance.choice(PATTERNS)]),
        )
        for _ in range(count)
    ]


def _sentinels(chance: random.Random) -> list[Entry]:
    """Last in the list most of the time: nothing hangs on the place, which is the point."""
    sentinels = [("queue", SENTINEL), ("topic", SENTINEL)]
    chance.shuffle(sentinels)
    return sentinels


def _breaking(dynamic: Sequence[Entry]) -> set[Destination]:
    """Topics that break a bridge with such dynamic includes: what follows a comma names them."""
    patterns = [part.strip() for _, names in dynamic for part in names.split(",")[1:]]
    return {
        Destination("topic", name)
        for name in NAMES
        for pattern in patterns
        if matches(pattern.removeprefix("topic://"), name)
    }


def _destinations(
    chance: random.Random, count: int, listed: Sequence[Entry], without: set[Destination]
) -> list[Destination]:
    """Different ones, half of them picked because a list has that name."""
    near = [
        Destination(kind, name)
        for kind, names in listed
        for name in (part.strip().rpartition("://")[2] for part in names.split(","))
        if name in NAMES
    ]
    chance.shuffle(near)
    every = [Destination(kind, name) for kind in ("queue", "topic") for name in NAMES]
    chance.shuffle(every)
    picked = dict.fromkeys([*near[: count // 2], *every])
    found = [destination for destination in picked if destination not in without][:count]
    chance.shuffle(found)
    return found


def _list(element: str, entries: Sequence[Entry]) -> str:
    inner = "".join(f"<{kind} {_attributes({'physicalName': name})}/>" for kind, name in entries)
    return f"<{element}>{inner}</{element}>" if inner else ""


def _attributes(values: dict[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())


_SENDS = tuple(
    Destination(kind, name)
    for name in ("a", "b", "c", "a.b", "a.b.c")
    for kind in ("queue", "topic")
)
_ODD_NAMES: list[Entry] = [("queue", "a b"), ("queue", "a*b.c"), ("topic", "\u00e9.>")]
_ODD = tuple(
    Destination(kind, name)
    for name in ("a", "b", "a b", "a*b.c", "\u00e9", "\u00e9.e")
    for kind in ("queue", "topic")
)


def _written(
    attributes: dict[str, str],
    excluded: Sequence[Entry] = (),
    static: Sequence[Entry] = (),
    dynamic: Sequence[Entry] = (),
    sends: tuple[Destination, ...] = _SENDS,
) -> list[Case]:
    """A connector, twice if duplex: nothing may be sent to one destination from both ends."""
    xml = f"<networkConnector {_attributes({'name': 'out', 'uri': '{uri}', **attributes})}>"
    sentinels: list[Entry] = [("queue", SENTINEL), ("topic", SENTINEL)]
    xml += _list("dynamicallyIncludedDestinations", dynamic)
    xml += _list("excludedDestinations", excluded)
    xml += _list("staticallyIncludedDestinations", [*static, *sentinels])
    xml += "</networkConnector>"
    return [Case(xml, sends, ()), *([Case(xml, (), sends)] if "duplex" in attributes else [])]


_WRITTEN = (
    _written({"messageTTL": "0"}, static=[("queue", "a")]),
    _written({"networkTTL": "0", "duplex": "true"}, static=[("queue", "a")]),
    _written({"networkTTL": "0", "messageTTL": "5"}, static=[("queue", "a")]),
    _written({"consumerTTL": "0", "duplex": "true"}),
    _written({"consumerTTL": "0"}),
    _written({"messageTTL": "-1", "duplex": "true"}, dynamic=[("queue", "a.>")]),
    # The second topic joins the first, which covers it as a name but not what it stands for.
    _written({}, static=[("topic", "a.*"), ("topic", "a.>")]),
    _written({"staticBridge": "true"}, static=[("topic", "a.*"), ("topic", "a.>")]),
    _written({"staticBridge": "true"}, static=[("queue", "a.*"), ("queue", "a.>")]),
    _written(
        {"conduitSubscriptions": "false", "staticBridge": "true"},
        static=[("topic", "a.*"), ("topic", "a.>")],
    ),
    # An exclusion covers a pattern as a name, but not all that it stands for.
    _written({}, excluded=[("queue", "a.*")], static=[("queue", "a.>")]),
    _written({"staticBridge": "true"}, excluded=[("queue", "a.*")], static=[("queue", "a.>")]),
    # A composite is no match for itself.
    _written({}, static=[("queue", "a,b")], dynamic=[("queue", "c")]),
    _written({}, static=[("queue", "a,b")], dynamic=[("queue", "*")]),
    # What the far end makes of composites: queues; and nothing of one with an empty part.
    _written({"duplex": "true"}, excluded=[("topic", "a,b")]),
    _written({"duplex": "true"}, static=[("topic", "a,b")], dynamic=[("queue", "c")]),
    _written({"duplex": "true"}, excluded=[("queue", "a,,b")]),
    _written({"duplex": "true"}, excluded=[("queue", "c"), ("queue", "a,")]),
    _written({"duplex": "true"}, excluded=[("queue", "a,"), ("queue", "c")]),
    _written({"duplex": "true"}, excluded=[("queue", "queue://a,queue://b")]),
    _written({"duplex": "true"}, dynamic=[("queue", "a,a.>")]),
    _written({"duplex": "true", "destinationFilter": "Queue.a,b"}),
    # Names with white space, options, and characters that mean nothing inside a level.
    _written({}, excluded=[("queue", " a "), ("queue", "b?consumer.prefetchSize=1")]),
    _written({"duplex": "true"}, static=[("queue", "b?consumer.prefetchSize=1")]),
    _written({}, excluded=_ODD_NAMES, sends=_ODD),
    _written({"staticBridge": "true"}, static=_ODD_NAMES, sends=_ODD),
    _written({"staticBridge": "true"}, static=[("queue", "queue://a")]),
)


def written() -> list[Case]:
    """Connectors for what chance seldom finds, in the directions that they have."""
    return [case for cases in _WRITTEN for case in cases]
