"""A server that lists as S3 does, from sorted keys in memory, and fails as servers do.

It answers ListObjectsV2 (prefix, delimiter, start-after, continuation-token, max-keys,
encoding-type), ListObjectVersions (key-marker, version-id-marker), GetBucketVersioning,
ListMultipartUploads and ListParts for one bucket, path-style. It checks no signature, has no
objects' bodies and no delimiter in the listing of versions. `test_s3server.py` compares it with
moto. `python -m tests.storage.s3server KEYS SECONDS` serves generated keys and prints its port.
"""

import asyncio
import base64
import sys
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

PAGE = 1000
_CODES = {503: "SlowDown", 429: "TooManyRequests", 403: "AccessDenied", 404: "NoSuchBucket"}
DAY = "2025-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Object:
    """One version of a key; those of a key are given newest first."""

    key: str
    size: int = 0
    modified: str = DAY
    storage_class: str = "STANDARD"
    version: str = "null"
    latest: bool = True
    deleted: bool = False


@dataclass(frozen=True)
class Upload:
    """A multipart upload that was not completed, with the sizes of its parts."""

    key: str
    id: str
    parts: tuple[int, ...] = ()


@dataclass
class Faults:
    """What the server does wrong; all of it can be changed while it runs."""

    latency: float = 0
    ignore_start_after: bool = False
    ignore_encoding: bool = False
    unsorted: bool = False
    no_token: bool = False
    same_token: bool = False
    empty_pages: bool = False
    denied: tuple[str, ...] = ()  # prefixes that may not be listed
    only_delimited: tuple[str, ...] = ()  # prefixes that may be listed with a delimiter only
    refused: tuple[str, ...] = ()  # operations: versions, versioning, uploads, parts
    #: Called with the number of the request and its query: a status to answer with, "cut",
    #: "broken" (XML that ends early), "reset", or None for the right answer.
    hook: Callable[[int, Mapping[str, str]], int | str | None] | None = None


@dataclass
class Bucket:
    """Sorted keys with their entries as XML, made once so that a page is a join."""

    objects: Sequence[Object]
    versioning: str = ""
    uploads: Sequence[Upload] = ()
    keys: list[str] = field(init=False)
    entries: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        live = sorted((o for o in self.objects if o.latest and not o.deleted), key=_key)
        self.keys = [each.key for each in live]
        self.entries = [_entry("Contents", each).encode() for each in live]
        self.all = sorted(self.objects, key=_key)
        self.all_keys = [each.key for each in self.all]


def _key(each: Object | Upload) -> bytes:
    return each.key.encode()


def _entry(tag: str, each: Object, key: str = "") -> str:
    version = ""
    if tag != "Contents":
        latest = str(each.latest).lower()
        version = f"<VersionId>{each.version}</VersionId><IsLatest>{latest}</IsLatest>"
    content = (
        f"<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>{each.size}</Size>"
        f"<StorageClass>{each.storage_class}</StorageClass>"
    )
    content = "" if each.deleted else content
    return (
        f"<{tag}><Key>{key or encoded(each.key)}</Key>{version}"
        f"<LastModified>{each.modified}</LastModified>{content}</{tag}>"
    )


def encoded(text: str) -> str:
    """A key as S3 writes it for `encoding-type=url`: a space is a plus."""
    return quote(text, safe="/*-._ ").replace(" ", "+")


