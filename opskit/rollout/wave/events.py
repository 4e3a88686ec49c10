"""What the lines of a journal hold, checked before anything is made of them."""

from collections.abc import Mapping
from typing import Any

from opskit.errors import OpskitError
from opskit.rollout.targets import parse
from opskit.rollout.verdict import Outcome

_Shape = Mapping[str, type | tuple[type, ...]]
_NUMBER = (int, float)
#: What each event has beside its name; one that is not here is of a later version, and passed over.
_SHAPES: Mapping[str, _Shape] = {
    "intent": {"cluster": str, "workloads": list},
    "applied": {"cluster": str},
    "verdict": {"cluster": str, "outcome": str, "cause": str, "seconds": _NUMBER},
    "again": {"cluster": str},
    "soaking": {"cluster": str, "since": _NUMBER},
    "soaked": {"cluster": str, "outcome": str, "cause": str},
    "back-intent": {"cluster": str},
    "back": {"cluster": str, "note": str, "done": bool},
}
_WORKLOAD: _Shape = {"namespace": str, "target": str, "uid": str, "before": dict, "after": dict}


def fault(event: object) -> str:
    """What is wrong with an event as it was read; empty where nothing is."""
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return "is no line of a journal"
    name = event["event"]
    found = _misfit(event, _SHAPES.get(name, {}))
    if not found and "outcome" in event and event["outcome"] not in list(Outcome):
        found = "outcome"
    if not found and name == "intent":
        found = next(filter(None, map(_workload, event["workloads"])), "")
    return f"is no line of a journal: {name!r} has no good {found!r}" if found else ""


def _workload(told: Any) -> str:
    if not isinstance(told, dict):
        return "workloads"
    if found := _misfit(told, _WORKLOAD):
        return found
    for field in ("before", "after"):
        if not all(isinstance(image, str) for image in told[field].values()):
            return field
    try:
        parse(told["target"], told["namespace"])
    except OpskitError:
        return "target"
    return ""


def _misfit(told: Mapping[str, Any], shape: _Shape) -> str:
    """The first field that is missing, or of another kind."""
    return next((name for name, kind in shape.items() if not isinstance(told.get(name), kind)), "")
