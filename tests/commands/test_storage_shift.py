"""`opskit storage shift` from the command line: the answer, formats, exit statuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from opskit import cli

SIZE = ("--stored", "100TiB", "--avg-object", "4MB")
ON = ("--on", "2026-11-28", "--as-of", "2026-11-28")
TO_B2 = ("--from", "aws/standard", "--to", "b2", *SIZE, *ON)


def run(*args: object) -> int:
    return cli.run(["storage", "shift", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.storage.shift/1"
    return document


def test_what_people_see(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TO_B2) == 0
    out, err = capsys.readouterr()
    assert "aws/standard@us-east-1 -> b2/standard@us-west" in out
    assert "109.95 TB in 27.49 M objects" in out
    assert "$7,980.20" in out
    assert "break-even: month 6" in out
    assert "b2: unverified" in err
    assert max(map(len, out.splitlines())) <= 80


def test_the_answer_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TO_B2, "--monthly", "--explain", "-o", "json") == 0
    found = answer(capsys)
    assert found["from"] == {"provider": "aws", "region": "us-east-1", "classes": ["standard"]}
    assert found["once"]["egress"] == 7980.20
    assert sum(found["once"].values()) == pytest.approx(found["one_time"], abs=0.05)
    assert found["saved"] == pytest.approx(found["before"] - found["after"], abs=0.01)
    months = found["by_month"]
    assert len(months) == 36
    assert months[-1]["saved"] == found["saved_at_horizon"]
    even = found["break_even"]
    assert months[even - 2]["saved"] < 0 <= months[even - 1]["saved"]
    assert {each["bill"] for each in found["lines"]} >= {"a month before, aws", "a month after, b2"}
    assert all(each["source"] and each["read_on"] for each in found["lines"])


LAKE = """\
provider: aws
region: eu-west-1
stored: [{objects: 1M, bytes: 10TB, class: STANDARD}]
incomplete: {uploads: 5, bytes: 1TB}
notes: [one prefix could not be listed]
"""


def test_a_profile_says_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lake.yaml").write_text(LAKE)
    told = []
    for source in ((), ("--from", "aws"), ("--from", "aws/standard@eu-west-1")):
        assert run("lake.yaml", *source, "--to", "r2", *ON, "-o", "json") == 0
        told.append(answer(capsys))
    assert told[0] == told[1] == told[2]
    assert told[0]["from"] == {"provider": "aws", "region": "eu-west-1", "classes": ["standard"]}
    assert told[0]["bytes"] == 10**13
    assert told[0]["notes"][0] == "one prefix could not be listed"
    assert cli.run(["storage", "gate", "lake.yaml", "--budget", "1", *ON[2:], "-o", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["total"] == told[0]["before"]


def test_old_prices_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TO_B2) == 0
    out, err = capsys.readouterr()
    assert err.count("warning: prices are up to") == 1
    assert "band" in out
    assert run(*TO_B2, "-o", "json") == 0
    told = capsys.readouterr()
    assert told.err.count("warning: prices are up to") == 1
    found = json.loads(told.out)
    for name in ("before", "one_time", "saved"):
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_the_source_is_kept_until_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    lake = ("--from", "b2", "--to", "r2", *SIZE, *ON, "-o", "json")
    assert run(*lake) == 1
    kept = answer(capsys)
    assert (kept["once"]["egress"], kept["delete_as_you_go"]) == (0, False)
    assert kept["once"]["kept_twice"] > 0
    assert run(*lake, "--delete-as-you-go") == 1
    gone = answer(capsys)
    assert gone["once"]["egress"] > 0
    assert (gone["once"]["kept_twice"], gone["delete_as_you_go"]) == (0, True)


def test_one_class_of_a_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.yaml").write_text(
        "provider: aws\nregion: eu-west-1\nstored:\n"
        "  - {objects: 1M, bytes: 1130GB, class: STANDARD}\n"
        "  - {objects: 1M, bytes: 6870GB, class: GLACIER}\n"
    )
    assert run("p.yaml", "--from", "aws/standard", "--to", "b2", *ON) == 0
    out, err = capsys.readouterr()
    assert "aws/standard@eu-west-1 -> b2/standard@eu-central" in out
    assert "only what is in standard: 1.13 TB of 8 TB" in err
    assert "the data is in the EU, and so is b2@eu-central" in err


def test_a_class_or_a_provider_that_nobody_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.yaml").write_text(
        "provider: aws\nstored:\n"
        "  - {objects: 1M, bytes: 1TB, class: STANDARD}\n"
        "  - {objects: 1, bytes: 5MB, class: REDUCED_REDUNDANCY}\n"
    )
    assert run("p.yaml", "--to", "r2", *ON) == 3
    assert "storage of REDUCED_REDUNDANCY" in " ".join(capsys.readouterr().err.split())
    (tmp_path / "q.yaml").write_text("provider: mars\nstored: [{objects: 1, bytes: 1TB}]\n")
    assert run("q.yaml", "--to", "r2", *ON) == 2
    assert "q.yaml: 'mars' is no provider of the catalog" in capsys.readouterr().err


def test_a_copy_within_a_provider_has_no_duration(capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--from", "aws/standard-ia", "--to", "aws/standard@us-west-2", *SIZE, *ON)
    run(*place)
    headline = " ".join(capsys.readouterr().out.split())
    assert "Amazon S3 copies at a rate of its own" in headline
    assert "hours" not in headline
    run(*place, "--link", "10Gbps")
    assert "80 % of 10 Gbit/s: " in " ".join(capsys.readouterr().out.split())


def test_never_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--from", "aws/deep-archive", "--to", "r2", *SIZE, *ON) == 1
    assert "break-even: never; a month costs more" in capsys.readouterr().out


def test_beyond_the_horizon(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TO_B2, "--horizon", "2mo") == 1
    assert "beyond 2 months" in " ".join(capsys.readouterr().out.split())


def test_a_broken_limit_has_no_price(capsys: pytest.CaptureFixture[str]) -> None:
    leaving = ("--from", "wasabi", "--to", "b2", *SIZE, *ON, "--egress", "5TB")
    assert run(*leaving) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "egress policy breach" in out
    assert "leaving takes 2 months" in out
    assert "--over 2 stays within it" in out
    assert run(*leaving, "-o", "json") == 1
    found = answer(capsys)
    assert found["once"]["egress"] is None
    assert found["months_to_leave"] == 2
    run(*leaving, "--over", "2", "-o", "json")
    assert answer(capsys)["breaches"] == []


def test_a_switch_in_the_eu(capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--from", "aws/standard@eu-central-1", "--to", "b2@eu-central", *SIZE)
    assert run(*where, "--on", "2027-01-12", "-o", "json") == 0
    found = answer(capsys)
    assert found["free_by_law"] is True
    assert found["once"]["egress"] == 0
    assert found["once"]["requests"] > 0
    assert found["not_settled"]
    assert run(*where, "--on", "2027-01-11", "-o", "json") == 0
    found = answer(capsys)
    assert found["free_by_law"] is False
    assert found["waiting"] == {"until": "2027-01-12", "egress_saved": found["once"]["egress"]}


def test_what_is_given_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    more = ("--nat", "0.045/GB", "--link", "10Gbps", "--util", "50%", "--dual-months", "1")
    more = (*more, "--delete-as-you-go")
    assert run(*TO_B2, *more, "-o", "json") == 0
    found = answer(capsys)
    assert found["once"]["nat"] == 4608
    assert found["once"]["kept_twice"] == pytest.approx(2304, abs=0.01)
    assert run(*TO_B2, "--device", "300,80TB,10,0.03/GB", "-o", "json") == 0
    found = answer(capsys)
    assert found["once"]["device"] == pytest.approx(600 + 3072)
    assert found["once"]["egress"] == 0


@pytest.mark.parametrize(
    ("output", "once", "month"),
    [
        ("table", "$7,980.20", "MONTH"),
        ("json", '"egress": 7980.2', '"by_month"'),
        ("yaml", "egress: 7980.2", "by_month:"),
        ("csv", "egress,7980.20,,", "month,usual,once,paid,staying,saved"),
        ("md", "| egress | 7980.20 |", "| month | usual |"),
    ],
)
def test_every_format(
    output: str, once: str, month: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*TO_B2, "-o", output) == 0
    plain = capsys.readouterr().out
    assert once in plain
    assert month not in plain
    assert run(*TO_B2, "--monthly", "-o", output) == 0
    assert month in capsys.readouterr().out


def test_the_rows_for_documents(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TO_B2, "-o", "md") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| what | once | a month | months |"
    assert "| egress | 7980.20 |  |  |" in lines
    assert "| break-even |  |  | 6 |" in lines


def test_explain_names_rate_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TO_B2, "--nat", "0.045/GB", "--explain") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "storage of standard: 51,200 GB-month x $0.023 (tier 0-51200) = $1,177.60" in out
    assert "NAT: 109.95 TB x 0.045/GB (as given by --nat)" in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (SIZE, "--from is missing"),
        (("--from", "aws", *SIZE), "--to is missing"),
        (("--from", "aws", "--to", "aws", *SIZE), "already"),
        (("--from", "awss", "--to", "b2", *SIZE), "did you mean aws"),
        (("--from", "aws/glaciar", "--to", "b2", *SIZE), "did you mean glacier"),
        (("--from", "aws@us-east", "--to", "b2", *SIZE), "did you mean us-east-1"),
        ((*TO_B2, "--link", "0Gbps"), "0 bits a second"),
        ((*TO_B2, "--link", "1GB"), "no speed of a line"),
        ((*TO_B2, "--util", "1.5"), "no share of a line"),
        ((*TO_B2, "--device", "cheap"), "no device"),
        ((*TO_B2, "--on", "soon"), "soon"),
        (("--from", "aws", "--to", "b2", "--stored", "0"), "nothing"),
        (("--from", "aws", "--to", "b2"), "how much is stored"),
        (("--from", "aws", "--to", "scaleway", "--tb", "10"), "--rate EUR=1.10"),
    ],
)
def test_bad_input(args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in " ".join(err.split())


def test_an_empty_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text("stored: []\n")
    assert run(file, "--from", "aws", "--to", "b2") == 2
    assert "nothing in it" in " ".join(capsys.readouterr().err.split())


def test_a_price_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--from", "aws", "--to", "linode", *SIZE, *ON) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "linode: write of standard" in " ".join(err.split())
