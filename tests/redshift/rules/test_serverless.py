"""RSH106 and RSH107: rules on serverless workgroups."""

from typing import Any

from opskit.findings import Severity
from tests.redshift.rules.views import ago, findings


def minutes(
    *figures: tuple[float, int, float], hours_ago: float = 3
) -> dict[str, list[dict[str, Any]]]:
    """Minutes: RPU-seconds computed, those charged, and RPUs."""
    rows = [
        {
            "start_time": ago(hours=hours_ago, minutes=-n),
            "compute_seconds": computed,
            "charged_seconds": charged,
            "compute_capacity": capacity,
            "data_storage": 1000,
        }
        for n, (computed, charged, capacity) in enumerate(figures)
    ]
    return {"sys_serverless_usage": rows}


def test_rpu_hours_are_those_charged() -> None:
    usage = minutes((7000, 360_000, 128), (0, 3_600, 8), (0, 7_200, 8))
    [found] = findings("RSH106", usage, engine="serverless")
    assert found.severity is Severity.INFO
    assert found.message == "103 RPU-hours were charged in 24 h"
    assert found.observed == "103.0 RPU-hours; dearest: 11-20 01h 103.0"
    assert found.data["rpu_hours"] == 103.0
    assert not findings("RSH106", minutes((7000, 360_000, 128)), engine="serverless")
    assert not findings("RSH106", minutes((7000, 999_999, 128), hours_ago=30), engine="serverless")


def test_what_was_charged_beyond_what_was_computed() -> None:
    usage = minutes(*[(48.5, 480, 8)] * 60)
    [found] = findings("RSH107", usage, engine="serverless")
    assert found.message == "90 % of the RPU-hours charged were not computed"
    assert found.observed == "8.0 RPU-hours charged, 0.8 computed, in 60 minutes"


def test_minutes_are_weighed_together() -> None:
    """One minute may have only the work, the next only its charge."""
    assert not findings("RSH107", minutes((7200, 0, 8), (0, 7200, 8)), engine="serverless")
    assert not findings("RSH107", minutes((5040, 7200, 8)), engine="serverless"), "30 %"
    assert not findings("RSH107", minutes((0, 3599, 8)), engine="serverless"), "next to nothing"
    assert not findings("RSH107", minutes((9000, 7200, 8)), engine="serverless"), "not charged yet"


def test_a_cluster_has_no_rpus() -> None:
    assert not findings("RSH106", {})
