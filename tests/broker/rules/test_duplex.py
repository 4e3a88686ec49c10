"""BRK012: duplex connectors that meet."""

from typing import Any

from opskit.findings import Severity
from tests.broker.rules.marked import (
    broker,
    connector,
    dynamic,
    findings,
    fires_at_the_marks,
    read,
    static,
)

W, E = Severity.WARNING, Severity.ERROR


T = static("topic:T")
D = '¦duplex="true"'
PLAIN = 'duplex="true"'
CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("012", "a topic twice", [broker("a", connector("b", D, T)),
     broker("b", connector("a", D, T))], {}, {E}),
    ("012", "by address", [broker("a", connector("static:(tcp://b.example:7)", D, T), port=6),
     broker("b", connector("masterslave:(tcp://a.example:6,tcp://x:1)", D, T), port=7)], {}, {E}),
    ("012", "on demand", [broker("a", connector("b", D)), broker("b", connector("a", D))],
     {}, {W}),
    ("012", "of one name", [broker("a", connector("b", D, T, "n")),
     broker("b", connector("a", D, T, "n"))], {}, {W}),
    ("012", "queues", [broker("a", connector("b", D, dynamic("queue:Q.>"))),
     broker("b", connector("a", D, dynamic("queue:Q.x")))], {}, {W}),
    ("012", "something else each",
     [broker("a", connector("b", PLAIN + ' staticBridge="true"', static("queue:Q"))),
      broker("b", connector("a", PLAIN + ' staticBridge="true"', T))], {}, set()),
    ("012", "one end", [broker("a", connector("b", PLAIN, T)), broker("b", connector("a", "", T))],
     {}, set()),
    ("012", "three", [broker("a", connector("b", PLAIN)), broker("b", connector("c", PLAIN)),
     broker("c", connector("a", PLAIN))], {}, set()),
    ("012", "placeholders", [broker("a", connector("static:(${B})", 'duplex="${D}"', T)),
     broker("b", connector("a", PLAIN, T))], {}, set()),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)


def test_it_names_both_ends() -> None:
    network, _ = read([broker("a", connector("b", D, T)), broker("b", connector("a", D, T))])
    first = findings("BRK012", network)[0]
    assert first.message == (
        "'b' has the duplex network connector 'to-a' back to this broker: "
        "messages on topic://T arrive twice"
    )
    assert first.observed == "duplex here and in 2.xml:4:68"
