"""What S3 answers to listings, from sorted keys in memory, and what servers do wrong.

ListObjectsV2 (prefix, delimiter, start-after, continuation-token, max-keys, encoding-type),
ListObjectVersions (key-marker, version-id-marker), GetBucketVersioning, ListMultipartUploads and
ListParts for one bucket. Versions are listed without a delimiter. `test_s3server.py` compares it
with moto.
"""

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote
from xml.sax.saxutils import escape

PAGE = 1000
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


class Answers:
    """The answers of one bucket, by the query of a request; `faults` are done on purpose."""

    def __init__(self, bucket: Bucket, faults: Faults) -> None:
        self.bucket, self.faults = bucket, faults

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
