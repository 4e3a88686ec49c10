"""One client, from its first message to its last: how it gets in, and how it ends."""

import hashlib
import os
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from opskit.redshift.emulator import messages as m
from opskit.redshift.emulator.conversation import Conversation
from opskit.redshift.emulator.refusals import BrokenError, SqlError
from opskit.redshift.emulator.session import Session
from opskit.redshift.emulator.wire import GoneError, Wire

if TYPE_CHECKING:
    from opskit.redshift.emulator.database import Account
    from opskit.redshift.emulator.server import Server

_GREETING = {
    "server_version": "8.0.2",
    "server_encoding": "UNICODE",
    "client_encoding": "UNICODE",
    "DateStyle": "ISO, MDY",
    "TimeZone": "UTC",
    "integer_datetimes": "on",
    "standard_conforming_strings": "off",
    "padb_version": "1.0.100000",
    "max_numeric_precision": "38",
    "max_varchar_size": "65535",
}


class Connection:
    """A client's connection; `serve` returns when it is over."""

    def __init__(self, server: "Server", wire: Wire) -> None:
        self._server = server
        self._wire = wire
        self._session: Session | None = None

    def serve(self) -> None:
        try:
            with suppress(GoneError, BrokenError, OSError):
                self._until_refused()
        finally:
            if self._session is not None:
                self._session.close()
            self._wire.close()

    def _until_refused(self) -> None:
        """What ends the session is said to the client before it ends."""
        try:
            self._converse()
        except SqlError as error:
            error.fatal = True
            self._wire.send(m.error(error))
            self._wire.flush()

    def _converse(self) -> None:
        parameters = self._start()
        account = self._log_in(parameters)
        session = self._session = self._server.open(account)
        session.kick = self._kick
        wanted = parameters.get("client_protocol_version", "")
        protocol = min(int(wanted), m.NEWEST_PROTOCOL) if wanted.isdigit() else 0
        self._greet(session, protocol)
        try:
            Conversation(self._wire, session, protocol).run()
        except GoneError:
            if session.running.why == "terminated":
                raise session.running.refusal() from None
            raise

    def _start(self) -> dict[str, str]:
        """What the client says of itself; who wants encryption is told that there is none."""
        while True:
            body = self._wire.body()
            code = body.long()
            if code in (m.SSL, m.GSS):
                self._wire.send(b"N")
                self._wire.flush()
            elif code == m.CANCEL:
                self._server.cancel(body.long(), body.long())
                raise GoneError
            elif code == m.VERSION_3:
                found = {}
                while body.more() and (name := body.text()):
                    found[name] = body.text()
                return found
            else:
                version = f"{code >> 16}.{code & 65535}"
                raise SqlError("08P01", f"unsupported frontend protocol {version}")

    def _log_in(self, parameters: dict[str, str]) -> "Account":
        user = parameters.get("user", "")
        account = self._server.database.accounts.get(user)
        if account is None or account.password is not None:
            self._authenticate(user, account)
        assert account is not None
        self._wire.send(m.message(b"R", struct.pack("!i", 0)))
        database = parameters.get("database") or user
        if database != self._server.database.scenario.database:
            raise SqlError("3D000", f'database "{database}" does not exist')
        return account

    def _authenticate(self, user: str, account: "Account | None") -> None:
        """Ask for the password; of users that there are not, too."""
        salt = os.urandom(4)
        self._wire.send(m.message(b"R", struct.pack("!i", 5) + salt))
        self._wire.flush()
        if self._wire.exactly(1) != b"p":
            raise SqlError("08P01", "expected password response")
        given = self._wire.body().text()
        if account is None or not _right(account, given, salt):
            raise SqlError("28000", f'password authentication failed for user "{user}"')

    def _greet(self, session: Session, protocol: int) -> None:
        own = {
            "session_authorization": session.account.name,
            "is_superuser": "on" if session.account.superuser else "off",
            "server_protocol_version": str(protocol),
        }
        for name, value in (_GREETING | own).items():
            self._wire.send(m.parameter(name, value))
        self._wire.send(m.message(b"K", struct.pack("!ii", session.pid, session.key)))
        self._wire.send(m.ready(b"I"))
        self._wire.flush()

    def _kick(self) -> None:
        """End the session, from another thread: it wakes up, says so, and closes."""
        assert self._session is not None
        self._session.running.cancel("terminated")
        self._wire.deafen()


def _right(account: "Account", given: str, salt: bytes) -> bool:
    """Whether the password is the account's: MD5 of the hex of MD5 of it and the name, salted."""
    inner = hashlib.md5(f"{account.password}{account.name}".encode(), usedforsecurity=False)
    outer = hashlib.md5(inner.hexdigest().encode() + salt, usedforsecurity=False)
    return given == "md5" + outer.hexdigest()
