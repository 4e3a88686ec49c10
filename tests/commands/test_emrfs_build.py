"""`opskit emrfs build` from the command line: data, notes, files, exit statuses."""

import json
import shutil
from pathlib import Path

import pytest

from opskit import cli, examples

EXAMPLE = Path(str(examples.__path__[0])) / "emrfs"
LAKE = """\
account: "111122223333"
base-role: base
mappings:
  - {role: lake, prefixes: ["s3://b/x/"]}
"""


def run(*args: object) -> int:
    return cli.run(["emrfs", "build", *map(str, args)])


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    Path("emrfs.yaml").write_text(LAKE)


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["-o", "securityconfig"], 0),
        (["-o", "cloudformation"], 0),
        (["-o", "terraform"], 0),
        (["-o", "iam"], 0),
        (["-o", "core-site"], 0),
        (["-o", "create-cluster"], 2),  # no release
        (["-o", "hue-ini"], 2),  # no Hue
        (["-o", "pulumi"], 2),
        ([], 2),
        (["-o", "iam", "-f", "none.yaml"], 2),
        (["-o", "hue-ini", "-f", EXAMPLE / "emrfs.yaml"], 0),
        (["-o", "create-cluster", "-f", EXAMPLE / "emrfs.yaml"], 0),
    ],
)
def test_exit_status(args: list[object], status: int) -> None:
    assert run(*args) == status


def test_data_on_stdout_notes_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    run("-o", "securityconfig", "-f", EXAMPLE / "emrfs.yaml")
    out, err = capsys.readouterr()
    assert json.loads(out)["AuthorizationConfiguration"]
    assert err.splitlines()[-1].startswith("note: role mappings are a convenience")
    assert "has no place for it" in err


def test_an_error_names_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("emrfs.yaml").write_text(LAKE.partition("\n")[2])
    assert run("-o", "securityconfig") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "emrfs.yaml:3:" in err
    assert "hint:" in err


def test_files_are_written_kept_and_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-o", "iam", "--out-dir", "out") == 0
    first = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    assert sorted(first) == [
        "base.emrfs.json",
        "base.trust.json",
        "lake.emrfs.json",
        "lake.trust.json",
    ]
    assert run("-o", "iam", "--out-dir", "out") == 0  # nothing changes: nothing is asked
    assert "unchanged" in capsys.readouterr().err
    Path("out/lake.trust.json").write_text("mine")
    assert run("-o", "iam", "--out-dir", "out") == 2  # there is nobody to ask
    assert Path("out/lake.trust.json").read_text() == "mine"
    assert run("-o", "iam", "--out-dir", "out", "--yes") == 0
    assert Path("out/lake.trust.json").read_bytes() == first["lake.trust.json"]
    assert Path("out/lake.trust.json.bak").read_text() == "mine"


def test_a_secret_for_hue(capsys: pytest.CaptureFixture[str]) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hue"
    assert run("-o", "hue-ini", "-f", EXAMPLE / "emrfs.yaml", "--secret", arn) == 0
    out, err = capsys.readouterr()
    assert f'"EMR.secret@bind_password": "{arn}"' in out
    assert "Abc123456" not in out + err


def test_launch_files_of_the_example(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "example")
    assert run("-o", "create-cluster", "-f", "example/emrfs.yaml", "--out-dir", "launch") == 0
    names = sorted(path.name for path in Path("launch").iterdir())
    assert names == ["configurations.json", "create-cluster.sh"]


@pytest.mark.parametrize("folder", ["taken", "taken/below", "/proc/opskit-no-folder"])
def test_a_folder_that_cannot_be_made_is_bad_input(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("mine")
    assert run("-o", "iam", "--out-dir", folder, "-y") == 2
    assert folder in capsys.readouterr().err
    assert Path("taken").read_text() == "mine"
