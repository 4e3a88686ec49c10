"""`opskit emrfs apply` from the command line: the plan, the question, exit statuses.

moto keeps the security configurations and validates nothing in them (`tests.emrfs.accounts`).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.model import NOTICE
from tests.emrfs import accounts

DOCUMENT = """\
name: shared
account: "123456789012"
base-role: emr-base
mappings: [{role: r, users: [%s]}]
"""


def run(*args: object) -> int:
    return cli.run(["emrfs", "apply", *map(str, args)])


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    Path("emrfs.yaml").write_text(DOCUMENT % "ana")
    with accounts.account(monkeypatch):
        accounts.list_configurations(monkeypatch)
        yield


def names() -> list[str]:
    return Emr().names()


def test_the_plan_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--dry-run", "-o", "json") == 1
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["schema"] == "opskit.emrfs.apply/1"
    assert [(step["action"], step["name"]) for step in found["steps"]] == [
        ("create", found["name"])
    ]
    assert found["notice"] == NOTICE
    assert NOTICE in " ".join(err.split())
    assert names() == []


def test_without_a_terminal_it_wants_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "--yes" in capsys.readouterr().err
    assert names() == []


def test_applied_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--yes") == 0
    assert "created" in capsys.readouterr().err
    (name,) = names()
    assert run("--yes") == 0
    assert f"{name}: nothing to change" in capsys.readouterr().err
    assert run("--dry-run") == 0
    assert names() == [name]


def test_a_change_shows_its_difference_and_the_clusters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("--yes")
    (old,) = names()
    accounts.add_base()
    cluster = accounts.add_cluster("nightly", old)
    Path("emrfs.yaml").write_text(DOCUMENT % "bob")
    capsys.readouterr()
    assert run("--yes", "--clean-up") == 0
    out, err = capsys.readouterr()
    assert cluster in out
    assert '-            "ana"' in err
    assert '+            "bob"' in err
    assert "a running cluster uses an older one" in err
    assert old in names()


def test_clean_up(capsys: pytest.CaptureFixture[str]) -> None:
    for user in ("a", "b", "c"):
        Path("emrfs.yaml").write_text(DOCUMENT % user)
        run("--yes")
    assert len(names()) == 3
    capsys.readouterr()
    assert run("--clean-up") == 2
    assert len(names()) == 3
    assert run("--clean-up", "--yes") == 0
    assert len(names()) == 1
    assert capsys.readouterr().err.count(": deleted") == 2


def test_some_that_cannot_be_deleted_are_partial(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("--yes")
    Path("emrfs.yaml").write_text(DOCUMENT % "bob")
    accounts.refused(monkeypatch, "DeleteSecurityConfiguration", "InvalidRequestException")
    assert run("--yes", "--clean-up") == 4
    assert "DeleteSecurityConfiguration" in capsys.readouterr().err
    assert len(names()) == 2


@pytest.mark.parametrize("operation", ["DescribeSecurityConfiguration", "ListClusters"])
def test_what_may_not_be_asked_ends_with_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    accounts.refused(monkeypatch, operation)
    assert run("--yes") == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert f"it needs elasticmapreduce:{operation}" in err
    assert names() == []


def test_a_creation_that_is_refused_ends_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.refused(monkeypatch, "CreateSecurityConfiguration")
    assert run("--yes") == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DOCUMENT.replace("shared", '""') % "a", "has no name"),
        (DOCUMENT.replace('"123456789012"', '""') % "a", "account"),
        (DOCUMENT % "'a;b'", "';'"),
        (DOCUMENT % "'${USER}'", "an expression of another tool"),
    ],
)
def test_what_cannot_be_applied(
    capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    Path("emrfs.yaml").write_text(text)
    assert run("--yes") == 2
    assert message in capsys.readouterr().err
    assert names() == []
