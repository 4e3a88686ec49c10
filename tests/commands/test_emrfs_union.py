"""`opskit emrfs union` from the command line."""

import json
from pathlib import Path

import pytest

from opskit import cli
from tests.emrfs.union.test_plan import ALL, allowing, wide


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def run(text: str, *args: str) -> int:
    Path("emrfs.yaml").write_text(text)
    return cli.run(["emrfs", "union", *args])


@pytest.mark.parametrize(
    ("text", "args", "status"),
    [
        (ALL, [], 0),
        (ALL, ["--user", "cy"], 0),  # nothing to merge
        (ALL, ["--user", "nobody"], 2),
        (ALL, ["--user", "nobody", "--groups", "eng,sci"], 0),
        (ALL, ["--policies", "26"], 2),
        (allowing("eng", "ana"), [], 4),
        (allowing("eng", "ana"), ["--user", "bob"], 3),
        (wide(1200), [], 4),
        (wide(1200), ["--user", "bob"], 1),
        (wide(1200), ["--user", "bob", "--policies", "20"], 0),
    ],
)
def test_exit_status(text: str, args: list[str], status: int) -> None:
    assert run(text, *args) == status


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ALL, "--user", "bob", "-o", "json") == 0
    out, _ = capsys.readouterr()
    found = json.loads(out)
    assert found["schema"] == "opskit.emrfs.union/1"
    assert found["limits"] == {"characters": 6144, "policies": 10}
    assert found["notice"].startswith("role mappings are a convenience")
    (one,) = found["unions"]
    assert (one["role"], one["users"], one["index"]) == ("emrfs-union-eng-sci", ["bob"], 1)
    assert one["documents"][0]["Statement"][0]["Resource"] == [
        "arn:aws:s3:::eng/*",
        "arn:aws:s3:::sci/*",
    ]
    assert found["fragment"]["mappings"] == [{"role": "emrfs-union-eng-sci", "users": ["bob"]}]


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    run(ALL)
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == [
        "ROLE",
        "emrfs-union-eng-ana",
        "emrfs-union-eng-sci",
    ]
    assert err.splitlines()[-1].startswith("note: role mappings are a convenience")


def test_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    run(ALL, "--user", "cy", "-o", "json")
    out, err = capsys.readouterr()
    assert json.loads(out)["unions"] == []
    assert "nobody is named by several mappings" in err


def test_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ALL, "--user", "bob", "--out-dir", "out") == 0
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "emrfs-union-eng-sci-1.json",
        "emrfs-union-eng-sci.trust.json",
        "emrfs.fragment.yaml",
    ]
    assert "written" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").write_text("mine")
    assert run(ALL, "--user", "bob", "--out-dir", "taken", "-y") == 2
    assert "taken: no folder can be made here" in capsys.readouterr().err
    assert Path("taken").read_text() == "mine"
