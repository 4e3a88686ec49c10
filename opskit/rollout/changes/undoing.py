"""The way back: which revision is meant, and the change that brings its pod template back."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from opskit.clients.kube import Cluster
from opskit.errors import InputError, OpskitError
from opskit.rollout.changes import managers
from opskit.rollout.changes.choosing import Choice, check, choose
from opskit.rollout.changes.jsonpatch import pointer, test
from opskit.rollout.changes.owned import adopt
from opskit.rollout.changes.patching import cause_operations
from opskit.rollout.changes.plan import Change, NotDoneError, carry_out, image_changes, read
from opskit.rollout.changes.revisions import History, has_revisions, history
from opskit.rollout.changes.stuck import names, release, stuck_pods
from opskit.rollout.changes.switches import refuse_if_paused
from opskit.rollout.targets import Target
from opskit.rollout.templates import comparable
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.workload import images, template

__all__ = ["Choice", "check", "choose", "take_back", "undo", "way_back", "with_ways_back"]

Object = Mapping[str, Any]

#: How long the ways back may be looked for, of all that failed, in seconds.
_LOOK_SECONDS = 5.0
#: Causes that make going back wrong: deleted, and changed by somebody else.
NOT_OURS = ("ROL117", "ROL120")


def undo(cluster: Cluster, target: Target, to: str = "") -> Change:
    """The change that takes a workload back to a revision.

    `to` is `last-good`, `previous` or a number; empty is the last good one, or where none is
    recorded the best guess that `choose` makes. Nothing is to be done where it is there already.
    UsageError for a CronJob, InputError where there is no such revision, NotDoneError for a
    Deployment that is paused.
    """
    has_revisions(target)
    check(to)
    workload = read(cluster, target)
    found = history(cluster, target, workload)
    refuse_if_paused(target, workload, "taken back")
    change = _planned(target, workload, choose(found, to))
    if change.needed and (pods := stuck_pods(cluster, target, workload, "")):
        note = f"{change.note}; not ready, and deleted: {names(pods)}"
        change = replace(change, note=note)
    return change


def take_back(cluster: Cluster, change: Change) -> list[str]:
    """Make the change that `undo` planned; what else was done for it, as sentences.

    A StatefulSet waits for pods that do not get ready, also after its template is the old one
    again: those are deleted. What was applied before is owned as applied again.
    """
    carry_out(cluster, change)
    if not change.needed:
        return []
    left = adopt(cluster, change.target.path, [change.target.kind.template])
    return [*release(cluster, change.target), *([left] if left else [])]


def way_back(found: History) -> str:
    """Where `undo` goes without `to`, and why: `revision 1 (r/web:1): recorded as good`.

    Empty where it would refuse, or change nothing.
    """
    try:
        refuse_if_paused(found.target, found.workload, "taken back")
        chosen, rule = choose(found)
    except (InputError, NotDoneError):
        return ""
    if chosen is None or chosen.current:
        return ""
    now = images(template(found.target.kind, found.workload))
    told = [image for name, image in chosen.images.items() if now.get(name) != image]
    shown = ", ".join(dict.fromkeys(told or chosen.images.values()))
    return f"revision {chosen.number} ({shown}): {rule}"


def with_ways_back(cluster: Cluster, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts, those that failed or timed out with their way back, as far as known after 5 s.

    Never raises what the cluster answers: a verdict is not worse for an advice that is missing.
    """
    found: dict[Target, str] = {}
    failed = [each.target for each in verdicts if _may_go_back(each)]
    if not failed:
        return list(verdicts)

    def look() -> None:
        for target in failed:
            try:
                found[target] = way_back(history(cluster, target))
            except OpskitError:
                continue

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(_LOOK_SECONDS)
    return [replace(each, way_back=found.get(each.target, "")) for each in verdicts]


def _may_go_back(verdict: Verdict) -> bool:
    codes = {each.code for each in verdict.causes}
    ended_badly = verdict.outcome in (Outcome.FAILED, Outcome.TIMED_OUT)
    return ended_badly and not codes & set(NOT_OURS)


def _planned(target: Target, workload: Object, choice: Choice) -> Change:
    """The whole pod template is guarded: what others change meanwhile must not be lost."""
    chosen, now = choice.revision, template(target.kind, workload)
    again = partial(_again, target, workload, choice)
    if chosen is None or comparable(chosen.template) == comparable(now):
        why = choice.rule if chosen is None else f"it is at revision {chosen.number} already"
        return Change("undo", target, workload, (), again, f"no change: {why}")
    path = target.kind.template
    operations = [
        test(path, now),
        {"op": "replace", "path": pointer(path), "value": chosen.template},
        *cause_operations(workload, chosen.cause),
    ]
    changed = image_changes(now, chosen.template)
    warnings = managers.put_back(target.kind, workload, (each.container for each in changed))
    note = f"back to revision {chosen.number}: {choice.rule}"
    return Change("undo", target, workload, operations, again, note, warnings)


def _again(target: Target, shown: Object, choice: Choice, workload: Object) -> Change:
    now = template(target.kind, workload)
    chosen = choice.revision
    done = chosen is not None and comparable(chosen.template) == comparable(now)
    if not done and now != template(target.kind, shown):
        raise NotDoneError(
            "somebody else changed it meanwhile; nothing was changed",
            where=str(target),
            hint="look at it with 'opskit rollout history', and undo again if it is wrong",
        )
    refuse_if_paused(target, workload, "taken back")
    return _planned(target, workload, choice)
