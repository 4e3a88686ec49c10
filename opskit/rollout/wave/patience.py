"""Clusters that cannot be reached for a while, asked again."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import ApiError, UnreachableError
from opskit.errors import OpskitError, UnknownError
from opskit.rollout.wave import rolling
from opskit.rollout.wave.standing import Piece

Found = TypeVar("Found")
#: After how long a cluster that was not reached is asked again, in seconds.
AGAIN_SECONDS = 5.0


def patiently(work: Callable[[float], Found], seconds: float, stop: threading.Event) -> Found:
    """What `work` returns, tried anew for so many seconds while the network or the server fails.

    It gets the seconds that are left. Raises what it raises last, and all that does not pass.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return work(max(0.0, end - time.monotonic()))
        except UnknownError as error:
            if not _passes(error) or time.monotonic() + AGAIN_SECONDS > end:
                raise
            if stop.wait(AGAIN_SECONDS):
                raise


def put_back(cluster: Cluster, done: Sequence[Piece]) -> list[tuple[Piece, OpskitError]]:
    """What could not be put back, and why; raises what passes, to be tried again."""
    troubles = rolling.back(cluster, done)
    for _, error in troubles:
        if _passes(error):
            raise error
    return troubles


def _passes(error: OpskitError) -> bool:
    """Whether a cluster that answers so may be asked again in a while."""
    if isinstance(error, UnreachableError):
        return not error.lasting
    return isinstance(error, ApiError) and (error.status == 429 or error.status >= 500)
