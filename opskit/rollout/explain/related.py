"""What is worth saying of a workload beside what is wrong with its pods, and what to do next."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from shlex import quote
from typing import NamedTuple

from opskit.clients.kubeerrors import ApiError
from opskit.rollout.changes.revisions import History, Revision, history
from opskit.rollout.changes.undoing import way_back
from opskit.rollout.explain.jobs import failure, runs
from opskit.rollout.explain.recorded import seconds
from opskit.rollout.judge.judging import symptoms
from opskit.rollout.judge.situation import Memory, Situation, Symptom
from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT
from opskit.rollout.preflight.selectors import matches
from opskit.rollout.reader import Object, Reader
from opskit.rollout.targets import Target, of_object
from opskit.rollout.telling.words import place
from opskit.rollout.workload import condition, labels, template

_MOST = 3


class Fact(NamedTuple):
    """A sentence about what is related."""

    text: str


class Step(NamedTuple):
    """A command to go on with, and what it does."""

    command: str
    what: str


def target_of(situation: Situation) -> Target:
    """The workload of a situation."""
    return of_object({"kind": situation.kind.name, **situation.workload}, "default")


def span(length: float) -> str:
    """A length of time in its largest unit: `40 s`, `12 m`, `5 h`, `3 d`."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m")):
        if length >= 2 * unit:
            return f"{int(length // unit)} {name}"
    return f"{int(length)} s"


def revisions(reader: Reader, situation: Situation, notes: list[str]) -> Iterator[Fact]:
    """What the present revision changed, and which the last good one is."""
    told = _history(reader, situation, notes)
    now = told.current if told else None
    if told is None or now is None:
        return
    before = told.before(now)
    made = _before(situation, now.created)
    cause = f" ({now.cause})" if now.cause else ""
    if before is not None:
        changed = _changed(before, now) or "changed no image"
        yield Fact(f"revision {now.number}{cause}, made {made}, {changed}")
    good = told.last_good
    if good is not None and not now.last_good:
        yield Fact(f"the last good revision was {good.revision or good.name}")


def _changed(before: Revision, now: Revision) -> str:
    old, new = before.images, now.images
    parts = [
        f"{name} from {old[name]} to {image}" if name in old else f"{name}, new, to {image}"
        for name, image in new.items()
        if old.get(name) != image
    ]
    return f"set {', '.join(parts)}" if parts else ""


def _history(reader: Reader, situation: Situation, notes: list[str]) -> History | None:
    if situation.kind is CRON_JOB:
        return None
    try:
        return history(reader, target_of(situation), situation.workload)
    except ApiError as error:
        if error.status == 403 and not any("revisions" in note for note in notes):
            notes.append(f"revisions could not be looked at: {error.message}")
        return None


def older_pods(situation: Situation, everyone: Sequence[Object]) -> list[Object]:
    """The pods that are not of the newest revision and not on their way out."""
    newest = {pod["metadata"]["uid"] for pod in situation.pods}
    return [
        pod
        for pod in everyone
        if pod["metadata"]["uid"] not in newest and not pod["metadata"].get("deletionTimestamp")
    ]


def of_older(situation: Situation, older: Sequence[Object]) -> Iterator[Fact]:
    """What is wrong with pods of older revisions: then going back does not help."""
    if not older or situation.kind is CRON_JOB:
        return
    found = symptoms(replace(situation, pods=older, memory=Memory()))
    ill = list({each.pod: each for each in found if each.pod}.values())
    for each in ill[:_MOST]:
        yield Fact(f"pod/{each.pod} of an older revision is ill too: {each.message}")
    if len(ill) < len(older):
        count = len(older) - len(ill)
        are = "1 pod of an older revision is" if count == 1 else f"{count} older pods are"
        yield Fact(f"{are} still there")


def leaving(pods: Sequence[Object], now: float) -> Iterator[Fact]:
    """Pods that are being deleted for longer than they were given."""
    for pod in pods:
        meta = pod["metadata"]
        for end in seconds(str(meta.get("deletionTimestamp") or "")):
            late = now - end
            held = meta.get("finalizers") or ()
            if late < 0 and not held:
                continue
            why = f"finalizers hold it: {', '.join(held)}" if held else "its node does not end it"
            grace = "" if late < 0 else f", {span(late)} past its grace"
            yield Fact(f"pod/{meta['name']} is being deleted{grace}; {why}")


