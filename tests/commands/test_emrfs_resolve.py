"""`opskit emrfs resolve`, `matrix` and `test`, as a shell and a script see them."""

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs.designs import EXAMPLES

SCIENCE = "s3://emrfs-auth-data-science-bucket-demo/table1/part-0"


@pytest.fixture(autouse=True)
def _in_the_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES)


def run(*args: str) -> int:
    return cli.run(["emrfs", *args])


def test_denied_is_no_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("resolve", "dataeng1", SCIENCE) == 1
    out, err = capsys.readouterr()
    first, *others = out.splitlines()
    assert first == f"dataeng1 s3:GetObject {SCIENCE}: implicit deny"
    assert others[0].endswith("(mappings[1], group grp_data_engineering)")
    assert "mappings[0] emrfs_auth_user_role_admin_user: it is for the user admin1" in others[1]
    assert NOTICE in err


def test_json_of_a_resolution(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("resolve", "datascientist1", SCIENCE, "-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.emrfs.resolve/1"
    assert found["role"] == "arn:aws:iam::511586466501:role/emrfs_auth_group_role_data_sci"
    mapping = found["mapping"]
    assert (mapping["index"], mapping["type"], mapping["identifier"]) == (
        2,
        "Group",
        "grp_data_science",
    )
    assert [skipped["index"] for skipped in found["skipped"]] == [0, 1]
    assert found["fallback"] is False
    assert found["iam"]["decision"] == "allow"
    assert found["iam"]["statement"]["location"]["file"] == "policies/data-science.json"
    assert found["notice"] == NOTICE


def test_json_of_a_fallback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("resolve", "stranger", "s3://elsewhere/x", "-o", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["mapping"] is None
    assert found["fallback"] is True
    assert found["role"].endswith("role/EMR_EC2_RestrictedRole")
    assert len(found["skipped"]) == 4
    assert found["iam"] == {
        "decision": "implicit-deny",
        "statement": None,
        "why": found["iam"]["why"],
    }


def test_groups_that_are_given_replace_the_directory(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("resolve", "dataeng1", SCIENCE, "--group", "grp_data_science")
    assert run(*args) == 0
    assert "emrfs_auth_group_role_data_sci" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("user", "told", "known"),
    [
        ("dataengl", "did you mean dataeng1?", False),
        ("zz", "zz is not in the directory and is taken for somebody in no group", False),
        ("dataeng1", "", True),
    ],
)
def test_whose_groups_are_not_known(
    user: str, told: str, known: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run("resolve", user, "s3://elsewhere/x", "-o", "json")
    out, err = capsys.readouterr()
    assert json.loads(out)["groups_known"] is known
    assert told in err
    assert ("warning:" in err) is not known


def test_groups_that_decide_nothing_are_no_matter(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "emrfs.yaml"
    file.write_text("base-role: B\nmappings: [{role: R, users: [a]}, {role: S, groups: [g]}]\n")
    run("resolve", "a", "s3://b/x", "-f", str(file))
    assert "warning:" not in capsys.readouterr().err
    run("resolve", "b", "s3://b/x", "-f", str(file))
    assert "this file knows no users" in capsys.readouterr().err


def test_the_other_reading_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("resolve", "x", SCIENCE, "--group", "staff", "--group", "grp_data_science")
    assert run(*args) == 0
    out = capsys.readouterr().out
    assert "not documented: with prefixes matched as string and primary groups counted" in out
    assert "EMR_EC2_RestrictedRole" in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("dataeng1", "bucket/x"), "is no place in S3"),
        (("dataeng1", SCIENCE, "--action", "s3:GetObjekt"), "did you mean s3:GetObject?"),
        (("dataeng1", SCIENCE, "-f", "nowhere.yaml"), "no such file"),
        (("dataeng1", SCIENCE, "-f", "policies/admin.json"), "is an IAM policy, not role mappings"),
    ],
)
def test_bad_input(args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("resolve", *args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_stdin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"base-role: Base\nmappings: [{role: R, users: [ana]}]\n"
    stdin = io.TextIOWrapper(io.BytesIO(text))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("resolve", "ana", "s3://b/x", "-f", "-") == 3  # no policy is known
    assert "unknown" in capsys.readouterr().out


def test_a_matrix_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("matrix", "-o", "json", "--action", "s3:GetObject") == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["rows"]) == 5 * 4
    first = found["rows"][0]
    assert first["user"] == "admin1"
    assert first["mapping"] == 0
    assert first["s3:GetObject"] == "allow"
    assert found["notice"] == NOTICE


def test_places_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "paths.txt"
    file.write_text(f"{SCIENCE}\n\n")
    assert run("matrix", "--paths", str(file), "--user", "dataeng1", "-o", "csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    file.write_text(f"{SCIENCE}\nnowhere\n")
    assert run("matrix", "--paths", str(file)) == 2
    assert f"{file}:2: 'nowhere' is no place in S3" in capsys.readouterr().err


@pytest.mark.parametrize("given", [(), ("--path", SCIENCE)])
def test_a_file_without_a_place_is_not_all_places(
    given: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "paths.txt"
    file.write_text("\n \n")
    assert run("matrix", "--paths", str(file), *given) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{file}: holds no path" in err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert run("matrix", "--paths", "-", *given) == 2
    assert "<stdin>: holds no path" in capsys.readouterr().err


def test_stdin_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("matrix", "-f", "-", "--paths", "-") == 2
    assert "stdin can be read once" in capsys.readouterr().err


def test_a_page(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("matrix", "-o", "html") == 0
    assert capsysbinary.readouterr().out.startswith(b"<!doctype html>")


def test_cases_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "cases.yaml") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "no findings in 6 cases" in err


def test_cases_fail_in_junit(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", "cases.yaml", "-f", "proposed.yaml", "-o", "junit") == 1
    root = ElementTree.fromstring(capsys.readouterr().out)
    assert (root.get("tests"), root.get("failures")) == ("7", "2")  # five pass, one fails twice
    names = [case.get("name") for case in root.iter("testcase")]
    assert "everybody else reads the default bucket" in names


def test_generated_cases_pass(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("test", "--generate") == 0
    file = tmp_path / "cases.yaml"
    file.write_text(capsys.readouterr().out)
    assert run("test", str(file)) == 0


@pytest.mark.parametrize("args", [(), ("cases.yaml", "--generate")])
def test_cases_or_generate(args: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", *args) == 2
    assert "--generate" in capsys.readouterr().err
