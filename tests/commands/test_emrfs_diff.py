"""`opskit emrfs diff`, as a shell and a script see it."""

import csv
import io
import json
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs.designs import EXAMPLES

UNKNOWN = "base-role: Base\nmappings: [{{role: {}, users: [ana]}}]\n"


@pytest.fixture(autouse=True)
def _in_the_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)


def run(*args: str) -> int:
    return cli.run(["emrfs", "diff", *args])


@pytest.mark.parametrize(
    ("flags", "status"),
    [((), 1), (("--fail-on", "gain"), 1), (("--fail-on", "loss"), 0), (("--fail-on", "never"), 0)],
)
def test_what_fails(flags: tuple[str, ...], status: int) -> None:
    assert run("emrfs.yaml", "proposed.yaml", *flags) == status


def test_the_other_way_round_loses() -> None:
    assert run("proposed.yaml", "emrfs.yaml", "--fail-on", "loss") == 1
    assert run("proposed.yaml", "emrfs.yaml", "--fail-on", "gain") == 0


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    run("emrfs.yaml", "proposed.yaml", "--action", "s3:GetObject", "-o", "json")
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.emrfs.diff/1"
    assert found["complete"] is True
    assert found["notice"] == NOTICE
    first = found["rows"][0]
    assert first["change"] == "gain"
    assert first["people"] == ["dataeng1", "members of grp_data_engineering"]
    assert first["actions"] == ["s3:GetObject"]
    assert first["region"]["within"] == "s3://emrfs-auth-default-bucket-demo/"
    assert first["before"]["decision"] == "implicit-deny"
    assert first["after"]["decision"] == "allow"


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    run("emrfs.yaml", "proposed.yaml", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["change"] for row in rows] == ["gain", "gain", "role"]


def test_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("emrfs.yaml", "emrfs.yaml") == 0
    assert "nobody's access changes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "status"),
    [((), 1), (("--fail-on", "gain"), 3), (("--fail-on", "loss"), 3), (("--fail-on", "never"), 0)],
)
def test_what_cannot_be_told(
    tmp_path: Path,
    flags: tuple[str, ...],
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Another role is a change, whatever it decides."""
    files = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for file, role in zip(files, "RS", strict=True):
        file.write_text(UNKNOWN.format(role))
    assert run(*map(str, files), *flags) == status
    err = capsys.readouterr().err
    assert "changes: 1 not known\n" in err
    assert "could not tell: R: the role" in err


def test_a_base_role_that_neither_file_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    mapping = {"Role": "arn:aws:iam::111122223333:role/R", "IdentifierType": "User"}
    for file, mappings in zip(files, ([{**mapping, "Identifiers": ["ana"]}], []), strict=True):
        blocks = {"EmrFsConfiguration": {"RoleMappings": mappings}}
        file.write_text(json.dumps({"AuthorizationConfiguration": blocks}))
    assert run(*map(str, files)) == 3
    assert run(*map(str, files), "--base-role", "Base") == 1
    capsys.readouterr()
    run(*map(str, files), "--base-role", "Base", "-o", "json")
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["before"]["role"] == "arn:aws:iam::111122223333:role/R"
    assert row["after"]["role"] == "arn:aws:iam::111122223333:role/Base"


@pytest.mark.parametrize(
    ("flags", "people"),
    [
        (("--user", "dataeng1"), [["dataeng1"]]),
        (("--user", "analyst1"), []),
        (("--user", "dataeng1", "--group", "nobody"), []),
        (("--group", "grp_data_science"), [["members of grp_data_science"]]),
    ],
)
def test_one_person(
    flags: tuple[str, ...], people: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    run("emrfs.yaml", "proposed.yaml", *flags, "-o", "json")
    assert [row["people"] for row in json.loads(capsys.readouterr().out)["rows"]] == people


def test_a_user_who_may_be_mistyped(capsys: pytest.CaptureFixture[str]) -> None:
    run("emrfs.yaml", "proposed.yaml", "--user", "dataeng")
    assert "did you mean dataeng1?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("emrfs.yaml", "nowhere.yaml"), "no such file"),
        (("-", "-"), "stdin can be read once"),
        (("emrfs.yaml", "proposed.yaml", "--action", "s3:Get"), "is no action"),
    ],
)
def test_bad_input(args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
