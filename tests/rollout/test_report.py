"""Verdicts as findings, as text and as fields."""

from dataclasses import replace
from pathlib import Path

import pytest

from opskit.findings import Severity
from opskit.output import Format, render_report
from opskit.rollout.judge.completion import Progress
from opskit.rollout.targets import Target
from opskit.rollout.telling import report, words
from opskit.rollout.telling.told import cleaned, verdict_fields, whole_outcome
from opskit.rollout.verdict import Cause, Outcome, Verdict

WEB = Target("shop", "deploy", "web")
CRASH = Cause(
    "ROL107",
    "CrashLoopBackOff",
    "ended with exit code 1; restarted twice",
    "pod/web-1",
    "web",
    others=["pod/web-2", "pod/web-3", "pod/web-4", "pod/web-5"],
    events=["BackOff: Back-off restarting"],
    log=["a", "-----BEGIN PRIVATE KEY-----", "MIIE", "-----END PRIVATE KEY-----", "b"],
)
LATE = Cause("ROL119", "TimedOut", "not complete after 5 s: 0 of 1", "deploy/web")


def verdict(
    outcome: Outcome = Outcome.FAILED, *causes: Cause, name: str = "web", cluster: str = "a"
) -> Verdict:
    waiting = "" if outcome is Outcome.COMPLETE else "0 of 1 new pods are available"
    target = Target("shop", "deploy", name)
    return Verdict(
        cluster, target, outcome, Progress(1, 1, 0, waiting), causes, {"web": "r/web:2"}, 4, 5.0
    )


def test_a_rollout_is_one_finding_and_what_passed_is_listed() -> None:
    made = report.report(
        [verdict(Outcome.FAILED, CRASH, LATE), verdict(Outcome.COMPLETE, name="b")]
    )
    assert [finding.object for finding in made.findings] == ["shop/deploy/web"]
    assert made.findings[0].rule == "ROL107"
    assert "not complete" in made.findings[0].told["besides"]
    assert made.passed == ["shop/deploy/b"]


def test_a_timeout_is_not_told_as_a_failure() -> None:
    made = report.report([verdict(Outcome.TIMED_OUT, CRASH, LATE)])
    assert made.findings[0].level is Severity.UNKNOWN
    assert '<error message="' in render_report(made, Format.JUNIT)


def test_clusters_are_named_where_there_are_several() -> None:
    made = report.report([verdict(Outcome.FAILED, CRASH), verdict(Outcome.COMPLETE, cluster="b")])
    assert made.findings[0].object == "a shop/deploy/web"
    assert made.passed == ["b shop/deploy/web"]


MANIFEST = """\
kind: Service
apiVersion: v1
metadata: {name: web}
---
kind: List
apiVersion: v1
items:
- kind: Deployment
  apiVersion: apps/v1
  metadata:
    name: web
  spec:
    template:
      spec:
        initContainers: [{name: migrate, image: "r/migrate:1"}]
        containers:
        - name: web
          image: r/web:2
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_line_of_the_image(tmp_path: Path, newline: str) -> None:
    file = tmp_path / "web.yaml"
    file.write_bytes(("\ufeff" + MANIFEST.replace("\n", newline)).encode())
    places = report.locate([file, tmp_path / "none.yaml", "-"])
    found = report.location(verdict(Outcome.FAILED, CRASH), places)
    assert found is not None
    assert (found.file, found.line) == (str(file), 18)
    init = Cause("ROL109", "Error", "x", "pod/web-1", "migrate")
    found = report.location(verdict(Outcome.FAILED, init), places)
    assert found is not None
    assert found.line == 15
    paused = Cause("ROL114", "Paused", "x", "deploy/web")
    found = report.location(verdict(Outcome.FAILED, paused), places)
    assert found is not None
    assert found.line == 18
    assert report.location(verdict(Outcome.FAILED, CRASH, name="api"), places) is None


def test_the_text_of_a_failure() -> None:
    lines = list(words.block(verdict(Outcome.FAILED, CRASH)))
    title = "a container ends with an error, again and again"
    assert lines[0] == f"shop/deploy/web: failed after 5.0 s: ROL107 {title}"
    assert lines[1:5] == [
        "  image: r/web:2",
        "  pod/web-1 web: ended with exit code 1; restarted twice",
        "  the same in: pod/web-2, pod/web-3, pod/web-4 and 1 more",
        "  events:",
    ]
    assert "    MIIE" in lines
    assert not any("to go back" in line for line in lines)
    there = replace(verdict(Outcome.FAILED, CRASH), way_back="revision 1 (r/web:1): as known")
    assert list(words.block(there))[-2:] == [
        "  to go back: opskit rollout undo deploy/web -n shop",
        "    # to revision 1 (r/web:1): as known",
    ]


def test_a_timeout_tells_what_was_seen_meanwhile() -> None:
    lines = list(words.block(verdict(Outcome.TIMED_OUT, CRASH, LATE)))
    assert lines[0] == "shop/deploy/web: timed out after 5.0 s: 0 of 1 new pods are available"
    assert "  ROL107 a container ends with an error, again and again" in lines
    assert not any("ROL119" in line for line in lines)
    assert any("--timeout" in line for line in words.block(verdict(Outcome.TIMED_OUT, LATE)))


def test_many_rollouts_failures_last_and_the_rest_a_count() -> None:
    good = [verdict(Outcome.COMPLETE, name=f"w{n}") for n in range(199)]
    told = list(words.told([verdict(Outcome.FAILED, CRASH), *good]))
    assert len(told) == 2
    assert told[1] == "199 of 200 rollouts complete, 1 failed"


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ([Outcome.COMPLETE], "complete"),
        ([Outcome.FAILED, Outcome.TIMED_OUT], "failed"),
        ([Outcome.COMPLETE, Outcome.UNKNOWN], "partial"),
        ([Outcome.TIMED_OUT], "timed-out"),
        ([Outcome.TIMED_OUT, Outcome.UNKNOWN], "unknown"),
    ],
)
def test_one_word_for_all(outcomes: list[Outcome], word: str) -> None:
    assert whole_outcome([verdict(each) for each in outcomes]) == word


def test_a_secret_over_several_lines_of_a_log() -> None:
    from opskit.redact import scrubbed

    found = verdict_fields(cleaned(verdict(Outcome.FAILED, CRASH), scrubbed))
    log = found["causes"][0]["log"]
    assert "MIIE" not in log
    assert (len(log), log[0], log[-1]) == (5, "a", "b")
