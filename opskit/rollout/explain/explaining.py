"""Why a workload is not healthy, now: one look at all that belongs to it, without waiting.

Unlike a watch it heeds no graces, looks at a rollout that is complete as well, and at pods of
older revisions.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from opskit.clients.kubeerrors import ApiError
from opskit.rollout.explain import related
from opskit.rollout.explain.jobs import of_cron_job
from opskit.rollout.explain.related import Step
from opskit.rollout.judge.completion import Progress
from opskit.rollout.judge.ended import ended_ago, erred, probe_kill
from opskit.rollout.judge.judging import judge
from opskit.rollout.judge.situation import Policy, Situation, Symptom, states
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT
from opskit.rollout.reader import Object, Once, Reader
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause
from opskit.rollout.watch import causes
from opskit.rollout.watch.feeds import feeds
from opskit.rollout.watch.track import Place
from opskit.rollout.workload import images, owner, revision, template

#: What is no illness of pods that all serve.
_AT_REST = ("ROL114", "ROL118")
#: A container that was started again within so many seconds is not steady yet.
_LATELY = 900.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is to be said of a workload.

    `healthy` is None where nothing wrong was seen, and not all could be looked at (`notes`): a
    rollout that is not complete is no more than that. `related` are facts beside the causes,
    `steps` what to do next.
    """

    cluster: str
    target: Target
    healthy: bool | None
    progress: Progress
    causes: Sequence[Cause] = ()
    images: dict[str, str] = field(default_factory=dict)
    revision: int = 0
    related: Sequence[str] = ()
    steps: Sequence[Step] = ()
    notes: Sequence[str] = ()


def explain(
    reader: Reader, target: Target, *, at: float | None = None, policy: Policy | None = None
) -> Explanation:
    """Look once, and say what is wrong. `at` is the time of a recording, in seconds since 1970.

    Raises what the cluster answers where the workload itself cannot be looked at.
    """
    once, notes, asides = Once(reader), list[str](), list[str]()
    now = at if at is not None else time.time() + getattr(reader, "skew", 0.0)
    place = _gathered(once, target, notes)
    workload = place.store.find(target) or once.get(target.path)
    situation = place.situation(place.tracks[0], workload, policy or Policy(), 0.0, now)
    if target.kind is CRON_JOB:
        pods, events = of_cron_job(once, target, workload, notes)
        situation = replace(situation, pods=pods, events=events)
    everyone = _own_pods(once, target, workload)
    judgement = judge(situation)
    found = [each for each in judgement.symptoms if not _rests(each, judgement.progress)]
    found += _unsteady(situation, found)
    if target.kind is CRON_JOB and (failed := related.last_run(once, situation)):
        found.append(failed)
    older = related.older_pods(situation, everyone)
    beside = [
        *related.revisions(once, situation, asides),
        *related.of_older(situation, older),
        *related.leaving(everyone, now),
        *related.autoscaler(once, target, asides),
        *related.budgets(once, situation, asides),
        *related.state(situation, found),
    ]
    return Explanation(
        cluster=reader.name,
        target=target,
        healthy=_healthy(found, judgement.progress, notes),
        progress=judgement.progress,
        causes=causes.causes(reader, target, situation, found),
        images=images(template(target.kind, workload)),
        revision=revision(workload),
        related=[each.text for each in beside],
        steps=related.steps(once, situation, found),
        notes=[*notes, *asides],
    )


def _gathered(reader: Reader, target: Target, notes: list[str]) -> Place:
    place = Place(target.namespace, [target])
    for scope in feeds(reader, [target]):
        try:
            objects, _ = reader.list(scope.path, scope.query)
        except ApiError as error:
            if scope.needed or error.status not in (403, 404):
                raise
            notes.append(f"{scope.plural} could not be looked at: {error.message}")
            continue
        place.store.replace(scope.plural, objects)
    return place


def _own_pods(reader: Once, target: Target, workload: Object) -> list[Object]:
    """The pods of all revisions, as the lists that were fetched have them."""
    uids = {str(workload["metadata"]["uid"])}
    lists: dict[str, list[Object]] = {}
    for scope in feeds(reader, [target]):
        if scope.plural in ("replicasets", "pods"):
            try:
                lists[scope.plural] = reader.list(scope.path, scope.query)[0]
            except ApiError:
                lists[scope.plural] = []
    if target.kind is DEPLOYMENT:
        sets = [each for each in lists.get("replicasets", []) if owner(each) in uids]
        uids = {each["metadata"]["uid"] for each in sets}
    return [pod for pod in lists.get("pods", []) if owner(pod) in uids]


def _rests(symptom: Symptom, made: Progress) -> bool:
    return symptom.code in _AT_REST and made.complete


def _healthy(found: Sequence[Symptom], made: Progress, notes: Sequence[str]) -> bool | None:
    if found:
        return False
    return None if notes else made.complete


def _unsteady(situation: Situation, found: Sequence[Symptom]) -> Iterator[Symptom]:
    """Containers that serve at this moment, and ended with an error again and again lately."""
    known = {(each.pod, each.container) for each in found}
    for state in states(situation.judged):
        ended, code = state.ended, state.ended.get("exitCode")
        if (state.pod_name, state.name) in known or not state.status.get("ready"):
            continue
        if state.init or state.restarts < situation.policy.max_restarts:
            continue
        ago = ended_ago(situation, state)
        if not erred(situation, state) or ago is None or ago > _LATELY:
            continue
        kill = probe_kill(situation, state)
        rule = "ROL108" if ended.get("reason") == "OOMKilled" else "ROL125" if kill else "ROL107"
        by = f", killed by its {kill.probe} probe" if rule == "ROL125" and kill else ""
        yield Symptom(
            f"serves now, but was restarted {state.restarts} times; it last ended "
            f"{related.span(max(0.0, ago))} ago with exit code {code}{by}",
            str(ended.get("reason") or "Error"),
            state.pod_name,
            state.name,
            restarts=True,
            code=rule,
        )


def whole(explanations: Iterable[Explanation]) -> bool | None:
    """Whether all are healthy; None where none is ill, and some could not be looked at."""
    found = [each.healthy for each in explanations]
    return False if False in found else None if None in found else True
