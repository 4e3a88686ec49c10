"""A server on loopback that answers as those of the feeds do, from a folder of recordings.

It has AWS's price lists and page feeds (packed, as AWS sends them), the Retail Prices API with its
filter and its pages, and Oracle's parts. `faults` are answers that are given instead, by path.
"""

import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from opskit.storage.refresh import aws, azure, oci

Fault = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """`asked` are the requests as they came; `faults` are by a part of their path."""

    folder: Path
    url: str = ""
    asked: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)


def use(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the feeds be those of the server."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(aws, "LISTS", server.url)
    monkeypatch.setattr(aws, "PAGES", server.url)
    monkeypatch.setattr(azure, "API", f"{server.url}/api/retail/prices")
    monkeypatch.setattr(oci, "API", f"{server.url}/products/")


class _Listener(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """A client that leaves in the middle is what some tests are about."""


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    server = Server(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.asked.append(self.path)
            for part, fault in server.faults.items():
                if part in self.path:
                    fault(self)
                    return
            file = _file(self.path)
            path = server.folder / file
            if not path.is_file():
                answer(self, b"<Error><Code>NoSuchKey</Code></Error>", 404)
                return
            data = path.read_bytes()
            if file.startswith("azure/"):
                data = _linked(data, self.path, server.url)
            answer(self, data, packed=file.startswith("aws/"))

        def log_message(self, *args: object) -> None:
            pass

    listener = _Listener(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def answer(
    handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, *, packed: bool = False,
    headers: dict[str, str] | None = None,
) -> None:  # fmt: skip
    if packed:
        data = gzip.compress(data)
        headers = {**(headers or {}), "Content-Encoding": "gzip"}
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def _file(path: str) -> str:
    """The recording that a path is about."""
    parts = urlsplit(path)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    if found := re.fullmatch(r"/offers/v1.0/aws/(\w+)/current/([\w-]+)/index.json", parts.path):
        return f"aws/{found[1]}/{found[2]}.json"
    if found := re.fullmatch(r"/pricing/2.0/meteredUnitMaps/(\w+)/USD/current/\1.json", parts.path):
        return f"aws/page/{found[1]}.json"
    if parts.path == "/api/retail/prices":
        terms = query.get("$filter", "")
        region = re.search("armRegionName eq '([a-z0-9]+)'", terms)
        kind = "blob" if "General Block Blob v2" in terms else "bandwidth"
        consumption = "priceType eq 'Consumption'" in terms
        page = int(query.get("$skip", "0")) // 1000 + 1
        return f"azure/{region[1] if region and consumption else '-'}/{kind}-{page}.json"
    return f"oci/{query.get('partNumber', '-')}.json" if query.get("currencyCode") == "USD" else "-"


def _linked(data: bytes, path: str, url: str) -> bytes:
    """A page whose link leads to the next page here."""
    try:
        document = json.loads(data)
    except ValueError:
        return data
    if document.get("NextPageLink"):
        document["NextPageLink"] = f"{url}{path}&$skip=1000"
    return json.dumps(document).encode()