def autoscaler(reader: Reader, target: Target, notes: list[str]) -> Iterator[Fact]:
    """An autoscaler that is at its end, or does not work."""
    path = f"/apis/autoscaling/v2/namespaces/{target.namespace}/horizontalpodautoscalers"
    for each in _listed(reader, path, notes):
        over = each["spec"].get("scaleTargetRef") or {}
        if (over.get("kind"), over.get("name")) != (target.kind.name, target.name):
            continue
        name, most = f"hpa/{each['metadata']['name']}", each["spec"].get("maxReplicas")
        status = each.get("status") or {}
        if most and status.get("desiredReplicas", 0) >= most:
            yield Fact(f"{name} is at its maximum of {most} pods")
        active = condition(each, "ScalingActive")
        if active.get("status") == "False":
            yield Fact(f"{name} does not scale: {active.get('message')}")


def budgets(reader: Reader, situation: Situation, notes: list[str]) -> Iterator[Fact]:
    """Disruption budgets that allow none: nodes cannot be drained of its pods."""
    namespace = situation.workload["metadata"].get("namespace", "default")
    path = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    own = labels(template(situation.kind, situation.workload))
    for each in _listed(reader, path, notes):
        status = each.get("status") or {}
        if matches(each["spec"].get("selector"), own) and not status.get("disruptionsAllowed", 0):
            healthy, wanted = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
            name = f"pdb/{each['metadata']['name']}"
            yield Fact(f"{name} allows no disruption: {healthy} pods are healthy, {wanted} have to")


def state(situation: Situation, found: Sequence[Symptom] = ()) -> Iterator[Fact]:
    """How the workload itself is set, where that surprises and is not told as a symptom."""
    spec, status = situation.workload["spec"], situation.workload.get("status") or {}
    told = any(each.code == "ROL114" for each in found)
    if situation.kind is DEPLOYMENT and spec.get("paused") and not told:
        yield Fact("it is paused: changes of it make no pods")
    if situation.kind is CRON_JOB and spec.get("suspend"):
        yield Fact("it is suspended: nothing runs")
    if spec.get("replicas") == 0:
        yield Fact("it is scaled to 0")
    if situation.kind is DAEMON_SET and status.get("desiredNumberScheduled") == 0:
        pod = template(situation.kind, situation.workload).get("spec") or {}
        chosen = [f"{name}={value}" for name, value in (pod.get("nodeSelector") or {}).items()]
        why = f": its nodeSelector is {', '.join(chosen)}" if chosen else ""
        yield Fact(f"no node matches it, so that it has no pods{why}")


def last_run(reader: Reader, situation: Situation) -> Symptom | None:
    """That the newest job of a CronJob has failed."""
    jobs = runs(reader, target_of(situation), dict(situation.workload), [])
    text = failure(jobs[-1]) if jobs else ""
    if not text:
        return None
    name = jobs[-1]["metadata"]["name"]
    return Symptom(f"its newest job, {name}, has failed: {text}", "JobFailed", code="ROL116")


def steps(reader: Reader, situation: Situation, found: Sequence[Symptom]) -> list[Step]:
    """Commands to go on with, the most helpful first."""
    target = target_of(situation)
    named = f"{quote(str(target))}{place(target)}"
    made: list[Step] = []
    codes = {each.code for each in found}
    if "ROL114" in codes:
        made.append(Step(f"opskit rollout resume {named}", "goes on with the rollout"))
    told = _history(reader, situation, []) if found else None
    if told is not None and (back := way_back(told)):
        made.append(Step(f"opskit rollout undo {named}", f"goes back to {back}"))
    for each in [each for each in found if each.pod][:1]:
        pod = f"{quote(each.pod)}{place(target)}"
        made.append(Step(f"kubectl describe pod {pod}", "shows all about the first pod"))
    return made


def _before(situation: Situation, stamp: str) -> str:
    for at in seconds(stamp):
        return f"{span(max(0.0, (situation.wall or time.time()) - at))} ago"
    return "some time ago"


def _listed(reader: Reader, path: str, notes: list[str]) -> list[Object]:
    """A list that need not be there; that it may not be read is noted."""
    try:
        return reader.list(path)[0]
    except ApiError as error:
        if error.status not in (403, 404):
            raise
        if error.status == 403:
            notes.append(f"{path.rpartition('/')[2]} could not be looked at: {error.message}")
        return []
