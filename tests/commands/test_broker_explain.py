"""`opskit broker explain`, as a shell and a script see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opskit import cli

RECIPE = Path(__file__).parents[2] / "opskit/examples/broker/published-recipe" / "activemq.xml"
DUPLEX = """<networkConnectors>
  <networkConnector name="both" duplex="true" uri="static:(tcp://far:61616)">
    <staticallyIncludedDestinations><queue physicalName="a"/></staticallyIncludedDestinations>
    <excludedDestinations><topic physicalName="${secret}"/></excludedDestinations>
  </networkConnector>
</networkConnectors>
"""


@pytest.fixture
def duplex(tmp_path: Path) -> str:
    file = tmp_path / "duplex.xml"
    file.write_text(DUPLEX)
    return str(file)


def run(*args: str) -> int:
    return cli.run(["broker", "explain", *args])


def test_the_published_recipe_forwards_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(RECIPE.parent)
    assert run("activemq.xml", "queue://TestingQ") == 1
    out, err = capsys.readouterr()
    header, row, blank, why = out.splitlines()
    columns = [" ".join(line.split()) for line in (header, row)]
    assert columns == [
        "CONNECTOR DIRECTION FORWARDED DECIDED BY ENTRY AT",
        "Q:onprem->cloud outbound no excluded queue://> activemq.xml:27",
    ]
    assert blank == err == ""
    assert why.startswith("activemq.xml:27: Q:onprem->cloud: queue://TestingQ outbound: excluded")
    assert len(row) <= 80


TOPOLOGY = """brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq:61616"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://c-1:61617", "ssl://c-2:61617"]}
routes:
  - {from: onprem, to: cloud, queues: [orders]}
  - {from: cloud, to: onprem, queues: [replies, "audit.>"]}
"""


@pytest.fixture
def topology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "topology.yaml").write_text(TOPOLOGY)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("topology")
def test_what_crosses_comes_first_and_is_what_is_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("topology.yaml", "queue://audit.eu") == 0
    rows, why = capsys.readouterr().out.split("\n\n")
    assert [" ".join(row.split()) for row in rows.splitlines()[1:]] == [
        "Q:cloud->onprem inbound yes static queue://audit.> topology.yaml:6",
        "Q:onprem->cloud outbound no static topology.yaml:5",
        "Q:cloud->onprem outbound no static queue://audit.> topology.yaml:6",
    ]
    (sentence,) = why.splitlines()
    assert sentence.startswith("topology.yaml:6: Q:cloud->onprem: queue://audit.eu inbound: ")


@pytest.mark.usefixtures("topology")
def test_every_row_is_explained_where_nothing_crosses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("topology.yaml", "queue://other") == 1
    rows, why = capsys.readouterr().out.split("\n\n")
    assert len(why.splitlines()) == len(rows.splitlines()) - 1 == 3


def test_a_folder_has_paths_and_brokers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        (tmp_path / "conf" / name).mkdir(parents=True)
        (tmp_path / "conf" / name / "activemq.xml").write_text(
            f'<broker brokerName="{name}">{DUPLEX}</broker>'
        )
    monkeypatch.chdir(tmp_path)
    assert run("conf", "queue://a") == 0
    header, *rows = (line.split() for line in capsys.readouterr().out.split("\n\n")[0].splitlines())
    assert header[0] == "BROKER"
    assert [(row[0], row[-1]) for row in rows] == [
        (name, f"conf/{name}/activemq.xml:3") for name in "aabb"
    ]


@pytest.mark.usefixtures("topology")
def test_a_setting_that_does_not_fit_rows_means_a_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("opskit.yaml").write_text("output: sarif\n")
    assert run("topology.yaml", "queue://orders") == 0
    assert capsys.readouterr().out.startswith("CONNECTOR")
    Path("opskit.yaml").write_text("output: jsonl\n")
    assert run("topology.yaml", "queue://orders") == 0
    assert capsys.readouterr().out.startswith("{")


def test_json_holds_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(RECIPE), "queue://TestingQ", "-o", "json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "opskit.broker.explain/1"
    (decision,) = answer["decisions"]
    why = decision.pop("why")
    assert "AMQ-6331" in why
    assert decision == {
        "broker": "onprem",
        "connector": "Q:onprem->cloud",
        "direction": "outbound",
        "destination": "queue://TestingQ",
        "forwarded": False,
        "needs_consumer": False,
        "decided_by": "excluded",
        "entry": "queue://>",
        "file": str(RECIPE),
        "line": 27,
        "column": 11,
    }


def test_both_directions_of_a_duplex_connector(
    duplex: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(duplex, "queue://a", "-o", "jsonl") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(r["direction"], r["forwarded"], r["needs_consumer"]) for r in rows] == [
        ("outbound", True, False),
        ("inbound", True, False),
    ]


def test_on_demand_is_a_yes(duplex: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(duplex, "queue://b") == 0
    assert "on demand" in capsys.readouterr().out


def test_a_placeholder_could_be_anything(duplex: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(duplex, "topic://b") == 3
    assert "unknown" in capsys.readouterr().out


def test_a_composite_names_its_parts(duplex: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(duplex, "queue://a,b") == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("DESTINATION")
    assert [row.split()[0] for row in rows[1:5]] == ["queue://a"] * 2 + ["queue://b"] * 2


def test_csv_has_every_field_and_a_header_for_nothing(
    tmp_path: Path, duplex: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(duplex, "queue://a", "-o", "csv") == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2
    assert header.startswith("broker,connector,direction,destination,forwarded,")
    alone = tmp_path / "alone.xml"
    alone.write_text("<broker/>")
    assert run(str(alone), "queue://a", "-o", "csv") == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [header]
    assert "no network connector" in err


@pytest.mark.parametrize(
    ("destination", "message"),
    [("TestingQ", "not a destination"), ("queue://a.>", "messages are sent to a name")],
)
def test_what_is_no_destination(
    destination: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(RECIPE), destination) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_a_failure_is_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path / "none.xml"), "queue://a", "-o", "json") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["code"] == "bad-input"


def test_hostile_names_stay_on_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "hostile.xml"
    file.write_text("<networkConnector name='a&#10;b\u202ec' uri='static:(tcp://h:1)'/>")
    assert run(str(file), "queue://a\nb") == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 4
    assert "\u202e" not in out


def test_help_says_what_the_exit_status_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    text = capsys.readouterr().out
    assert "Exit status 0" in text
    assert "opskit broker explain activemq.xml queue://TestingQ" in text
