"""The plaintext listener of Graphite (carbon, and what speaks as it does): lines over TCP."""

import socket
from contextlib import suppress

from opskit.errors import UnknownError, UsageError

CONNECT_SECONDS = 5.0
SEND_SECONDS = 15.0


def address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT` or `[IPV6]:PORT`; UsageError for anything else."""
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = host != bare
    if not (colon and bare and port.isascii() and port.isdigit() and 0 < int(port[:9]) < 65536) or (
        ":" in bare and not bracketed
    ):
        raise UsageError(
            f"{text[:80]!r} is no HOST:PORT",
            where="--push",
            hint="as in graphite.example:2003 or [::1]:2003",
        )
    return bare, int(port)


def send(
    where: tuple[str, int],
    data: bytes,
    *,
    connect_seconds: float = CONNECT_SECONDS,
    send_seconds: float = SEND_SECONDS,
) -> None:
    """Send lines over one connection, and wait until the other side has read them all.

    The protocol has no answer. What shows that all was read is that the listener closes its side
    after ours is closed; UnknownError where it does not, or takes nothing.
    """
    name = f"{where[0]}:{where[1]}"
    try:
        connection = socket.create_connection(where, timeout=connect_seconds)
    except (OSError, UnicodeError) as error:  # a host's name that is none is a UnicodeError
        raise UnknownError(
            f"cannot connect: {_said(error)}",
            where=name,
            hint="nothing was sent; is this carbon's plaintext listener (port 2003 by default)?",
        ) from None
    with connection:
        connection.settimeout(send_seconds)
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            _drain(connection)
        except OSError as error:
            raise UnknownError(
                f"not all was taken: {_said(error)}",
                where=name,
                hint="send it again: a value with the same time replaces the one before",
            ) from None


def _drain(connection: socket.socket) -> None:
    """Read until the other side closes; a listener has nothing to say."""
    while connection.recv(4096):
        pass


def _said(error: OSError | UnicodeError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    with suppress(AttributeError):
        if error.strerror:  # type: ignore[union-attr]
            return str(error.strerror)  # type: ignore[union-attr]
    return str(error)
