"""The last good revision, where what a deploy replaced was not good itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from opskit.clients.kube import Cluster
from opskit.rollout.changes.revisions import Revision, history
from opskit.rollout.judge.completion import progress
from opskit.rollout.kinds import CRON_JOB
from opskit.rollout.targets import Target
from opskit.rollout.templates import comparable
from opskit.rollout.workload import template

Object = Mapping[str, Any]


class Better(NamedTuple):
    """A pod template to go back to, its change cause, and why, as the end of a sentence."""

    template: Object
    cause: str
    why: str


def instead(
    cluster: Cluster, target: Target, now: Object, before: Object, ours: Object
) -> Better | None:
    """What to go back to instead of `before`: the revision recorded as good last.

    None where `before` is not known to be bad, or no good one is there that is not `ours`, the
    template of the deploy. It is bad where its outcome is recorded as another than complete and
    its pods do not serve, and where nothing is recorded and none of its pods served when it was
    read. Raises what the cluster answers.
    """
    if target.kind is CRON_JOB:
        return None
    old = comparable(template(target.kind, before))
    found = history(cluster, target, now)
    there = next((each for each in found.revisions if comparable(each.template) == old), None)
    bad = _bad(target, before, there)
    if not bad:
        return None
    usable = [
        each
        for each in found.revisions
        if comparable(each.template) not in (old, comparable(ours))
        and (each.last_good or (each.recorded is not None and each.recorded.good))
    ]
    good = next((each for each in usable if each.last_good), usable[-1] if usable else None)
    if good is None:
        return None
    why = f", revision {good.number}, which is recorded as good: the one before this deploy {bad}"
    return Better(good.template, good.cause, why)


def _bad(target: Target, before: Object, there: Revision | None) -> str:
    """What is known to be bad about what was there before; empty for nothing."""
    if there is not None and there.recorded is not None:
        told = there.recorded
        if told.good or there.last_good or (there.now.serving and not told.lasting):
            return ""
        return f"is recorded as {told.outcome}"
    if there is not None and (there.last_good or there.now.serving):
        return ""
    made = progress(target.kind, before) if "status" in before else None
    return "did not serve" if made and made.desired and not made.available else ""
