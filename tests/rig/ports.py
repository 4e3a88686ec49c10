"""TCP ports for brokers, never handed to two test processes at a time."""

from __future__ import annotations

import fcntl
import itertools
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

FIRST_PORT, LAST_PORT = 20_000, 31_999
"""Below the range from which Linux takes client ports (32768 on), so none is taken meanwhile."""
BLOCK = 100
"""Ports that a process claims at once. It holds the block's lock until it ends."""

_claims: list[IO[str]] = []


def free_ports(count: int) -> list[int]:
    """``count`` different TCP ports on which nothing listens, not handed out before."""
    return list(itertools.islice(_ports, count))


def _port_numbers() -> Iterator[int]:
    blocks = list(range(FIRST_PORT, LAST_PORT + 1, BLOCK))
    random.shuffle(blocks)
    for first in filter(_claim, blocks):
        yield from filter(_is_free, range(first, first + BLOCK))
    raise RuntimeError("no port is left for this test process")


def _claim(first: int) -> bool:
    folder = Path(tempfile.gettempdir()) / f"opskit-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    claim = (folder / str(first)).open("w")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_ports = _port_numbers()
