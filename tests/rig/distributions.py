"""ActiveMQ of several versions, as jars to run: found, or fetched once into the tests' cache.

5.17.2 is Debian's ``activemq`` package. The others come through Maven from the small
``activemq/VERSION/pom.xml`` files beside this module.

``python -m tests.rig.distributions`` fetches and compiles everything beforehand.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from tests import cache
from tests.cache import MissingComponentError

VERSIONS = ("5.17.2", "5.18.3", "5.19.1", "6.1.7")
DEBIAN_VERSION = "5.17.2"
"""The version that comes from apt instead of Maven."""
FETCH_SECONDS = 600
COMPILE_SECONDS = 120

_HERE = Path(__file__).parent
_DEBIAN_JARS = Path("/usr/share/java")
_DEBIAN_ACTIVEMQ = Path("/usr/share/activemq/lib")
_OTHER_LOG_BACKENDS = re.compile(r"slf4j-log4j12|log4j-slf4j")


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
    return cache.made_once(
        f"activemq-{version}-{cache.digest([pom])}", lambda folder: _fetch(pom, folder)
    )


def host_classes(version: str) -> Path:
    """The folder of the compiled ``java/*.java`` for this version."""
    sources = sorted((_HERE / "java").glob("*.java"))
    jars = classpath(version)
    return cache.made_once(
        f"host-{version}-{cache.digest(sources)}", lambda folder: _compile(sources, jars, folder)
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
    cache.require(available(version))


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


def _fetch(pom: Path, folder: Path) -> None:
    goals = ["dependency:copy-dependencies"]
    if "<artifactItem>" in pom.read_text(encoding="utf-8"):
        goals.append("dependency:unpack")
    # The plugin leaves its markers in ./target: run it on a copy, away from the source tree.
    # Maven's local repository knows no locks: only one process at a time may fill it.
    with tempfile.TemporaryDirectory() as scratch, cache.lock(cache.root() / "maven.lock"):
        shutil.copy(pom, scratch)
        cache.run(
            ["mvn", "-q", "-B", "-f", scratch, *goals, f"-DoutputDirectory={folder}"],
            FETCH_SECONDS,
        )
    for leftover in folder.glob("PaxHeaders*"):
        shutil.rmtree(leftover)


def _compile(sources: list[Path], jars: list[Path], folder: Path) -> None:
    path = os.pathsep.join(map(str, jars))
    cache.run(["javac", "-cp", path, "-d", str(folder), *map(str, sources)], COMPILE_SECONDS)


def main() -> int:
    """Fetch and compile for every version; 0 when all are ready."""
    reasons = {version: available(version) for version in VERSIONS}
    for version, reason in reasons.items():
        print(f"activemq {version}: {reason or 'ready'}")
    return 1 if any(reasons.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
