"""Rules on materialized views: those that cannot be refreshed, and those that are not."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import seconds
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.tables import label
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

MV_INFO = "https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_MV_INFO.html"
REFRESH = (
    "https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-refresh-sql-command.html"
)
#: SVV_MV_INFO.state: why a view cannot be refreshed any more.
BROKEN = {
    101: "a column of a base table was dropped",
    102: "the type of a column of a base table was changed",
    103: "a base table was renamed",
    104: "a column of a base table was renamed",
    105: "a schema was renamed",
}
#: Where Redshift keeps the views that it makes for itself.
AUTOMATIC = "pg_automv"


def _views(warehouse: Warehouse) -> Iterator[Row]:
    for view in warehouse.rows("materialized-views"):
        if view["schema"] and view["name"] and view["schema"] != AUTOMATIC:
            yield {**view, "table": view["name"]}


@RULES.rule(
    RedshiftRule(
        "RSH013",
        Severity.ERROR,
        title="a materialized view that cannot be refreshed",
        why="It answers with the data of its last refresh, and will do so for good.",
        fix="note its definition, drop it, create it anew; or take a rename back",
        reference=MV_INFO,
        group=Group.STORAGE,
        reads=("materialized-views",),
    )
)
def broken(warehouse: Warehouse) -> Iterator[Finding]:
    """A dropped or renamed column counts even where the view does not use it."""
    for view in _views(warehouse):
        reason = BROKEN.get(view["state"])
        if reason is None:
            continue
        back = ", or take the rename back and REFRESH it" if view["state"] >= 103 else ""
        yield finding(
            f"materialized view {label(view)} cannot be refreshed: {reason}",
            object=label(view),
            observed=f"state {view['state']}, owner {view['owner'] or 'unknown'}",
            expected="state 0 or 1",
            sql=f"SHOW VIEW {label(view)};",
            reversible=True,
            advice=f"keep what it shows; then DROP MATERIALIZED VIEW {label(view)}; and create it "
            f"anew from that{back}",
        )


@RULES.rule(
    RedshiftRule(
        "RSH014",
        Severity.WARNING,
        title="a stale materialized view",
        why="Its base tables have changed, and nothing has refreshed it: queries on it answer with "
        "old data, and other queries are not rewritten to use it.",
        fix="REFRESH MATERIALIZED VIEW, and schedule it or turn AUTO REFRESH on",
        reference=REFRESH,
        group=Group.STORAGE,
        reads=("materialized-views", "mv-refreshes"),
    )
)
def stale(warehouse: Warehouse) -> Iterator[Finding]:
    """Stale between two refreshes is how it should be; stale without one in the window is not.

    A view that uses a function like GETDATE() is always called stale, so that a refresh in the
    window is what counts.
    """
    outcomes = warehouse.rows("mv-refreshes")
    for view in _views(warehouse):
        if view["is_stale"] != "t" or view["state"] in BROKEN:
            continue
        own = [r for r in outcomes if _of(r, view)]
        good = [r for r in own if _succeeded(r)]
        if good and not _failing(own, good):
            continue
        failed = max((r for r in own if r not in good), key=_when, default=None)
        since = f"no refresh since {warehouse.since:%Y-%m-%d %H:%M}"
        yield finding(
            f"materialized view {label(view)} is stale"
            + (f": {failed['status']}" if failed and failed["status"] else ""),
            object=label(view),
            observed=f"last refresh {_when(max(good, key=_when))[:16]}" if good else since,
            expected="a refresh that succeeds, in the window",
            seconds=seconds(failed["duration_us"]) if failed else None,
            sql=f"REFRESH MATERIALIZED VIEW {label(view)};",
            reversible=True,
            advice=""
            if view["autorefresh"] == "t"
            else f"to have it refreshed: ALTER MATERIALIZED VIEW {label(view)} AUTO REFRESH YES",
            owner=name(view["owner"]) if view["owner"] else "",
        )


def _of(refresh: Row, view: Row) -> bool:
    keys = ("database", "schema", "name")
    return all(refresh[key] == view[key] for key in keys)


def _succeeded(refresh: Row) -> bool:
    """Redshift's words: 'Refresh successfully updated MV incrementally', 'already updated', ..."""
    status = (refresh["status"] or "").lower()
    return "success" in status or "already" in status or "partially" in status


def _failing(own: list[Row], good: list[Row]) -> bool:
    """Whether the last refresh is one that failed."""
    return _when(max(own, key=_when)) > _when(max(good, key=_when))


def _when(refresh: Row) -> str:
    return f"{refresh['last_time'] or ''}"
