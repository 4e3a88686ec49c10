"""A proxy before an API server: counts what passes, and does what networks and servers do.

Clients speak HTTP with it, it speaks TLS with the server: with the client's token, or as the
administrator where there is none.
"""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from tests.controlplane import api
from tests.controlplane.cluster import Cluster


@dataclass(frozen=True)
class Request:
    """One request: its path has the query; `at` is on the monotonic clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: float

    @property
    def watch(self) -> bool:
        return "watch=true" in self.path


@dataclass(frozen=True)
class Answer:
    """An answer that the proxy gives itself; one that is `cut` ends before its length.

    With `goes_on` it does not end: more chunks may come, or more bytes until the connection ends.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    goes_on: Literal["", "chunked", "plain"] = ""

    def encode(self) -> bytes:
        sent = {"Content-Type": "application/json", **self.headers}
        if self.goes_on == "chunked":
            sent["Transfer-Encoding"] = "chunked"
            return self._head(sent) + b"%x\r\n%s\r\n" % (len(self.body), self.body)
        if not self.goes_on:
            sent["Content-Length"] = str(len(self.body) + (100 if self.cut else 0))
        return self._head(sent) + self.body

    def _head(self, sent: Mapping[str, str]) -> bytes:
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {text}" for name, text in sent.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


class _Connection:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.server: asyncio.StreamWriter | None = None
        self.request: Request | None = None
        self.silent = False


Rule = Callable[[Request], Answer | None]


class Proxy:
    """`requests` are those that came; `sent` and `received` the bytes of clients, both ways.

    `rule` answers a request instead of the server, or leaves it to the server with None.
    `mute` makes connections silent as soon as they carry a request for which it is true.
    Without a cluster it is a server of its own, whose answers are those of `rule`.
    """

    def __init__(self, cluster: Cluster | None = None) -> None:
        self.requests: list[Request] = []
        self.sent = self.received = 0
        self.rule: Rule = lambda request: None
        self.mute: Callable[[Request], bool] = lambda request: False
        self._cluster = cluster
        self._connections: set[_Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def kubeconfig(self, file: Path, user: Mapping[str, str] | None = None) -> Path:
        """A kubeconfig that leads here, of the administrator unless there is a user's token."""
        config = api.kubeconfig("proxy", self.url, b"", dict(user or {}))
        return api.write_kubeconfig(file, config)

    def silence(self, which: Callable[[Request], bool] = lambda request: True) -> int:
        """Hand nothing on any more on the open connections of these requests; their number.

        Nothing ends: what the client sees is a server that has nothing to say.
        """
        found = [each for each in self._connections if each.request and which(each.request)]
        for each in found:
            each.silent = True
        return len(found)

    def cut(self) -> None:
        """End all connections at once."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    def watches(self, word: str = "") -> list[Request]:
        return [each for each in self.requests if each.watch and word in each.path]

    def lists(self, word: str = "") -> list[Request]:
        return [each for each in self.requests if not each.watch and word in each.path]

    def start(self) -> Self:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 22)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        await self._cut()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _cut(self) -> None:
        for each in list(self._connections):
            for writer in (each.writer, each.server):
                if writer:
                    writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        self._connections.add(connection)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                request, length = _parsed(head)
                body = await reader.readexactly(length)
                self.sent += len(head) + length
                await self._pass(connection, request, head + body)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self._connections.discard(connection)
            writer.close()
            if connection.server:
                connection.server.close()

    async def _pass(self, connection: _Connection, request: Request, data: bytes) -> None:
        self.requests.append(request)
        connection.request = request
        if self.mute(request):
            connection.silent = True
            return
        answer = self.rule(request)
        if answer:
            connection.writer.write(answer.encode())
            await connection.writer.drain()
            if answer.cut:
                connection.writer.close()
            return
        if self._cluster is None:
            return
        if connection.server is None:
            connection.server = await self._reach(self._cluster, connection, request)
        connection.server.write(data)
        await connection.server.drain()

    async def _reach(
        self, cluster: Cluster, connection: _Connection, request: Request
    ) -> asyncio.StreamWriter:
        context = ssl.create_default_context(cafile=str(cluster.authority.file))
        if "authorization" not in request.headers:
            folder = cluster.folder
            context.load_cert_chain(folder / "admin.crt", folder / "admin.key")
        port = int(cluster.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        task = asyncio.ensure_future(self._back(connection, reader))
        self._tasks.add(task)  # the loop alone does not keep it
        task.add_done_callback(self._tasks.discard)
        return writer

    async def _back(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if not connection.silent:
                    self.received += len(data)
                    connection.writer.write(data)
                    await connection.writer.drain()
        if not connection.silent:
            connection.writer.close()


def _parsed(head: bytes) -> tuple[Request, int]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): text.strip() for name, _, text in (each.partition(":") for each in lines)
    }
    request = Request(method, path, headers, time.monotonic())
    return request, int(headers.get("content-length") or 0)


@contextmanager
def running(cluster: Cluster | None = None) -> Iterator[Proxy]:
    """A proxy before this cluster, or a server of its own; ended afterwards."""
    proxy = Proxy(cluster).start()
    try:
        yield proxy
    finally:
        proxy.stop()
