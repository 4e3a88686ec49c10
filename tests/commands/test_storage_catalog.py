"""`opskit storage catalog show`, `verify` and `diff` from the command line."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from opskit import cli
from opskit.storage.catalog.load import BUNDLED
from tests.storage.catalog.test_check import HEAD, REST, STORAGE
from tests.storage.catalog.test_check import fact as line

NEWER = f"{STORAGE}, value: 0.03, note: announced".replace("2026-01-01", "2026-07-01")


def run(*args: object) -> int:
    return cli.run(["storage", "catalog", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


def folder(path: Path, *facts: str) -> Path:
    """A catalog of one provider with these facts."""
    path.mkdir()
    (path / "acme.yaml").write_text(HEAD + "".join(line(each) for each in facts))
    return path


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    return folder(tmp_path / "prices", f"{STORAGE}, value: 0.02", NEWER)


def test_show_lists_what_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("show", "aws", "--region", "us-east-1", "--item", "storage", "--class", "glacier") == 0
    )
    said = capsys.readouterr()
    assert said.out == "PRICE                SINCE\n0.0036 USD/GB-month  2025-08-28\n"
    assert said.err == ""


def test_show_stars_what_is_not_verified(capsys: pytest.CaptureFixture[str]) -> None:
    run("show", "aws", "--region", "us-west-2", "--class", "standard", "--item", "storage")
    said = capsys.readouterr()
    assert "0.022 USD/GB-month*  51,200 to 512,000 GB" in said.out
    assert "0.023 USD/GB-month   0 to 51,200 GB" in said.out
    assert said.err == "* not verified, or sources disagree: 1 of 3; -o json says why\n"


@pytest.mark.parametrize(
    ("args", "values"),
    [
        ((), ["0.03"]),
        (("--as-of", "2026-06-30"), ["0.02"]),
        (("--as-of", "2026-07-01"), ["0.03"]),
        (("--as-of", "2025-06-30"), []),
        (("--history",), ["0.02", "0.03"]),
        (("--history", "--as-of", "2026-06-30"), ["0.02"]),
    ],
)
def test_show_as_of_a_day(
    prices: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], values: list[str]
) -> None:
    assert run("show", "acme", "--catalog", prices, "-o", "json", *args) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "opskit.storage.catalog.show/1"
    assert [each["value"] for each in told["facts"] if each["item"] != "units"] == values
    assert list(told["units"]) == (["acme"] if values else [])


def test_show_lists_how_a_provider_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "b2") == 0
    assert "units              *         10^9 bytes/GB, 1000 GB/TB, 30 days/month*" in (
        capsys.readouterr().out
    )


def test_show_takes_the_name_of_a_class_in_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--region", "us-east-1", "--item", "storage")
    assert run("show", "aws", "--class", "STANDARD_IA", *args) == 0
    by_api = capsys.readouterr().out
    assert run("show", "aws", "--class", "standard-ia", *args) == 0
    assert by_api == capsys.readouterr().out
    assert "0.0125 USD/GB-month" in by_api


def test_show_says_when_there_is_nothing(prices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "acme", "--catalog", prices, "--as-of", "2020-01-01") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "no such price is known on 2020-01-01\n")


def test_show_gives_programs_every_fact_with_its_source(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("show", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) > 500
    assert {row["provider"] for row in rows} >= {"aws", "b2", "wasabi", "r2", "gcs", "azure"}
    for row in rows:
        assert row["value"]
        assert row["source_title"]
        assert row["read_on"]
        assert row["status"] in ("verified", "unverified", "conflict")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("show", "amazon"), "is no provider of the catalog"),
        (("show", "aws", "--region", "eu-west-11"), "did you mean eu-west-1?"),
        (("show", "--item", "egres"), "did you mean egress?"),
        (("show", "--as-of", "2026-13-01"), "--as-of"),
        (("show", "--catalog", "nowhere"), "nowhere"),
        (("verify", "--max-age", "a while"), "--max-age"),
        (("diff",), "either two folders of prices, or two days"),
        (("diff", "a", "--from", "2026-01-01"), "either two folders of prices, or two days"),
        (("diff", "--from", "2999-01-01"), "is not before"),
        (("diff", "--from", "2026-01-01", "--as-of", "2026-01-01"), "either two folders"),
        (("diff", "nowhere", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_asked(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str
) -> None:
    assert run(*args) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err


@pytest.mark.parametrize("command", [("show",), ("verify",), ("diff",)])
def test_a_catalog_edited_badly_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(BUNDLED, copy)
    file = copy / "b2.yaml"
    lines = file.read_text().splitlines(keepends=True)
    number = next(n for n, each in enumerate(lines, 1) if "item: storage" in each)
    lines[number - 1] = lines[number - 1].replace("unit: USD/TB-month", "unit: USD/TB")
    file.write_text("".join(lines))
    where = [copy] if command == ("diff",) else ["--catalog", copy]
    assert run(*command, *where) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"b2.yaml:{number}:" in said.err
    assert "'USD/TB' is no unit of storage" in said.err


def test_verify_of_the_bundled_catalog(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify") == 0
    text = capsys.readouterr().out
    assert "OLDEST READING" in text
    assert "Sources disagree:\n" in text
    assert "Unfit" not in text


def test_verify_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "opskit.storage.catalog.verify/1"
    assert told["fit"] is True
    assert told["unfit"] == []
    aws = next(each for each in told["providers"] if each["provider"] == "aws")
    assert aws["facts"] == aws["verified"] + aws["unverified"] + aws["conflict"] > 300
    assert all(each["why"] for each in told["conflicts"])


@pytest.mark.parametrize(("age", "status"), [("100y", 0), ("0d", 1)])
def test_verify_with_an_age(
    prices: Path, capsys: pytest.CaptureFixture[str], age: str, status: int
) -> None:
    assert run("verify", "--catalog", prices, "--max-age", age, "-o", "json") == status
    told = json.loads(capsys.readouterr().out)
    assert told["fit"] is (status == 0)
    assert bool(told["stale"]) is (status == 1)


def test_verify_fails_on_what_is_unfit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ahead = f"{STORAGE}, value: 0.02".replace("read_on: 2026-01-02", "read_on: 2999-01-02")
    bad = folder(tmp_path / "bad", ahead)
    assert run("verify", "--catalog", bad) == 1
    assert "acme storage standard: 0.02 USD/GB-month: read on 2999-01-02" in capsys.readouterr().out


def test_diff_of_two_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "--from", "2026-04-01", "--to", "2027-01-28") == 1
    text = capsys.readouterr().out
    assert "6.00 -> 6.95 USD/TB-month (+15.8 %)" in text
    assert "6.99 -> 7.99 USD/TB-month (+14.3 %)" in text
    assert "law" in text
    assert [line.split()[0] for line in text.splitlines() if "(tiers)" in line] == ["gcs"]


def test_diff_of_two_days_as_json(prices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--catalog", prices, "--from", "2026-06-30", "--to", "2026-07-01", "-o", "json")
    assert run("diff", *args) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "opskit.storage.catalog.diff/1"
    (change,) = (each for each in told["changes"] if each["provider"] == "acme")
    assert (change["old"], change["new"], change["percent"]) == ("0.02", "0.03", "50.0")
    assert change["effective_from"] == "2026-07-01"


def test_diff_without_a_difference(prices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", prices, prices) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("no price and no rule differs")
    assert run("diff", "--catalog", prices, "--from", "2026-07-01", "--to", "2026-07-02") == 0


def test_diff_of_two_folders(
    prices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder(
        tmp_path / "other",
        f"{STORAGE}, value: 0.02",
        f"item: egress, value: 0.01, unit: USD/GB, {REST}",
    )
    assert run("diff", prices, other, "--as-of", "2026-06-01", "-o", "jsonl") == 1
    changes = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert [(each["change"], each["item"], each["old"], each["new"]) for each in changes] == [
        ("added", "egress", None, "0.01"),
        ("value", "storage", "0.03", "0.02"),
    ]


def test_diff_of_one_folder_is_against_the_bundled_catalog(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same, changed = tmp_path / "same", tmp_path / "changed"
    shutil.copytree(BUNDLED, same)
    shutil.copytree(BUNDLED, changed)
    file = changed / "aws.yaml"
    file.write_text(file.read_text().replace("value: 0.0036,", "value: 0.0040,", 1))
    assert run("diff", same) == 0
    capsys.readouterr()
    assert run("diff", changed) == 1
    assert "0.0036 -> 0.0040 USD/GB-month (+11.1 %)" in capsys.readouterr().out
