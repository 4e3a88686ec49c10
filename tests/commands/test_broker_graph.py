"""`opskit broker graph`, as a shell and a script see it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

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
        ["FROM", "TO", "CONNECTOR", "BOTH", "WAYS", "MESSAGE", "TTL"],
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
    assert run(str(ring), "-o", "junit") == 2
    assert capsys.readouterr().out == ""


def test_a_row_of_data_is_a_connector(ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ring), "-o", "csv") == 0
    first, *others = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (first["source"], first["target"], first["both_ways"]) == ("a", "b", "true")
    assert (first["file"], first["line"]) == (str(ring / "a.xml"), "1")
    assert len(others) == 3
    assert run(str(ring), "-o", "yaml") == 0
    whole = yaml.safe_load(capsys.readouterr().out)
    assert run(str(ring), "-o", "json") == 0
    assert whole == json.loads(capsys.readouterr().out)
    assert run(str(ring), "-o", "jsonl") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows == whole["connectors"]


def test_markdown_has_the_tables_and_the_facts(
    ring: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(ring), "-o", "md") == 0
    out = capsys.readouterr().out
    assert "| a | b | ab | yes | 1 |" in out
    assert "\n\n- diameter: 2\n- cycle: a -\\> b -\\> c -\\> a\n" in out


def test_what_leads_nobody_knows_where_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.xml"
    file.write_text(
        '<broker brokerName="a"><networkConnectors>\n'
        '<networkConnector name="n" uri="${bridge.uri}"/></networkConnectors></broker>'
    )
    assert run(str(file)) == 0
    connectors, brokers, facts = capsys.readouterr().out.split("\n\n")
    assert connectors.splitlines()[1].split() == ["a", "${bridge.uri}", "n", "no", "1"]
    assert brokers.splitlines()[1].split()[:2] == ["a", "0+"]
    assert f"could not tell where it leads: n ({file}:2)" in facts


@pytest.mark.parametrize(
    ("setting", "start"), [("json", "{"), ("csv", "source,"), ("sarif", "FROM")]
)
def test_the_setting_counts_where_it_can(
    setting: str,
    start: str,
    ring: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ring)
    (ring / "opskit.yaml").write_text(f"output: {setting}\n")
    assert run("a.xml") == 0
    assert capsys.readouterr().out.startswith(start)
    assert run("a.xml", "-o", "dot") == 0
    assert capsys.readouterr().out.startswith("digraph")


def test_a_topology(capsys: pytest.CaptureFixture[str]) -> None:
    topology = Path(__file__).parents[2] / "opskit/examples/broker/hybrid" / "topology.yaml"
    assert run(str(topology), "-o", "mermaid") == 0
    assert '"onprem"' in capsys.readouterr().out


def test_nothing_to_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path)) == 2
    assert "no broker file" in capsys.readouterr().err
