"""`opskit emrfs explain-denied` from the command line."""

import io
import json
import sys
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs.denied import messages as m
from tests.emrfs.designs import EXAMPLES

EXAMPLE = EXAMPLES / "emrfs.yaml"
SCIENCE = "emrfs-auth-data-science-bucket-demo"
DENIED = (
    m.enhanced("emrfs_auth_group_role_data_eng", "s3:ListBucket", f"arn:aws:s3:::{SCIENCE}")
).replace(m.ACCOUNT, "511586466501")


def run(*args: object) -> int:
    return cli.run(["emrfs", "explain-denied", "-f", str(EXAMPLE), *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ([DENIED], 0),
        ([m.BARE], 3),
        ([m.BARE, "--user", "analyst1", "--path", f"s3://{SCIENCE}/x"], 0),
        ([m.BARE, "--user", "dataeng1", "--path", f"s3://{SCIENCE}/x"], 0),
        ([m.BARE, "--user", "x", "--group", "grp_data_science", "--path", f"s3://{SCIENCE}/x"], 3),
        (["Access Denied", "--user", "dataeng1", "--path", f"s3://{SCIENCE}/x"], 0),
        (["Access Denied", "--path", f"s3://{SCIENCE}/x"], 3),
        (["Access Denied", "--user", "dataeng1"], 3),
        (["Access Denied"], 2),
        (["all is well", "--user", "dataeng1", "--path", f"s3://{SCIENCE}/x"], 2),
        (["all is well"], 2),
        ([""], 2),
        ([DENIED, "--path", "no place"], 2),
        ([DENIED, "--action", "s3:Fly"], 2),
        ([DENIED, "-f", "none.yaml"], 2),
        (["-", "-f", "-"], 2),
    ],
)
def test_exit_status(args: list[str], status: int) -> None:
    assert run(*args) == status


def test_json_has_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    run(DENIED, "-o", "json")
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.emrfs.explain-denied/1"
    assert document["notice"] == NOTICE
    [denial] = document["denials"]
    assert denial["verdict"] == "explained"
    assert denial["layer"] == "identity-policy"
    assert denial["role"] == "arn:aws:iam::511586466501:role/emrfs_auth_group_role_data_eng"
    assert denial["mappings"][0]["index"] == 1
    assert denial["users"] == ["dataeng1"]
    assert denial["said"] == {"layer": "identity-policy", "explicit": False}
    assert denial["path"] == f"s3://{SCIENCE}/"
    assert denial["count"] == 1


def test_a_log_on_stdin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = "\n".join(["INFO fine \xff", DENIED, "INFO fine", DENIED, m.HDFS, ""])
    feed(monkeypatch, log.encode("latin-1"))
    assert run("-") == 0
    printed = capsys.readouterr()
    assert "(line 2, 2 times): denied by the role's own policy" in printed.out
    assert "who: dataeng1" in printed.out
    assert NOTICE in printed.err


def test_every_denial_of_a_log_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = "".join(
        f"java.nio.file.AccessDeniedException: s3a://bkt-{number}/t/x: com.amazonaws.services.s3."
        "model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403)\n"
        for number in range(3)
    )
    feed(monkeypatch, log.encode())
    run("-", "--user", "dataeng1", "-o", "json")
    told = json.loads(capsys.readouterr().out)["denials"]
    assert [each["path"] for each in told] == [f"s3://bkt-{number}/t/x" for number in range(3)]


def test_no_denial_is_an_error_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("hello") == 2
    assert "Access Denied" in capsys.readouterr().err


def test_the_name_of_a_file_is_no_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "task error.log").write_text(DENIED)
    assert run("task error.log") == 2
    assert "explain-denied - < 'task error.log'" in capsys.readouterr().err
    for text in (".", "x" * 5000, "a\0b"):
        assert run(text) == 2
        assert "give the whole message" in capsys.readouterr().err
