"""A bucket behind 50 ms of latency, listed by `storage profile` and by `aws s3 ls --recursive`.

The bucket is one of `tests/storage/s3server.py`, in a process of its own. aws is the awscli of PyPI
in an environment of its own in the cache; it takes two minutes for what takes us four seconds.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import cache
from tests.bench.measure import Ratio

KEYS = int(os.environ.get("OPSKIT_BENCH_KEYS", "400000"))
LATENCY = 0.05
_AWSCLI = "awscli==1.46.3"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def ratios() -> Iterator[Ratio]:
    try:
        aws = cache.made_once(_AWSCLI.replace("==", "-"), _install) / "bin" / "python"
    except cache.MissingComponentError as reason:
        print(f"no comparison with aws s3 ls: {reason}", file=sys.stderr)
        return
    with _served() as url:
        ours = min(_profile(url) for _ in range(3))
        theirs = _listed([str(aws), "-m", "awscli"], url)
    what = f"listing {KEYS:,} keys behind {LATENCY * 1000:.0f} ms"
    yield Ratio(what, ours, "a 20th of aws s3 ls --recursive", theirs / 20, 1)


def _install(folder: Path) -> None:
    # Moved once it is whole: `-m awscli` is not bound to the place where it was made.
    cache.run([sys.executable, "-m", "venv", str(folder)], 300)
    cache.run([str(folder / "bin" / "python"), "-m", "pip", "install", "-q", _AWSCLI], 300)


@contextmanager
def _served() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.storage.s3server", str(KEYS), str(LATENCY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def _profile(url: str) -> float:
    command = [sys.executable, "-m", "opskit", "storage", "profile", "s3://bucket"]
    seconds, text = _timed([*command, "--endpoint-url", url, "-o", "json"])
    assert sum(cell["objects"] for cell in json.loads(text)["stored"]) == KEYS
    return seconds


def _listed(command: list[str], url: str) -> float:
    seconds, text = _timed(
        [*command, "--endpoint-url", url, "s3", "ls", "--recursive", "--summarize", "s3://bucket"]
    )
    assert f"Total Objects: {KEYS}" in text
    return seconds


def _timed(command: list[str]) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **_ENVIRONMENT}
    )
    return time.perf_counter() - began, done.stdout
