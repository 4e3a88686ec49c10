"""`opskit broker generate`, from the command line to the XML on stdout."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from opskit import cli

EXAMPLE = str(Path(__file__).parents[2] / "opskit/examples/broker/hybrid" / "topology.yaml")


@pytest.mark.parametrize(
    ("options", "root"),
    [
        ([], "networkConnectors"),
        (["--broker", "onprem", "--show-ports"], "networkConnectors"),
        (["--kind", "activemq"], "{http://www.springframework.org/schema/beans}beans"),
        (
            ["--broker", "cloud", "--kind", "amazon-mq"],
            "{http://activemq.apache.org/schema/core}broker",
        ),
    ],
)
def test_xml_goes_to_stdout(
    capsys: pytest.CaptureFixture[str], options: list[str], root: str
) -> None:
    assert cli.run(["broker", "generate", EXAMPLE, *options]) == 0
    out, err = capsys.readouterr()
    assert ElementTree.fromstring(out.encode()).tag == root
    assert ("Ports to open" in out) == ("--show-ports" in options)
    assert err == ""


def test_a_topology_on_stdin(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path(EXAMPLE).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert cli.run(["broker", "generate", "-"]) == 0
    assert 'name="Q:onprem->cloud"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([EXAMPLE, "--broker", "onprme"], "no broker is called 'onprme'"),
        ([EXAMPLE, "--kind", "amazon-mq"], "onprem is no Amazon MQ broker"),
        (["missing.yaml"], "no such file"),
    ],
)
def test_what_cannot_be_used_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert cli.run(["broker", "generate", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_an_error_names_its_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "topology.yaml"
    bad.write_text(Path(EXAMPLE).read_text().replace("to: cloud", "to: clod"))
    assert cli.run(["broker", "generate", str(bad)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{bad}:11:9: no broker is called 'clod'; did you mean cloud?" in err
