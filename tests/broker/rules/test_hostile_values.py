"""No value in a broker file makes a rule fail, and a placeholder makes no finding of an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.broker.attributes import ATTRIBUTES
from opskit.broker.model import Network
from opskit.broker.rules import RULES
from opskit.broker.upgrades import MIGRATION, Migration
from opskit.broker.versions import parse as version
from opskit.findings import Severity
from tests.broker.rules.marked import broker, connector, dynamic, parse, read, static

BRKS = ["BRK012", "BRK013", "BRK014", "BRK015", "BRK017", "BRK018", "BRK019", "BRK020", "BRK023",
        "BRK025", "BRK026", "BRK028", "BRK029", "BRK05"]  # fmt: skip
ODD = st.sampled_from([
    "", " ", "0", "-1", "1e9", "99999999999999999999999", "true", "TRUE ", "${X}", "#{y}", "${",
    "static:(", "static:()", "masterslave:(,,)", "static:(ssl://[::1]:99999999,tcp://:1)", "::::",
    "static:(failover:(failover:(ssl://a:1)))?x", "ssl://b:61616", "A.>", ">", "a,b,,", "\u202e",
    "&lt;&quot;&amp;", "tcp://localhost:61616", "static:(tcp://a:61616)", "a\u0301" * 50,
])  # fmt: skip
SOME = st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), ODD, max_size=8)


def text(attributes: dict[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in attributes.items())


@settings(max_examples=150, deadline=None)
@given(SOME, SOME, ODD, ODD, ODD)
def test_no_value_makes_a_rule_fail(
    first: dict[str, str], second: dict[str, str], name: str, entry: str, persistent: str
) -> None:
    lists = static(f"queue:{entry}", f"topic:{entry}") + dynamic(f"queue:{entry}")
    files = [
        broker(name, f"<networkConnector {text(first)}>{lists}</networkConnector>",
               attributes=f'persistent="{persistent}"', port=61616),
        broker("b", f"<networkConnector {text(second)}>{lists}</networkConnector>", port=1),
    ]  # fmt: skip
    for target in ("self-managed", "amazon-mq"):
        brokers = [b for n, x in enumerate(files) for b in parse(f"{n}.xml", x, "5.17.2", target)]
        RULES.run(Network(brokers, brokers[::-1]), select=BRKS)
        MIGRATION.run(Migration(Network(brokers), version("5.16.5"), version("6.1")))


@pytest.mark.parametrize("attribute", sorted(ATTRIBUTES))
def test_a_placeholder_is_no_error(attribute: str) -> None:
    given_too = {"name": "n", "uri": "static:(tcp://b.example:61616)", attribute: "${VALUE}"}
    files = [
        broker("a", f"<networkConnector {text(given_too)}/>", port=61616),
        broker("b", connector("a"), port=61616),
    ]
    found = RULES.run(read(files)[0], select=BRKS)
    assert [finding for finding in found if finding.level is Severity.ERROR] == []
