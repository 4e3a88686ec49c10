"""`opskit storage profile --budget-calls`: what is said of a sample, on a bucket over HTTP."""

import json

import pytest

from opskit import cli
from tests.storage.s3server import generated, running


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def said(
    capsys: pytest.CaptureFixture[str], keys: int, calls: int, *options: str
) -> tuple[int, str]:
    with running(list(generated(keys))) as server:
        asked = ["storage", "profile", "s3://bucket", "--endpoint-url", server.url]
        status = cli.run([*asked, "--budget-calls", str(calls), *options])
    return status, capsys.readouterr().out


def test_requests_that_suffice(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = said(capsys, 3_000, 40)
    assert status == 0
    assert "requests, which sufficed for all of it" in out


def test_too_few_for_an_interval(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = said(capsys, 30_000, 10)
    assert status == 0
    assert "a sample of 10 requests, which saw" in out
    assert "no interval: too few requests" in out


def test_an_interval(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):  # a sample in so many is worth none
        _, out = said(capsys, 150_000, 250)
        if "no interval" not in out:
            break
    assert "k objects, " in out
    assert "such intervals held in 91% of simulations, at the worst" in out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = said(capsys, 30_000, 10, "-o", "json")
    found = json.loads(out)
    assert found["sample"]["calls"] == 10
    assert found["sample"]["objects"] == {
        "estimate": sum(cell["objects"] for cell in found["stored"]),
        "low": None,
        "high": None,
    }
    assert (found["sample"]["interval"], found["sample"]["coverage"]) == (False, None)


def test_a_first_page_alone(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = said(capsys, 30_000, 1)
    assert status == 0
    assert "which saw no more than this and cannot tell how much more there is" in out
