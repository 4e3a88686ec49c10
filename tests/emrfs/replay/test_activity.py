"""Who ran applications when, from YARN's audit log and Spark's event logs, and what it takes away
from the candidates: never one who may have asked.
"""

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.emrfs.replay import activity, local, sources
from opskit.emrfs.replay.activity import AFTER, BEFORE, MOST, Activity, Window
from opskit.emrfs.replay.candidates import CLUSTER
from opskit.emrfs.replay.judge import Verdict
from opskit.emrfs.replay.replay import Row, replay
from opskit.errors import InputError
from tests.emrfs.replay.logs import arn, record
from tests.emrfs.replay.test_judge import G1, G2, GET, NODE, RULES, allow, make

DAY = datetime(2026, 11, 19)
SUBMIT, FINISH, KILL = (
    *("Submit Application Request", "Application Finished - Succeeded"),
    "Kill Application Request",
)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def audit(hour: float, user: str, operation: str, app: int, result: str = "SUCCESS") -> str:
    """A line as ResourceManager's RMAuditLogger writes it."""
    return (
        f"{at(hour):%Y-%m-%d %H:%M:%S},123 INFO org.apache.hadoop.yarn.server.resourcemanager."
        f"RMAuditLogger (IPC Server handler 1 on default port 8032): USER={user}\tIP=10.0.3.31\t"
        f"OPERATION={operation}\tTARGET=ClientRMService\tRESULT={result}\t"
        f"APPID=application_1700000000000_{app:04}\tQUEUENAME=default"
    )


@pytest.fixture
def yarn(tmp_path: Path) -> Any:
    def read(*files: list[str]) -> Activity:
        made, paths = Activity(), []
        for number, lines in enumerate(files):
            paths.append(tmp_path / f"rm-{number}.log")
            paths[-1].write_text("\n".join(lines))
        activity.yarn(paths, made)
        return made

    return read


def active(made: Activity, when: datetime) -> frozenset[str] | None:
    """Who was active at a time, by the slot that the SQL finds."""
    edges, users = made.slots()
    assert len(users) == len(edges) + 1
    return users[sum(edge <= when for edge in edges)]


def test_an_application_is_a_window_with_margins(yarn: Any) -> None:
    made = yarn(
        [
            audit(0, "rm", "Register App Master", 9),
            audit(2, "ann", SUBMIT, 1),
            "2026-11-19 02:30:00 INFO something else",
            audit(3, "ann", FINISH, 1),
            audit(8, "rm", "Register App Master", 9),
        ]
    )
    assert made.windows == [Window("ann", at(2), at(3))]
    assert active(made, at(2.5)) == {"ann"}
    assert active(made, at(2) - BEFORE) == {"ann"}
    assert active(made, at(3) + AFTER - timedelta(seconds=1)) == {"ann"}
    assert active(made, at(2) - BEFORE - timedelta(seconds=1)) == frozenset()
    assert active(made, at(3) + AFTER) == frozenset()


def test_nothing_is_known_before_the_first_record_and_behind_the_last(yarn: Any) -> None:
    made = yarn([audit(2, "ann", SUBMIT, 1), audit(3, "ann", FINISH, 1)])
    assert active(made, at(2) - timedelta(seconds=1)) is None
    assert active(made, at(3)) is None
    assert active(made, at(2)) == {"ann"}
    assert Activity().slots() == ([], [None])


def test_windows_that_overlap_have_both(yarn: Any) -> None:
    made = yarn(
        [
            audit(1, "ann", SUBMIT, 1),
            audit(2, "bob", SUBMIT, 2),
            audit(3, "ann", FINISH, 1),
            audit(5, "bob", FINISH, 2),
            audit(6, "eve", SUBMIT, 3),
            audit(9, "eve", FINISH, 3),
        ]
    )
    assert active(made, at(1.5)) == {"ann"}
    assert active(made, at(2.5)) == {"ann", "bob"}
    assert active(made, at(4)) == {"bob"}
    assert active(made, at(5.5)) == frozenset()
    assert active(made, at(7)) == {"eve"}


