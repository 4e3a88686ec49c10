"""`diff`: what became worse and better between two times."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opskit.errors import InputError, UsageError
from opskit.redshift import capture, duck
from opskit.redshift.diff import look as diff
from opskit.redshift.diff.look import Place, place
from opskit.redshift.source import QueryError, Reason
from tests.redshift.test_capture import Refusing
from tests.redshift.warehouses import NOW

DAY = timedelta(days=1)
LATER = NOW + DAY


def runs(now: datetime, text: str, seconds: list[float], wait: float, first: int) -> Any:
    """Runs within the last hours, with their time in the queue."""
    queries, waits = [], []
    for number, length in enumerate(seconds, start=first):
        start = now - timedelta(hours=number % 20 + 1)
        end = start + timedelta(seconds=length + wait)
        queries.append(
            {
                "userid": 100,
                "query": number,
                "querytxt": text,
                "starttime": start,
                "endtime": end,
                "aborted": 0,
            }
        )
        waits.append(
            {
                "userid": 100,
                "query": number,
                "service_class": 6,
                "service_class_name": "etl",
                "service_class_start_time": start,
                "service_class_end_time": end,
                "queue_start_time": start,
                "total_queue_time": int(wait * 1e6),
                "total_exec_time": int(length * 1e6),
            }
        )
    return queries, waits


def table(name: str, size: int, **more: Any) -> dict[str, Any]:
    return {
        "schema": "s",
        "table": name,
        "table_id": 1,
        "size": size,
        "unsorted": 0,
        "stats_off": 0,
        **more,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A day on which much changes."""
    file = tmp_path / "c.duckdb"
    q1, w1 = runs(NOW, "select slow", [20.0] * 5, 1, 100)
    q2, w2 = runs(NOW, "select fast", [90.0] * 5, 1, 200)
    q3, w3 = runs(NOW, "select rare", [20.0] * 2, 1, 300)
    old = NOW - 3 * DAY
    q3.append({"userid": 1, "query": 1, "querytxt": "x", "starttime": old, "endtime": old})
    copies = [
        {
            "userid": 100,
            "query": 400,
            "querytxt": "copy t from 's3://b'",
            "aborted": 0,
            "starttime": NOW - timedelta(hours=3),
            "endtime": NOW - timedelta(hours=2),
        }
    ]
    bytes_ = {"userid": 100, "http_method": "GET", "bucket": "b", "key": "k"}
    s3 = [
        {
            **bytes_,
            "query": 400,
            "recordtime": NOW - timedelta(hours=3),
            "transfer_size": 3600 * 2**20,
        }
    ]
    tables = [
        table("a", 4096),
        table("b", 4096, unsorted=50),
        table("old", 2048),
        table("tiny", 1, unsorted=0),
    ]
    rows = {
        "stl_query": q1 + q2 + q3 + copies,
        "stl_wlm_query": w1 + w2 + w3,
        "stl_s3client": s3,
        "svv_table_info": tables,
    }
    capture.take(duck.memory("provisioned", NOW, rows), file)
    q1, w1 = runs(LATER, "select slow", [60.0] * 5, 60, 1100)
    q2, w2 = runs(LATER, "select fast", [30.0] * 16, 0, 1200)
    q3, w3 = runs(LATER, "select rare", [90.0] * 2, 0, 1300)
    q3.append({"userid": 1, "query": 1, "querytxt": "x", "starttime": old, "endtime": old})
    copies = [
        {
            **copies[0],
            "query": 1400,
            "starttime": LATER - timedelta(hours=3),
            "endtime": LATER - timedelta(hours=1),
        }
    ]
    s3 = [{**s3[0], "query": 1400, "recordtime": LATER - timedelta(hours=3)}]
    tables = [
        table("a", 8192, stats_off=30),
        table("b", 4096, unsorted=1),
        table("new", 1024),
        table("tiny", 2, unsorted=99),
    ]
    rows = {
        "stl_query": q1 + q2 + q3 + copies,
        "stl_wlm_query": w1 + w2 + w3,
        "stl_s3client": s3,
        "svv_table_info": tables,
    }
    capture.take(duck.memory("provisioned", LATER, rows), file)
    return file


def test_what_changed_in_a_day(path: Path) -> None:
    found = diff.diff(Place(path, NOW), Place(path, None))
    seen = {
        (r["verdict"], r["kind"], r["object"].split(" ", 1)[-1], r["figure"]): (
            r["before"],
            r["after"],
            r["ratio"],
        )
        for r in found.rows
    }
    assert seen == {
        ("worse", "query", "select slow", "median seconds"): (20.0, 60.0, 3.0),
        ("better", "query", "select fast", "median seconds"): (90.0, 30.0, 0.33),
        ("changed", "query", "select fast", "runs"): (5, 16, 3.2),
        ("worse", "table", '"s"."a"', "% statistics off"): (0, 30, None),
        ("better", "table", '"s"."b"', "% unsorted"): (50, 1, 0.02),
        ("changed", "table", '"s"."a"', "GB"): (4.0, 8.0, 2.0),
        ("new", "table", '"s"."new"', "GB"): (None, 1.0, None),
        ("gone", "table", '"s"."old"', "GB"): (2.0, None, None),
        ("worse", "queue", "etl", "% of time waited"): (2.0, 23.8, 11.9),
        ("worse", "load", "COPY", "MB a second"): (1.0, 0.5, 0.5),
    }
    verdicts = [row["verdict"] for row in found.rows]
    assert verdicts == sorted(verdicts, key=["worse", "better", "changed", "new", "gone"].index)
    assert diff.worse(found)
    assert diff.unknown(found) == []
    assert found.extra["before"]["at"] == NOW  # type: ignore[index]


