"""A deploy: all objects tried, applied, watched, and taken back where the new version fails."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import ApiError
from opskit.errors import ExitCode, OpskitError
from opskit.findings import Report
from opskit.rollout.changes import changecause, outcomes, patching
from opskit.rollout.changes import plan as planning
from opskit.rollout.deploying import apply, takeback
from opskit.rollout.deploying.apply import Item, Manifest
from opskit.rollout.deploying.takeback import TakenBack
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.telling import words
from opskit.rollout.verdict import Cause, Outcome, Verdict, exit_code
from opskit.rollout.watch.watching import Step, watch
from opskit.rollout.workload import images, template

Object = Mapping[str, Any]
Images = Mapping[str, str]
#: `watching.watch`, or what does the same and shows it; the mapping is of the expected images.
Watch = Callable[[Cluster, Sequence[Target], Policy, Mapping[Target, Images]], list[Verdict]]

_BAD = (Outcome.FAILED, Outcome.TIMED_OUT)
#: Kinds that make pods, and whose end is not waited for.
_NOT_WATCHED = ("Pod", "ReplicaSet", "ReplicationController", "Job")


@dataclass(slots=True)
class Deployed:
    """What has been done, at any moment of a deploy: also when it is interrupted.

    `error` ended the applying. `after` are the verdicts on what was taken back.
    """

    cluster: str
    items: Sequence[Item]
    preflight: Sequence[Report] = ()
    verdicts: Sequence[Verdict] = ()
    taken_back: Sequence[TakenBack] = ()
    after: Sequence[Verdict] = ()
    error: OpskitError | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def applied(self) -> list[Item]:
        """The items that were applied, whether that changed them or not."""
        return [item for item in self.items if item.after is not None]

    @property
    def changed(self) -> list[Item]:
        """The items that the deploy made or changed."""
        return [
            item
            for item in self.applied
            if item.before is None or apply.changed(item.before, item.after or {})
        ]

    @property
    def exit_code(self) -> ExitCode:
        """That of the verdicts; where applying failed 4, or the error's own if nothing changed."""
        if self.error is not None:
            return ExitCode.PARTIAL if self.changed else self.error.exit_code
        return exit_code(self.verdicts)


def of_manifests(
    cluster: Cluster,
    manifests: Sequence[Manifest],
    namespace: str = "",
    *,
    force: bool = False,
    cause: str = "",
) -> list[Item]:
    """The deploy of manifests: see `apply.plan`; `cause` is the change cause of what rolls out."""
    items = apply.plan(cluster, manifests, namespace, force=force)
    for item in items:
        changecause.noted(item, cause)
    return items


def of_targets(
    cluster: Cluster, targets: Sequence[Target], wanted: Mapping[str, str], *, cause: str = ""
) -> list[Item]:
    """The deploy of images to workloads that are there, each tried on the server.

    Raises as `patching.plan`, and what the server answers to what it does not take.
    """
    found = []
    for target in targets:
        change = patching.plan(cluster, target, patching.Wanted(wanted, cause=cause))
        planned = planning.tried(cluster, change)
        found.append(
            Item(
                str(target),
                target.path,
                change.before,
                target.namespace,
                target,
                before=change.before,
                planned=planned,
                change=change,
            )
        )
    return found


def workloads(items: Sequence[Item]) -> list[Target]:
    """The workloads among the items: all of them are watched."""
    return [item.target for item in items if item.target is not None]


def unwatched(items: Sequence[Item]) -> list[str]:
    """The names of the items that make pods, and are not watched."""
    return [item.name for item in items if item.thing["kind"] in _NOT_WATCHED]


def expected(items: Sequence[Item]) -> dict[Target, dict[str, str]]:
    """The images that the applied workloads have, by container."""
    return {
        item.target: images(template(item.target.kind, item.after))
        for item in items
        if item.target is not None and item.after is not None
    }


