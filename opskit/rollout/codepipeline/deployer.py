"""The rollout itself: images put on an EKS cluster, watched, and taken back."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import NotFoundError
from opskit.errors import OpskitError
from opskit.redact import scrubbed
from opskit.rollout import targets
from opskit.rollout.changes import outcomes, undoing
from opskit.rollout.changes import plan as planning
from opskit.rollout.codepipeline import continuation
from opskit.rollout.codepipeline.changes import fitting, items, refuse
from opskit.rollout.codepipeline.parameters import Parameters
from opskit.rollout.codepipeline.protocol import Ending, FailureType, Request, State, Workload
from opskit.rollout.deploying import checked, deploy, takeback
from opskit.rollout.deploying.apply import Item
from opskit.rollout.judge.situation import Policy
from opskit.rollout.preflight.check import Options
from opskit.rollout.targets import Target
from opskit.rollout.telling import words
from opskit.rollout.telling.told import cleaned
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.watch.watching import Step
from opskit.rollout.workload import images, template

_BAD = (Outcome.FAILED, Outcome.TIMED_OUT)
_SEPARATOR = ":"
_SHORTEST = 5.0


def on_eks(parameters: Parameters) -> "ClusterDeployer":
    """The deployer for the EKS cluster that the parameters name."""
    from opskit.clients.eks import connect

    cluster = connect(
        parameters.cluster, role_arn=parameters.role_arn, namespace=parameters.namespace
    )
    return ClusterDeployer(parameters, cluster)


class ClusterDeployer:
    """The deployer of `protocol` on one cluster. Times are in seconds since 1970."""

    def __init__(
        self,
        parameters: Parameters,
        cluster: Cluster,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._parameters, self._cluster, self._clock = parameters, cluster, clock
        self._place = parameters.namespace or cluster.namespace
        self._done: deploy.Deployed | None = None

    def start(self, request: Request) -> State:
        """Check, try and apply. A second time for one job nothing is left to be changed."""
        started = self._clock()
        found = items(self._cluster, self._parameters, request)
        continuation.refuse_too_many(
            [self._name(target) for target in deploy.workloads(found)], request.images
        )
        refuse(checked.preflight(self._cluster, found, Options()))
        done = deploy.Deployed(self._cluster.name, found)
        if not deploy.carry_out(self._cluster, done):
            self._leave(done)
        self._done = done
        return State(started, request.images, [self._workload(item) for item in _own(found)])

    def watch(self, state: State, until: float) -> Ending | None:
        """The ending, or None where `until` comes first; the change is taken back on failure."""
        if state.phase == "watching":
            ending = self._watch(state, until)
            if ending is None or state.phase == "watching":
                return ending
        return self._undo(state, until)

    def _watch(self, state: State, until: float) -> Ending | None:
        """The ending; any, with the phase `undoing`, where the change is to be taken back."""
        there = self._there(state)
        verdicts = self._verdicts(there, state.started, until)
        failed = [each for each in verdicts if each.outcome in _BAD]
        unknown = [each for each in verdicts if each.outcome is Outcome.UNKNOWN]
        if unknown and not failed:
            if self._clock() >= until:
                return None
            lines = _lines(unknown)
            return Ending(lines[0], FailureType.SYSTEM, lines[1:])
        for each in failed or verdicts:
            outcomes.record(self._cluster, each)
        if not failed:
            return self._serves(state, verdicts)
        goes_back = self._parameters.auto_rollback
        lines = _lines(failed if goes_back else undoing.with_ways_back(self._cluster, failed))
        codes = {cause.code for each in failed for cause in each.causes}
        overtaken = "ROL120" in codes
        kind = FailureType.OUT_OF_SYNC if overtaken else FailureType.JOB_FAILED
        if goes_back and not codes & set(undoing.NOT_OURS):
            state.phase, state.since, state.cause = "undoing", self._clock(), "\n".join(lines)
        return Ending(lines[0], kind, lines[1:])

    def _undo(self, state: State, until: float) -> Ending | None:
        lines = state.cause.split("\n")
        back, trouble = self._take_back(state)
        verdicts = self._verdicts(back, state.since, until) if back else []
        open_ = [each for each in verdicts if each.outcome is Outcome.UNKNOWN]
        if open_ and self._clock() >= until:
            return None
        bad = [each for each in verdicts if each.outcome is not Outcome.COMPLETE]
        trouble += [line for each in bad for line in words.block(each)]
        rest = ["the way back:", *trouble] if trouble else []
        serves = bool(back) and not bad and len(back) == len(state.workloads)
        return Ending(lines[0], FailureType.JOB_FAILED, [*rest, *lines[1:]], rolled_back=serves)

    def _take_back(self, state: State) -> tuple[dict[Target, Mapping[str, str]], list[str]]:
        """The workloads that went back with their images, and what could not be taken back."""
        if self._done is not None:
            taken = takeback.take_back(self._cluster, self._done.items)
            back = {each.target: each.images or {} for each in taken if each.done and each.target}
            notes = [f"{each.name}: {each.note}" for each in taken if not each.done]
            if back or notes:
                return back, notes
        back, notes = {}, []
        for each in state.workloads:
            try:
                back |= self._undone(self._target(each.name), state)
            except OpskitError as error:
                notes.append(f"{each.name}: could not be taken back: {error.message}")
        return back, notes

    def _undone(self, target: Target, state: State) -> dict[Target, Mapping[str, str]]:
        """Undo the workload if it still has the new image: else an invocation before did."""
        workload = planning.read(self._cluster, target)
        new = self._wanted(target, workload, state)
        now: Mapping[str, str] = images(template(target.kind, workload))
        if any(now[name] == image for name, image in new.items()):
            change = undoing.undo(self._cluster, target)
            if not change.needed:
                raise planning.NotDoneError(change.note)
            undoing.take_back(self._cluster, change)
            now = change.expected
        return {target: now}

    def _verdicts(
        self, there: Mapping[Target, Mapping[str, str]], began: float, until: float
    ) -> list[Verdict]:
        """The verdicts until `until`, or until the first failure; unknown is what is open then."""
        left = self._parameters.timeout - (self._clock() - began)
        policy = Policy(timeout=max(_SHORTEST, left))
        with _stopped(until - self._clock()) as stop:

            def say(step: Step) -> None:
                if step.verdict is not None and step.verdict.outcome in _BAD:
                    stop.set()

            return deploy.watched(self._cluster, list(there), policy, there, say, stop)

    def _there(self, state: State) -> dict[Target, Mapping[str, str]]:
        """The workloads with the images that they should have.

        NotDoneError where one was deleted and made anew: what it is now is not ours to judge.
        """
        found: dict[Target, Mapping[str, str]] = {}
        for each in state.workloads:
            target = self._target(each.name)
            try:
                workload = planning.read(self._cluster, target)
            except NotFoundError:
                raise planning.NotDoneError(
                    "was deleted while it rolled out", where=each.name, hint="find out by whom"
                ) from None
            if workload["metadata"]["uid"] != each.uid:
                raise planning.NotDoneError(
                    "was deleted and made anew while it rolled out",
                    where=each.name,
                    hint="find out by whom, and release the change again",
                )
            found[target] = self._wanted(target, workload, state)
        return found

    def _wanted(self, target: Target, workload: planning.Object, state: State) -> Mapping[str, str]:
        """The images that were set; those it has, where it only is in the manifest."""
        named = {targets.parse(word, self._place) for word in self._parameters.targets}
        if named and target not in named:
            return images(template(target.kind, workload))
        return fitting(target, workload, state.images)

    def _serves(self, state: State, verdicts: Sequence[Verdict]) -> Ending:
        lines = [line for each in verdicts for line in words.block(each)]
        before = ", ".join(dict.fromkeys(each.before for each in state.workloads if each.before))
        variables = {"cluster": self._cluster.name, "namespace": self._place}
        if before:
            variables["previous_image"] = before
        headline = f"{state.image} serves: {'; '.join(lines)}"
        return Ending(headline, variables=variables)

    def _leave(self, done: deploy.Deployed) -> None:
        """Not all could be applied: take back what was, and raise why."""
        assert done.error is not None
        notes = [
            f"applied before that: {', '.join(each.name for each in done.changed) or 'nothing'}"
        ]
        if self._parameters.auto_rollback:
            taken = takeback.take_back(self._cluster, done.items)
            notes += [f"{each.name}: {each.note}" for each in taken]
        done.error.message = "\n".join([done.error.message, *notes])
        raise done.error

    def _workload(self, item: Item) -> Workload:
        assert item.target is not None
        assert item.after is not None
        meta, kind = item.after["metadata"], item.target.kind
        old = images(template(kind, item.before)) if item.before else {}
        new = images(template(kind, item.after))
        changed = [image for name, image in old.items() if new.get(name) != image]
        generation = int(meta.get("generation") or 0)
        return Workload(self._name(item.target), meta["uid"], generation, ", ".join(changed))

    def _name(self, target: Target) -> str:
        """`deploy/web`, with `NAMESPACE:` before it where that is another."""
        place = "" if target.namespace == self._place else target.namespace + _SEPARATOR
        return f"{place}{target}"

    def _target(self, name: str) -> Target:
        place, separator, word = name.partition(_SEPARATOR)
        return targets.parse(word, place) if separator else targets.parse(name, self._place)


def _own(found: Sequence[Item]) -> list[Item]:
    return [item for item in found if item.target is not None]


def _lines(verdicts: Sequence[Verdict]) -> list[str]:
    """The root cause in a line, then all that is known, without secrets: a token holds it, too."""
    clean = [cleaned(each, scrubbed) for each in verdicts]
    rest = [line for each in clean for line in words.block(each)]
    return [f"{clean[0].target}: {clean[0].headline}", *rest]


@contextmanager
def _stopped(seconds: float) -> Iterator[threading.Event]:
    """An event that is set after so many seconds."""
    stop = threading.Event()
    timer = threading.Timer(max(0.0, seconds), stop.set)
    timer.daemon = True
    timer.start()
    try:
        yield stop
    finally:
        timer.cancel()
