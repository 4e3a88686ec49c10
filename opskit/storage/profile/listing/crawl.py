"""A bucket listed by ranges of keys, in parallel."""

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any

from opskit.errors import UnknownError
from opskit.storage.profile.listing import crew
from opskit.storage.profile.listing.asking import Asker
from opskit.storage.profile.listing.journal import Journal, gaps
from opskit.storage.profile.listing.page import MalformedError, Page
from opskit.storage.profile.listing.space import Range, Space
from opskit.storage.profile.listing.tally import AmountError, Tally

#: A range that goes on is written to the journal after so many pages.
_CHECKPOINT_PAGES = 50
_MOST_EMPTY = 1000


class UnfitError(Exception):
    """The endpoint does not list as ranges need it: the text says what it does instead."""


class Crawl:
    """One listing. `tally` holds what is counted in ranges that ended or were kept."""

    def __init__(self, asker: Asker, prefix: str, versions: bool, journal: Journal) -> None:
        self.asker, self.prefix, self.versions, self.journal = asker, prefix, versions, journal
        self.space = Space(prefix, gaps(journal.record.ranges))
        self.tally = Tally()
        self.tally.add(journal.record.tally)
        self.seen = self.tally.objects
        self._lock = threading.Condition()

    def run(self, workers: int, say: Callable[[str], None]) -> Tally:
        """All that is counted. UnfitError where another way to list is needed."""

        began, before = time.monotonic(), self.seen

        def tick() -> None:
            rate = (self.seen - before) / max(time.monotonic() - began, 0.001)
            say(f"{self.seen:,} keys, {rate:,.0f}/s, {len(self.space.active)} ranges open")

        crew.run(workers, self._work, self.asker.pace, tick)
        return self.tally

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            while not taken.done:
                try:
                    page = self.asker.page(self.prefix, **self._next(taken))
                except BaseException:
                    self._keep(taken)  # what came before is complete
                    raise
                self._accept(taken, page)
            self._keep(taken)
            with self._lock:
                self._lock.notify_all()

    def _take(self) -> Range | None:
        with self._lock:
            while not self.asker.pace.stop.is_set():
                taken = self.space.take(splits=self._has_room())
                if taken is not None or self.space.finished:
                    return taken
                self._lock.wait(0.2)
        return None

    def _has_room(self) -> bool:
        return len(self.space.active) < self.asker.load.useful()

    def _accept(self, taken: Range, page: Page) -> None:
        if not page.names():
            self._empty(taken, page)
            return
        check(page, self.prefix, taken.at, self.asker.bucket, inside=bool(taken.version))
        if page.truncated and taken.version and page.next_version == taken.version:
            raise UnfitError("repeats the versions of a key")
        names, more, version = page.names(), page.truncated, ""
        if self.versions and more:
            names, version = _whole_keys(page)
        with self._lock:
            cut = self.space.advance(taken, names, more, version)
            if self._has_room():
                self._lock.notify()
        if cut:
            self._count(taken, page, taken.at)
        if taken.pages % _CHECKPOINT_PAGES == 0 and not taken.done:
            self._keep(taken)

    def _next(self, taken: Range) -> dict[str, Any]:
        """What a request needs to go on behind what is listed of a range."""
        if not self.versions:
            if taken.token:
                return {"ContinuationToken": taken.token}
            return {"StartAfter": taken.at} if taken.at else {}
        asked: dict[str, Any] = {"versions": True}
        if taken.at:
            asked["KeyMarker"] = taken.at
        if taken.version:
            asked["VersionIdMarker"] = taken.version
        return asked

    def _count(self, taken: Range, page: Page, last: str) -> None:
        before = taken.tally.objects
        count(taken.tally, page, last, f"s3://{self.asker.bucket}/{self.prefix}")
        self.seen += taken.tally.objects - before

    def _empty(self, taken: Range, page: Page) -> None:
        """A page without keys: the end, or one that says where to go on."""
        token = page.next_key if self.versions else page.token
        if page.truncated and (not token or token == taken.token or taken.empty > _MOST_EMPTY):
            raise endless(self.asker.bucket, self.prefix, bool(token))
        with self._lock:
            if not page.truncated:
                self.space.advance(taken, [], False)
            elif self.versions:
                if token < taken.at or (token == taken.at and not page.next_version):
                    raise endless(self.asker.bucket, self.prefix, True)
                taken.at, taken.version = token, page.next_version
            taken.token = "" if self.versions else token
            taken.empty += 1

    def _keep(self, taken: Range) -> None:
        """Write what is complete of a range, and let it begin behind that."""
        reached = taken.until if taken.done else taken.at
        if taken.version or (reached == taken.after and not taken.done):
            return
        self.journal.range(taken.after, reached, taken.tally)
        with self._lock:
            self.tally.add(taken.tally)
        taken.after, taken.tally = taken.at, Tally()


def check(page: Page, prefix: str, at: str, bucket: str, *, inside: bool = False) -> None:
    """Check that a page with keys is one of those below a prefix, in order, behind `at`; with
    `inside` more versions of `at` itself may come. UnfitError where the server does otherwise.
    """
    names = page.names()
    first, last = names[0], names[-1]
    if not (first.startswith(prefix) and last.startswith(prefix)):
        raise UnknownError(
            f"the server lists {first!r}, which is not below the prefix",
            where=f"s3://{bucket}/{prefix}",
            hint="it cannot be listed in part; list the whole bucket",
        )
    if not page.ordered():
        raise UnfitError("lists keys in no order")
    if first < at or (first == at and not inside):
        raise UnfitError("ignores where a listing is to start")


def count(tally: Tally, page: Page, last: str | None, where: str) -> None:
    """Count what is in a page up to a key, or all of it."""
    keys, markers = page.keys, page.markers
    try:
        tally.count(page.columns(), len(keys) if last is None else bisect_right(keys, last))
    except (AmountError, MalformedError) as error:
        raise UnknownError(
            f"the server lists an object that is none: {error}",
            where=where,
            hint="is this an endpoint of the S3 API?",
        ) from None
    tally.markers += len(markers) if last is None else bisect_right(markers, last)


def endless(bucket: str, prefix: str, token: bool) -> UnknownError:
    """The error where a server says that there is more and not, or not usably, where."""
    told = "repeats where to go on" if token else "does not say where to go on"
    return UnknownError(
        f"the server says that there are more keys, and {told}",
        where=f"s3://{bucket}/{prefix}",
        hint="list prefixes one by one, or report it to the provider",
    )


def _whole_keys(page: Page) -> tuple[list[str], str]:
    """The names of a page of versions but the last key's, of which more may come.

    Of a page with versions of one key alone all, and the version to go on behind.
    """
    names = page.names()
    if names[0] == names[-1]:
        return names, page.next_version
    return names[: bisect_left(names, names[-1])], ""
