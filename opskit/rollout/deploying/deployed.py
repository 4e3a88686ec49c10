"""A deploy as programs read it."""

from opskit.findings import Report
from opskit.rollout.deploying.deploy import Deployed, told


def fields(done: Deployed) -> dict[str, object]:
    """The deploy as the fields of `opskit.rollout.deploying.deploy/1`, but for the verdicts."""
    return {
        "preflight": [_checked(each) for each in done.preflight],
        "applied": [
            {
                "name": item.name,
                "kind": item.thing["kind"],
                "namespace": item.namespace,
                "planned": item.action,
                "action": told(item) if item.after is not None else "not-applied",
                "file": item.file,
            }
            for item in done.items
        ],
        "rolled_back": [
            {"name": each.name, "done": each.done, "note": each.note, "images": each.images or {}}
            for each in done.taken_back
        ],
        "error": str(done.error) if done.error else None,
        "notes": list(done.notes),
    }


def _checked(report: Report) -> dict[str, object]:
    """The preflight of one image as JSON."""
    return {
        **report.extra,
        "summary": report.summary(),
        "findings": [
            {
                "rule": each.rule,
                "severity": each.level.value,
                "message": each.message,
                "object": each.object,
                "fix": each.fix,
            }
            for each in report.findings
        ],
    }
