"""moto's server, in a process of its own: S3 as others understand it.

Its limits: it checks no credentials, and it lists versions wrongly where only a key says where to
start (the first version behind it is left out), so that versions are listed there by one worker.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.error import URLError
from urllib.request import urlopen


@contextmanager
def running() -> Iterator[str]:
    """The URL of a server without buckets, until the end of the block."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url)
            yield url
        finally:
            process.terminate()


def _wait(url: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(URLError, OSError), urlopen(f"{url}/moto-api/", timeout=5):
            return
        time.sleep(0.1)
    raise TimeoutError(url)
