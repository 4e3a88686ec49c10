"""A bucket listed by prefixes, each from its beginning to its end with the server's tokens.

For endpoints that cannot start a listing at a key or list in no order, and for credentials that may
list some prefixes only. The prefixes are those that end in a slash; each is listed by one worker.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

from opskit.clients.aws import RefusedError
from opskit.errors import UnknownError
from opskit.storage.profile.listing import crew
from opskit.storage.profile.listing.asking import Asker
from opskit.storage.profile.listing.crawl import UnfitError, count, endless
from opskit.storage.profile.listing.journal import Journal
from opskit.storage.profile.listing.page import Page
from opskit.storage.profile.listing.tally import Tally

#: Levels of folders that are looked at to find prefixes, the most of one level that are kept, and
#: how many are enough for a worker.
_LEVELS, _MOST_PREFIXES, _PREFIXES_EACH = 4, 20_000, 8
_REPLACED = "\ufffd"


class Partitions:
    """One listing. `skipped` says what could not be counted."""

    def __init__(self, asker: Asker, prefix: str, versions: bool, journal: Journal) -> None:
        self.asker, self.prefix, self.versions, self.journal = asker, prefix, versions, journal
        self.tally = Tally()
        self.tally.add(journal.record.tally)
        self.skipped = list(journal.record.skipped)
        self.seen, self.left = self.tally.objects, 0
        self._refused: RefusedError | None = None
        self._lock = threading.Lock()

    def run(self, workers: int, say: Callable[[str], None]) -> Tally:
        """All that may be counted; RefusedError where that is nothing."""
        if self.journal.record.plan is None:
            self._plan(workers, say)
        units = [e for e in self.journal.record.plan or () if e not in self.journal.record.units]
        waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        for each in units:
            waiting.put(each)
        self.left = len(units)

        def work() -> None:
            while not self.asker.pace.stop.is_set():
                try:
                    unit = waiting.get_nowait()
                except queue.Empty:
                    return
                self._unit(unit)

        crew.run(
            min(workers, max(len(units), 1)),
            work,
            self.asker.pace,
            lambda: say(f"{self.seen:,} keys, {self.left} prefixes open"),
        )
        if self._refused and not self.tally.objects and len(self.skipped) >= len(units):
            raise self._refused
        return self.tally

    def _plan(self, workers: int, say: Callable[[str], None]) -> None:
        """Look at folders until there are enough of them; what lies beside them is counted."""
        units, whole = [self.prefix], Tally()
        for _ in range(_LEVELS if workers > 1 and not self.versions else 0):
            below: list[str] = []
            for number, each in enumerate(units):
                say(f"{whole.objects:,} keys, {len(units)} prefixes found")
                full = len(below) + len(units) - number > _PREFIXES_EACH * workers
                below += [each] if full else self._opened(each, whole)
            unchanged, units = below == units, below
            if unchanged or len(units) >= workers:
                break
        self.journal.plan(units, whole)
        self.journal.record.plan = units
        self.tally.add(whole)

    def _opened(self, unit: str, whole: Tally) -> list[str]:
        """The prefixes in a prefix, with what lies beside them counted; itself if that fails."""
        try:
            found, tally = self._level(unit)
        except RefusedError:
            return [unit]
        if found is None:
            return [unit]
        whole.add(tally)
        return found

    def _level(self, unit: str) -> tuple[list[str] | None, Tally]:
        """The prefixes one level below and a count of the objects beside them; None for too many,
        and for a server that mixes both up.
        """
        tally, found = Tally(), dict[str, None]()
        for page in self._pages(unit, Delimiter="/"):
            inner = [each for each in page.prefixes() if len(each) > len(unit)]
            nested = any("/" in key[len(unit) :] for key in page.keys)
            if len(inner) < len(page.prefixes()) or (nested and (inner or found)):
                return None, Tally()
            odd = any(not e.startswith(unit) or _REPLACED in e for e in inner)
            if odd or len(found) > _MOST_PREFIXES:
                return None, Tally()
            found.update(dict.fromkeys(inner))
            self._count(tally, page)
        return list(found), tally

    def _unit(self, unit: str) -> None:
        tally, skipped = Tally(), list[str]()
        self._try(unit, tally, skipped)
        self.journal.unit(unit, tally, skipped)
        with self._lock:
            self.tally.add(tally)
            self.left -= 1
            self.skipped += skipped

    def _try(self, unit: str, tally: Tally, skipped: list[str]) -> None:
        """Count all below a prefix; where that is refused, its folders one by one."""
        pages = Tally()
        try:
            for page in self._pages(unit):
                self._count(pages, page)
        except RefusedError as error:
            self._refused = error
            if self.versions or not self._folders(unit, tally, skipped):
                skipped.append(f"not counted: s3://{self.asker.bucket}/{unit} (access denied)")
        else:
            tally.add(pages)

    def _folders(self, unit: str, tally: Tally, skipped: list[str]) -> bool:
        """Whether the folders of a prefix may be listed; they are counted."""
        try:
            found, beside = self._level(unit)
        except RefusedError:
            return False
        if found is None:
            return False
        tally.add(beside)
        for each in found:
            self._try(each, tally, skipped)
        return True

    def _count(self, tally: Tally, page: Page) -> None:
        count(tally, page, None, f"s3://{self.asker.bucket}/{self.prefix}")
        self.seen += len(page.keys)

    def _pages(self, unit: str, **asked: Any) -> Iterator[Page]:
        """The pages of a prefix by the server's tokens; UnknownError where those go in a circle."""
        where: dict[str, str] = {}
        mark: dict[str, str] = {}
        steps = limit = 1
        while True:
            page = self.asker.page(unit, lenient=True, **asked, **self._kind, **where)
            if any(not key.startswith(unit) for key in page.keys):
                raise UnknownError(
                    "the server lists keys that are not below the prefix",
                    where=f"s3://{self.asker.bucket}/{unit}",
                    hint="it cannot be listed in part; list the whole bucket",
                )
            yield page
            if not page.truncated:
                return
            where = self._next(page)
            if not where or where == mark:
                if self.versions:
                    raise UnfitError("does not say where versions go on")
                raise endless(self.asker.bucket, unit, bool(where))
            steps += 1
            if steps > limit:  # Brent's way to find a circle without keeping all tokens
                mark, limit = where, limit * 2

    @property
    def _kind(self) -> dict[str, Any]:
        return {"versions": True} if self.versions else {}

    def _next(self, page: Page) -> dict[str, str]:
        if not self.versions:
            return {"ContinuationToken": page.token} if page.token else {}
        if not page.next_key:
            return {}
        version = {"VersionIdMarker": page.next_version} if page.next_version else {}
        return {"KeyMarker": page.next_key, **version}
