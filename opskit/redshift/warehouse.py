"""What the rules see: a warehouse at one time, as the answers to the queries that they read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event

from opskit.errors import OpskitError
from opskit.redshift.catalog import Engine
from opskit.redshift.queries import Query
from opskit.redshift.source import QueryError, Reason, Row, Session, Source


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one query, or why there are none."""

    query: Query
    rows: Sequence[Row] = ()
    error: QueryError | None = None


class CouldNotLookError(Exception):
    """A rule asked for the rows of a query that has no answer."""


@dataclass(slots=True)
class Warehouse:
    """A warehouse at the time `now`, with its logs from `since` on.

    `thresholds` has every name of `opskit.redshift.thresholds`.
    """

    engine: Engine
    since: datetime
    now: datetime
    thresholds: Mapping[str, float]
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def rows(self, query: str) -> Sequence[Row]:
        """The rows of a query; none where this engine has no such query.

        CouldNotLookError where it could not be asked.
        """
        answer = self.answers.get(query)
        if answer is None:
            return ()
        if answer.error is not None:
            raise CouldNotLookError(query)
        return answer.rows

    def limit(self, name: str) -> float:
        """The threshold of that name."""
        return self.thresholds[name]

    @property
    def hours(self) -> float:
        """The length of the window."""
        return max((self.now - self.since).total_seconds() / 3600, 1e-9)


def ask(
    source: Source,
    queries: Iterable[Query],
    bound: Callable[[Query], str],
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Answer]:
    """Ask all queries, over as many sessions as the source has use for.

    A query that fails has its error as the answer, and the others go on; a session that is lost
    is opened again. Where no session can be had at all, that error is raised. Ctrl-C cancels what
    runs on the server.
    """
    todo = list(queries)
    asking = _Asking(source, todo, bound, progress)
    count = min(source.workers, len(todo))
    with ThreadPoolExecutor(max(count, 1), "opskit-redshift") as pool:
        futures = [pool.submit(asking.work) for _ in range(count)]
        try:
            for future in futures:
                future.result()
        except BaseException:
            asking.stop()
            raise
    return asking.result()


class _Asking:
    """The work of some sessions that take queries from one queue."""

    def __init__(
        self,
        source: Source,
        todo: Sequence[Query],
        bound: Callable[[Query], str],
        progress: Callable[[str], None],
    ) -> None:
        self._source = source
        self._todo = todo
        self._bound = bound
        self._progress = progress
        self._queue: SimpleQueue[Query] = SimpleQueue()
        for query in todo:
            self._queue.put(query)
        self._answers: dict[str, Answer] = {}
        self._open: set[Session] = set()
        self._refused: OpskitError | None = None
        self._stopped = Event()

    def work(self) -> None:
        """One session's work; where no session is to be had, its query is left to the others."""
        session: Session | None = None
        try:
            while not self._stopped.is_set():
                try:
                    query = self._queue.get_nowait()
                except Empty:
                    return
                session = session or self._connect()
                if session is None:
                    self._queue.put(query)
                    return
                self._progress(query.header.id)
                answer = self._answers[query.header.id] = self._ask(session, query)
                if answer.error is not None and answer.error.reason in _ENDS_A_SESSION:
                    self._end(session)
                    session = None
        finally:
            if session is not None:
                self._end(session)

    def _connect(self) -> Session | None:
        try:
            session = self._source.connect()
        except OpskitError as error:
            self._refused = error
            return None
        self._open.add(session)
        return session

    def stop(self) -> None:
        """Let nobody take more work, and cancel what runs."""
        self._stopped.set()
        for session in list(self._open):
            session.cancel()

    def result(self) -> dict[str, Answer]:
        """The answers in the order of the queries; what nobody could ask has why."""
        if self._refused is not None and not self._answers:
            raise self._refused
        return {
            query.header.id: self._answers.get(query.header.id) or self._unasked(query)
            for query in self._todo
        }

    def _unasked(self, query: Query) -> Answer:
        why = self._refused
        message = why.message if why else "not asked"
        where = why.where if why else ""
        return Answer(query, error=QueryError(message, Reason.UNAVAILABLE, where=where))

    def _ask(self, session: Session, query: Query) -> Answer:
        try:
            return Answer(query, session.run(self._bound(query)).records())
        except QueryError as error:
            return Answer(query, error=error)

    def _end(self, session: Session) -> None:
        self._open.discard(session)
        session.close()


_ENDS_A_SESSION = (Reason.LOST, Reason.UNAVAILABLE)
