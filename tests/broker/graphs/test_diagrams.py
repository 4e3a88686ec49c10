"""Diagrams that stay whole whatever the brokers are called."""

from __future__ import annotations

import json
import re
import subprocess

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opskit.broker.graphs.diagrams import dot, mermaid
from opskit.broker.graphs.graph import BrokerGraph, GraphBroker, GraphConnector
from opskit.findings import Location
from tests.components import require_program

HOSTILE = [
    'a"b',
    "a\\",
    '"]; evil [label="x',
    "a\nb",
    "-->|x| b1",
    "end",
    "%% comment",
    "#quot;",
    "<script>alert(1)</script>",
    "&lt;b&gt;",
    "\u202egnp.exe",
    "\\N \\G",
    "caf\u00e9 \u6771\u4eac",
    "]]-- }",
    "",
]
MERMAID_LINE = re.compile(
    r"flowchart LR"
    r'|  b\d+\["(?:[A-Za-z0-9 ._:/()-]|#\d+;)*"\](?::::external)?'
    r'|  b\d+ <?-->\|"(?:[A-Za-z0-9 ._:/()-]|#\d+;)*"\| b\d+'
    r"|  classDef external stroke-dasharray: 5 5"
)


def graph_of(*names: str, ttl: int | None = 1) -> BrokerGraph:
    """A ring of brokers, the last of them external; each connector is called as its source."""
    place = Location("f.xml", 1, 1)
    brokers = [
        GraphBroker(name, name == names[-1], "5.19", place, 0, False, 0, ())
        for name in dict.fromkeys(names)
    ]
    connectors = [
        GraphConnector(here, there, number == 0, True, here, here, number == 0, ttl, 1, place)
        for number, (here, there) in enumerate(zip(names, [*names[1:], names[0]], strict=True))
    ]
    return BrokerGraph(brokers, connectors, [], 1, [])


def unescaped(text: str) -> str:
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text)


def test_mermaid() -> None:
    assert mermaid(graph_of("onprem", "cloud", ttl=2)).splitlines() == [
        "flowchart LR",
        '  b0["onprem"]',
        '  b1["cloud"]:::external',
        '  b0 <-->|"onprem (TTL 2)"| b1',
        '  b1 -->|"cloud (TTL 2)"| b0',
        "  classDef external stroke-dasharray: 5 5",
    ]


def test_dot() -> None:
    assert dot(graph_of("onprem", "cloud")).splitlines() == [
        "digraph brokers {",
        "  rankdir=LR;",
        "  node [shape=box];",
        '  b0 [label="onprem"];',
        '  b1 [label="cloud", style=dashed];',
        '  b0 -> b1 [label="onprem", dir=both];',
        '  b1 -> b0 [label="cloud"];',
        "}",
    ]


def unknown(source: str, target: str, broker: str) -> GraphConnector:
    place = Location("f.xml", 1, 1)
    return GraphConnector(source, target, False, False, "n", broker, False, 1, 1, place)


def test_where_nobody_knows_is_a_node_of_its_own() -> None:
    shape = graph_of("a", "b")
    shape.connectors[:] = [unknown("a", "?", "a"), unknown("b", "?", "b"), unknown("a", "b", "b")]
    assert mermaid(shape).splitlines()[1:-1] == [
        '  b0["a"]',
        '  b1["b"]:::external',
        '  b2["#63;"]:::external',
        '  b3["#63;"]:::external',
        '  b4["a"]:::external',
        '  b0 -->|"n"| b2',
        '  b1 -->|"n"| b3',
        '  b4 -->|"n"| b1',
    ]
    assert '  b4 [label="a", style=dashed];' in dot(shape).splitlines()
    assert '  b4 -> b1 [label="n"];' in dot(shape).splitlines()


names = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8)), min_size=1, max_size=4, unique=True
)


@given(names)
def test_mermaid_keeps_its_form_and_every_name(given_names: list[str]) -> None:
    lines = mermaid(graph_of(*given_names)).removesuffix("\n").split("\n")
    assert all(MERMAID_LINE.fullmatch(line) for line in lines)
    labels = [match[1] for line in lines if (match := re.search(r'\["(.*)"\]', line))]
    assert [unescaped(label) for label in labels] == given_names


@given(names)
def test_dot_has_one_statement_a_line(given_names: list[str]) -> None:
    lines = dot(graph_of(*given_names)).removesuffix("\n").split("\n")
    label = r'\[label="(?:[^"\\]|\\["\\])*"(?:, (?:dir=both|style=dashed))?\];'
    for line in lines[3:-1]:
        assert re.fullmatch(rf"  b\d+(?: -> b\d+)? {label}", line)
        assert line.isprintable()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names)
def test_graphviz_reads_it(given_names: list[str]) -> None:
    program = require_program("dot", "graphviz")
    written = dot(graph_of(*given_names))
    done = subprocess.run(
        [program, "-Tdot_json"], input=written, capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout, strict=False)["objects"]) == len(given_names)
