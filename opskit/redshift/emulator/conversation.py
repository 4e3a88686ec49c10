"""What a client and its session say to each other: the simple and the extended protocol."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from opskit.redshift.emulator import messages as m
from opskit.redshift.emulator import questions
from opskit.redshift.emulator.answers import Answer
from opskit.redshift.emulator.messages import Body
from opskit.redshift.emulator.questions import Parameter
from opskit.redshift.emulator.refusals import SqlError
from opskit.redshift.emulator.session import Session
from opskit.redshift.emulator.statements import Statement, split
from opskit.redshift.emulator.wire import Wire
from opskit.redshift.emulator.wire_types import Column, Encoder, decoded, encoders

#: The number of the type of a parameter of which nothing is said.
_UNKNOWN = 705


@dataclass(slots=True)
class Prepared:
    """A statement of the extended protocol, with the columns that it will answer with."""

    statement: Statement | None
    kinds: Sequence[int]
    columns: Sequence[Column] | None


@dataclass(slots=True)
class Portal:
    """A statement with its values; while it is read in parts, what is left of its rows."""

    prepared: Prepared
    values: Sequence[Parameter]
    formats: Sequence[int]
    left: Iterator[bytes] | None = None
    tag: str = ""


class Conversation:
    """From the greeting on; `run` returns when the client says goodbye."""

    def __init__(self, wire: Wire, session: Session, protocol: int) -> None:
        self._wire = wire
        self._session = session
        self._protocol = protocol
        self._prepared: dict[str, Prepared] = {}
        self._portals: dict[str, Portal] = {}

    def run(self) -> None:
        skipping = False
        while True:
            kind = self._wire.exactly(1)
            body = self._wire.body()
            if kind == b"X":
                return
            if kind == b"S":
                skipping = False
                self._portals.pop("", None)
                self._wire.send(m.ready(self._session.status))
                self._wire.flush()
            elif kind == b"Q":
                self._simple(body.text())
            elif kind == b"H":
                self._wire.flush()
            elif not skipping:
                skipping = self._extended(kind, body)

    def _simple(self, script: str) -> None:
        statements = list(split(script))
        if not statements:
            self._wire.send(m.message(b"I"))
        try:
            for statement in statements:
                for answer in self._session.run(statement):
                    self._notices(answer)
                    if answer.columns is not None:
                        self._wire.send(m.described(answer.columns, (), self._protocol))
                        for data in self._rows(answer, answer.columns, ()):
                            self._wire.send(data)
                self._wire.send(m.complete(answer.tag))
        except SqlError as error:
            self._refuse(error)
        self._wire.send(m.ready(self._session.status))
        self._wire.flush()

    def _extended(self, kind: bytes, body: Body) -> bool:
        """Do what a message of the extended protocol says; whether it failed."""
        acts: dict[bytes, Callable[[Body], None]] = {
            b"P": self._parse,
            b"B": self._bind,
            b"D": self._describe,
            b"E": self._execute,
            b"C": self._close,
        }
        if kind not in acts:
            raise SqlError("08P01", f"invalid frontend message type {kind[0]}")
        try:
            acts[kind](body)
        except SqlError as error:
            self._refuse(error)
            self._wire.flush()
            return True
        return False

    def _parse(self, body: Body) -> None:
        name, sql = body.text(), body.text()
        kinds = body.longs()
        statements = list(split(sql))
        if len(statements) > 1:
            raise SqlError("42601", "cannot insert multiple commands into a prepared statement")
        if name and name in self._prepared:
            raise SqlError("42P05", f'prepared statement "{name}" already exists')
        statement = statements[0] if statements else None
        if statement is not None and statement.asks:
            missing = questions.count_parameters(statement.sql) - len(kinds)
            kinds += [_UNKNOWN] * missing
        # Names and types are looked at here: a statement that fails leaves no name behind.
        columns = self._session.describe(statement, kinds) if statement is not None else None
        self._prepared[name] = Prepared(statement, kinds, columns)
        self._wire.send(m.message(b"1"))

    def _bind(self, body: Body) -> None:
        portal, name = body.text(), body.text()
        prepared = self._statement(name)
        formats = body.shorts()
        data = [body.value() for _ in range(body.short())]
        codes = m.spread(formats, len(data))
        kinds = [*prepared.kinds, *[0] * len(data)]
        values = [
            Parameter(decoded(raw, code, kind), kind)
            for raw, code, kind in zip(data, codes, kinds, strict=False)
        ]
        self._portals[portal] = Portal(prepared, values, body.shorts())
        self._wire.send(m.message(b"2"))

    def _statement(self, name: str) -> Prepared:
        if name not in self._prepared:
            raise SqlError("26000", f'prepared statement "{name}" does not exist')
        return self._prepared[name]

    def _portal(self, name: str) -> Portal:
        if name not in self._portals:
            raise SqlError("34000", f'portal "{name}" does not exist')
        return self._portals[name]

    def _describe(self, body: Body) -> None:
        kind, name = body.bytes(1), body.text()
        portal = self._portal(name) if kind == b"P" else None
        prepared = portal.prepared if portal else self._statement(name)
        if portal is None:
            kinds = prepared.kinds
            self._wire.send(m.message(b"t", struct.pack(f"!h{len(kinds)}i", len(kinds), *kinds)))
        if prepared.columns is None:
            self._wire.send(m.message(b"n"))
        else:
            formats = portal.formats if portal else ()
            self._wire.send(m.described(prepared.columns, formats, self._protocol))

    def _execute(self, body: Body) -> None:
        name, most = body.text(), body.long()
        portal = self._portal(name)
        statement = portal.prepared.statement
        if statement is None:
            self._wire.send(m.message(b"I"))
        elif portal.left is not None:
            self._some(portal, most)
        else:
            for answer in self._session.run(statement, portal.values):
                self._notices(answer)
                portal.tag = answer.tag
                columns = portal.prepared.columns or answer.columns or ()
                rows = self._rows(answer, columns, portal.formats)
                if most > 0:
                    rows = iter(list(rows))  # the session may be asked something else meanwhile
                portal.left = rows
                self._some(portal, most)

    def _some(self, portal: Portal, most: int) -> None:
        """Send rows of a portal, at most so many; 0 is all."""
        assert portal.left is not None
        for sent, data in enumerate(portal.left, 1):
            self._wire.send(data)
            if sent == most:
                self._wire.send(m.message(b"s"))
                return
        self._wire.send(m.complete(portal.tag))

    def _close(self, body: Body) -> None:
        kind, name = body.bytes(1), body.text()
        (self._prepared if kind == b"S" else self._portals).pop(name, None)
        self._wire.send(m.message(b"3"))

    def _rows(
        self, answer: Answer, columns: Sequence[Column], formats: Sequence[int]
    ) -> Iterator[bytes]:
        """The rows as messages."""
        codes = m.spread(formats, len(columns))
        found: list[Encoder] = encoders(columns, codes, self._protocol)
        for part in answer.parts:
            self._session.running.check()
            for row in part:
                yield m.row(row, found)

    def _notices(self, answer: Answer) -> None:
        for words in answer.notices:
            self._wire.send(m.notice(words))

    def _refuse(self, error: SqlError) -> None:
        if error.fatal:
            raise error
        self._wire.send(m.error(error))
