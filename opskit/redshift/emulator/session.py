"""One session of the emulator: what it answers to each statement, without a word of protocol."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opskit.clients import duck
from opskit.redshift.emulator import control, maintenance, questions
from opskit.redshift.emulator.answers import Answer, columns_of, signal_column, with_fault
from opskit.redshift.emulator.database import Account, Database
from opskit.redshift.emulator.faults import Faults
from opskit.redshift.emulator.questions import Parameter
from opskit.redshift.emulator.refusals import ABORTED, READ_ONLY, BrokenError, SqlError, refusal
from opskit.redshift.emulator.running import Running
from opskit.redshift.emulator.settings import Settings
from opskit.redshift.emulator.statements import Statement, split
from opskit.redshift.emulator.wire_types import Column, column

if TYPE_CHECKING:
    from opskit.redshift.emulator.server import Server

_CANCEL = re.compile(r"\ACANCEL\s+(\d+)(?:\s+'(?:[^']|'')*')?\s*\Z", re.IGNORECASE)
_EXPLAIN = re.compile(r"\AEXPLAIN\s+(?:VERBOSE\s+)?", re.IGNORECASE)


class Session:
    """The state of one session: its user, its settings, its transaction."""

    def __init__(
        self, database: Database, faults: Faults, server: "Server", account: Account, name: str
    ) -> None:
        self._database = database
        self._faults = faults
        self._server = server
        self.account = account
        self.pid, self.key = server.number()
        self.status = b"I"
        self.kick: Callable[[], None] = lambda: None
        self._read_only = False
        self.settings = Settings()
        self._cursor = database.cursor(account, self.pid, name)
        self.running = Running(self._cursor)
        server.admit(self)

    def close(self) -> None:
        self._server.dismiss(self)
        self._cursor.close()

    def run(self, statement: Statement, values: Sequence[Parameter] = ()) -> Iterator[Answer]:
        """The answer to a statement, good as long as the iterator is held.

        SqlError where there is none; the transaction has failed then. BrokenError where the
        connection is to break.
        """
        if self.status == b"E" and statement.transaction not in ("COMMIT", "ROLLBACK"):
            raise SqlError("25P02", ABORTED)
        with self._failing(), self.running.limited(statement.sql, self.settings.timeout):
            answer = self._answer(statement, values)
            yield answer

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (SqlError, duck.DuckError) as error:
            self.status = b"E" if self.status == b"T" else self.status
            if isinstance(error, SqlError):
                raise
            if error.kind == "interrupted":
                raise self.running.refusal() from None
            raise refusal(error) from None

    def describe(self, statement: Statement, kinds: Sequence[int]) -> Sequence[Column] | None:
        """The columns that a statement would answer with; nothing is run."""
        if self.status == b"E" and not statement.transaction:
            raise SqlError("25P02", ABORTED)
        with self._failing():
            if statement.asks:
                return self._describe(statement, [Parameter(None, kind) for kind in kinds])
            if statement.verb == "SHOW":
                return [column(name, "VARCHAR") for name in self.settings.show(statement.sql)[0]]
            return [column("QUERY PLAN", "VARCHAR")] if statement.verb == "EXPLAIN" else None

    def _describe(self, statement: Statement, values: Sequence[Parameter]) -> Sequence[Column]:
        tree = questions.tree_of(statement.sql)
        if call := questions.signal(tree):
            return [signal_column(call[0])]
        sql = questions.to_duckdb(tree, self._database, self.account, values)
        _, rows = duck.execute(self._cursor, f"DESCRIBE {sql}")
        return columns_of(tree, [(row[0], row[1]) for row in rows])

    def _answer(self, statement: Statement, values: Sequence[Parameter]) -> Answer:
        hang = self._faults.strike(statement.sql)
        if hang is not None:
            self.running.wait(hang.seconds)
            if hang.error and not (statement.asks and hang.refused_after):
                raise SqlError(*hang.error)
        if statement.asks:
            return with_fault(self._ask(statement.sql, values), hang)
        if hang is not None and hang.lost_after is not None:
            raise BrokenError
        if statement.transaction:
            return self._transaction(statement)
        match statement.verb:
            case "SET":
                self.settings.set(statement.sql)
                return Answer("SET")
            case "RESET":
                self.settings.reset(statement.sql)
                return Answer("RESET")
            case "SHOW":
                names, rows = self.settings.show(statement.sql)
                return Answer("SHOW", [column(name, "VARCHAR") for name in names], [rows])
            case "EXPLAIN":
                return self._explain(statement.sql)
            case "CANCEL":
                return self._cancel(statement.sql)
        if not statement.known:
            word = statement.sql.split()[0][:40]
            raise SqlError("42601", f'syntax error at or near "{word}"')
        return self._change(statement) if statement.changes else Answer(statement.tag)

    # Questions

    def _ask(self, sql: str, values: Sequence[Parameter]) -> Answer:
        tree = questions.tree_of(sql)
        if (wanted := questions.count_parameters(sql)) > len(values):
            raise SqlError("42P02", f"there is no parameter ${wanted}")
        if call := questions.signal(tree):
            terminates, inner = call
            pids = [pid for (pid,) in self._rows(inner, values)]
            said: list[str] = []
            done = [[self._signal(pid, terminates, said)] for pid in pids]
            return Answer("SELECT", [signal_column(terminates)], [done], said)
        translated = questions.to_duckdb(tree, self._database, self.account, values)
        self.running.check()
        columns, parts = duck.stream(self._cursor, translated)
        self.running.check()
        return Answer("SELECT", columns_of(tree, columns), parts)

    def _rows(self, tree: Any, values: Sequence[Parameter]) -> list[tuple[Any, ...]]:
        sql = questions.to_duckdb(tree, self._database, self.account, values)
        return duck.execute(self._cursor, sql)[1]

    def _explain(self, sql: str) -> Answer:
        """Names and types are checked; the plan is a stand-in for Redshift's."""
        inner = next(split(_EXPLAIN.sub("", sql)), None)
        if inner is None or not inner.known:
            raise SqlError("42601", "syntax error at end of input")
        lines = ["XN Seq Scan  (cost=0.00..1.00 rows=1 width=8)"]
        if inner.asks:
            tree = questions.tree_of(inner.sql)
            translated = questions.to_duckdb(tree, self._database, self.account)
            duck.execute(self._cursor, f"EXPLAIN {translated}")
            lines = questions.plan(tree) or ["XN Result  (cost=0.00..0.01 rows=1 width=0)"]
        return Answer("EXPLAIN", [column("QUERY PLAN", "VARCHAR")], [[[line] for line in lines]])

    # Transactions, and what ends others

    def _transaction(self, statement: Statement) -> Answer:
        said = []
        if statement.transaction == "BEGIN":
            if self.status == b"T":
                said.append("there is already a transaction in progress")
            else:
                self.status, self._read_only = b"T", statement.reads_only()
            return Answer("BEGIN", notices=said)
        failed = self.status == b"E"
        if self.status == b"I":
            said.append("there is no transaction in progress")
        self.status, self._read_only = b"I", False
        return Answer("ROLLBACK" if failed else statement.transaction, notices=said)

    def _cancel(self, sql: str) -> Answer:
        found = _CANCEL.match(sql)
        if found is None:
            raise SqlError("42601", "syntax error in CANCEL")
        said: list[str] = []
        self._signal(int(found[1]), False, said)
        return Answer("CANCEL", notices=said)

    def _signal(self, pid: object, terminates: bool, said: list[str]) -> int:
        """End a session, or what it runs; 1 where there is one."""
        if not isinstance(pid, int):
            return 0
        other = self._server.session(pid)
        if other is not None:
            control.allowed(self.account, other.account.name)
            if terminates:
                other.kick()
            else:
                other.running.cancel("user")
            return 1
        owner = control.owner_of(self._database, pid)
        if owner is None:
            said.append(f"PID {pid} is not a PostgreSQL server process")
            return 0
        control.allowed(self.account, owner)
        (control.terminate if terminates else control.cancel)(self._database, pid)
        return 1

    # What changes something

    def _change(self, statement: Statement) -> Answer:
        if self._read_only:
            raise SqlError("25006", READ_ONLY)
        if statement.verb == "VACUUM":
            if self.status != b"I":
                raise SqlError("25001", "VACUUM cannot run inside a transaction block")
            said = maintenance.vacuum(self._database, self.account, statement.sql)
            return Answer("VACUUM", notices=said)
        if statement.verb == "ANALYZE":
            said = maintenance.analyze(self._database, self.account, statement.sql)
            return Answer("ANALYZE", notices=said)
        maintenance.refuse_missing(self._database, statement.sql)
        words = f"{statement.tag.removesuffix(' 0 0')}: the emulator has changed nothing"
        return Answer(statement.tag, notices=[words])