def test_one_that_never_ended_is_active_to_the_last(yarn: Any) -> None:
    made = yarn([audit(1, "ann", SUBMIT, 1), audit(9, "bob", SUBMIT, 2)])
    assert active(made, at(8)) == {"ann"}


def test_one_that_started_before_the_logs_is_active_from_the_first(yarn: Any) -> None:
    """Of all files, in whatever order they are given."""
    late = [audit(5, "x", SUBMIT, 2), audit(6, "ann", FINISH, 1), audit(9, "x", FINISH, 2)]
    early = [audit(1, "y", SUBMIT, 3), audit(2, "y", FINISH, 3)]
    for files in ((early, late), (late, early)):
        made = yarn(*files)
        assert "ann" in (active(made, at(1.5)) or ())
        assert "ann" in (active(made, at(5.5)) or ())
        assert "ann" not in (active(made, at(7)) or ())


def test_a_request_to_kill_ends_nothing_and_is_nobodys_application(yarn: Any) -> None:
    """It may be refused, and it is of the one who asks."""
    made = yarn(
        [
            audit(1, "ann", SUBMIT, 1),
            audit(2, "eve", KILL, 1, "FAILURE"),
            audit(8, "ann", "Application Finished - Killed", 1),
            audit(9, "eve", KILL, 1),
        ]
    )
    assert active(made, at(7)) == {"ann"}


def test_many_windows_are_taken_together_and_lose_nobody() -> None:
    made = Activity()
    for number in range(4000):
        made.windows.append(Window(f"u{number}", at(number / 100), at(number / 100 + 0.005)))
        made.see(at(number / 100))
    edges, users = made.slots()
    assert len(edges) <= MOST + 1
    assert len(users) == len(edges) + 1
    for number in range(0, 3999, 37):
        slot = sum(edge <= at(number / 100 + 0.002) for edge in edges)
        assert f"u{number}" in (users[slot] or ())


HOURS = st.one_of(st.none(), st.integers(0, 20))


@given(
    st.lists(st.tuples(st.sampled_from("abc"), HOURS, HOURS), max_size=8),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_whoever_ran_something_is_active(
    ran: list[tuple[str, int | None, int | None]], seen: int, when: int
) -> None:
    made = Activity()
    made.see(at(seen))
    for user, start, end in ran:
        if start is None or end is None or start <= end:
            made.windows.append(
                Window(user, None if start is None else at(start), None if end is None else at(end))
            )
            for hour in (start, end):
                if hour is not None:
                    made.see(at(hour))
    found = active(made, at(when))
    for window in made.windows:
        if (window.start or DAY) <= at(when) <= (window.end or at(99)):
            assert found is None or window.user in found


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["nothing of the kind"],
        ["2026-99-99 00:00:00" + audit(1, "ann", SUBMIT, 1)[19:]],
        ["\0\1\2"],
        ['{"Event": "SparkListenerApplicationStart"}'],
    ],
)
def test_what_is_no_audit_log_is_refused(yarn: Any, lines: list[str]) -> None:
    with pytest.raises(InputError, match=r"no record of YARN's audit log|is a binary file"):
        yarn(lines)


def test_lines_made_to_be_slow_are_not(yarn: Any) -> None:
    start = time.process_time()
    piece = "2026-11-19 00:00:00 USER=a OPERATION=b TARGET="
    yarn([piece * 90, piece[:20] * 5000, "USER=" * 900, audit(1, "ann", SUBMIT, 1)])
    assert time.process_time() - start < 5


def spark_log(user: str, start: float, end: float | None) -> bytes:
    def event(name: str, hour: float, **more: Any) -> str:
        stamp = int(at(hour).replace(tzinfo=UTC).timestamp() * 1000)
        return json.dumps({"Event": name, "Timestamp": stamp, **more})

    lines = ['{"Event":"SparkListenerLogStart","Spark Version":"3.5.0"}']
    lines.append(event("SparkListenerApplicationStart", start, User=user))
    lines.append('{"Event":"SparkListenerJobStart","Job ID":0}')
    if end is not None:
        lines.append(event("SparkListenerApplicationEnd", end))
    return "\n".join(lines).encode()


