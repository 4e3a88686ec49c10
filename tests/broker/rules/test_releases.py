"""BRK015, BRK023, BRK052: defaults that changed, defects, and ends of support."""

from typing import Any

from opskit.findings import Severity
from tests.broker.rules.marked import broker, connector, dynamic, findings, fires_at_the_marks, read

W, E = Severity.WARNING, Severity.ERROR


ONE = [broker("a", connector("b"))]
DEAD = ["¦" + broker("a", connector("b"))]
TWO = [broker("a", "¦" + connector("b")), broker("b", "¦" + connector("a"))]
QUIET_TWO = [broker("a", connector("b")), broker("b", connector("a"))]
SAID = [broker("a", connector("b", 'decreaseNetworkConsumerPriority="false"')), broker("b")]
CASES: list[tuple[str, str, list[str], dict[str, Any], set[Severity]]] = [
    ("015", "both sides", TWO, {"version": ("5.17.2", "5.18")}, {W}),
    ("015", "5 and 6", TWO, {"version": ("6.0", "5.16")}, {W}),
    ("015", "same side", QUIET_TWO, {"version": ("5.18.3", "5.19")}, set()),
    ("015", "nobody said", QUIET_TWO, {}, set()),
    ("015", "written out", SAID, {"version": ("5.17", "5.18")}, set()),
    ("015", "a placeholder", [text.replace('"false"', '"${P}"') for text in SAID],
     {"version": ("5.17", "5.18")}, set()),
    ("015", "topics", [broker("a", connector("b", "", dynamic("topic:T"))), broker("b")],
     {"version": ("5.17", "5.18")}, set()),
    ("015", "not connected", [broker("a", connector("x")), broker("b", connector("y"))],
     {"version": ("5.17", "5.18")}, set()),
    ("015", "upgraded", [broker("a", "¦" + connector("x"))],
     {"version": "5.18", "previous": ONE, "old": "5.17"}, {W}),
    ("015", "upgraded further", ONE, {"version": "5.19", "previous": ONE, "old": "5.18"}, set()),
    *(("023", version, DEAD, {"version": version}, {W})
      for version in ("5.15.16", "5.17", "5.18.7", "5.19.8", "6.0", "6.1.8", "6.2.0", "6.2.7")),
    *(("023", version, ONE, {"version": version}, set())
      for version in ("5.19", "5.19.9", "6.2", "6.2.8", "6.3.0")),
    ("023", "once a release", [*DEAD, *ONE, *ONE], {"version": "5.18"}, {W}),
    ("023", "each release", [*DEAD, *DEAD], {"version": ("5.18", "5.17")}, {W}),
    ("023", "no bridge", [broker("a")], {"version": "5.17.2"}, set()),
    ("052", "5.17", DEAD, {"version": "5.17", "target": "amazon-mq"}, {W}),
    ("052", "6.1", DEAD, {"version": "6.1", "target": "amazon-mq"}, {W}),
    ("052", "5.18", ONE, {"version": "5.18", "target": "amazon-mq"}, set()),
    ("052", "self-managed", ONE, {"version": "5.17"}, set()),
]  # fmt: skip


test_it_fires_at_the_marks = fires_at_the_marks(CASES)


def test_a_defect_is_told_with_the_number_of_brokers() -> None:
    network, _ = read([broker(name, connector("x")) for name in "abc"], version="5.18.3")
    (finding,) = findings("BRK023", network)
    assert finding.message == "bridges of ActiveMQ 5.18.3 can die silently, here and on 2 more"
    assert "upgrade to 5.19.9" in finding.fix


def test_what_to_do_on_amazon_mq_is_what_its_user_can_do() -> None:
    network, _ = read(ONE, version="5.18", target="amazon-mq")
    (finding,) = findings("BRK023", network)
    assert "5.19.9" not in finding.fix
    assert "NetworkConnectorConnectionCount" in finding.fix
