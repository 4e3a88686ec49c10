"""The emulator's server: it listens, on loopback unless told else, with a thread for a client."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from urllib.parse import quote

from opskit.errors import UnknownError
from opskit.redshift.emulator.connection import Connection
from opskit.redshift.emulator.database import Account, Database
from opskit.redshift.emulator.faults import Faults
from opskit.redshift.emulator.scenario import Scenario
from opskit.redshift.emulator.session import Session
from opskit.redshift.emulator.wire import Wire

_FIRST_PID = 1_073_800_000


class Server:
    """A scenario that is served. Use `serve`, which also ends it."""

    def __init__(self, scenario: Scenario, listener: socket.socket) -> None:
        self._listener = listener
        self.database = Database(scenario)
        self._faults = Faults(scenario.faults)
        self._sessions: dict[int, Session] = {}
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._pids = count(_FIRST_PID)
        self._thread = threading.Thread(target=self._accept, name="opskit-emulator", daemon=True)

    @property
    def host(self) -> str:
        return str(self._listener.getsockname()[0])

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """What `--target` takes, for the first superuser."""
        return self.url_of(self.database.names.owner)

    def url_of(self, user: str) -> str:
        """What `--target` takes, for a user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        database = quote(self.database.scenario.database, safe="")
        return f"redshift://{quote(user, safe='')}@{host}:{self.port}/{database}?sslmode=disable"

    def running(self, text: str = "") -> bool:
        """Whether a client runs a statement that has this text in it."""
        with self._lock:
            statements = [session.running.sql for session in self._sessions.values()]
        return any(sql and text in sql for sql in statements)

    def pids(self) -> list[int]:
        """The numbers of the sessions of clients that are logged in."""
        with self._lock:
            return sorted(self._sessions)

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host.startswith("127.") or self.host == "::1"

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> None:
        """Wait until it is closed, or until Ctrl-C."""
        while self._thread.is_alive():
            self._thread.join(1)

    def close(self) -> None:
        """End all sessions and listen no more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._thread.ident is not None:
            self._thread.join()
        with self._lock:
            sessions, clients = list(self._sessions.values()), dict(self._clients)
        for session in sessions:
            session.running.cancel("terminated")
        for client, thread in clients.items():
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            # No thread may be inside of DuckDB when Python ends: C++ would abort it.
            thread.join(10)
        self.database.close()

    # What connections and sessions need

    def open(self, account: Account) -> Session:
        """A session of a user that has logged in."""
        name = self.database.scenario.database
        return Session(self.database, self._faults, self, account, name)

    def number(self) -> tuple[int, int]:
        """Number and secret key of a new session."""
        with self._lock:
            return next(self._pids), secrets.randbits(31)

    def admit(self, session: Session) -> None:
        """A session can be reached by others from now on."""
        with self._lock:
            self._sessions[session.pid] = session

    def dismiss(self, session: Session) -> None:
        with self._lock:
            self._sessions.pop(session.pid, None)

    def session(self, pid: int) -> Session | None:
        return self._sessions.get(pid)

    def cancel(self, pid: int, key: int) -> None:
        """What a request to cancel asks for, if its key is right; it never gets an answer."""
        session = self.session(pid)
        if session is not None and session.key == key:
            session.running.cancel("user")

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            with self._lock:
                self._clients[client] = thread
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            Connection(self, Wire(client)).serve()
        finally:
            with self._lock:
                self._clients.pop(client, None)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; UnknownError where it cannot."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        raise UnknownError(
            f"cannot listen: {getattr(error, 'strerror', None) or error}",
            where=f"{host}:{port}",
            hint="take another --port, or none for a free one",
        ) from None
    return listener


@contextmanager
def serve(scenario: Scenario, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve a scenario until the body ends; UnknownError where it cannot listen.

    It listens before the scenario is filled in: a port that is taken is known at once.
    """
    listener = _listen(host, port)
    try:
        server = Server(scenario, listener)
    except BaseException:
        listener.close()
        raise
    server.start()
    try:
        yield server
    finally:
        server.close()
