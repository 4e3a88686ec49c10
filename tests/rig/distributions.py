"""ActiveMQ of several versions, as jars to run: found, or fetched once into a cache.

5.17.2 is Debian's ``activemq`` package. The others come through Maven from the small
``activemq/VERSION/pom.xml`` files beside this module. What is fetched or compiled goes to
``$OPSKIT_TEST_CACHE`` (``~/.cache/opskit-tests`` when unset), in folders named after the hash
of what made them: a changed pom is a new folder, and an old one can be deleted at any time.

``python -m tests.rig.distributions`` fetches and compiles everything beforehand.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

VERSIONS = ("5.17.2", "5.18.3", "5.19.1", "6.1.7")
DEBIAN_VERSION = "5.17.2"
"""The version that comes from apt instead of Maven."""
FETCH_SECONDS = 600
COMPILE_SECONDS = 120

_HERE = Path(__file__).parent
_DEBIAN_JARS = Path("/usr/share/java")
_DEBIAN_ACTIVEMQ = Path("/usr/share/activemq/lib")
_OTHER_LOG_BACKENDS = re.compile(r"slf4j-log4j12|log4j-slf4j")


class MissingComponentError(Exception):
    """Something that the rig needs is not on this machine; the message says what."""


def cache_root() -> Path:
    """The folder under which every version's jars and classes are kept."""
    return Path(os.environ.get("OPSKIT_TEST_CACHE") or Path.home() / ".cache" / "opskit-tests")


def classpath(version: str) -> list[Path]:
    """Jars of a broker of ``version``, with slf4j-simple as the one log back end.

    Raises MissingComponentError when they are neither here nor to be had.
    """
    if version == DEBIAN_VERSION:
        return _debian_jars()
    folder = home(version)
    jars = [
        *folder.glob("*.jar"),
        *folder.glob("*/lib/*.jar"),
        *folder.glob("*/lib/optional/*.jar"),
    ]
    return _without_other_log_backends(jars)


def home(version: str) -> Path:
    """The cache folder of a version from Maven: its jars, or the unpacked distribution.

    5.18.3 has ``apache-activemq-5.18.3/`` in it, with ``bin/activemq``, Jolokia and the console.
    """
    pom = _HERE / "activemq" / version / "pom.xml"
    return _made_once(f"activemq-{version}-{_digest([pom])}", lambda folder: _fetch(pom, folder))


def host_classes(version: str) -> Path:
    """The folder of the compiled ``java/*.java`` for this version."""
    sources = sorted((_HERE / "java").glob("*.java"))
    jars = classpath(version)
    return _made_once(
        f"host-{version}-{_digest(sources)}", lambda folder: _compile(sources, jars, folder)
    )


def xsd(version: str) -> bytes:
    """``activemq.xsd`` of that version, from inside its activemq-spring jar."""
    for jar in classpath(version):
        if jar.name.startswith("activemq-spring"):
            with zipfile.ZipFile(jar) as archive:
                return archive.read("activemq.xsd")
    raise MissingComponentError(f"ActiveMQ {version} has no activemq-spring jar")


@functools.cache
def available(version: str) -> str | None:
    """None when brokers of ``version`` can run here (fetched now if need be), else why not."""
    try:
        host_classes(version)
    except MissingComponentError as missing:
        return str(missing)
    return None


def require(version: str) -> None:
    """Skip the running test when ``version`` is not to be had; in CI fail it."""
    import pytest

    reason = available(version)
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _debian_jars() -> list[Path]:
    if not (_DEBIAN_JARS / f"activemq-broker-{DEBIAN_VERSION}.jar").is_file():
        raise MissingComponentError(
            f"ActiveMQ {DEBIAN_VERSION} is not installed: apt-get install activemq libslf4j-java"
        )
    jars = [*_DEBIAN_ACTIVEMQ.glob("*.jar"), *_DEBIAN_ACTIVEMQ.glob("optional/*.jar")]
    return _without_other_log_backends([*jars, _DEBIAN_JARS / "slf4j-simple.jar"])


def _without_other_log_backends(jars: list[Path]) -> list[Path]:
    # Debian links to jars of packages that are only recommended: dangling links are no jars.
    return sorted(jar for jar in jars if jar.is_file() and not _OTHER_LOG_BACKENDS.search(jar.name))


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The cache folder ``name``, filled by ``make`` the first time; safe between processes."""
    folder = cache_root() / name
    if folder.is_dir():
        return folder
    cache_root().mkdir(parents=True, exist_ok=True)
    with _lock(cache_root() / f"{name}.lock"):
        if not folder.is_dir():
            unfinished = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache_root()))
            try:
                make(unfinished)
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return folder


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(pom: Path, folder: Path) -> None:
    goals = ["dependency:copy-dependencies"]
    if "<artifactItem>" in pom.read_text(encoding="utf-8"):
        goals.append("dependency:unpack")
    # The plugin leaves its markers in ./target: run it on a copy, away from the source tree.
    # Maven's local repository knows no locks: only one process at a time may fill it.
    with tempfile.TemporaryDirectory() as scratch, _lock(cache_root() / "maven.lock"):
        shutil.copy(pom, scratch)
        _run(
            ["mvn", "-q", "-B", "-f", scratch, *goals, f"-DoutputDirectory={folder}"],
            FETCH_SECONDS,
        )
    for leftover in folder.glob("PaxHeaders*"):
        shutil.rmtree(leftover)


def _compile(sources: list[Path], jars: list[Path], folder: Path) -> None:
    path = os.pathsep.join(map(str, jars))
    _run(["javac", "-cp", path, "-d", str(folder), *map(str, sources)], COMPILE_SECONDS)


def _run(command: list[str], seconds: float) -> None:
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
        )
    except subprocess.TimeoutExpired:
        raise MissingComponentError(f"{command[0]} took longer than {seconds:.0f} s") from None
    if done.returncode != 0:
        tail = (done.stdout + done.stderr).strip()[-1500:]
        raise MissingComponentError(f"{command[0]} failed: {tail}")


def main() -> int:
    """Fetch and compile for every version; 0 when all are ready."""
    reasons = {version: available(version) for version in VERSIONS}
    for version, reason in reasons.items():
        print(f"activemq {version}: {reason or 'ready'}")
    return 1 if any(reasons.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
