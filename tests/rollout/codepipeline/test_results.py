"""Texts within the limits of the API: never empty, never too long, the cause first."""

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.rollout.codepipeline import results
from opskit.rollout.codepipeline.protocol import Ending, FailureType, State, Workload
from opskit.rollout.codepipeline.results import fit

STATE = State(1.0, {"": "web:2"}, [Workload("deploy/web", "u", 7)])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(max_size=400), st.integers(10, 400))
def test_a_text_fits(text: str, limit: int) -> None:
    assert 1 <= units(fit(text, limit)) <= limit


def test_a_text_is_cut_at_a_line_and_says_so() -> None:
    text = "\n".join(["the root cause", *(f"log line {n}" for n in range(1000))])
    lines = fit(text, results.MESSAGE).splitlines()
    assert lines[0] == "the root cause"
    assert lines[-1] == "... (the rest is in the function's log)"
    assert all(line == f"log line {n}" for n, line in enumerate(lines[1:-1]))
    assert len("\n".join(lines)) > results.MESSAGE - 40


def test_one_endless_line_is_cut_in_it() -> None:
    assert len(fit("x" * 9000, 5000)) == 5000


def test_a_secret_in_last_words_is_masked() -> None:
    """Also one that only a program would write so, and a key over lines."""
    lines = ['{"level": "info", "token": "hunter2hunter2"}', "Authorization: Bearer hunter2hunter2"]
    key = ["-----BEGIN PRIVATE KEY-----", "MIIEhunter2", "-----END PRIVATE KEY-----"]
    found = results.failed(FailureType.JOB_FAILED, ["the root cause", *lines, *key])
    message = found.arguments["failureDetails"]["message"]
    assert "hunter2" not in message
    assert message.startswith("the root cause")


def test_astral_characters_count_twice() -> None:
    assert units(fit("😀" * 5000, 5000)) <= 5000


def test_control_characters_are_shown() -> None:
    assert fit("a\x1b[31mb\x00\ud800", 100) == "a\\x1b[31mb\\x00\\ud800"


def test_the_limits_are_those_of_the_model() -> None:
    model = boto3.client("codepipeline", region_name="eu-west-1").meta.service_model
    for name, limit in {
        "Message": results.MESSAGE,
        "ExecutionSummary": results.SUMMARY,
        "ExecutionId": results.EXECUTION_ID,
        "Revision": results.REVISION,
        "RevisionChangeIdentifier": results.CHANGE,
        "RevisionSummary": results.SUMMARY,
    }.items():
        assert model.shape_for(name).metadata["max"] == limit
    assert set(model.shape_for("FailureType").enum) == {kind.value for kind in FailureType}


@pytest.mark.parametrize(
    ("image", "change"),
    [
        ("web", "latest"),
        ("registry:5000/web", "latest"),
        ("registry:5000/web:1.4", "1.4"),
        ("web:1.4@sha256:" + "a" * 64, "sha256:" + "a" * 64),
    ],
)
def test_what_identifies_the_change(image: str, change: str) -> None:
    state = State(1.0, {"": image}, STATE.workloads)
    found = results.of_ending(Ending("serves"), state, 1)
    assert found.arguments["currentRevision"]["changeIdentifier"] == change


def test_a_wait_without_end_is_never_complete() -> None:
    for seconds, percent in ((-5, 0), (0, 0), (300, 50), (600, 99), (9000, 99)):
        found = results.of_wait(STATE, seconds, 600)
        assert found.arguments["executionDetails"]["percentComplete"] == percent
