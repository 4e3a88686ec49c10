"""A live warehouse: sessions over the driver, read only, with a time limit, and cancelled whole."""

import re
import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from opskit.clients import aws
from opskit.clients import redshift as driver
from opskit.errors import OpskitError, UnknownError
from opskit.redshift.catalog import Engine
from opskit.redshift.source import QueryError, Reason, Result, Session, Source, plain
from opskit.redshift.sqltext import literal
from opskit.redshift.target import Target

WORKERS = 4
STATEMENT_SECONDS = 120
CONNECT_SECONDS = 15
GROUP = "opskit"

_REASONS = {
    "42501": Reason.PERMISSION,
    "42P01": Reason.MISSING,
    "42703": Reason.MISSING,
    "3F000": Reason.MISSING,
    "57P01": Reason.LOST,
    "57P03": Reason.UNAVAILABLE,
    "53300": Reason.UNAVAILABLE,
}
_TEXTS = (
    (r"permission denied|must be superuser", Reason.PERMISSION),
    (r"does not exist|not found", Reason.MISSING),
    (r"statement timeout|timed out", Reason.TIMEOUT),
    (r"cancel", Reason.CANCELLED),
    (r"resiz|maintenance|restart|read-only mode|not accepting", Reason.UNAVAILABLE),
    (r"connection|socket|server closed|unpack|EOF|broken pipe|NoneType|closed file", Reason.LOST),
)


class LiveSession:
    """One connection. Every query is a transaction of its own, BEGIN READ ONLY, rolled back."""

    def __init__(self, target: Target, seconds: int, *, read_only: bool = True) -> None:
        self._target = target
        self._seconds = seconds
        self._read_only = read_only
        # The server's own limit should say it first; the socket's is for lines that went dead.
        options = login(target) | {"timeout": max(seconds + 15, CONNECT_SECONDS)}
        self._options = options
        self._connection = driver.connect(target.name, **options)
        try:
            self.pid = self._ask("SELECT pg_backend_pid()")[1][0][0]
            self._ask(f"SET statement_timeout TO {seconds * 1000}")
            self._ask(f"SET query_group TO {literal(GROUP)}")
        except BaseException:
            self.close()
            raise

    def run(self, sql: str) -> Result:
        if not self._read_only:
            return self._result(sql)
        self._ask("BEGIN READ ONLY")
        try:
            return self._result(sql)
        finally:
            with suppress(QueryError):  # what was said before matters more
                self._ask("ROLLBACK")

    def _result(self, sql: str) -> Result:
        columns, rows = self._ask(sql)
        return Result(columns, [[plain(value) for value in row] for row in rows])

    def _ask(self, sql: str) -> tuple[list[str], list[Any]]:
        start = time.monotonic()
        try:
            return driver.execute(self._connection, sql)
        except driver.ServerError as error:
            found = failure(error.message, error.sqlstate, self._target.name)
            # Redshift says the same of a cancelled query and of one whose time is up.
            if found.reason is Reason.CANCELLED and time.monotonic() - start >= self._seconds:
                found.reason = Reason.TIMEOUT
            raise found from None

    def cancel(self) -> None:
        """Over a second connection: the driver has no cancel of its own."""
        with suppress(OpskitError):
            other = driver.connect(self._target.name, **self._options)
            try:
                driver.execute(other, f"SELECT pg_cancel_backend({int(self.pid)})")
            finally:
                with suppress(Exception):
                    other.close()

    def close(self) -> None:
        with suppress(Exception):  # a connection that broke cannot be closed, and need not be
            self._connection.close()


def failure(message: str, sqlstate: str, where: str) -> QueryError:
    """What a server's refusal means."""
    reason = _REASONS.get(sqlstate)
    if reason is None:
        found = (r for pattern, r in _TEXTS if re.search(pattern, message, re.IGNORECASE))
        reason = next(found, Reason.SQL if sqlstate else Reason.LOST)
    relation = re.search(r"""relation "?([\w.]+)"?""", message)
    return QueryError(
        message.split("\n")[0], reason, relation=relation[1] if relation else "", where=where
    )


def login(target: Target) -> dict[str, Any]:
    """What the driver needs to connect; UnknownError where AWS does not give it."""
    options: dict[str, Any] = {
        "host": target.host,
        "port": target.port,
        "user": target.user,
        "database": target.database,
        "ssl": target.sslmode != "disable",
    }
    if options["ssl"]:
        options["sslmode"] = target.sslmode
    at = {"profile": target.profile, "region": target.region}
    if target.secret:
        secret = aws.secret(target.secret, **at)
        try:
            given = {"user": secret["username"], "password": secret["password"]}
            given["host"] = target.host or secret["host"]
        except KeyError as error:
            raise UnknownError(
                f"the secret lacks {error}", where=target.secret, hint="give --host, or add it"
            ) from None
        return options | given | {"port": int(secret.get("port", target.port))}
    if target.workgroup:
        given = aws.workgroup_login(target.workgroup, target.database, **at)
    elif target.cluster:
        given = aws.cluster_login(target.cluster, target.database, target.user, **at)
    else:
        return options | {"password": target.password()}
    return options | given | ({"host": target.host} if target.host else {})


class LiveSource:
    """A warehouse reached over the driver."""

    def __init__(
        self,
        target: Target,
        *,
        engine: Engine | None = None,
        seconds: int = STATEMENT_SECONDS,
        workers: int = WORKERS,
    ) -> None:
        self._target = target.checked()
        self._seconds = seconds
        self.workers = workers
        first = self.connect()
        try:
            self.engine: Engine = engine or detect(first, self.name)
            self._now = clock(first)
        finally:
            first.close()

    @property
    def name(self) -> str:
        return self._target.name

    def connect(self) -> LiveSession:
        return LiveSession(self._target, self._seconds)

    def now(self) -> datetime:
        return self._now


def detect(session: Session, where: str) -> Engine:
    """Whether a cluster or a serverless workgroup answers: only a cluster shows its slices."""
    try:
        if session.run("SELECT COUNT(*) FROM stv_slices").rows[0][0]:
            return "provisioned"
    except QueryError as error:
        if error.reason not in (Reason.PERMISSION, Reason.MISSING, Reason.SQL):
            raise
    try:
        session.run("SELECT 1 FROM sys_serverless_usage LIMIT 1")
    except QueryError as error:
        raise UnknownError(
            f"neither stv_slices nor sys_serverless_usage can be read: {error.message}",
            where=where,
            hint="say which it is, with --engine provisioned or --engine serverless",
        ) from None
    return "serverless"


def clock(session: Session) -> datetime:
    """The server's time, to the second."""
    now = session.run("SELECT GETDATE()").rows[0][0]
    if not isinstance(now, datetime):
        raise UnknownError(f"the server's time is {now!r}")
    return now.replace(microsecond=0)


def open_source(
    target: Target, engine: Engine | None, seconds: int = STATEMENT_SECONDS, workers: int = WORKERS
) -> Source:
    """The source for a target: over the driver, or over the Data API."""
    if target.data_api:
        from opskit.redshift.data_api import DataApiSource

        return DataApiSource(target, engine=engine, seconds=seconds)
    return LiveSource(target, engine=engine, seconds=seconds, workers=workers)
