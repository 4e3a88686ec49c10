"""`opskit emrfs replay` from the command line."""

import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from opskit import cli
from opskit.clients import aws
from opskit.emrfs.replay import athena
from opskit.emrfs.replay.groups import Tally
from tests.emrfs.designs import EXAMPLES
from tests.emrfs.replay.logs import arn, record

OLD, NEW, LOG = (EXAMPLES / name for name in ("emrfs.yaml", "proposed.yaml", "access-log.txt"))
SCENARIO = "511586466501"
ENG = arn("emrfs_auth_group_role_data_eng", account=SCENARIO)
BUCKET = "emrfs-auth-data-engineering-bucket-demo"
KEPT = record(ENG, "REST.GET.OBJECT", BUCKET, "x")


def run(*args: object) -> int:
    return cli.run(["emrfs", "replay", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def log(tmp_path: Path) -> Any:
    def write(*lines: str) -> Path:
        path = tmp_path / "a.log"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return write


def test_the_bundled_log_shows_what_the_proposal_widens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(LOG, "--against", OLD, "-f", NEW, "-o", "json") == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["schema"] == "opskit.emrfs.replay/1"
    assert told["counts"] == {
        "judged": 10,
        "other_requesters": 1,
        "without_answer": 0,
        "damaged": 0,
    }
    worst = told["rows"][0]
    assert worst["verdict"] == "widened"
    assert worst["role_before"] == "emrfs_auth_group_role_data_eng"
    assert worst["roles_after"] == ["emrfs_auth_prefix_role_default_s3_prefix"]
    assert worst["example"] == "s3://emrfs-auth-default-bucket-demo/shared/calendar.csv"
    assert "dataeng1" in worst["candidates"]
    assert "go round" in told["notice"]
    assert "10 accesses judged" in err
    assert "the logs name roles, not users" in err


def test_one_file_against_itself_keeps_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(LOG, "-f", OLD) == 0
    assert "widened" not in capsys.readouterr().out


def test_csv_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    run(LOG, "--against", OLD, "-f", NEW, "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["verdict"] for row in rows][:2] == ["widened", "still denied"]
    assert sum(int(row["requests"]) for row in rows) == 10


@pytest.mark.parametrize(
    ("fail_on", "status"), [("any", 1), ("widened", 1), ("broken", 0), ("never", 0)]
)
def test_fail_on(fail_on: str, status: int) -> None:
    assert run(LOG, "--against", OLD, "-f", NEW, "--fail-on", fail_on) == status


def test_what_cannot_be_told_is_3(log: Any) -> None:
    other = record(arn("elsewhere", account=SCENARIO), "REST.GET.OBJECT", BUCKET, "x")
    assert run(log(KEPT), "-f", OLD) == 0
    assert run(log(KEPT, other), "-f", OLD) == 3


def test_no_access_at_all_is_not_all_kept(log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(log(""), "-f", OLD) == 3
    assert run(log(record("-", "REST.GET.OBJECT", BUCKET, "x")), "-f", OLD) == 3
    assert "0 accesses judged, 1 request of others" in capsys.readouterr().err


def test_what_was_damaged_is_4_and_named(
    log: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = log(KEPT, KEPT[:150])
    assert run(path, "-f", OLD, "-o", "json") == 4
    out, err = capsys.readouterr()
    assert json.loads(out)["damaged"] == {str(path): 1}
    assert f"{path}: 1 record that could not be read" in err
    packed = tmp_path / "b.gz"
    packed.write_bytes(gzip.compress(f"{KEPT}\n".encode())[:-4])
    assert run(packed, "-f", OLD, "-o", "json") == 4
    out, err = capsys.readouterr()
    [trouble] = json.loads(out)["troubles"]
    assert trouble["file"] == str(packed)
    assert "truncated" in trouble["what"]
    assert "truncated" in err


def test_broken_wins_over_damaged(log: Any) -> None:
    widened = record(
        ENG, "REST.GET.OBJECT", "emrfs-auth-default-bucket-demo", "x", "403", "AccessDenied"
    )
    assert run(log(widened, "damaged"), "--against", OLD, "-f", NEW) == 1


def test_all_files_lost_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "a.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    assert run("a.zst", "-f", OLD) == 3


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-f", OLD], "name the logs"),
        (["missing.log", "-f", OLD], "no such file"),
        (["missing/*.log", "-f", OLD], "no log file"),
        ([LOG, "-f", "missing.yaml"], "missing.yaml"),
        ([LOG, "-f", OLD, "--against", "missing.yaml"], "missing.yaml"),
        ([LOG, "-f", OLD, "--yarn", LOG], "no record of YARN's audit log"),
        ([LOG, "-f", OLD, "--spark", LOG], "no start of a Spark application"),
        ([LOG, "-f", OLD, "--engine", "athena", "--table", "d.t"], "and no files"),
        (["-f", OLD, "--engine", "athena"], "name the --table"),
        (["-f", OLD, "--engine", "athena", "--table", "a b"], "is no table"),
        (["-f", OLD, "--engine", "athena", "--table", "d.t", "--where", "("], "is no condition"),
        (["-f", OLD, "--engine", "athena", "--table", "d.t"], "--yes"),
    ],
)
def test_bad_words_are_2(
    args: list[object], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*args) == 2
    out, err = capsys.readouterr()
    assert words in err
    assert out == ""


def test_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = gzip.compress(LOG.read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run("-", "--against", OLD, "-f", NEW) == 1
    assert "widened" in capsys.readouterr().out


def test_yarn_narrows_who_it_was(
    log: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = tmp_path / "rm.log"
    line = (
        "2026-11-19 {}:00:00,1 INFO RMAuditLogger: USER={}\tIP=1\tOPERATION={}\tTARGET=x\t"
        "RESULT=SUCCESS\tAPPID=application_1_{}"
    )
    audit.write_text(
        "\n".join(
            [
                line.format("00", "dataeng1", "Submit Application Request", 1),
                line.format("05", "dataeng1", "Application Finished - Succeeded", 1),
            ]
        )
    )
    assert run(log(KEPT), "-f", OLD, "--yarn", audit, "-o", "json") == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert row["candidates"] == ["dataeng1"]
    assert row["narrowed"] is True


def test_athena_is_asked_after_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Athena's own answers are not proved here: the rows come from the test."""
    asked: list[Any] = []
    first = (0, None, ENG, "REST.GET.OBJECT", "200", "-")

    def read(client: Any, table: Any, ranges: Any, slots: Any, **more: Any) -> Tally:
        asked.append((table, more["workgroup"], more["output"]))
        region = sum(start <= f"{BUCKET}/x" for start in ranges.places) - 1
        marks = "0" * len(ranges.marks)
        made = Tally()
        made.add([(*first, region, 0, marks, 0, 12, None, None, f"{BUCKET}/x")])
        return made

    monkeypatch.setattr(aws, "client", lambda *args, **more: None)
    monkeypatch.setattr(athena, "read", read)
    words = [
        "-f",
        OLD,
        "--engine",
        "athena",
        "--table",
        "s3logs.access",
        "--where",
        "year = '2026'",
    ]
    assert run(*words, "--workgroup", "w", "--result", "s3://r/", "--yes", "-o", "json") == 0
    assert asked == [(athena.Table("s3logs.access", "accesslog", "year = '2026'"), "w", "s3://r/")]
    assert json.loads(capsys.readouterr().out)["counts"]["judged"] == 12
    monkeypatch.setattr("opskit.output.console.is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert run(*words) == 1
    err = capsys.readouterr().err
    assert "Scan s3logs.access (where year = '2026') at about 5 US dollars a TB?" in err
    assert "nothing was scanned" in err
    assert len(asked) == 1
