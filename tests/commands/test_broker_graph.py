"""`opskit broker graph`, as a shell and a script see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opskit import cli


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """Three brokers in a circle, and two of them duplex at each other."""
    for name, links in {"a": "b", "b": "ca", "c": "a"}.items():
        connectors = "".join(
            f'<networkConnector name="{name}{link}" uri="static:(tcp://{link}:61616)"'
            f' duplex="{str({name, link} == {"a", "b"}).lower()}"/>'
            for link in links
        )
        (tmp_path / f"{name}.xml").write_text(
            f'<broker brokerName="{name}"><networkConnectors>{connectors}</networkConnectors>'
            f'<transportConnectors><transportConnector uri="tcp://{name}:61616"/>'
            "</transportConnectors></broker>"
        )
    return tmp_path


def run(*args: str) -> int:
    return cli.run(["broker", "graph", *args])


def test_the_table(
    ring: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ring)
    assert run("a.xml", "b.xml", "c.xml") == 0
    out, err = capsys.readouterr()
    assert err == ""
    connectors, brokers, facts = out.split("\n\n")
    assert [line.split() for line in connectors.splitlines()] == [
        ["FROM", "TO", "CONNECTOR", "DUPLEX", "MESSAGE", "TTL"],
        ["a", "b", "ab", "yes", "1"],
        ["b", "c", "bc", "no", "1"],
        ["b", "a", "ba", "yes", "1"],
        ["c", "a", "ca", "no", "1"],
    ]
    assert [line.split() for line in brokers.splitlines()[1:]] == [
        ["a", "1", "1", "a.xml:1"],
        ["b", "2", "0", "b.xml:1"],
        ["c", "1", "1", "c.xml:1"],
    ]
    assert facts.splitlines() == [
        "diameter: 2",
        "cycle: a -> b -> c -> a",
        "duplex from both ends: a and b (ab, ba)",
    ]


def test_json(ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ring), "-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.broker.graph/1"
    assert found["diameter"] == 2
    assert found["cycles"] == [["a", "b", "c"]]
    assert found["collisions"] == [{"brokers": ["a", "b"], "connectors": ["ab", "ba"]}]
    assert [broker["beyond"] for broker in found["brokers"]] == [["c"], [], ["b"]]
    assert found["connectors"][0]["location"]["file"] == str(ring / "a.xml")


@pytest.mark.parametrize(("fmt", "first"), [("mermaid", "flowchart LR"), ("dot", "digraph")])
def test_diagrams(fmt: str, first: str, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ring), "-o", fmt) == 0
    out, err = capsys.readouterr()
    assert out.startswith(first)
    assert err == ""


def test_other_formats_are_refused(ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ring), "-o", "csv") == 2
    assert capsys.readouterr().out == ""


def test_a_topology(capsys: pytest.CaptureFixture[str]) -> None:
    topology = Path(__file__).parents[2] / "opskit/examples/broker/hybrid" / "topology.yaml"
    assert run(str(topology), "-o", "mermaid") == 0
    assert '"onprem"' in capsys.readouterr().out


def test_nothing_to_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path)) == 2
    assert "no broker file" in capsys.readouterr().err
