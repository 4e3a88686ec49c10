"""What tests fetch or build once: folders in a cache outside the repository.

``$OPSKIT_TEST_CACHE`` (``~/.cache/opskit-tests`` when unset) holds folders named after the hash
of what made them: a changed source is a new folder, and an old one can be deleted at any time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class MissingComponentError(Exception):
    """Something that tests need is not on this machine; the message says what."""


def root() -> Path:
    """The folder under which everything is kept."""
    return Path(os.environ.get("OPSKIT_TEST_CACHE") or Path.home() / ".cache" / "opskit-tests")


def digest(files: Sequence[Path]) -> str:
    """Twelve hexadecimal digits over what the files hold."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The cache folder ``name``, filled by ``make`` the first time; safe between processes."""
    folder = root() / name
    if folder.is_dir():
        return folder
    root().mkdir(parents=True, exist_ok=True)
    with lock(root() / f"{name}.lock"):
        if not folder.is_dir():
            unfinished = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root()))
            try:
                make(unfinished)
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return folder


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a lock between processes; it ends with this process at the latest."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(
    command: Sequence[str],
    seconds: float,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """What a program prints; MissingComponentError when it is missing, fails or takes longer."""
    program = shutil.which(command[0])
    if program is None:
        raise MissingComponentError(f"{command[0]} is not on PATH")
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            cwd=folder,
            env={**os.environ, **(env or {})},
        )
    except subprocess.TimeoutExpired:
        raise MissingComponentError(f"{command[0]} took longer than {seconds:.0f} s") from None
    if done.returncode != 0:
        tail = (done.stdout + done.stderr).strip()[-1500:]
        raise MissingComponentError(f"{command[0]} failed: {tail}")
    return done.stdout


def require(reason: str | None) -> None:
    """Skip the running test for this reason, if there is one; in CI fail it."""
    import pytest

    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
