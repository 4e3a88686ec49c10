"""`opskit emrfs optimize`, as a shell and a script see it."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs.designs import EXAMPLES

TEXT = """\
base-role: Base
account: "111122223333"
mappings:
  # the leads
  - role: A
    users: [ana, bob]
  - role: B
    users: [cem, ana]
  - role: A
    users: [dan]  # since May
  - role: G
    groups: [g]
"""
BETTER = """\
base-role: Base
account: "111122223333"
mappings:
  # the leads
  # dan: since May
  - role: A
    users: [ana, bob, dan]
  - role: B
    users: [cem]
  - role: G
    groups: [g]
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "emrfs.yaml"
    path.write_text(TEXT)
    return path


def run(*args: str) -> int:
    return cli.run(["emrfs", "optimize", *args])


def test_the_plan(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    out, err = capsys.readouterr()
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["STEP", "MAPPING", "IDENTIFIERS"],
        ["drop", "mappings[1]", "ana"],
        ["merge", "mappings[2]", "dan"],
    ]
    assert "4 mappings become 3; nobody gets another role" in err
    assert err.endswith(f"note: {NOTICE}\n")
    assert file.read_text() == TEXT


def test_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.emrfs.optimize/1"
    assert found["notice"] == NOTICE
    assert (found["mappings_before"], found["mappings_after"]) == (4, 3)
    assert found["mappings"] == [
        {"role": "A", "type": "User", "identifiers": ["ana", "bob", "dan"], "from": [0, 2]},
        {"role": "B", "type": "User", "identifiers": ["cem"], "from": [1]},
        {"role": "G", "type": "Group", "identifiers": ["g"], "from": [3]},
    ]
    step = found["steps"][1]
    assert (step["step"], step["index"], step["other"]) == ("merge", 2, 0)
    assert step["location"] == {"file": "emrfs.yaml", "line": 9, "column": 5}


def test_the_change(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--diff") == 1
    out = capsys.readouterr().out
    assert out.startswith("--- emrfs.yaml\n+++ emrfs.yaml\n")
    assert "-    users: [ana, bob]\n+    users: [ana, bob, dan]\n" in out
    assert file.read_text() == TEXT


def test_writing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--write", "--yes") == 0
    assert file.read_text() == BETTER
    assert file.with_name("emrfs.yaml.bak").read_text() == TEXT
    assert "emrfs.yaml: changed" in capsys.readouterr().err
    assert cli.run(["emrfs", "diff", "emrfs.yaml.bak", "emrfs.yaml"]) == 0
    assert run("--write") == 0
    assert "nothing can be dropped" in capsys.readouterr().err
    assert run("--diff") == 0


def test_the_answer_no(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opskit.output.confirm", lambda question, yes: False)
    assert run("--write") == 1
    assert file.read_text() == TEXT


def test_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    assert run("-f", "-", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["mappings_after"] == 3


@pytest.mark.parametrize(
    ("name", "text", "args", "message"),
    [
        ("a.yaml", TEXT, ("-f", "-", "--write"), "stdin cannot be changed"),
        ("a.yaml", TEXT, ("--write", "--diff"), "--diff does not"),
        ("a.yaml", "", (), "is empty"),
        ("a.yaml", TEXT.replace("[dan]", "dan"), (), "list"),
        (
            "a.json",
            '{"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": [{}]}}}',
            (),
            "EMR004",
        ),
        (
            "site.xml",
            "<configuration><property><name>fs.s3.authorization.roleMapping</name><value>"
            "arn:aws:iam::111122223333:role/A=u:x;x</value></property></configuration>",
            ("--write", "--yes"),
            "only emrfs.yaml",
        ),
    ],
)
def test_bad_input(
    tmp_path: Path,
    name: str,
    text: str,
    args: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert run(*(("-f", str(path)) if "-f" not in args else ()), *args) == 2
    assert message in capsys.readouterr().err
    assert path.read_text() == text


def test_the_published_mappings_are_as_few_as_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-f", str(EXAMPLES / "emrfs.yaml")) == 0
    assert "nothing can be dropped" in capsys.readouterr().err
