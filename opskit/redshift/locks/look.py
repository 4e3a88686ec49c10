"""A look at the locks over one session, which `--watch` repeats."""

from datetime import datetime, timedelta

from opskit.errors import UnknownError
from opskit.redshift.access.sight import WHOAMI, asker
from opskit.redshift.locks.situation import QUERIES, Situation, situation
from opskit.redshift.queries import Library
from opskit.redshift.source import QueryError, Row, Session, Source
from opskit.redshift.sqltext import name

#: How far back the last statement of a transaction that is open is looked for.
WINDOW = timedelta(days=1)


class Look:
    """Looks at the locks of a source, each time over the same session, which is left out."""

    def __init__(self, source: Source) -> None:
        library = Library()
        self._engine = source.engine
        self._queries = [library.find(query, source.engine) for query in QUERIES]
        self._session: Session = source.connect()
        self._own: int | None = getattr(self._session, "pid", None)
        self._whoami = library.find(WHOAMI, source.engine)
        self._sight: str | None = None
        self.notes: list[str] = []

    @property
    def partial(self) -> bool:
        """Whether the last look may have missed sessions: nobody seen waiting proves nothing."""
        return bool(self._sight)

    def __call__(self) -> Situation:
        """The situation now; QueryError where the locks cannot be seen.

        What sessions run is shown where it can be seen; `notes` says why not, and whether the
        asking user sees the transactions of others: a regular user has its own, without an error.
        """
        now = self._now()
        self.notes = []
        locks = self._session.run(self._queries[0].bound(now - WINDOW, now)).records()
        running, last = (self._rows(index, now) for index in (1, 2))
        if self._sight is None:
            self._sight = self._seen(now)
        found = situation(now, locks, running, last, self._own)
        if self._sight:
            self.notes.append(self._sight)
            if found.blind:
                pids = ", ".join(f"pid {pid}" for pid in found.blind)
                self.notes.append(f"who blocks {pids} cannot be seen by this user")
        return found

    def _seen(self, now: datetime) -> str:
        """Why transactions of others may be hidden; empty where they are not."""
        try:
            who = asker(self._session.run(self._whoami.bound(now - WINDOW, now)).records())
        except QueryError as error:
            return f"could not tell whether all transactions are seen: {error.message}"
        if not who.user:
            return "could not tell who asks, and so whether all transactions are seen"
        if who.logs:
            return ""
        return f"user {name(who.user)} sees only its own transactions: {who.remedy} shows all"

    def _now(self) -> datetime:
        moment = self._session.run("SELECT GETDATE()").rows[0][0]
        if not isinstance(moment, datetime):
            raise UnknownError(f"the server's time is {moment!r}")
        return moment.replace(microsecond=0)

    def _rows(self, index: int, now: datetime) -> list[Row]:
        query = self._queries[index]
        try:
            return self._session.run(query.bound(now - WINDOW, now)).records()
        except QueryError as error:
            self.notes.append(f"{query.header.id} could not be asked: {error.message}")
            return []

    def cancel(self) -> None:
        """End on the server what is asked."""
        self._session.cancel()

    def close(self) -> None:
        self._session.close()
