"""The capture that comes with opskit is the example scenario, as the driver saw it."""

import json
from typing import Any

import pytest

from opskit import cli
from opskit.output import Format, render_report
from opskit.redshift import check
from opskit.redshift.capture import open_capture
from opskit.redshift.emulator import scenario, serve
from tests.redshift.night import CAPTURE, EXAMPLES, NAME, answering


def test_a_check_of_it_says_what_a_live_one_says() -> None:
    """Byte for byte in JSON: `python -m tests.redshift.night` takes it again."""
    with answering() as live:
        there = render_report(check.check(live), Format.JSON)
    with open_capture(CAPTURE) as source:
        assert render_report(check.check(source), Format.JSON) == there
        assert source.contents.target == NAME
    document = json.loads(there)
    assert document["summary"]["error"] >= 2
    assert document["summary"]["unknown"] == 0
    assert document["engine"] == "provisioned"


@pytest.mark.parametrize(
    ("args", "status", "shown"),
    [
        (["locks"], 1, "SELECT pg_terminate_backend(1073741901);"),
        (["ddl", "sales.orders"], 0, '"state" character varying(16) DEFAULT'),
        (["access", "ana"], 0, 'role "analyst"'),
        (["query", "top-queries", "-o", "csv"], 0, "daily_sales"),
        (["unused"], 3, "of 30 days covered"),
        (["trend"], 0, ""),
    ],
)
def test_every_command_has_something_to_say_of_it(
    args: list[str], status: int, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["redshift", *args, "--capture", str(CAPTURE)]) == status
    assert shown in capsys.readouterr().out


def test_the_scenarios_that_come_with_opskit_serve() -> None:
    for path in EXAMPLES.glob("*.yaml"):
        with serve(scenario.load(path)) as server:
            assert server.url


def test_a_fix_names_what_it_costs_and_how_to_undo_it(capsys: pytest.CaptureFixture[str]) -> None:
    args: list[Any] = ["redshift", "check", "RSH023", "RSH027", "RSH020", "--capture", CAPTURE]
    cli.run([str(arg) for arg in args])
    out = capsys.readouterr().out
    assert "fix: VACUUM SORT ONLY" in out
    assert "cost: 570.2 GB" in out
    assert 'undo: ALTER TABLE "sales"."customers" ALTER DISTSTYLE ALL;' in out


def test_a_table_that_is_written_to_is_in_no_plan(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["redshift", "unused", "--days", "1", "--plan", "s3://bucket/archive/"]
    assert cli.run([*args, "--capture", str(CAPTURE)]) == 0
    printed = capsys.readouterr()
    assert 'DROP TABLE "archive"."orders_2019"' in printed.out
    assert '"mart"."events"' not in printed.out
    assert "mart.events is written to" in printed.err
