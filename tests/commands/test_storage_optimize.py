"""`opskit storage optimize` from the command line."""

import json
from pathlib import Path

import pytest

from opskit import cli

PROFILE = """\
provider: aws
region: us-east-1
source: s3://lake/raw
stored:
  - {objects: 100k, bytes: 100TB, size: 256MiB, age: 365}
  - {objects: 1M, bytes: 4GB, size: 4000B, age: 365}
"""
SMALL = """\
stored:
  - {objects: 1G, bytes: 4096GB, size: 4KiB, age: 365}
"""


def run(*args: object) -> int:
    return cli.run(["storage", "optimize", *map(str, args)])


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    Path("p.yaml").write_text(PROFILE)
    Path("small.yaml").write_text(SMALL)
    Path("ia.yaml").write_text("stored: [{objects: 1, bytes: 1GB, class: standard-ia}]\n")
    Path("empty.yaml").write_text("stored: []\n")


def test_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("p.yaml") == 0
    printed = capsys.readouterr().out
    assert "aws us-east-1: 1 rule saves $" in printed
    assert "Glacier Deep Archive after 365 days" in printed
    assert "Left out:" in printed


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("p.yaml", "--keep-instant", "--months", "24", "-o", "json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["schema"] == "opskit.storage.optimize/1"
    assert (made["provider"], made["region"], made["months"]) == ("aws", "us-east-1", 24)
    assert made["plan"]["total"] < made["now"]["total"]
    used = {step["class"] for rule in made["rules"] for step in rule["steps"]}
    assert not used & {"glacier", "deep-archive", "glacier-ir", "onezone-ia"}
    left = {each["class"]: each["why"] for each in made["left_out"]}
    assert "not verified" in left["glacier-ir"] or "12 hours" in left["deep-archive"]


def test_a_billion_small_objects_stay(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("small.yaml", "--provider", "aws", "-o", "json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["do_nothing"] is True
    assert made["now"]["month"] == 87.74
    [said] = [each for each in made["notes"] if "128 KiB" in each]
    assert "$209.47" in said
    assert "$50,000.00" in said


def test_reads_of_the_command_line_count(capsys: pytest.CaptureFixture[str]) -> None:
    run("p.yaml", "--reads", "10M", "-o", "json")
    busy = json.loads(capsys.readouterr().out)
    run("p.yaml", "-o", "json")
    quiet = json.loads(capsys.readouterr().out)
    assert busy["rules"] != quiet["rules"]


def test_without_a_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--stored", "10TB", "--avg-object", "4MB", "--provider", "azure") == 0
    assert capsys.readouterr().out.startswith("azure eastus: 1 rule saves")


@pytest.mark.parametrize("form", ["s3", "terraform", "cloudformation"])
def test_rules_on_stdout(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("p.yaml", "--lifecycle", form) == 0
    captured = capsys.readouterr()
    assert "DEEP_ARCHIVE" in captured.out
    assert "raw" in captured.out
    assert "saves" not in captured.out
    assert "restored before it can be read" in captured.err
    assert ("replaces all rules" in captured.err) is (form == "s3")


def test_rules_in_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("p.yaml", "--lifecycle", "s3", "--out", "rules.json", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["rules"]
    assert json.loads(Path("rules.json").read_text())["Rules"][0]["Status"] == "Enabled"
    again = ["p.yaml", "--keep-instant", "--lifecycle", "s3", "--out", "rules.json"]
    assert run(*again) == 2  # nobody to ask
    assert run(*again, "--yes") == 0
    assert "INTELLIGENT_TIERING" in Path("rules.json").read_text()
    assert "DEEP_ARCHIVE" in (tmp_path / "rules.json.bak").read_text()


def test_no_rule_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("small.yaml", "--lifecycle", "s3", "--out", "rules.json") == 1
    assert not Path("rules.json").exists()
    captured = capsys.readouterr()
    assert "do nothing" in captured.out
    assert "no rule pays" in captured.err
    assert run("small.yaml", "--lifecycle", "s3") == 1
    assert capsys.readouterr().out == ""


def test_suggestions_alone_are_a_file_and_no_yes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("u.yaml").write_text(SMALL + "incomplete: {uploads: 3, bytes: 10GB}\n")
    assert run("u.yaml", "--lifecycle", "s3") == 1
    [rule] = json.loads(capsys.readouterr().out)["Rules"]
    assert rule["Status"] == "Disabled"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["none.yaml"], "no such file"),
        (["p.yaml", "--provider", "awz"], "did you mean aws"),
        (["p.yaml", "--region", "us-east-9"], "no region"),
        (["p.yaml", "--months", "0"], "months"),
        (["p.yaml", "--keep-instant", "--wait", "12h"], "give one"),
        (["p.yaml", "--wait", "12"], "no time to wait"),
        (["p.yaml", "--reads-of-old", "5"], "no share"),
        (["p.yaml", "--out", "x"], "--lifecycle"),
        (["p.yaml", "--lifecycle", "s3", "-o", "json"], "--out FILE"),
        (["p.yaml", "--lifecycle", "s3", "--out", "-"], "stdout is no file"),
        (
            ["--stored", "1TB", "--avg-object", "1MB", "--provider", "gcs", "--lifecycle", "s3"],
            "Google",
        ),
        (["--stored", "1TB"], "number of objects"),
        (["ia.yaml", "--provider", "azure"], "has no class 'standard-ia'"),
        (["empty.yaml"], "nothing in it that is stored"),
        ([], "how much is stored"),
    ],
)
def test_bad_input(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("home", "args", "region"),
    [
        ("provider: aws\nregion: eu-west-1", (), "europe-north1"),
        ("provider: aws\nregion: eu-west-1", ("--region", "gcs=us-east1"), "us-east1"),
        ("provider: aws\nregion: eu-west-1", ("--region", "europe-west1"), "europe-west1"),
        ("provider: aws\nregion: us-east-1", (), "us-central1"),
        ("provider: aws\nregion: us-east-1", ("--region", "eu"), "europe-north1"),
        ("provider: nobody\nregion: moon", (), "us-central1"),
        ("region: europe-west4", (), "europe-west4"),
    ],
)
def test_the_region_of_another_provider_is_near_home(
    home: str, args: tuple[str, ...], region: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("h.yaml").write_text(f"{home}\nstored: [{{objects: 1k, bytes: 1TB}}]\n")
    assert run("h.yaml", "--provider", "gcs", *args, "-o", "json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["region"] == region
    told = [each for each in made["notes"] if "the data is in the EU" in each]
    assert len(told) == ("eu-west-1" in home and not args)


def test_a_region_of_the_profile_that_is_none() -> None:
    Path("h.yaml").write_text("provider: aws\nregion: moon\nstored: [{objects: 1, bytes: 1GB}]\n")
    assert run("h.yaml") == 2


def test_prices_of_a_day_without_any_are_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("p.yaml", "--as-of", "2020-01-01") == 3
    assert "no price for storage of standard" in capsys.readouterr().err