def carry_out(
    cluster: Cluster, done: Deployed, said: Callable[[Item], None] = lambda item: None
) -> bool:
    """Apply what is to be done; whether all of it could be. `done` has the rest."""
    todo = [item for item in done.items if item.action != "none"]
    for item in done.items:
        if item.action == "none":
            item.after = item.before
    try:
        for item in apply.carry_out(cluster, todo):
            said(item)
    except OpskitError as error:
        done.error = error
        if not isinstance(error, ApiError):
            lost = next(item for item in todo if item.after is None)
            done.notes.append(f"{lost.name} may have been applied: no answer came")
    return done.error is None


def run(
    cluster: Cluster,
    done: Deployed,
    policy: Policy,
    *,
    auto_rollback: bool = False,
    watching: Watch | None = None,
    said: Callable[[str], None] = lambda text: None,
) -> Deployed:
    """Apply, watch, and with `auto_rollback` take back; `done` is filled on the way, and returned.

    Everything that was changed is taken back where one workload failed or timed out, or where not
    all could be applied. Nothing is where the cluster could not be asked: it may be fine.
    """
    watching = watching or watched
    targets = workloads(done.items)
    if carry_out(cluster, done, lambda item: said(f"{item.name}: {told(item)}")) and targets:
        done.verdicts = watching(cluster, targets, policy, expected(done.items))
        _record(cluster, done, done.verdicts)  # before it is taken back
    if not auto_rollback or not failed(done):
        return done
    done.notes += _not_ours(done)
    done.taken_back = takeback.take_back(
        cluster, done.items, lambda each: said(f"{each.name}: {each.note}")
    )
    back = {each.target: each.images or {} for each in done.taken_back if each.done and each.target}
    if back:
        done.after = watching(cluster, list(back), policy, back)
        _record(cluster, done, done.after)
    done.verdicts = [_with_way_back(each, done) for each in done.verdicts]
    return done


def _record(cluster: Cluster, done: Deployed, verdicts: Sequence[Verdict]) -> None:
    """Write down how the rollouts ended, for `history` and `undo`."""
    for verdict in verdicts:
        done.notes += outcomes.record(cluster, verdict)


def failed(done: Deployed) -> bool:
    """Whether the new version is known not to serve, or is there in part only."""
    return done.error is not None or any(each.outcome in _BAD for each in done.verdicts)


def _not_ours(done: Deployed) -> list[str]:
    """That a workload fails and is not taken back, for it was as it is before this deploy."""
    changed = [item.target for item in done.changed]
    return [
        f"{each.target}: not rolled back: this deploy changed nothing of it; "
        f"'{words.undo(each.target)}' goes back"
        for each in done.verdicts
        if each.outcome in _BAD and each.target not in changed
    ]


def watched(
    cluster: Cluster,
    targets: Sequence[Target],
    policy: Policy,
    expected: Mapping[Target, Images],
    say: Callable[[Step], None] = lambda step: None,
    stop: threading.Event | None = None,
) -> list[Verdict]:
    """The verdicts, without anything shown."""
    return watch(cluster, targets, policy, expected=expected, say=say, stop=stop)


def told(item: Item) -> str:
    """What was done with an item that was applied."""
    if item.before is None:
        return "created"
    return "changed" if item.after and apply.changed(item.before, item.after) else "as it was"


def _with_way_back(verdict: Verdict, done: Deployed) -> Verdict:
    """The verdict with what it was taken back to, and whether that serves."""
    for each in done.taken_back:
        if each.target == verdict.target and each.done:
            later = next((one for one in done.after if one.target == verdict.target), None)
            text = each.note.removeprefix("back to ")
            if later is not None and later.outcome is not Outcome.COMPLETE:
                text += f" ({later.outcome}: {later.headline})"
            found = replace(verdict, rolled_back=text)
            return _with_the_others(found) if found.outcome is Outcome.COMPLETE else found
    return verdict


def _with_the_others(verdict: Verdict) -> Verdict:
    """A verdict that was complete, of what was taken back after: nothing of it runs any more."""
    text = "its new version served, and was rolled back for the others that failed"
    cause = Cause("rolled-back", "with the others", text, str(verdict.target))
    return replace(verdict, outcome=Outcome.FAILED, causes=[cause], way_back="")
