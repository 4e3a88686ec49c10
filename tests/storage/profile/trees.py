"""Real trees for tests: files of given sizes and times, and what no test may leave behind."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opskit.storage.profile import tree
from opskit.storage.profile.mounts import Mount

DAY = 86_400
STRICT, RELATIVE, NONE = frozenset({"rw"}), frozenset({"rw", "relatime"}), frozenset({"noatime"})


def make(path: Path, size: int = 1, changed: float = 0, read: float | None = None) -> Path:
    """A file (with holes) that was changed and read so many days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as stream:
        stream.truncate(size)
    now = time.time() - 60  # a test that takes some seconds crosses no edge
    os.utime(path, (now - (changed if read is None else read) * DAY, now - changed * DAY))
    return path


def mounted(monkeypatch: pytest.MonkeyPatch, options: frozenset[str], *more: Mount) -> None:
    """Let all file systems count as one that is mounted with these options."""
    known = [Mount("/", 0, "ext4", options), *more]
    monkeypatch.setattr(tree, "mounts", lambda: known)


@contextmanager
def for_everybody() -> Iterator[Path]:
    """A folder that other users reach, as pytest's are not; deleted whatever its depth."""
    path = Path(tempfile.mkdtemp(prefix="opskit-test-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        subprocess.run(["rm", "-rf", path], check=True)


def as_nobody(function: Callable[[], str]) -> str:
    """What a function returns in a process that may not read everything."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
            os.write(writing, function().encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        found = stream.read().decode()
    os.waitpid(child, 0)
    return found
