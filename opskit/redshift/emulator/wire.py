"""Messages over a socket: read whole, written in lots."""

import socket
import struct
from contextlib import suppress

from opskit.redshift.emulator import messages as m
from opskit.redshift.emulator.messages import Body
from opskit.redshift.emulator.refusals import SqlError

_FLUSH_AT = 64 * 1024


class GoneError(Exception):
    """The client has left, or is to leave."""


class Wire:
    """One client's socket. `send` keeps what is to be sent until `flush`, or until it is much."""

    def __init__(self, client: socket.socket) -> None:
        self._socket = client
        self._reader = client.makefile("rb")
        self._out: list[bytes] = []
        self._waiting = 0
        with suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exactly(self, count: int) -> bytes:
        """So many bytes; GoneError where the client has left."""
        found = self._reader.read(count)
        if len(found) < count:
            raise GoneError
        return found

    def body(self) -> Body:
        """What a message holds, after its kind."""
        (length,) = struct.unpack("!i", self.exactly(4))
        if not 4 <= length <= m.LARGEST:
            raise SqlError("08P01", "invalid message length", fatal=True)
        return Body(self.exactly(length - 4))

    def send(self, data: bytes) -> None:
        self._out.append(data)
        self._waiting += len(data)
        if self._waiting >= _FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        data, self._out, self._waiting = b"".join(self._out), [], 0
        self._socket.sendall(data)

    def deafen(self) -> None:
        """Let whoever reads see the end, while what is written still arrives; any thread may."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        with suppress(OSError):
            self._reader.close()
            self._socket.close()