def test_event_logs_of_spark(tmp_path: Path) -> None:
    made, paths = Activity(), []
    for name, data in {
        "one": spark_log("ann", 1, 3),
        "two.gz": gzip.compress(spark_log("bob", 2, None)),
        "three": spark_log("eve", 8, 9),
    }.items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    activity.spark(paths, made)
    assert active(made, at(1.5)) == {"ann"}
    assert active(made, at(2.5)) == {"ann", "bob"}
    assert active(made, at(7)) == {"bob"}
    assert active(made, at(8.5)) == {"bob", "eve"}
    assert active(made, at(0.5)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"Event":"SparkListenerApplicationStart","Timestamp":"x","User":"ann"}',
        '{"Event":"SparkListenerApplicationStart","Timestamp":1e300,"User":"ann"}',
        '{"Event":"SparkListenerApplicationStart","Timestamp":NaN,"User":"ann"}',
        '{"Event":"SparkListenerApplicationStart","Timestamp":1700000000000}',
        '["SparkListenerApplicationStart"]',
        '{"Event":"SparkListenerApplicationStart","Timest',
    ],
)
def test_what_is_no_event_log_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "e"
    path.write_text(text)
    with pytest.raises(InputError, match="no start of a Spark application") as error:
        activity.spark([path], Activity())
    assert error.value.where == str(path)


# What it makes of candidates.

USERS = {"ann": ("g1",), "bob": ("g1", "g2"), "eve": ("g2",)}


@pytest.fixture
def rows(tmp_path: Path) -> Any:
    """The rows for a read of R1 (or the base role) at 12, with the applications that ran."""

    def run(
        made: Activity | None,
        role: str = "R1",
        name: str = "EmrFS-Session",
        *,
        complete: bool = True,
    ) -> list[Row]:
        rules = {**RULES, "Base": [allow("lake/*")]}
        old, new = (make(each, USERS, complete=complete, **rules) for each in ([G1, G2], [G2, G1]))
        path = tmp_path / "a.log"
        path.write_text(record(arn(role, name), GET, "lake", "x", time="19/Nov/2026:12:00:00"))
        found = sources.find([str(path)])
        read = lambda ranges, slots: local.read(found, ranges, slots, sources.stream).tally  # noqa: E731
        return list(replay(old, new, read, made).rows)

    return run


def ran(*users: str) -> Activity:
    """All of the day is known; the users were active around 12."""
    made = Activity(first=at(0), last=at(24))
    made.windows = [Window(user, at(11), at(13)) for user in users]
    return made


@pytest.mark.parametrize(
    ("users", "verdict", "people", "narrowed"),
    [
        (("ann",), Verdict.KEPT, ["ann"], True),
        (("bob",), Verdict.BROKEN, ["bob"], True),
        (("ann", "bob", "eve"), Verdict.PARTLY, ["ann", "bob"], False),
        (("eve",), Verdict.PARTLY, ["ann", "bob"], False),
        ((), Verdict.PARTLY, ["ann", "bob"], False),
        (("stranger",), Verdict.PARTLY, ["ann", "bob"], False),
    ],
)
def test_only_those_who_ran_something_are_left_if_any_did(
    rows: Any, users: tuple[str, ...], verdict: Verdict, people: list[str], narrowed: bool
) -> None:
    [row] = rows(ran(*users))
    assert (row.kind.verdict, row.people, row.narrowed) == (verdict, people, narrowed)


def test_a_user_in_no_directory_may_be_any_stranger(rows: Any) -> None:
    [row] = rows(ran("stranger"), complete=False)
    assert row.narrowed
    assert "ann" not in row.people
    assert "members of g1" in row.people
    [row] = rows(ran("ann"), complete=False)
    assert row.people == ["ann"]


def test_outside_of_what_the_files_tell_nothing_is_narrowed(rows: Any) -> None:
    made = Activity([Window("ann", at(1), at(2))], at(0), at(3))
    [row] = rows(made)
    assert (row.people, row.narrowed) == (["ann", "bob"], False)
    assert [row.kind for row in rows(None)] == [row.kind]


def test_the_cluster_itself_is_always_left(rows: Any) -> None:
    old = rows(ran("ann"), role="Base", name=NODE)
    [row] = old
    assert CLUSTER in row.people
