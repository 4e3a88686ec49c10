"""`opskit storage compare` from the command line: ranges, changes, exit statuses."""

import csv
import io
import json

import pytest

from opskit import cli

TEN = ("--tb", "10", "--avg-object", "4MB", "--as-of", "2026-11-28")


def run(*args: object) -> int:
    return cli.run(["storage", "compare", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


def test_where_wasabi_ends_and_r2_begins(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", "egress=0..10x", "--providers", "aws,wasabi,r2", "-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.storage.compare/1"
    assert found["base"] == 10**13
    assert [each["winner"] for each in found["rows"]] == ["wasabi standard", "r2 standard"]
    [change] = found["changes"]
    assert change["at"] == 10**13 + 1
    assert change["first_changes"]
    assert change["words"] == ["wasabi standard breaks its policy"]
    top = found["rows"][0]["top"]
    assert [each["place"] for each in top] == [
        "wasabi standard",
        "r2 standard",
        "aws standard",
    ]
    assert top[0]["total_from"] == top[0]["total_to"] == 72.67
    assert top[2]["total_from"] < top[2]["total_to"]


def test_the_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", "egress=0..10x", "--providers", "b2,r2", "--allow-unverified") == 0
    told = capsys.readouterr()
    assert "from 3.8x (38.04 TB) on, r2 standard is cheaper than b2 standard" in told.err
    head, first, *_ = told.out.splitlines()
    assert head.split() == ["FROM", "TO", "FIRST", "SECOND"]
    assert "b2 standard $69.43" in first


def test_who_is_left_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", "egress=0..1TB", "--providers", "b2,r2") == 0
    told = capsys.readouterr()
    assert "b2: unverified: what it calls a GB and a month" in told.err
    assert "the first three are the same all along" in told.err


def test_nobody_can_be_ranked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", "egress=0..1TB", "--providers", "b2") == 3
    assert "--allow-unverified" in capsys.readouterr().err


def test_csv_has_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    use = ("--sweep", "egress=0..10x", "--providers", "aws,wasabi,r2", "-o", "csv")
    assert run(*TEN, *use) == 0
    first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert list(first)[:7] == [
        *("from_amount", "to_amount", "from_times", "to_times"),
        *("first", "first_low", "first_high"),
    ]
    assert (first["from_amount"], first["to_amount"]) == ("0", "10000000000001")
    assert (first["first"], first["first_low"], first["second"]) == (
        *("wasabi standard", "72.67", "r2 standard"),
    )
    assert float(first["third_low"]) < float(first["third_high"])
    assert (second["to_times"], second["first"]) == ("10.0", "r2 standard")


def test_a_change_a_byte_later_is_beyond(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", "egress=0..10x", "--providers", "wasabi,r2") == 0
    told = capsys.readouterr().err
    assert "beyond 1x (10 TB), wasabi standard breaks its policy" in told
    assert "the cheapest is wasabi standard up to 1x (10 TB), then r2 standard" in told


def test_a_sweep_of_amounts_has_no_multiples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", "avg-object=1KB..10MB", "--providers", "wasabi,r2") == 0
    told = capsys.readouterr()
    assert "from 1.99 KB on, wasabi standard is cheaper than r2 standard" in told.err
    assert "x (" not in told.out + told.err


@pytest.mark.parametrize(
    ("sweep", "words"),
    [
        ("egress", "is no sweep"),
        ("egress=0..10", "is no size"),
        ("egress=10x..0", "the larger end comes last: egress=0..10x"),
        ("avg-object=4..10MB", "4MB is 4 x 10^6"),
        ("reads=0..10x", "the profile has no reads that 1x could be"),
        ("cost=0..10x", "cannot be swept"),
    ],
)
def test_bad_sweeps(sweep: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, "--sweep", sweep) == 2
    assert words in capsys.readouterr().err
