"""What a snapshot came to, as rows."""

from pathlib import Path

from opskit.output import Column, Table
from opskit.redshift.capture import Taken
from opskit.redshift.catalog import views
from opskit.redshift.source import Reason


def described(taken: Taken, path: Path) -> Table:
    """One row a view: what was read of it, or why nothing was."""
    rows = [
        {
            "view": reading.view,
            "kind": views()[reading.view].kind,
            "status": "failed" if reading.error else "read",
            "rows": None if reading.error else reading.rows,
            "since": reading.since if views()[reading.view].kind == "log" else None,
            "reason": reading.error.message if reading.error else "",
        }
        for reading in taken.readings
    ]
    return Table(
        "opskit.redshift.capture/1",
        [Column("view"), Column("status"), Column("rows"), Column("reason")],
        rows,
        key="views",
        extra={
            "file": str(path),
            "snapshot": taken.number,
            "at": taken.at,
            "gap": list(taken.gap) if taken.gap else None,
        },
    )


def incomplete(taken: Taken) -> bool:
    """Whether a view that the warehouse has could not be read."""
    return any(r.error is not None and r.error.reason is not Reason.MISSING for r in taken.readings)
