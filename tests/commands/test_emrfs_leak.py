"""`opskit emrfs leak` from the command line."""

import json
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs.designs import EXAMPLES
from tests.emrfs.rules.rule_designs import allow, policy, trust

EXAMPLE = EXAMPLES / "emrfs.yaml"


def run(*args: object) -> int:
    return cli.run(["emrfs", "leak", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """A base role that reads everything, and a user who falls to it."""
    document = {
        "account": "111122223333",
        "base-role": "Base",
        "mappings": [
            {"role": "Eng", "groups": ["eng"]},
            {"role": "Eng", "prefixes": ["s3://lake/raw/"]},
        ],
        "roles": {
            "Base": {"permissions": [policy(allow("s3:Get*", "*"))]},
            "Eng": {"trust": trust(), "permissions": [policy(allow("s3:*", "arn:aws:s3:::lake*"))]},
        },
        "directory": {"users": {"ana": ["eng"], "bob": ["staff"]}, "complete": True},
    }
    path = tmp_path / "leaky.json"
    path.write_text(json.dumps(document))
    return path


def test_exit_status(leaky: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.yaml"
    bare.write_text("base-role: Base\nmappings: [{role: Eng, users: [ana]}]\n")
    assert run("-f", EXAMPLE) == 0
    assert run("-f", leaky) == 1
    assert run("-f", bare) == 3
    assert run("-f", tmp_path / "none.yaml") == 2


def test_json_has_the_fields_of_the_contract(
    leaky: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("-f", leaky, "-o", "json")
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.emrfs.leak/1"
    assert document["notice"] == NOTICE
    assert document["base_role"] == "arn:aws:iam::111122223333:role/Base"
    assert (document["leaks"], document["anyone_else"]) == (True, False)
    assert document["fallen"] == [
        {"user": "bob", "groups": ["staff"], "readings": ["all", "primary"]}
    ]
    [row] = document["rows"]
    assert row["reaches"] == "s3://*"
    assert row["actions"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert (row["everything"], row["prefixes"]) == (True, ["s3://lake/raw/"])
    assert row["users"] == ["bob"]
    assert row["statement"]["location"]["file"] == str(leaky)


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "yaml", "md"])
def test_every_format_names_the_place_and_the_user(
    leaky: Path, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("-f", leaky, "-o", output) == 1
    printed = capsys.readouterr()
    assert "s3://" in printed.out
    assert "bob" in printed.out
    assert NOTICE in printed.err


def test_the_sum_of_it_is_told(leaky: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("-f", leaky)
    told = capsys.readouterr().err
    assert "bob falls to Base" in told
    assert "below s3://lake/raw/ they get Eng (mappings[1])" in told
