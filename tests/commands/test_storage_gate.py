"""`opskit storage gate` from the command line: exit statuses, and what they are told by."""

import json
from pathlib import Path

import pytest

from opskit import cli

TEN = ("--tb", "10", "--avg-object", "4MB", "--as-of", "2026-11-28")


def run(*args: object) -> int:
    return cli.run(["storage", "gate", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        (("--provider", "aws", "--budget", "250"), 0, "within: aws standard, us-east-1: $214.20"),
        (("--provider", "aws", "--budget", "3000/year"), 0, "the budget is $250.00"),
        (("--provider", "aws", "--budget", "200/month"), 1, "over: aws standard"),
        (("--provider", "aws", "--budget", "215"), 3, "could not tell: aws standard"),
        (("--provider", "b2", "--budget", "100"), 0, "it is $69.43 at most"),
        (("--provider", "b2", "--budget", "69"), 3, "unverified: what it calls a GB"),
        (("--provider", "b2", "--budget", "1"), 1, "at least, whatever is true of that"),
        (("--providers", "aws", "--budget", "250"), 0, "prices was read on 20"),
        (("--provider", "b2", "--budget", "100", "--allow-unverified"), 0, "within: b2"),
        (("--provider", "aws", "--budget", "250", "--max-age", "30d"), 3, "--max-age allows 30"),
        (("--provider", "wasabi", "--budget", "250", "--egress", "11TB"), 1, "policy breach:"),
        (
            ("--provider", "linode", "--budget", "250", "--reads", "1", "--allow-unverified"),
            3,
            "no price: read",
        ),
        (("--provider", "aws", "--class", "STANDARD_IA", "--budget", "150"), 0, "aws standard-ia"),
    ],
)
def test_verdicts(
    args: tuple[str, ...], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*TEN, *args) == status
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--budget", "5"), "the profile does not say where it is stored"),
        (("--provider", "aws"), "--budget"),
        (("--provider", "aws", "--budget", "a lot"), "'a lot' is no budget"),
        (("--provider", "aws", "--budget", "5 EUR"), "the budget is in EUR, and the bill in USD"),
        (("--provider", "asw", "--budget", "5"), "--provider: 'asw' is no provider"),
        (("--provider", "", "--budget", "5"), "the name is empty"),
        (("--provider", "aws", "--budget", "5", "--rate", "ERU=1"), "nothing is priced in ERU"),
        (("--provider", "aws", "--budget", "5", "--region", "mars-1"), "no region 'mars-1'"),
        (("--provider", "aws", "--budget", "5", "--max-age", "old"), "--max-age"),
    ],
)
def test_bad_usage(args: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*TEN, *args) == 2
    assert words in capsys.readouterr().err


def test_a_profile_where_it_is_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.yaml").write_text(
        "provider: aws\nregion: eu-west-1\nstored:\n"
        "  - {objects: 1M, bytes: 1TB, class: STANDARD}\n"
        "  - {objects: 1M, bytes: 1TB, class: DEEP_ARCHIVE}\n"
    )
    assert run("p.yaml", "--budget", "100", "-o", "json", "--as-of", "2026-11-28") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.storage.gate/1"
    assert (found["verdict"], found["budget"]) == ("within", 100)
    assert (found["provider"], found["class"], found["region"]) == ("aws", "as it is", "eu-west-1")
    assert found["low"] <= found["total"] <= found["high"] < 100
    assert found["reasons"] == found["notes"] == []
    assert (found["as_of"], found["budget_given"]) == ("2026-11-28", "100")


def test_the_number_of_objects_matters(capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--tb", "10", "--provider", "aws", "--class", "deep-archive", "--budget", "50")
    assert run(*place) == 3
    assert "the number of objects is not known" in " ".join(capsys.readouterr().out.split())
    assert run(*place, "--objects", "600M") == 1
    assert run(*place, "--objects", "1M") == 0


def test_an_empty_and_an_unknown_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.yaml").write_text("provider: aws\nstored: []\n")
    assert run("p.yaml", "--budget", "5") == 2
    assert "nothing in it" in capsys.readouterr().err
    (tmp_path / "q.yaml").write_text("provider: mars\nstored: [{objects: 1, bytes: 1TB}]\n")
    assert run("q.yaml", "--budget", "5") == 2
    assert "q.yaml: 'mars' is no provider of the catalog" in capsys.readouterr().err
