"""The sizes of tables at the times of a capture: what growth is told from."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from opskit.redshift.warehouse import Warehouse

#: So many times are enough for a line.
TIMES = 24


class Sizes(NamedTuple):
    """MB of each table, by schema and name, at one time."""

    at: datetime
    tables: Mapping[tuple[str, str], int]


def sizes_of(warehouse: Warehouse, at: datetime) -> Sizes | None:
    """The sizes that a warehouse shows; None where they could not be looked at."""
    answer = warehouse.answers.get("table-info")
    if answer is None or answer.error is not None:
        return None
    tables = {
        (str(row["schema"] or ""), str(row["table"] or "")): int(row["size_mb"])
        for row in answer.rows
        if row["size_mb"] is not None
    }
    return Sizes(at, tables)


def history(path: Path, at: datetime | None = None, times: int = TIMES) -> list[Sizes]:
    """The sizes at the snapshots of a capture up to `at`, evenly chosen, oldest first."""
    from opskit.redshift.capture import open_capture
    from opskit.redshift.check import look
    from opskit.redshift.history import store

    with store.reading(path) as connection:
        held = store.contents(connection, path)
    found = []
    for moment in spread([s.at for s in held.snapshots if at is None or s.at <= at], times):
        with open_capture(path, moment) as source:
            # the window is of no matter: sizes are a state
            seen = sizes_of(look(source, ["table-info"], window=timedelta(hours=1)), moment)
        if seen is not None:
            found.append(seen)
    return found


def spread(moments: Sequence[datetime], most: int) -> list[datetime]:
    """At most so many of the moments, the first and the last among them."""
    if len(moments) <= most:
        return list(moments)
    step = (len(moments) - 1) / (most - 1)
    return [moments[round(index * step)] for index in range(most)]
