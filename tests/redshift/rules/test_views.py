"""RSH013 and RSH014: rules on materialized views."""

from typing import Any

import pytest

from opskit.findings import Severity
from opskit.redshift.rules.views import BROKEN
from tests.redshift.rules.views import ago, findings

VIEW: dict[str, Any] = {
    "database_name": "dev",
    "schema_name": "sales",
    "user_name": "etl",
    "name": "daily",
    "is_stale": "t",
    "state": 1,
    "autorefresh": "0",
}
GOOD = "Refresh successfully updated MV incrementally"
BAD = "Refresh failed due to an internal error."


def views(*refreshes: tuple[str, float], **changes: Any) -> dict[str, list[dict[str, Any]]]:
    """A stale view, and its refreshes: the outcome, and how many hours ago."""
    log = [
        {
            "database_name": "dev",
            "schema_name": "sales",
            "mv_name": "daily",
            "status": status,
            "start_time": ago(hours=hours),
            "end_time": ago(hours=hours),
            "duration": 2_000_000,
        }
        for status, hours in refreshes
    ]
    return {"svv_mv_info": [VIEW | changes], "sys_mv_refresh_history": log}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
@pytest.mark.parametrize("state", sorted(BROKEN))
def test_a_view_that_cannot_be_refreshed(state: int, engine: Any) -> None:
    [found] = findings("RSH013", views(state=state, is_stale="f"), engine=engine)
    assert found.severity is Severity.ERROR
    assert BROKEN[state] in found.message
    assert found.data["sql"] == ['SHOW VIEW "sales"."daily";'], "nothing that loses the definition"
    assert 'DROP MATERIALIZED VIEW "sales"."daily";' in found.fix
    assert ("rename back" in found.fix) is (state >= 103)
    assert not findings("RSH014", views(state=state), engine=engine)


@pytest.mark.parametrize("state", [0, 1, None])
def test_a_view_that_can(state: int | None) -> None:
    assert not findings("RSH013", views(state=state))


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_stale_view_that_nobody_refreshes(engine: Any) -> None:
    [found] = findings("RSH014", views((GOOD, 30)), engine=engine)
    assert found.data["sql"] == ['REFRESH MATERIALIZED VIEW "sales"."daily";']
    assert found.observed == "no refresh since 2026-11-19 04:00"
    assert "AUTO REFRESH YES" in found.fix


def test_a_refresh_that_fails_is_told_in_redshifts_words() -> None:
    [found] = findings("RSH014", views((GOOD, 5), (BAD, 2), (BAD, 1), autorefresh="1"))
    assert found.message.endswith(f"is stale: {BAD}")
    assert found.observed == "last refresh 2026-11-19 23:00"
    assert found.data["cost"]["seconds"] == 4.0
    assert "AUTO REFRESH" not in found.fix


@pytest.mark.parametrize(
    ("refreshes", "changes"),
    [
        pytest.param([], {"is_stale": "f"}, id="fresh"),
        pytest.param([], {"is_stale": "u"}, id="unknown staleness"),
        pytest.param([], {"schema_name": "pg_automv"}, id="Redshift's own"),
        pytest.param([(GOOD, 2)], {}, id="stale since its last refresh"),
        pytest.param([("MV was already updated", 2)], {}, id="called stale for its functions"),
        pytest.param([(BAD, 5), (GOOD, 2)], {}, id="mended"),
    ],
)
def test_stale_views_stay_quiet(refreshes: Any, changes: dict[str, Any]) -> None:
    assert not findings("RSH014", views(*refreshes, **changes))


def test_the_refresh_of_a_view_of_the_same_name_elsewhere_is_not_its_own() -> None:
    rows = views((GOOD, 2))
    rows["sys_mv_refresh_history"][0]["schema_name"] = "other"
    assert findings("RSH014", rows)
