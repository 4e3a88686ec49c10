"""`opskit emrfs lint` from the command line: findings, fixes, exit statuses, several files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opskit import cli
from opskit.emrfs.model import NOTICE
from tests.emrfs.designs import EXAMPLES

BROKEN = Path(__file__).parents[1] / "emrfs" / "rules" / "broken"
SCENARIO = EXAMPLES / "emrfs.yaml"
FIXABLE = """\
base-role: b  # kept
account: "123456789012"
mappings:
  - role: r
    prefixes: ["s3a://lake/", 's3://lake/']
"""
FIXED = FIXABLE.replace("\"s3a://lake/\", 's3://lake/'", '"s3://lake/"')


def run(*args: object) -> int:
    return cli.run(["emrfs", "lint", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["-f", SCENARIO], 1),
        ([SCENARIO], 1),
        (["-f", SCENARIO, "--ignore", "EMR044,emr045"], 0),
        (["-f", SCENARIO, "--select", "EMR04", "--exit-zero"], 0),
        (["-f", SCENARIO, "--fail-on", "never"], 0),
        (["-f", SCENARIO, "--ignore", "EMR044,EMR045", "--fail-on", "info"], 1),
        ([BROKEN / "EMR010.json", "--select", "EMR010"], 0),
        ([BROKEN / "EMR010.json", "--select", "EMR010", "--fail-on", "warning"], 1),
        ([BROKEN / "EMR010.json"], 3),  # no policy is known: not all could be checked
        ([BROKEN / "EMR010.json", BROKEN / "EMR001.json"], 1),
        (["-f", BROKEN / "EMR010.json", BROKEN / "EMR001.json"], 1),
        (["-f", BROKEN / "EMR010.json", "-f", BROKEN / "EMR001.json"], 1),
        ([], 2),
        (["none.yaml"], 2),
        ([SCENARIO, "--select", "EMR999"], 2),
        ([SCENARIO, "--select", "BRK001"], 2),
        (["-", "--fix"], 2),
        (["-", "-f", "-"], 2),
    ],
)
def test_exit_status(args: list[object], status: int) -> None:
    assert run(*args) == status


def test_the_document_is_emrfs_yaml_where_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "emrfs.yaml").write_text(FIXABLE)
    assert run("--select", "EMR022", "-o", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.emrfs.lint/1"
    assert document["summary"] == {"error": 0, "warning": 1, "info": 0, "unknown": 0}
    [finding] = document["findings"]
    assert finding["rule"] == "EMR022"
    assert finding["object"] == "mappings[0]"
    assert finding["location"] == {"file": "emrfs.yaml", "line": 5, "column": 16}
    assert finding["observed"] == "s3a://lake/"
    assert finding["expected"] == "s3://lake/"


@pytest.mark.parametrize(
    "output", ["table", "json", "jsonl", "csv", "md", "junit", "sarif", "github"]
)
def test_every_format_names_rule_and_line(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(BROKEN / "EMR001.json", "--select", "EMR001", "-o", output) == 1
    printed = capsys.readouterr().out
    assert "EMR001" in printed
    assert "8" in printed


def test_the_notice_ends_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    run(BROKEN / "EMR011.json")
    blocks = capsys.readouterr().out.strip().split("\n\n")
    assert "info EMR060 role mappings are a convenience, not a boundary" in blocks[-1]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("emrfs-site.xml", "<configuration>\n<property><name>{key}</name>\n{value}", 3),
        ("main.tf", 'resource "aws_emr_security_configuration" "s" {{\n{hcl}', 7),
        ("c.json", '[{{"Classification": "emrfs-site", "Properties": {{\n{json}}}}}]', 2),
    ],
)
def test_other_formats_have_their_lines(
    tmp_path: Path, name: str, text: str, line: int, capsys: pytest.CaptureFixture[str]
) -> None:
    key, role = "fs.s3.authorization.roleMapping", "arn:aws:iam::123456789012:role/r"
    mapping = f"{role}=p:s3a://lake/"
    hcl = (
        "configuration = jsonencode({ AuthorizationConfiguration = {\n"
        "  EmrFsConfiguration = {\n    RoleMappings = [{\n"
        f'      Role = "{role}"\n      IdentifierType = "Prefix"\n'
        '      Identifiers = ["s3a://lake/"] }] } } })\n}\n'
    )
    value = f"<value>{mapping}</value></property></configuration>"
    (tmp_path / name).write_text(
        text.format(key=key, value=value, hcl=hcl, json=f'"{key}": "{mapping}"')
    )
    assert run(name, "--select", "EMR022", "-o", "json") == 0
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["location"]["file"], finding["location"]["line"]) == (name, line)
    assert run(name, "--select", "EMR022", "--fix", "--yes") == 0
    assert "mend this file by hand" in capsys.readouterr().err
    assert os.listdir(tmp_path) == [name]


def test_fix_mends_what_is_certain_and_keeps_a_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "emrfs.yaml"
    path.write_text(FIXABLE)
    run("--fix", "--yes", "--select", "EMR010,EMR022,EMR011")
    captured = capsys.readouterr()
    assert "as it was: emrfs.yaml.bak" in captured.err.replace(f"{tmp_path}/", "")
    assert "no findings" in captured.err
    assert path.read_text() == FIXED
    assert (tmp_path / "emrfs.yaml.bak").read_text() == FIXABLE
    run("--fix", "--yes")
    assert sorted(os.listdir(tmp_path)) == ["emrfs.yaml", "emrfs.yaml.bak"]


@pytest.mark.parametrize("flags", [["--diff"], ["--fix", "--diff"], ["--fix", "--diff", "--yes"]])
def test_diff_shows_the_change_and_makes_none(
    tmp_path: Path, flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "emrfs.yaml"
    path.write_text(FIXABLE)
    assert run(*flags) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("--- emrfs.yaml\n+++ emrfs.yaml\n@@ ")
    assert '\n+    prefixes: ["s3://lake/"]\n' in shown
    assert path.read_text() == FIXABLE
    assert run(*flags, "--exit-zero") == 0
    path.write_text(FIXED)
    assert run(*flags) == 0
    assert os.listdir(tmp_path) == ["emrfs.yaml"]


def test_without_a_terminal_a_fix_needs_yes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "emrfs.yaml"
    path.write_text(FIXABLE)
    assert run("--fix") == 2
    assert "--yes" in capsys.readouterr().err
    assert path.read_text() == FIXABLE


def test_stdin_is_read_and_cannot_be_mended(tmp_path: Path) -> None:
    """Not even where a file is called like the name that messages give it."""
    decoy = tmp_path / "<stdin>"
    decoy.write_text(FIXABLE)
    for flags, status in ((["--diff"], 1), (["--fix", "--yes"], 2), (["--select", "EMR022"], 0)):
        done = subprocess.run(
            [sys.executable, "-m", "opskit", "emrfs", "lint", "-f", "-", *flags],
            input=FIXABLE,
            text=True,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == status, done.stderr
    assert decoy.read_text() == FIXABLE
    assert os.listdir(tmp_path) == ["<stdin>"]


def test_a_text_for_a_list_in_a_document_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "emrfs.yaml"
    path.write_text("base-role: b\nmappings:\n  - role: r\n    users: admin1\n")
    assert run("--fix", "--yes") == 2
    assert "emrfs.yaml:4:" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [[], ["--select", "EMR044"], ["--ignore", "EMR060"]])
def test_every_report_has_the_notice_once(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run("-f", SCENARIO, *flags)
    out, err = capsys.readouterr()
    assert (out + err).count(NOTICE) == 1
    run("-f", SCENARIO, *flags, "-o", "json")
    assert json.loads(capsys.readouterr().out)["notice"] == NOTICE
