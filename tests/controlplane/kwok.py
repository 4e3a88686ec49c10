"""The Stages of KWOK, written out of ``stages``: selectors in jq, statuses as Go templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.controlplane import templates
from tests.controlplane.stages import (
    BEHAVIOURS,
    LINGER_SECONDS,
    RUNNING,
    Behaviour,
    Event,
    State,
    Step,
)

_BACK_OFFS = "`10s` `20s` `40s` `1m20s` `2m40s` `5m0s`"
_VALUES = {
    "image": "$c.image",
    "name": "$c.name",
    "pod": "$id",
    "back-off": f"(index (list {_BACK_OFFS}) (min 5 (max 0 (sub $n 1))))",
}
_CRASH_LOOP = "CrashLoopBackOff"
_HEARTBEAT_SECONDS = 15.0


def stages() -> Iterator[dict[str, Any]]:
    """All Stages as documents."""
    ready = '.status.conditions[]? | select(.type == "Ready") | .status'
    yield _stage("node-starts", "Node", [(ready, "NotIn", "True")], 0, 0, templates.NODE)
    yield _stage(
        "node-lives", "Node", [(ready, "In", "True")], 0, _HEARTBEAT_SECONDS, templates.NODE
    )
    yield from _pods()
    for behaviour in BEHAVIOURS:
        for number, step in enumerate(behaviour.steps):
            yield _step(behaviour, step, number)


def _pods() -> Iterator[dict[str, Any]]:
    """What pods do whose images have none of the tags, and how all of them end."""
    tags = "|".join(behaviour.tag for behaviour in BEHAVIOURS)
    images = f"[(.spec.containers + (.spec.initContainers // []))[].image | test({_tag(tags)})]"
    start = Step("new", RUNNING, ready=True)
    status = _status(Behaviour("no tag has spaces", "", [start]), start)
    healthy = [
        _HERE,
        (f"{images} | any | tostring", "NotIn", "true"),
        (".status.containerStatuses", "DoesNotExist", None),
    ]
    owned = (".metadata.ownerReferences[]?.kind", "In", "Job")
    complete = [_HERE, owned, (".status.phase", "In", "Running")]
    linger = f"[.spec.containers[].image | test({_tag('lingers')})] | any | tostring"
    yield _stage("pod-is-ready", "Pod", healthy, 0, 0, status)
    yield _stage("pod-completes", "Pod", complete, 0, 0, templates.COMPLETE)
    yield _stage("pod-ends", "Pod", [_GONE], 0, 0)
    yield _stage("pod-lingers", "Pod", [_GONE, (linger, "In", "true")], 1, LINGER_SECONDS)


_HERE = (".metadata.deletionTimestamp", "DoesNotExist", None)
_GONE = (".metadata.deletionTimestamp", "Exists", None)


def _step(behaviour: Behaviour, step: Step, number: int) -> dict[str, Any]:
    group = "initContainers" if behaviour.init else "containers"
    tag = _tag(behaviour.tag)
    its = f"[.status.{group[:-1]}Statuses[]? | select(.image | test({tag}))][0]"
    state = (
        f'{its} | if . == null then "new" elif .state.waiting then .state.waiting.reason'
        ' elif .state.terminated then "terminated" else "running" end'
    )
    when = [
        _HERE,
        (f"[.spec.{group}[]?.image | test({tag})] | any | tostring", "In", "true"),
        (state, "In", step.when),
        (".status.phase", "In", "Pending", "Running"),
    ]
    if step.restarts:
        low, high = step.restarts
        count = f"{its}.restartCount // 0"
        when.append((f"{count} | (. >= {low} and . < {high}) | tostring", "In", "true"))
    elif step.when == "running":
        when.append((f"{its}.ready | tostring", "In", "false"))
    events = [_event(behaviour, event) for event in step.events]
    name = f"{behaviour.tag}-{number}"
    return _stage(name, "Pod", when, 1, step.after, _status(behaviour, step), events)


def _stage(
    name: str,
    kind: str,
    when: list[tuple[Any, ...]],
    weight: int,
    after: float,
    status: str = "",
    events: list[str] | None = None,
) -> dict[str, Any]:
    """One Stage; it deletes without a status. A weight of 0 leaves the field to others."""
    steps: list[dict[str, Any]] = [{"apply": {"template": event}} for event in events or []]
    if status:
        steps.append({"patch": {"subresource": "status", "root": "status", "template": status}})
    else:
        steps.append({"delete": True})
    expressions = [
        {"key": key, "operator": operator, "values": [value for value in values if value]}
        for key, operator, *values in when
    ]
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": kind},
            "selector": {"matchExpressions": expressions},
            "weight": weight,
            "delay": {"durationMilliseconds": round(after * 1000)},
            "steps": steps,
        },
    }


def _status(behaviour: Behaviour, step: Step) -> str:
    state = step.state
    runs = state.kind != "waiting" or state.reason == _CRASH_LOOP
    repeated = step.when in (state.kind, state.reason)
    return _filled(
        templates.STATUS,
        GROUP="initContainers" if behaviour.init else "containers",
        TAG=_pattern(behaviour.tag),
        INITIALIZED=str(not behaviour.init or step.ready),
        INIT=str(behaviour.init and not step.ready).lower(),
        PHASE="Pending" if behaviour.init or not runs else "Running",
        ALL_READY=str(step.ready),
        PROBED="{{ $now | Quote }}" if repeated else "null",
        RESTARTED=str(int(step.restarted)),
        IS_READY=str(step.ready).lower(),
        IS_STARTED=str(state.kind == "running").lower(),
        PULLED=str(runs).lower(),
        STATE=_state(state),
        LAST=_state(step.last) if step.last else "{{ $last | toJson }}",
    )


def _event(behaviour: Behaviour, event: Event) -> str:
    return _filled(
        templates.EVENT,
        GROUP="initContainers" if behaviour.init else "containers",
        TAG=_pattern(behaviour.tag),
        MESSAGE=_text(event.message),
        TYPE=event.type,
        REASON=event.reason,
    )


def _state(state: State) -> str:
    message = f"{{{{ {_text(state.message)} | Quote }}}}" if state.message else "null"
    if state.kind == "running":
        return "{running: {startedAt: {{ $began | Quote }}}}"
    if state.kind == "waiting":
        return f"{{waiting: {{reason: {state.reason}, message: {message}}}}}"
    return (
        f"{{terminated: {{exitCode: {state.exit_code}, reason: {state.reason}, message: {message},"
        " startedAt: {{ $began | Quote }}, finishedAt: {{ $now | Quote }},"
        " containerID: {{ $ran | Quote }}}}"
    )


def _text(message: str) -> str:
    """A Go expression of the message, its values in place."""
    parts = re.split(r"<([a-z-]+)>", message)
    return (
        "(print "
        + " ".join(
            _VALUES[part] if number % 2 else f"`{part}`" for number, part in enumerate(parts)
        )
        + ")"
    )


def _filled(template: str, **values: str) -> str:
    names = "|".join(values)
    return re.sub(rf"\b({names})\b", lambda found: values[found[0]], template)


def _pattern(tag: str) -> str:
    return f":({tag})(@|$)"


def _tag(tag: str) -> str:
    return json.dumps(_pattern(tag))
