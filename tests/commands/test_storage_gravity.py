"""`opskit storage gravity` from the command line: rows, words, exit statuses."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from opskit import cli
from tests.storage.catalog.test_check import HEAD, STORAGE
from tests.storage.catalog.test_check import fact as line

HUNDRED = ("--stored", "100TiB", "--objects", "20", "--as-of", "2026-11-28")


def run(*args: object) -> int:
    return cli.run(["storage", "gravity", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.storage.gravity/1"
    return {f"{each['provider']}/{each['class']}": each for each in document["rows"]}


def test_the_anchors_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "aws,r2,b2", "-o", "json") == 0
    found = rows(capsys)
    assert found["aws/standard"]["gravity_without_requests"] == 3.4636
    assert found["aws/standard"]["leave"] == 7980.20
    assert found["aws/deep-archive"]["gravity_without_requests"] == 81.2441
    assert found["aws/deep-archive"]["speeds"] == {"deep-archive": "bulk"}
    assert found["r2/standard"]["gravity_without_requests"] == 0
    assert found["b2/standard"]["gravity_without_requests"] == 0
    assert found["b2/standard"]["rank"] is None  # what a GB is was not read
    assert found["r2/standard"]["rank"] == 1


def test_the_parts_of_leaving_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--stored", "10TiB", "--objects", "1M", "--providers", "aws", "-o", "json") == 0
    for each in rows(capsys).values():
        parts = sum(each[f"leave_{name}"] for name in ("retrieval", "requests", "egress"))
        assert parts == pytest.approx(each["leave"], abs=0.02)


def test_a_profile_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "profile.yaml"
    file.write_text(
        "provider: aws\nregion: eu-west-1\nstored:\n"
        "  - {objects: 1M, bytes: 10TB, class: STANDARD}\n"
        "  - {objects: 1M, bytes: 10TB, class: DEEP_ARCHIVE}\n"
    )
    assert run(file, "--providers", "aws", "--class", "cold", "-o", "json") == 0
    found = rows(capsys)
    assert set(found) == {"aws/as it is", "aws/glacier-ir"}
    assert found["aws/as it is"]["region"] == "eu-west-1"
    assert found["aws/glacier-ir"]["region"] == "eu-west-1"
    own = found["aws/as it is"]
    assert own["gravity_low"] < own["gravity"] < own["gravity_high"]
    assert own["keep_low"] <= own["keep"] <= own["keep_high"]
    assert found["aws/as it is"]["gravity_by_law"] < found["aws/as it is"]["gravity"]


def test_rows_of_one_provider_in_two_regions_name_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(
        "provider: aws\nregion: eu-west-1\nstored: [{objects: 1k, bytes: 1TB}]\n", encoding="utf-8"
    )
    assert run(file, "--providers", "aws", "--class", "glacier", "--region", "us-east-1") == 0
    out = capsys.readouterr().out
    assert "aws standard, eu-west-1 " in out
    assert "aws glacier, us-east-1 " in out


def test_what_the_law_changes_stands_beside(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "aws", "--region", "eu", "--class", "hot") == 0
    out, err = capsys.readouterr()
    assert "2027" in out.splitlines()[0]
    assert "2027: from 2027-01-12 on" in err
    assert "not settled" in err
    law = [line for line in err.splitlines() if line.startswith(("2027", "  "))]
    assert all(len(line) <= 80 for line in law)
    assert err.count("warning: prices are up to") == 1
    assert run(*HUNDRED, "--providers", "aws", "--class", "hot") == 0
    out, err = capsys.readouterr()
    assert "2027" not in out.splitlines()[0]
    assert "2027-01-12" not in err


def test_a_limit_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "wasabi", "--egress", "5TB") == 0
    out, err = capsys.readouterr()
    assert "$0.00" in out
    assert "leaving takes 2 months" in " ".join(err.split())


def test_explain_names_rate_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "aws", "--class", "deep-archive", "--explain") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "retrieval of deep-archive: 102,400 GB x $0.0025 = $256.00" in out
    assert "restored at the speed bulk" in out
    assert "read on" in out


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "yaml", "md"])
def test_every_format(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "aws", "--explain", "-o", output) == 0
    assert "deep-archive" in capsys.readouterr().out


def test_csv_has_all_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "aws,r2", "-o", "csv") == 0
    [first, *_] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert {"provider", "class", "region", "keep", "use", "leave", "gravity", "verdict"} <= set(
        first
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "how much is stored"),
        (("--stored", "100T"), "no size"),
        (("--stored", "0"), "nothing"),
        ((*HUNDRED, "--providers", "amazon"), "--providers: 'amazon' is no provider"),
        ((*HUNDRED, "--providers", ""), "a name is empty"),
        ((*HUNDRED, "--providers", "aws,"), "a name is empty"),
        ((*HUNDRED, "--providers", "aws,all"), "all and more"),
        ((*HUNDRED, "--providers", "aws", "--region", "us-east"), "us-east-1"),
        ((*HUNDRED, "--class", "glaciar"), "glacier"),
        ((*HUNDRED, "--speed", "warp"), "--speed"),
        (("no-such-file.yaml",), "no such file"),
    ],
)
def test_bad_input(args: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in " ".join(err.split())


def test_where_no_price_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    (folder / "acme.yaml").write_text(HEAD + line(f"{STORAGE}, value: 0.02"))
    assert run(*HUNDRED, "--catalog", folder) == 3
    assert "no price: read" in " ".join(capsys.readouterr().err.split())


def test_a_broken_policy(capsys: pytest.CaptureFixture[str]) -> None:
    use = ("--tb", "10", "--egress", "20TB", "--avg-object", "4MB", "--providers", "wasabi")
    assert run(*use, "-o", "json") == 0
    row = rows(capsys)["wasabi/standard"]
    assert (row["verdict"], row["rank"], row["use"]) == ("policy breach", None, None)
    assert "is 2.00 times what is stored" in row["breaches"][0]


def test_a_use_that_is_not_given_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*HUNDRED, "--providers", "aws") == 0
    out, err = capsys.readouterr()
    assert all(line.endswith("no use given") for line in out.splitlines()[1:-1])
    assert err.count("--reads 1M, --egress 2TB") == 1
    assert run(*HUNDRED, "--providers", "aws", "--reads", "1") == 0
    assert "--reads 1M" not in capsys.readouterr().err


def test_an_unknown_class_and_an_unknown_provider(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.yaml").write_text("provider: mars\nstored: [{objects: 1, bytes: 1TB}]\n")
    assert run("q.yaml") == 2
    assert "q.yaml: 'mars' is no provider of the catalog" in capsys.readouterr().err


def test_unknown_objects_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--tb", "10", "--providers", "aws") == 0
    assert "number of objects is not known" in " ".join(capsys.readouterr().err.split())
