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
    ForbiddenError,
    GoneError,
    NotFoundError,
    UnauthorizedError,
    api_error,
)
from opskit.errors import OpskitError, UnknownError

#: The server sends a bookmark about once a minute: a longer silence is a dead connection.
SILENCE_SECONDS = 90.0
#: When the server itself ends a watch.
WATCH_SECONDS = 290
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0


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

    def stop(self) -> None:
        """End the feed, also in the middle of a read."""
        self._stopped.set()
        response = self._response
        if response is not None:
            with suppress(Exception):  # whatever it is, the read ends or the process does
                response.shutdown()

    def changes(self) -> Iterator[Change]:
        """What happens to the objects, from a first `Listed` on, until the feed is stopped.

        403 and a second 401 are final, 404 as well (the kind is not served, or the namespace is
        not there).
        """
        version = ""
        while not self._stopped.is_set():
            try:
                if not version:
                    objects, version = self._cluster.list(self.path, self._query)
                    yield from self._recovered()
                    yield Listed(objects)
                started, told = time.monotonic(), False
                for change, version in self._watch(version):  # noqa: B007, B020 (goes on there)
                    told = True
                    yield from self._recovered()
                    if change is not None:
                        yield change
                if not told and time.monotonic() - started < 1:
                    self._wait()  # a proxy that ends every watch must not be asked without pause
            except GoneError:
                version = ""
            except (ForbiddenError, NotFoundError, UnauthorizedError) as error:
                yield Trouble(error, final=True)
                return
            except OpskitError as error:
                if self._stopped.is_set():
                    return
                self._troubled = True
                yield Trouble(error, final=False)
                self._wait()

    def _recovered(self) -> Iterator[Recovered]:
        self._pause = 0.0
        if self._troubled:
            self._troubled = False
            yield Recovered()

    def _wait(self) -> None:
        self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
        self._stopped.wait(self._pause * random.uniform(0.5, 1))  # noqa: S311 (no secret)

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
            for line in _lines(response):
                change, version = self._event(line, version)
                yield change, version
        except urllib3.exceptions.ReadTimeoutError:
            return  # silent for too long: taken up again at the same version
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if self._stopped.is_set():
                return
            if isinstance(error, urllib3.exceptions.ProtocolError | OSError):
                return  # cut: tried again at once, and only a new failure is worth a word
            raise UnknownError(f"the watch broke off: {error}", where=self._cluster.name) from None
        finally:
            self._response = None
            response.close()

    def _event(self, line: bytes, version: str) -> tuple[Changed | None, str]:
        import msgspec

        event = msgspec.json.decode(line)
        kind, thing = event["type"], event["object"]
        if kind == "ERROR":
            raise api_error(self._cluster.name, self.path, int(thing.get("code") or 0), thing)
        version = thing["metadata"]["resourceVersion"]
        return (None if kind == "BOOKMARK" else Changed(thing, kind == "DELETED")), version


def _lines(response: Any) -> Iterator[bytes]:
    """The lines of a stream, each as soon as it is whole."""
    rest = b""
    for chunk in response.stream(1 << 16):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line for line in whole if line)
