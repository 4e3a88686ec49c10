"""`opskit emrfs verify` from the command line: rows, and what the exit status says.

moto lets anybody assume any role, and has no list of security configurations
(`tests.emrfs.accounts`).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs import accounts
from tests.emrfs.accounts import TRUST, data

DOCUMENT = """\
name: shared
account: "123456789012"
base-role: emr-base
mappings: [{role: eng, groups: [eng]}]
roles: {eng: {permissions: [%s]}}
"""


def run(*args: object) -> int:
    return cli.run(["emrfs", "verify", *map(str, args)])


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    Path("emrfs.yaml").write_text(DOCUMENT % json.dumps(data("eng")))
    with accounts.account(monkeypatch):
        accounts.list_configurations(monkeypatch)
        accounts.add_base()
        accounts.add_role("eng", TRUST, own=data("eng"))
        yield


def test_without_live_nobody_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "--live" in capsys.readouterr().err


def test_all_the_same_after_apply(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["emrfs", "apply", "--yes"]) == 0
    capsys.readouterr()
    assert run("--live", "-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.emrfs.verify/1"
    assert found["summary"] == {"same": 5, "differs": 0, "missing": 0, "unknown": 0}
    assert found["notice"] == NOTICE
    assert set(found["items"][0]) == {"item", "status", "documented", "found", "why", "detail"}


def test_something_differs(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["emrfs", "apply", "--yes"])
    Path("emrfs.yaml").write_text(DOCUMENT % json.dumps(data("other")))
    capsys.readouterr()
    assert run("--live") == 1
    out = capsys.readouterr().out
    assert "permissions of eng" in out
    assert "not in IAM: eng[0] Statement[0]; only in IAM: own Statement[0]" in out


def test_nothing_was_applied(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--live") == 1
    assert "'opskit emrfs apply' creates it" in capsys.readouterr().out


def test_a_permission_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.run(["emrfs", "apply", "--yes"])
    accounts.refused(monkeypatch, "GetRole")
    capsys.readouterr()
    assert run("--live") == 4
    assert "it needs iam:GetRole" in " ".join(capsys.readouterr().out.split())
    accounts.refused(monkeypatch, "DescribeSecurityConfiguration")
    assert run("--live") == 3


def test_a_cluster_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--live", "--cluster", "j-NONE") == 3
    assert capsys.readouterr().out == ""


def test_assume_with_other_credentials_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["emrfs", "apply", "--yes"])
    capsys.readouterr()
    assert run("--live", "--assume") == 4
    out = " ".join(capsys.readouterr().out.split())
    assert "user/moto, not of the base role emr-base" in out
