"""The compiled form of the catalog: it is that of the files, and is not read where it is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from opskit.storage.catalog import load


def test_the_compiled_catalog_is_current() -> None:
    made = "run `python -m opskit.storage.catalog.compile`"
    assert load.COMPILED.read_bytes() == load.compiled(), made


def test_it_says_what_the_files_say() -> None:
    assert load.load() == load.read(load.BUNDLED)


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00", None])
def test_without_it_the_files_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    compiled = tmp_path / "compiled.json"
    if content is not None:
        compiled.write_bytes(content)
    monkeypatch.setattr(load, "COMPILED", compiled)
    load._load.cache_clear()
    try:
        assert load.load() == load.read(load.BUNDLED)
    finally:
        load._load.cache_clear()


def test_it_is_passed_over_where_a_file_was_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load._compiled() is not None
    monkeypatch.setattr(load, "_checksums", lambda folder: {"aws.yaml": "another"})
    assert load._compiled() is None


def test_it_is_read_where_the_package_lies_behind_a_link(tmp_path: Path) -> None:
    package = Path(load.__file__).parents[2]
    (tmp_path / "opskit").symlink_to(package, target_is_directory=True)
    code = (
        "import sys; from opskit.storage.catalog import load; "
        f"assert load.__file__.startswith({str(tmp_path)!r}); load.load(); "
        "sys.exit('yaml' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert subprocess.run(command, env=env, cwd=tmp_path, check=False).returncode == 0
