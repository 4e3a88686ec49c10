"""A real carbon, Graphite's receiver, on the loopback, and what it wrote into its files."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.components import require_program
from tests.rig.ports import free_ports

_CONFIG = """\
[cache]
STORAGE_DIR = {folder}
LOCAL_DATA_DIR = {folder}/whisper/
CONF_DIR = {folder}
LOG_DIR = {folder}
PID_DIR = {folder}
USER =
DATABASE = whisper
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = 1000
ENABLE_UDP_LISTENER = False
ENABLE_TAGS = False
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {line}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {query}
WHISPER_AUTOFLUSH = True
"""
_SCHEMAS = "[all]\npattern = .*\nretentions = 60s:2d\n"
_PATIENCE = 30.0
#: Debian's whisper, which reads carbon's files, is a module of Debian's Python.
_PYTHON = "/usr/bin/python3"
_READ = """
import json, struct, sys, whisper
paths, minute = json.load(sys.stdin)
def value(path):
    try:  # carbon may be making the file just now
        (start, end, step), values = whisper.fetch(path, minute - 1, minute + 1)
    except (OSError, whisper.WhisperException, struct.error):
        return None
    return values[(minute - start) // step]
print(json.dumps([value(path) for path in paths]))
"""


@dataclass(frozen=True, slots=True)
class Carbon:
    """A carbon that runs. Its files hold a value a minute for two days."""

    port: int
    folder: Path

    def file(self, series: str) -> Path:
        """Where carbon 1.1 keeps a series: by the parts of its path, or by a hash of its tags."""
        whisper = self.folder / "whisper"
        if ";" not in series:
            return whisper / (series.replace(".", "/") + ".wsp")
        digest = sha256(series.encode()).hexdigest()
        return whisper / "_tagged" / digest[:3] / digest[3:6] / f"{digest}.wsp"

    def values(self, series: Sequence[str], at: int) -> dict[str, float]:
        """The value of each series in the minute of a time, once carbon has written them all."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            found = self._fetch(series, at - at % 60)
            missing = [name for name, value in found.items() if value is None]
            if not missing:
                return {name: value for name, value in found.items() if value is not None}
            assert time.monotonic() < deadline, f"carbon wrote no value of {missing[:5]}"
            time.sleep(0.2)

    def _fetch(self, series: Sequence[str], minute: int) -> dict[str, float | None]:
        asked = json.dumps([[str(self.file(name)) for name in series], minute])
        told = subprocess.run(
            [_PYTHON, "-c", _READ], input=asked, capture_output=True, text=True, check=True
        )
        return dict(zip(series, json.loads(told.stdout), strict=True))


@contextmanager
def running(folder: Path) -> Iterator[Carbon]:
    """Carbon with its files in a folder; stopped at the end."""
    program = require_program("carbon-cache", "graphite-carbon")
    require_program("whisper-fetch", "python3-whisper")
    line, pickle, query = free_ports(3)
    config = folder / "carbon.conf"
    config.write_text(_CONFIG.format(folder=folder, line=line, pickle=pickle, query=query))
    (folder / "storage-schemas.conf").write_text(_SCHEMAS)
    with (folder / "carbon.log").open("w") as log:
        process = subprocess.Popen(
            [
                program,
                "--nodaemon",
                f"--config={config}",
                f"--pidfile={folder}/carbon.pid",
                "start",
            ],
            stdout=log,
            stderr=log,
        )
        try:
            _wait(process, folder / "carbon.log", line)
            yield Carbon(line, folder)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", log: Path, port: int) -> None:
    import socket

    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"carbon does not listen: {log.read_text()[-2000:]}")
