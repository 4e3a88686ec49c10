"""What became of each workload of a command that changes them, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.errors import OpskitError
    from opskit.output import Table
    from opskit.rollout.changes.plan import Change
    from opskit.rollout.verdict import Verdict


@dataclass(slots=True)
class Work:
    """One workload's change, and what became of it."""

    change: "Change"
    result: str = ""
    diff: str = ""
    error: "OpskitError | None" = None
    verdict: "Verdict | None" = None


def rows_of(cluster: "Cluster", works: Sequence[Work], command: str) -> "Table":
    """The table of a command's works."""
    from opskit.output import Column, Table

    columns = [Column("target"), Column("change"), Column("result")]
    if any(work.verdict for work in works):
        columns.append(Column("outcome"))
    rows = [_row(cluster, work) for work in works]
    return Table(f"opskit.rollout.{command}/1", columns, rows, "workloads")


def _row(cluster: "Cluster", work: Work) -> dict[str, Any]:
    change, verdict = work.change, work.verdict
    images = [each._asdict() for each in change.images]
    row: dict[str, Any] = {
        "cluster": cluster.name,
        "namespace": change.target.namespace,
        "target": str(change.target),
        "change": ", ".join(
            f"{each.container}: {each.before or 'none'} -> {each.after or 'none'}"
            for each in change.images
        ),
        "result": work.result,
        "images": images,
        "note": change.note,
        "warnings": list(change.warnings),
    }
    if work.diff:
        row["diff"] = work.diff
    if work.error:
        row["error"] = str(work.error)
    if verdict:
        row["outcome"] = verdict.outcome.value
        row["cause"] = verdict.headline
    return row