class FailureError(Exception):
    """An answer that is no listing: its status and S3's word for it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Server:
    """Serves one bucket on a port of this machine, in a thread of its own."""

    def __init__(self, bucket: Bucket, faults: Faults | None = None) -> None:
        self.bucket, self.faults = bucket, faults or Faults()
        self.requests: list[dict[str, str]] = []
        self.running = self.most = 0
        self.loop = asyncio.new_event_loop()
        made = self.loop.run_until_complete(
            self.loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=512)
        )
        self.port = int(made.sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def answer(self, query: dict[str, str]) -> bytes:
        """The body of the right answer, or FailureError."""
        self._refuse(query)
        if "uploadId" in query:
            return self._parts(query)
        if "uploads" in query:
            return self._uploads(query)
        if "versioning" in query:
            status = self.bucket.versioning
            inner = f"<Status>{status}</Status>" if status else ""
            return _document("VersioningConfiguration", inner.encode())
        return self._versions(query) if "versions" in query else self._objects(query)

    def _refuse(self, query: Mapping[str, str]) -> None:
        faults, prefix = self.faults, query.get("prefix", "")
        word = "parts" if "uploadId" in query else ""
        word = word or next((w for w in ("uploads", "versioning", "versions") if w in query), "")
        if word in faults.refused:
            raise FailureError(403, "AccessDenied")
        if prefix.startswith(faults.denied):
            raise FailureError(403, "AccessDenied")
        if prefix in faults.only_delimited and "delimiter" not in query:
            raise FailureError(403, "AccessDenied")

    def _objects(self, query: Mapping[str, str]) -> bytes:
        prefix, faults = query.get("prefix", ""), self.faults
        token = query.get("continuation-token", "")
        after = "" if faults.ignore_start_after else query.get("start-after", "")
        if token:
            after = _read_token(token)
        most = min(int(query.get("max-keys", PAGE)), PAGE)
        if faults.empty_pages and not token.startswith("e"):
            return self._listing(query, b"", 0, f"e{_token(after)}")
        taken, prefixes, last, more = self._page(prefix, after, query.get("delimiter", ""), most)
        entries = [self.bucket.entries[at] for at in taken]
        if faults.ignore_encoding:
            wanted = {self.bucket.keys[at] for at in taken}
            entries = [
                _entry("Contents", o, escape(o.key)).encode()
                for o in self.bucket.all
                if o.key in wanted
            ]
        if faults.unsorted:
            entries.reverse()
        body = b"".join(entries) + b"".join(
            f"<CommonPrefixes><Prefix>{encoded(each)}</Prefix></CommonPrefixes>".encode()
            for each in prefixes
        )
        return self._listing(query, body, len(taken) + len(prefixes), _token(last) if more else "")

    def _page(
        self, prefix: str, after: str, delimiter: str, most: int
    ) -> tuple[Sequence[int], list[str], str, bool]:
        """Places of keys, common prefixes, the last of both, and whether there is more."""
        keys = self.bucket.keys
        at = max(bisect_left(keys, prefix), bisect_right(keys, after))
        end = bisect_left(keys, _past(prefix)) if prefix else len(keys)
        if not delimiter:
            stop = min(at + most, end)
            return range(at, stop), [], keys[stop - 1] if stop > at else "", stop < end
        taken: list[int] = []
        prefixes: list[str] = []
        last = ""
        while at < end and len(taken) + len(prefixes) < most:
            cut = keys[at].find(delimiter, len(prefix))
            if cut < 0:
                taken.append(at)
                last, at = keys[at], at + 1
                continue
            group = keys[at][: cut + len(delimiter)]
            at = bisect_left(keys, _past(group))
            if group != after:
                prefixes.append(group)
                last = group
        return taken, prefixes, last, at < end

    def _listing(self, query: Mapping[str, str], body: bytes, count: int, token: str) -> bytes:
        faults, more = self.faults, bool(token)
        if faults.same_token and more:
            token = query.get("continuation-token") or token
        next_ = f"<NextContinuationToken>{token}</NextContinuationToken>"
        encoding = "" if faults.ignore_encoding else "<EncodingType>url</EncodingType>"
        head = (
            f"<Name>bucket</Name><Prefix>{encoded(query.get('prefix', ''))}</Prefix>"
            f"<KeyCount>{count}</KeyCount><MaxKeys>{PAGE}</MaxKeys>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{encoding}"
            f"{next_ if more and not faults.no_token else ''}"
        )
        return _document("ListBucketResult", head.encode() + body)

    def _versions(self, query: Mapping[str, str]) -> bytes:
        bucket, prefix = self.bucket, query.get("prefix", "")
        marker, version = query.get("key-marker", ""), query.get("version-id-marker", "")
        most = min(int(query.get("max-keys", PAGE)), PAGE)
        at = bisect_left(bucket.all_keys, prefix)
        if marker and not self.faults.ignore_start_after:
            at = max(at, bisect_right(bucket.all_keys, marker))
            if version:
                first = bisect_left(bucket.all_keys, marker)
                ids = [each.version for each in bucket.all[first:at]]
                at = first + ids.index(version) + 1
        end = bisect_left(bucket.all_keys, _past(prefix)) if prefix else len(bucket.all)
        page = bucket.all[at : min(at + most, end)]
        more = at + most < end
        body = "".join(_entry("DeleteMarker" if o.deleted else "Version", o) for o in page)
        head = f"<IsTruncated>{str(more).lower()}</IsTruncated><EncodingType>url</EncodingType>"
        if more:
            head += (
                f"<NextKeyMarker>{encoded(page[-1].key)}</NextKeyMarker>"
                f"<NextVersionIdMarker>{page[-1].version}</NextVersionIdMarker>"
            )
        return _document("ListVersionsResult", (head + body).encode())

    def _uploads(self, query: Mapping[str, str]) -> bytes:
        marker = (query.get("key-marker", "").encode(), query.get("upload-id-marker", ""))
        prefix = query.get("prefix", "")
        found = sorted(
            (each for each in self.bucket.uploads if each.key.startswith(prefix)),
            key=lambda each: (_key(each), each.id),
        )
        found = [each for each in found if (_key(each), each.id) > marker]
        page, more = found[:PAGE], len(found) > PAGE
        body = f"<IsTruncated>{str(more).lower()}</IsTruncated><EncodingType>url</EncodingType>"
        if more:
            body += f"<NextKeyMarker>{encoded(page[-1].key)}</NextKeyMarker>"
            body += f"<NextUploadIdMarker>{page[-1].id}</NextUploadIdMarker>"
        body += "".join(
            f"<Upload><Key>{encoded(each.key)}</Key><UploadId>{each.id}</UploadId>"
            f"<Initiated>{DAY}</Initiated></Upload>"
            for each in page
        )
        return _document("ListMultipartUploadsResult", body.encode())

    def _parts(self, query: Mapping[str, str]) -> bytes:
        found = next((e for e in self.bucket.uploads if e.id == query["uploadId"]), None)
        if found is None:
            raise FailureError(404, "NoSuchUpload")
        body = "<IsTruncated>false</IsTruncated>" + "".join(
            f"<Part><PartNumber>{number}</PartNumber><Size>{size}</Size></Part>"
            for number, size in enumerate(found.parts, 1)
        )
        return _document("ListPartsResult", body.encode())


def _document(tag: str, inner: bytes) -> bytes:
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    return start.encode() + inner + f"</{tag}>".encode()


def _past(prefix: str) -> str:
    """What comes after all keys with a prefix."""
    last = ord(prefix[-1]) + 1
    return prefix[:-1] + chr(0xE000 if last == 0xD800 else last)


def _token(key: str) -> str:
    return "t" + base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read_token(token: str) -> str:
    text = token.lstrip("e")[1:]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


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
