"""`opskit broker patch`: what it prints where, what it writes, and its exit status."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from opskit.cli import run

TOPOLOGY = """\
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq.corp.example:61616"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://b-1-1.mq.example:61617"]}
routes:
  - {from: onprem, to: cloud, queues: [A]}
"""
XML = """\
<beans>
  <broker brokerName="onprem">
    <!-- é -->
    <networkConnectors>
      <networkConnector name="Q:onprem->cloud" uri="static:(tcp://x:1)" password="s3cret"/>
    </networkConnectors>
  </broker>
</beans>
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY, encoding="utf-8")
    (tmp_path / "activemq.xml").write_text(XML, encoding="utf-8")
    return tmp_path


def patch(*more: str, file: str = "activemq.xml") -> int:
    return run(["broker", "patch", file, "--topology", "topology.yaml", *more])


def test_diff_shows_the_change_on_stdout_and_makes_none(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert patch("--diff") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("--- activemq.xml\n+++ activemq.xml\n@@ -")
    assert '+          <queue physicalName="A"/>\n' in shown.out
    assert "s3cret" not in shown.out + shown.err
    assert (folder / "activemq.xml").read_text(encoding="utf-8") == XML
    assert len(list(folder.iterdir())) == 2


def test_yes_writes_keeps_the_old_file_and_is_done_after_that(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert patch("--yes") == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "activemq.xml.bak" in shown.err
    assert "s3cret" not in shown.err
    assert (folder / "activemq.xml.bak").read_text(encoding="utf-8") == XML
    written = (folder / "activemq.xml").read_text(encoding="utf-8")
    assert 'staticBridge="true"' in written

    assert patch("--yes") == 0
    assert "nothing to change" in capsys.readouterr().err
    assert patch("--diff") == 0
    assert capsys.readouterr().out == ""
    assert len(list(folder.iterdir())) == 3


def test_without_a_terminal_it_asks_for_yes(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert patch() == 2
    shown = capsys.readouterr()
    assert "--yes" in shown.err
    assert "+++ activemq.xml" in shown.err, "the change is shown before the question"
    assert shown.out == ""
    assert (folder / "activemq.xml").read_text(encoding="utf-8") == XML


@pytest.mark.parametrize(("answer", "status"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1)])
def test_on_a_terminal_it_asks(folder: Path, answer: bytes, status: int) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "opskit", "broker", "patch", "activemq.xml"]
    try:
        os.write(ours, answer)
        done = subprocess.run(
            [*command, "--topology", "topology.yaml"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=False,
            timeout=60,
        )
        shown = os.read(ours, 100_000).decode()
    finally:
        os.close(theirs)
        os.close(ours)
    assert "Change activemq.xml? [y/N]" in shown
    assert done.stdout == b""
    assert done.returncode == status
    assert (folder / "activemq.xml.bak").exists() is (status == 0)


def test_stdin_goes_to_stdout_in_its_own_encoding(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = b"\xff\xfe" + XML.replace("\n", "\r\n").encode("utf-16-le")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert patch(file="-") == 0
    written = capfdbinary.readouterr().out
    assert written.startswith(b"\xff\xfe")
    text = written[2:].decode("utf-16-le")
    assert "<!-- é -->\r\n" in text
    assert '<queue physicalName="A"/>' in text
    assert (folder / "activemq.xml").read_text(encoding="utf-8") == XML


def test_warnings_go_to_stderr(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = XML.replace("Q:onprem->cloud", "T:onprem->cloud")
    (folder / "activemq.xml").write_text(text, encoding="utf-8")
    assert patch("--diff") == 1
    shown = capsys.readouterr()
    assert "warning:" in shown.err
    assert "BRK019" in shown.err
    assert "BRK019" not in shown.out


@pytest.mark.parametrize(
    ("content", "more", "message"),
    [
        pytest.param("<beans>", (), "activemq.xml:1:8: not well-formed", id="broken XML"),
        pytest.param("<beans/>", (), "configures no broker", id="no broker"),
        pytest.param("", (), "empty", id="empty"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY e "x">]><broker>&e;</broker>', (), "the entity 'e'", id="entity"
        ),
        pytest.param(XML, ("--broker", "nobody"), "'nobody'", id="unknown broker"),
        pytest.param(
            "<broker><networkConnectors/><networkConnectors/></broker>", (), "a second", id="two"
        ),
    ],
)
def test_bad_input_is_one_error_and_changes_nothing(
    folder: Path,
    content: str,
    more: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "activemq.xml").write_text(content, encoding="utf-8")
    assert patch("--yes", *more) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert shown.err.count("error:") == 1
    assert (folder / "activemq.xml").read_text(encoding="utf-8") == content
    assert len(list(folder.iterdir())) == 2


def test_a_missing_file_and_a_missing_topology(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert patch("--yes", file="activem.xml") == 2
    assert "did you mean activemq.xml?" in capsys.readouterr().err
    (folder / "topology.yaml").unlink()
    assert patch("--yes") == 2
    assert "topology.yaml: no such file" in capsys.readouterr().err
