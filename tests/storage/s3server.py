"""A server that lists as S3 does, and fails as servers do.

It speaks HTTP as botocore does, path-style for any name of a bucket, checks no signature and has no
objects' bodies. `python -m tests.storage.s3server KEYS SECONDS` serves generated keys, each answer
after so many seconds, and prints its port.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl, urlsplit

from tests.storage.s3answers import Answers, Bucket, FailureError, Faults, Object, Upload

__all__ = ["Bucket", "Faults", "Object", "Server", "Upload", "generated", "running"]

_CODES = {503: "SlowDown", 429: "TooManyRequests", 403: "AccessDenied", 404: "NoSuchBucket"}


class Server(Answers):
    """Serves one bucket on a port of this machine, in a thread of its own."""

    def __init__(self, bucket: Bucket, faults: Faults | None = None) -> None:
        super().__init__(bucket, faults or Faults())
        self.requests: list[dict[str, str]] = []
        self.running = self.most = 0
        self.loop = asyncio.new_event_loop()
        made = self.loop.run_until_complete(
            self.loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=512)
        )
        self.port = int(made.sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as botocore speaks it: GET without a body, one request after the other."""

    def __init__(self, server: Server) -> None:
        self.server, self.buffer = server, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if b"\r\n\r\n" not in self.buffer:
            return
        line = self.buffer.split(b"\r\n", 1)[0].decode("latin-1")
        self.buffer = b""
        server = self.server
        server.running += 1
        server.most = max(server.most, server.running)
        query = dict(parse_qsl(urlsplit(line.split(" ")[1]).query, keep_blank_values=True))
        server.requests.append(query)
        asyncio.get_running_loop().call_later(
            server.faults.latency, self.respond, query, len(server.requests)
        )

    def respond(self, query: dict[str, str], number: int) -> None:
        hook = self.server.faults.hook
        self.server.running -= 1
        wanted = hook(number, query) if hook else None
        if wanted == "reset":
            self.transport.abort()
            return
        if isinstance(wanted, int):
            self.fail(FailureError(wanted, _CODES.get(wanted, "InternalError")))
            return
        try:
            body = self.server.answer(query)
        except FailureError as failure:
            self.fail(failure)
            return
        if wanted == "broken":
            body = body[: len(body) // 2]
        self.send(200, body, cut=wanted == "cut")

    def fail(self, failure: FailureError) -> None:
        inner = f"<Code>{failure.code}</Code><Message>{failure.code}</Message>"
        self.send(failure.status, f"<Error>{inner}</Error>".encode())

    def send(self, status: int, body: bytes, *, cut: bool = False) -> None:
        head = (
            f"HTTP/1.1 {status} X\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + (body[: len(body) // 2] if cut else body))
        if cut:
            self.transport.close()


@contextmanager
def running(
    objects: Sequence[Object],
    faults: Faults | None = None,
    versioning: str = "",
    uploads: Sequence[Upload] = (),
) -> Iterator[Server]:
    """A server in a thread of this process, until the end of the block."""
    server = Server(Bucket(objects, versioning, uploads), faults)
    thread = threading.Thread(target=server.loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.loop.call_soon_threadsafe(server.loop.stop)
        thread.join(5)


def generated(count: int) -> Iterator[Object]:
    """Keys as data lakes have them: tables, days, parts, and some that are flat."""
    for number in range(count):
        table, rest = number % 5, number // 5
        size, day = (number * 7919) % 40_000_000, rest % 365
        when = f"2025-{1 + day // 31:02}-{1 + day % 28:02}"
        name = (
            f"lake/table_{table}/dt={when}/part-{rest:07}-{number * 2654435761 % 2**32:08x}.parquet"
        )
        if table == 4:
            name = f"raw/{number * 2654435761 % 2**32:08x}.json"
        yield Object(name, size, f"{when}T03:04:05.000Z")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        served = Server(
            Bucket(list(generated(int(sys.argv[1])))), Faults(latency=float(sys.argv[2]))
        )
        print(served.port, flush=True)
        served.loop.run_forever()
