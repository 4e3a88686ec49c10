"""What is built is what stands in the tree, and works outside it."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
MAPPED = {
    "commands": "opskit/commands",
    "completions": "opskit/completions",
    "queries": "opskit/queries",
}


def tracked() -> set[str]:
    """The files of the tree that belong in a wheel, by their names there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "opskit", *MAPPED],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    top_and_rest = (name.partition("/") for name in listed if (ROOT / name).exists())
    return {f"{MAPPED.get(top, top)}/{rest}" for top, _, rest in top_and_rest}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


def test_the_wheel_holds_the_tree_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == tracked()


def test_the_sdist_holds_the_tree_too(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    for name in tracked():
        for folder, installed in MAPPED.items():
            name = name.replace(installed + "/", folder + "/")
        assert name in names


def test_the_wheel_works_outside_the_repository(built: Path, tmp_path: Path) -> None:
    [wheel] = built.glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
        + ["--target", str(tmp_path / "installed"), str(wheel)],
        check=True,
        timeout=120,
    )
    code = (
        "import sys, opskit.cli; from opskit.__main__ import main; status = main()\n"
        "print([m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'opskit'"
        f" and not (m.__file__ or '').startswith({str(tmp_path)!r})], file=sys.stderr)\n"
        "sys.exit(status)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.splitlines()[-1] == "[]", "a module came from somewhere else"
    assert "$ opskit broker lint" in run.stdout
