"""What people and programs read of a verdict."""

import pytest

from opskit.rollout.judge.completion import Progress
from opskit.rollout.targets import Target
from opskit.rollout.telling import words
from opskit.rollout.telling.told import verdict_fields
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.watch.track import done

WEB = Target("shop", "deploy", "web")
LATE = Cause("ROL119", "TimedOut", "not complete after 5 s: 0 of 2 serve", "deploy/web")
UNREADY = Cause("ROL112", "NotReady", "it runs and is not ready", "pod/web-1", "web")
NOTE = "pods could not be looked at: pods is forbidden: cannot list resource pods"


def timed_out(*causes: Cause, notes: tuple[str, ...] = ()) -> Verdict:
    made = Progress(2, 2, 0, "0 of 2 new pods are available")
    return Verdict("c", WEB, Outcome.TIMED_OUT, made, (*causes, LATE), seconds=5, notes=notes)


def night(outcome: Outcome = Outcome.COMPLETE) -> Verdict:
    return Verdict("c", Target("shop", "cronjob", "night"), outcome, Progress(0, 0, 0))


def test_what_timed_out_is_the_rollout_and_not_the_pod() -> None:
    found = timed_out(UNREADY)
    text = "0 of 2 new pods are available; pod/web-1 web: it runs and is not ready"
    assert found.headline == text
    assert timed_out().headline == "0 of 2 new pods are available"


def test_what_timed_out_goes_on_by_itself() -> None:
    text = "\n".join(words.block(timed_out(UNREADY)))
    assert "it goes on by itself; to watch on: opskit rollout status deploy/web -n shop" in text
    assert "what to do: compare what the readiness probe asks for" in text
    failed = Verdict("c", WEB, Outcome.FAILED, Progress(1, 1, 0), [UNREADY])
    assert "goes on by itself" not in "\n".join(words.block(failed))


def test_a_missing_right_is_what_to_mend_before_the_time() -> None:
    blind = "\n".join(words.block(timed_out(notes=(NOTE,))))
    assert "get the right to look at what the note names" in blind
    assert "--timeout" not in blind
    assert "raise --timeout" in "\n".join(words.block(timed_out()))


def test_a_cron_job_is_set_and_not_verified() -> None:
    said = "set; not verified: its next run takes the image"
    text = list(words.block(night()))
    assert text[0] == f"shop/cronjob/night: {said}"
    assert "opskit rollout explain cronjob/night -n shop" in text[1]
    assert done(night()) == said
    assert verdict_fields(night())["verified"] is False
    web = Verdict("c", WEB, Outcome.COMPLETE, Progress(1, 1, 1))
    assert verdict_fields(web)["verified"] is True
    assert words.summary([web, night()]) == "1 of 2 rollouts complete, 1 set and not verified"


def test_a_cron_job_that_is_gone_has_failed() -> None:
    gone = Cause("ROL117", "Deleted", "it was deleted", "cronjob/night")
    found = Verdict("c", night().target, Outcome.FAILED, Progress(0, 0, 0), [gone])
    assert next(words.block(found)).startswith("shop/cronjob/night: failed")


def test_advice_names_the_cluster_that_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target("shop", "deploy", "web")
    assert words.undo(target) == "opskit rollout undo deploy/web -n shop"
    monkeypatch.setattr("opskit.invocation.cluster_flags", " --context prod")
    assert words.undo(target) == "opskit rollout undo deploy/web -n shop --context prod"
