"""BRK018 and BRK019: queues left behind, and names that durable subscriptions hang on."""

from typing import Any

import pytest

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


def replay(value: str = "true") -> str:
    return (
        '<destinationPolicy><policyMap><policyEntries><policyEntry queue=">">'
        "<networkBridgeFilterFactory>"
        f'<conditionalNetworkBridgeFilterFactory replayWhenNoConsumers="{value}"/>'
        "</networkBridgeFilterFactory></policyEntry></policyEntries></policyMap>"
        "</destinationPolicy>"
    )


STATIC_ONLY = ('staticBridge="true"', static("queue:Q"))
CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("018", "both ways", [broker("a", "¦" + connector("b")), broker("b", connector("a"))],
     {}, {W}),
    ("018", "duplex", [broker("a", "¦" + connector("b", 'duplex="true"')), broker("b")],
     {}, {W}),
    ("018", "duplex from the other end", ["¦" + broker("a"),
     broker("b", connector("a", 'duplex="true"'))], {}, {W}),
    ("018", "duplex to the unknown", [broker("a", "¦" + connector("x", 'duplex="true"'))],
     {}, {W}),
    ("018", "one of them replays", [broker("a", connector("b"), body=replay()),
     broker("b", "¦" + connector("a"))], {}, {W}),
    ("018", "both replay", [broker("a", connector("b"), body=replay()),
     broker("b", connector("a"), body=replay("${REPLAY}"))], {}, set()),
    ("018", "replay off", [broker("a", "¦" + connector("x", 'duplex="true"'),
     body=replay("false"))], {}, {W}),
    ("018", "one way", [broker("a", connector("b")), broker("b")], {}, set()),
    ("018", "pushed only", [broker("a", connector("b", *STATIC_ONLY)),
     broker("b", connector("a", *STATIC_ONLY))], {}, set()),
    ("018", "topics", [broker("a", connector("b", "", dynamic("topic:T"))),
     broker("b", connector("a", "", dynamic("topic:T")))], {}, set()),
    ("018", "other queues each way", [broker("a", connector("b", "", dynamic("queue:Q"))),
     broker("b", connector("a", "", dynamic("queue:R")))], {}, set()),
    ("018", "a fragment", ['<networkConnector uri="static:(tcp://b:1)" duplex="true"/>'],
     {}, set()),
    ("019", "renamed connector", [broker("a", '<networkConnector ¦name="new" '
     'uri="static:(tcp://b:1)"/>')],
     {"previous": [broker("a", '<networkConnector name="old" uri="static:(tcp://b:1)"/>')]}, {E}),
    ("019", "renamed broker", [broker("new", connector("b")).replace("brokerName", "¦brokerName")],
     {"previous": [broker("old", connector("b"))]}, {E}),
    ("019", "nothing before", [broker("a", connector("b"))], {}, set()),
    ("019", "the same", [broker("a", connector("b"))],
     {"previous": [broker("a", connector("b"))]}, set()),
    ("019", "queues only", [broker("a", connector("b", *STATIC_ONLY, name="new"))],
     {"previous": [broker("a", connector("b", *STATIC_ONLY, name="old"))]}, set()),
    ("019", "another one besides", [broker("a", connector("b"), connector("b", name="more"))],
     {"previous": [broker("a", connector("b"))]}, set()),
    ("019", "leads elsewhere", [broker("a", connector("c", name="new"))],
     {"previous": [broker("a", connector("b", name="old"))]}, set()),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)


@pytest.mark.parametrize(
    ("names", "also"),
    [
        ("ab", "; the same holds for broker 'b'"),
        ("abcdef", "; the same holds for broker 'b', broker 'c', broker 'd' and 2 more"),
    ],
)
def test_one_finding_names_the_other_brokers_of_a_mesh(names: str, also: str) -> None:
    mesh = [broker(n, *(connector(other) for other in names if other != n)) for n in names]
    network, _ = read(mesh)
    (finding,) = findings("BRK018", network)
    assert finding.message == "queue messages that came by this connection cannot go back" + also
    assert len(finding.fix) < 100
