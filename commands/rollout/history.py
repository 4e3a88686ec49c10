"""`opskit rollout history`: the revisions of a workload, and what became of them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace

if TYPE_CHECKING:
    from opskit.output import Table
    from opskit.rollout.changes.revisions import History, Revision


def history(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The workload: deploy/web, sts/db, ds/agent.")
    ],
    revision: Annotated[
        int | None,
        typer.Option("--revision", min=1, metavar="N", help="This one, with its diff."),
    ] = None,
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    output: RowsOutput = None,
) -> int:
    """Show the revisions: images, causes, outcomes.

    The newest stands last. Shown are the images that differ from those of the revision before, the
    change cause, and the outcome that --wait or 'status --record' noted; none is recorded for a
    revision that nobody watched. With --revision, the difference of its pod template follows.

    \b
    Example:
      opskit rollout history deploy/web
      opskit rollout history deploy/web --revision 4 -o json
    """
    from opskit.commands.results import finish_rows, output_format
    from opskit.commands.rollout.common import chosen, connected
    from opskit.output import ROWS, write
    from opskit.rollout.changes import revisions

    cluster = connected(context, kubeconfig)
    [found] = chosen(cluster, namespace, [target])
    past = revisions.history(cluster, found, pods=False)
    shown = [past.numbered(revision)] if revision else list(past.revisions)
    fmt = output_format(output, ROWS)
    finish_rows(_table(past, shown, detailed=bool(revision), data=fmt == "csv"), output)
    if revision and fmt == "table":
        write(past.diff(shown[0]))
    return 0


def _table(past: "History", shown: "list[Revision]", *, detailed: bool, data: bool) -> "Table":
    """The revisions as rows; as `data` with the images and the time that JSON has, for CSV."""
    from opskit.output import Column, Table

    rows = [_row(past, each, detailed=detailed) for each in shown]
    columns = [
        Column("revision", least=8),
        Column("images") if data else Column("change", "images"),
        Column("created") if data else Column("age", least=4),
        Column("outcome"),
        Column("mark"),
    ]
    if any(row["cause"] for row in rows):
        columns.insert(3, Column("cause"))
    extra = {"namespace": past.target.namespace, "target": str(past.target)}
    return Table("opskit.rollout.history/1", columns, rows, "revisions", extra)


def _row(past: "History", each: "Revision", *, detailed: bool) -> dict[str, Any]:
    from opskit.rollout.changes.plan import image_changes

    before = past.before(each)
    changes = image_changes(before.template if before else {}, each.template)
    told = each.recorded
    marks = ["current"] * each.current + ["last good"] * each.last_good
    row: dict[str, Any] = {
        "revision": each.number,
        "change": ", ".join(f"{one.container}: {one.after or 'gone'}" for one in changes)
        or "the same",
        "age": _age(each.created),
        "cause": each.cause,
        "outcome": f"{told.outcome} ({told.code})" if told and told.code else told and told.outcome,
        "mark": ", ".join(marks),
        "name": each.name,
        "images": each.images,
        "image_changes": [one._asdict() for one in changes],
        "created": each.created,
        "current": each.current,
        "last_good": each.last_good,
        "recorded": {"outcome": told.outcome, "code": told.code, "at": told.at} if told else None,
    }
    if detailed:
        row["template"] = past.shown(each)
        row["diff"] = past.diff(each)
    return row


def _age(created: str) -> str:
    """How long ago, in the largest unit that fits, as kubectl has it."""
    from datetime import UTC, datetime

    try:
        seconds = (datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds()
    except ValueError:
        return ""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(max(seconds, 0))}s"
