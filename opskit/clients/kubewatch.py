"""Lists of objects followed through the Kubernetes API: one list, then one watch.

The client's own Watch has no read timeout, and gives up at the second 410. Here a watch is taken
up again where it broke off (resourceVersion and bookmarks), a 410 lists anew, a silence that is
longer than the server's bookmarks allow counts as a dead connection, and a server that is away is
asked again with growing pauses.
"""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from opskit.clients.kube import Cluster, Object, Query
from opskit.clients.kubeerrors import (
    ApiError,
    ForbiddenError,
    GoneError,
    NotFoundError,
    UnauthorizedError,
    UnreachableError,
    api_error,
)
from opskit.clients.kubepool import PATIENCE
from opskit.errors import InputError, OpskitError, UnknownError

#: The server sends a bookmark about once a minute: a longer silence is a dead connection.
SILENCE_SECONDS = 90.0
#: When the server itself ends a watch.
WATCH_SECONDS = 290
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
#: A server that has just started refuses what it allows as soon as it has read its rules.
_STARTS_SECONDS = 15.0
#: What the server says when it is busy; anything else than that lists anew.
_BUSY = (429, 500, 503)


class Listed(NamedTuple):
    """All objects as they are now; what is not among them is gone."""

    objects: list[Object]


class Changed(NamedTuple):
    """One object that was added or changed, or that is `gone`."""

    object: Object
    gone: bool


class Trouble(NamedTuple):
    """The server could not be asked; it will be again, unless it is `final`."""

    error: OpskitError
    final: bool


class Recovered(NamedTuple):
    """The server answers again."""


Change = Listed | Changed | Trouble | Recovered


class Feed:
    """One list and watch. `changes` is read by one thread; `stop` may be called by another."""

    def __init__(
        self,
        cluster: Cluster,
        path: str,
        query: Query | None = None,
        *,
        silence: float = SILENCE_SECONDS,
    ) -> None:
        self.path = path
        self._cluster = cluster
        self._query = dict(query or {})
        self._silence = silence
        self._stopped = threading.Event()
        self._response: Any = None
        self._pause = 0.0
        self._troubled = False
        self._listed = False
        self._away = self._gone = float("-inf")

    def stop(self) -> None:
        """End the feed, also in the middle of a read."""
        self._stopped.set()
        response = self._response
        if response is not None:
            with suppress(Exception):  # whatever it is, the read ends or the process does
                response.shutdown()

    def changes(self) -> Iterator[Change]:
        """What happens to the objects, from a first `Listed` on, until the feed is stopped.

        403 and a second 401 are final, 404 as well (the kind is not served), unless the server
        was away just before: one that starts knows neither its users nor its kinds at once.
        """
        version = ""
        while not self._stopped.is_set():
            try:
                if not version:
                    objects, version = self._cluster.list(self.path, self._query)
                    self._listed, self._pause = True, 0.0
                    yield from self._recovered()
                    yield Listed(objects)
                started, told = time.monotonic(), False
                for change, version in self._watch(version):  # noqa: B007, B020 (goes on there)
                    told, self._pause = True, 0.0
                    yield from self._recovered()
                    if change is not None:
                        yield change
                if not told and time.monotonic() - started < 1:
                    self._wait()  # a proxy that ends every watch must not be asked without pause
            except OpskitError as error:
                if self._stopped.is_set():
                    return
                if isinstance(error, GoneError):
                    version = ""
                    self._wait_if_gone_again()
                    continue
                if self._final(error):
                    yield Trouble(error, final=True)
                    return
                if isinstance(error, ApiError) and error.status not in _BUSY:
                    version = ""
                self._troubled = True
                yield Trouble(error, final=False)
                self._wait(getattr(error, "retry_after", 0.0))

    def _final(self, error: OpskitError) -> bool:
        refused = isinstance(error, ForbiddenError | NotFoundError | UnauthorizedError)
        starts = self._listed and time.monotonic() - self._away < _STARTS_SECONDS
        if isinstance(error, UnreachableError) or getattr(error, "status", 0) in (502, 503):
            self._away = time.monotonic()
        return isinstance(error, InputError) or (refused and not starts)

    def _recovered(self) -> Iterator[Recovered]:
        if self._troubled:
            self._troubled = False
            yield Recovered()

    def _wait_if_gone_again(self) -> None:
        """A list whose version is too old at once is not asked for without a pause."""
        now = time.monotonic()
        if now - self._gone < LONGEST_PAUSE:
            self._stopped.wait(LONGEST_PAUSE)
        self._gone = now

    def _wait(self, at_least: float = 0.0) -> None:
        self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
        pause = self._pause * random.uniform(0.5, 1)  # noqa: S311 (no secret)
        self._stopped.wait(max(pause, min(at_least, PATIENCE)))

    def _watch(self, version: str) -> Iterator[tuple[Changed | None, str]]:
        """The changes of one watch, each with the version to go on from; None is a bookmark."""
        import urllib3

        query = {
            **self._query,
            "watch": True,
            "allowWatchBookmarks": True,
            "resourceVersion": version,
            "timeoutSeconds": WATCH_SECONDS,
        }
        response = self._cluster.open(self.path, query, read_seconds=self._silence)
        self._response = response
        try:
            if self._stopped.is_set():
                return
            if self._troubled:
                yield None, version  # it answers again, also where nothing changes
            for line in _lines(response):
                change, version = self._event(line, version)
                yield change, version
        except urllib3.exceptions.ReadTimeoutError:
            return  # silent for too long: taken up again at the same version
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # cut: tried again at once, and only a new failure is worth a word
            if not isinstance(error, urllib3.exceptions.ProtocolError | OSError):
                raise UnknownError(
                    f"the watch broke off: {error}", where=self._cluster.name
                ) from None
        finally:
            self._response = None
            response.close()

    def _event(self, line: bytes, version: str) -> tuple[Changed | None, str]:
        import msgspec

        try:
            event = msgspec.json.decode(line)
            kind, thing = event["type"], event["object"]
            if kind != "ERROR":
                version = str(thing["metadata"]["resourceVersion"])
        except (msgspec.DecodeError, ValueError, KeyError, TypeError):
            raise UnknownError(
                "the watch answers with something that is no event",
                where=self._cluster.name,
                hint="check what is between this machine and the API server",
            ) from None
        if kind == "ERROR":
            code = thing.get("code") if isinstance(thing, dict) else 0
            raise api_error(self._cluster.name, self.path, int(code or 0), thing)
        return (None if kind == "BOOKMARK" else Changed(thing, kind == "DELETED")), version


def _lines(response: Any) -> Iterator[bytes]:
    """The lines of a stream, each as soon as it is whole.

    A proxy may hand it on without chunks; what is asked for then is what is there.
    """
    rest = b""
    for piece in response.stream(1 << 16) if response.chunked else _pieces(response):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line for line in whole if line)


def _pieces(response: Any) -> Iterator[bytes]:
    while piece := response.read1(1 << 16):
        yield piece
