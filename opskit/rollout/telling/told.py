"""Verdicts and steps as programs read them: the objects of `-o json` and of `--events`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from opskit.errors import ExitCode
from opskit.rollout.verdict import Cause, Outcome, Verdict, exit_code
from opskit.rollout.watch.watching import Step

STATUS_SCHEMA = "opskit.rollout.status/1"
EVENT_SCHEMA = "opskit.rollout.event/1"


def cause_fields(cause: Cause) -> dict[str, Any]:
    """A cause, with stable names."""
    return {
        "code": cause.code,
        "reason": cause.reason,
        "message": cause.message,
        "object": cause.object,
        "container": cause.container,
        "others": list(cause.others),
        "events": list(cause.events),
        "log": list(cause.log),
        "log_note": cause.log_note,
    }


def verdict_fields(verdict: Verdict) -> dict[str, Any]:
    """A verdict, with stable names."""
    made = verdict.progress
    return {
        "cluster": verdict.cluster,
        "namespace": verdict.target.namespace,
        "target": str(verdict.target),
        "outcome": verdict.outcome.value,
        "verified": verdict.verified,
        "revision": verdict.revision,
        "images": dict(verdict.images),
        "desired": made.desired,
        "updated": made.updated,
        "available": made.available,
        "waiting": made.waiting,
        "seconds": round(verdict.seconds, 1),
        "rolled_back": verdict.rolled_back,
        "causes": [cause_fields(cause) for cause in verdict.causes],
        "notes": list(verdict.notes),
    }


def whole_outcome(verdicts: Sequence[Verdict]) -> str:
    """One word for all: complete, failed, partial, timed-out or unknown; as the exit status."""
    status = exit_code(verdicts)
    if status is ExitCode.UNKNOWN:
        late = all(each.outcome is Outcome.TIMED_OUT for each in verdicts)
        return Outcome.TIMED_OUT.value if late else Outcome.UNKNOWN.value
    words = {ExitCode.OK: "complete", ExitCode.NO: "failed", ExitCode.PARTIAL: "partial"}
    return words[status]


def event_fields(step: Step, cluster: str, seconds: float, at: datetime) -> dict[str, Any]:
    """A step as a line of `--events`; `seconds` is since the watch began."""
    target, made, wrong = step.target, step.progress, step.symptom
    found: dict[str, Any] = {
        "schema": EVENT_SCHEMA,
        "type": step.kind,
        "time": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
        "seconds": round(seconds, 1),
        "cluster": cluster,
        "namespace": target.namespace if target else None,
        "target": str(target) if target else None,
        "message": step.message,
    }
    if made is not None:
        found |= {name: getattr(made, name) for name in ("desired", "updated", "available")}
    if wrong is not None:
        found |= {"code": wrong.code, "reason": wrong.reason}
        found |= {"object": f"pod/{wrong.pod}" if wrong.pod else str(target)}
        found |= {"container": wrong.container}
    if step.verdict is not None:
        found["verdict"] = verdict_fields(step.verdict)
    return found


def cleaned(verdict: Verdict, clean: Callable[[str], str]) -> Verdict:
    """A verdict with all that the cluster said passed through `clean`, logs as a whole."""

    def each(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(clean(text) for text in texts)

    causes = [clean_cause(cause, clean) for cause in verdict.causes]
    made = verdict.progress._replace(waiting=clean(verdict.progress.waiting))
    return replace(verdict, causes=causes, progress=made, notes=each(verdict.notes))


def clean_cause(cause: Cause, clean: Callable[[str], str]) -> Cause:
    """A cause with its texts passed through `clean`; a secret may go over lines of a log."""
    return replace(
        cause,
        message=clean(cause.message),
        events=tuple(clean(text) for text in cause.events),
        log=tuple(clean("\n".join(cause.log)).split("\n")) if cause.log else (),
        log_note=clean(cause.log_note),
    )


def cleaned_step(step: Step, clean: Callable[[str], str]) -> Step:
    """A step with all that the cluster said passed through `clean`."""
    wrong, verdict = step.symptom, step.verdict
    return replace(
        step,
        message=clean(step.message),
        symptom=replace(wrong, message=clean(wrong.message)) if wrong else None,
        verdict=cleaned(verdict, clean) if verdict else None,
    )
