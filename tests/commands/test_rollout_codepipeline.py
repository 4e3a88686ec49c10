"""`opskit rollout codepipeline template` from the command line: printed, and written as files."""

import json
from pathlib import Path

import pytest

from opskit import cli
from opskit.rollout.codepipeline.templates import FILES, PARTS, Names, files


def run(*args: object) -> int:
    return cli.run(["rollout", "codepipeline", "template", *map(str, args)])


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_is_printed_and_nothing_else(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(part) == 0
    out, err = capsys.readouterr()
    assert out == files(Names())[PARTS[part]]
    assert err == ""


def test_without_a_word_it_is_the_template(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--name", "shop", "--cluster", "test") == 0
    out = capsys.readouterr().out
    assert 'FunctionName: "shop"' in out
    assert 'Default: "test"' in out


def test_all_parts_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-o", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.rollout.codepipeline.template/1"
    assert found["files"] == files(Names())


def test_files_are_written_and_a_second_time_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "rollout"
    assert run("--out-dir", folder) == 0
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == set(
        FILES
    )
    capsys.readouterr()
    assert run("--out-dir", folder) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count(": unchanged") == len(FILES)


def test_what_is_there_is_not_replaced_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rbac.yaml").write_text("mine\n")
    assert run("--out-dir", tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["rbac.yaml"]
    assert "--yes" in capsys.readouterr().err
    assert run("--out-dir", tmp_path, "--yes") == 0
    assert (tmp_path / "rbac.yaml.bak").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--name", "a b"], "--name"),
        (["--target", "web"], "names no workload"),
        (["--cluster", "a/b"], "names no EKS cluster"),
        (["other"], "other"),
    ],
)
def test_bad_input_prints_nothing(
    args: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