def test_the_other_way_round_is_the_opposite(path: Path) -> None:
    there = diff.diff(Place(path, NOW), Place(path, LATER)).rows
    back = diff.diff(Place(path, LATER), Place(path, NOW)).rows
    opposite = {"worse": "better", "better": "worse", "new": "gone", "gone": "new"}
    key = ("kind", "object", "figure", "before", "after")
    one = {(opposite.get(r["verdict"], r["verdict"]), *(r[k] for k in key)) for r in there}
    two = {
        (r["verdict"], r["kind"], r["object"], r["figure"], r["after"], r["before"]) for r in back
    }
    assert one == two


def test_a_time_with_itself_has_no_difference(path: Path) -> None:
    found = diff.diff(Place(path, None), Place(path, None))
    assert list(found.rows) == []
    assert not diff.worse(found)


def test_what_a_capture_lacks_is_not_compared(path: Path, tmp_path: Path) -> None:
    denied = QueryError("permission denied", Reason.PERMISSION, relation="svv_table_info")
    live = Refusing(
        duck.memory("provisioned", NOW, {}),
        lambda sql: denied if "svv_table_info" in sql or "FROM stl_query WHERE" in sql else None,
    )
    other = tmp_path / "other.duckdb"
    capture.take(live, other)
    found = diff.diff(Place(other, None), Place(path, None))
    assert diff.unknown(found) == ["loads", "queries", "tables"]
    assert list(found.rows) == []


def test_engines_do_not_mix(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    capture.take(duck.memory("serverless", NOW, {}), other)
    with pytest.raises(InputError, match="one is serverless, the other provisioned"):
        diff.diff(Place(other, None), Place(path, None))


def test_places(tmp_path: Path) -> None:
    assert place("a.duckdb") == Place(Path("a.duckdb"), None)
    assert place("b@c/a.duckdb@2026-01-31T04:00") == Place(
        Path("b@c/a.duckdb"), datetime(2026, 1, 31, 4)
    )
    odd = tmp_path / "a@2026"
    odd.touch()
    assert place(str(odd)) == Place(odd, None)
    with pytest.raises(UsageError):
        place("a.duckdb@noon")


REGULAR = {"usename": "ana", "usesysid": 9, "usesuper": False}


def test_two_times_of_a_capture_are_compared_without_a_word(path: Path) -> None:
    assert diff.notes(diff.diff(Place(path, NOW), Place(path, LATER))) == []


def test_the_wrong_order_is_noted(path: Path) -> None:
    [note] = diff.notes(diff.diff(Place(path, LATER), Place(path, NOW)))
    assert note.startswith(f"the first is of {LATER}, after the second of {NOW} UTC")


def test_another_warehouse_is_noted(path: Path, tmp_path: Path) -> None:
    restored = duck.memory("provisioned", LATER, {})
    restored.name = "restored/dev"
    other = tmp_path / "other.duckdb"
    capture.take(restored, other)
    [note] = diff.notes(diff.diff(Place(path, NOW), Place(other, None)))
    assert note == "two warehouses or databases are compared: memory and restored/dev"


def test_a_user_that_sees_only_a_part_is_noted_once(tmp_path: Path) -> None:
    file = tmp_path / "part.duckdb"
    live = Refusing(duck.memory("provisioned", NOW, {"pg_user": [REGULAR]}), lambda _: None, "ana")
    capture.take(live, file)
    [note] = diff.notes(diff.diff(Place(file, None), Place(file, None)))
    remedy = 'GRANT ROLE sys:monitor TO "ana"'
    part = f'{file}: user "ana" took it, and sees only a part'
    assert note == f"{part}: {remedy} shows all to the next"


def test_a_user_that_cannot_be_told_is_noted(tmp_path: Path) -> None:
    refused = QueryError("permission denied", Reason.PERMISSION, relation="svv_user_grants")
    live = duck.memory("provisioned", NOW, {})
    deny = Refusing(live, lambda sql: refused if "svv_user_grants" in sql else None, "duckdb")
    files = [tmp_path / "denied.duckdb", tmp_path / "nobody.duckdb"]
    capture.take(deny, files[0])
    capture.take(Refusing(live, lambda _: None, "nobody"), files[1])
    one, two = diff.notes(diff.diff(*(Place(file, None) for file in files)))
    assert one == f"{files[0]}: could not tell whether its user sees all: permission denied"
    assert two.startswith(f"{files[1]}: could not tell which user took it")
