"""`opskit emrfs migrate` from the command line."""

import json
from pathlib import Path

import pytest

from opskit import cli, examples

EXAMPLE = Path(str(examples.__path__[0])) / "emrfs" / "emrfs.yaml"
PEOPLE = "account: '111122223333'\nbase-role: base\nmappings: [{role: r, users: [ana]}]\n"
NOTICE = "role mappings are a convenience"


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    Path("emrfs.yaml").write_text(PEOPLE)


def run(*args: object) -> int:
    return cli.run(["emrfs", "migrate", *map(str, args)])


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["--to", "s3a"], 0),
        (["--to", "s3a", "--release", "emr-7.9.0"], 2),
        (["--to", "runtime-roles"], 0),
        (["--to", "access-grants"], 1),  # what the role may do is not known
        (["--to", "access-grants", "-f", EXAMPLE], 1),
        (["--to", "s3a", "-f", EXAMPLE], 0),
        (["--to", "runtime-roles", "-f", EXAMPLE], 1),
        (["--to", "mars"], 2),
        ([], 2),
        (["--to", "s3a", "-o", "csv"], 2),
    ],
)
def test_exit_status(args: list[object], status: int) -> None:
    assert run(*args) == status


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    run("--to", "access-grants", "-f", EXAMPLE, "-o", "json")
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.emrfs.migrate/1"
    assert found["target"] == "access-grants"
    assert found["complete"] is False
    assert found["mappings"][3] == {
        "index": 3,
        "type": "Prefix",
        "identifiers": ["s3://emrfs-auth-default-bucket-demo/"],
        "role": "emrfs_auth_prefix_role_default_s3_prefix",
        "outcome": "cannot move",
        "becomes": "nothing",
        "reasons": found["mappings"][3]["reasons"],
    }
    assert [set(step) for step in found["steps"]] == [{"title", "commands"}] * 8
    assert found["notice"].startswith(NOTICE)


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    run("--to", "runtime-roles", "-f", EXAMPLE, "-o", "md")
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "# Role mappings to runtime-roles"
    assert lines.count("```sh") == lines.count("```") == 5
    assert f"> {NOTICE}" in out
    assert NOTICE in err


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    run("--to", "s3a", "-f", EXAMPLE)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "4 of 4 mappings move to s3a"
    assert lines[2] == ("mappings[0]  user admin1 to emrfs_auth_user_role_admin_user: moves")
    assert "\n1. launch a cluster of emr-7.10.0" in out
    assert "\naws emr create-cluster \\\n  --name" in out  # as it is copied
    assert "Abc123456" not in out + err
    assert err.splitlines()[-1].startswith(f"note: {NOTICE}")


def test_many_identifiers_are_cut_for_people_and_whole_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ", ".join(f"u{number}" for number in range(40))
    Path("emrfs.yaml").write_text(PEOPLE.replace("[ana]", f"[{names}]"))
    run("--to", "s3a")
    assert "u4 and 35 more" in capsys.readouterr().out
    run("--to", "s3a", "-o", "json")
    assert len(json.loads(capsys.readouterr().out)["mappings"][0]["identifiers"]) == 40
