"""`opskit rollout token` from the command line: what kubectl reads, and what it never does."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opskit import cli


@pytest.fixture(autouse=True)
def _identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("KUBERNETES_EXEC_INFO", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def run(*args: str) -> int:
    return cli.run(["rollout", "token", *args])


@pytest.mark.parametrize("version", ["v1", "v1beta1", None])
def test_the_credential_is_of_the_version_that_is_asked_for(
    version: str | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if version:
        asked = {"apiVersion": f"client.authentication.k8s.io/{version}", "kind": "ExecCredential"}
        monkeypatch.setenv("KUBERNETES_EXEC_INFO", json.dumps(asked))
    assert run("prod", "--region", "eu-west-1") == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["kind"] == "ExecCredential"
    assert found["apiVersion"] == f"client.authentication.k8s.io/{version or 'v1'}"
    assert found["status"]["token"].startswith("k8s-aws-v1.")
    stamp = found["status"]["expirationTimestamp"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
    life = datetime.fromisoformat(stamp) - datetime.now(UTC)
    assert timedelta(minutes=13) < life <= timedelta(minutes=14)
    assert err == ""


def test_the_bare_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("arn:aws:eks:eu-west-1:123456789012:cluster/prod", "-o", "token") == 0
    assert re.fullmatch(r"k8s-aws-v1\.[\w-]+\n", capsys.readouterr().out)


def test_a_version_that_is_gone_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"apiVersion": "client.authentication.k8s.io/v1alpha1"}
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", json.dumps(asked))
    assert run("prod", "--region", "eu-west-1") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "v1alpha1" in err
    assert "apiVersion" in err


@pytest.mark.parametrize("text", ["no json", "[]", "{}", "null"])
def test_what_kubectl_would_not_write_is_said_and_answered(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_EXEC_INFO", text)
    assert run("prod", "--region", "eu-west-1") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["apiVersion"].endswith("/v1")
    assert "KUBERNETES_EXEC_INFO" in err


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        (["no/cluster"], 2, "names no EKS cluster"),
        (["prod", "--region", "eu-west-1", "--profile", "nope"], 3, "nope"),
        (["arn:aws:eks:eu-west-1:123456789012:cluster/prod", "--region", "us-east-1"], 2, "region"),
    ],
)
def test_what_goes_wrong_prints_no_credential(
    args: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*args) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
