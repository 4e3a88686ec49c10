"""Public price feeds over HTTP, with limits of time and size; no credentials are sent."""

import time
import zlib
from typing import Any

from opskit.clients.aws import MissingError
from opskit.clients.http import BUSY, connections
from opskit.errors import UnknownError

#: Bytes of a feed, unpacked. The largest read here, data transfer of one region, has a few MB.
LIMIT = 64 * 1024 * 1024
WHOLE = 300.0  # seconds
_MISSING = (403, 404)  # S3 says 403 for what is not there where it may not be listed
_PART = 1 << 16


class UnreachableError(UnknownError):
    """No answer came from the server: a name, a connection, a certificate, or time."""


def fetch(url: str, *, limit: int = LIMIT) -> bytes:
    """The body that a URL answers with, unpacked where it is gzip.

    Tried again where the server is busy. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured.
    Raises MissingError for what is not there, UnreachableError without an answer, UnknownError
    for any other status and a body that breaks off or is larger than `limit`.
    """
    import urllib3

    try:
        answer = connections(url).request("GET", url, headers=_headers(), preload_content=False)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise UnreachableError(
            f"no answer: {_reason(error)}",
            where=url,
            hint="check the network and HTTPS_PROXY; --from reads feeds that were saved elsewhere",
        ) from None
    try:
        _check(answer, url)
        return unpacked(_body(answer, url, limit), url, limit=limit)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise UnknownError(
            f"the answer broke off: {_reason(error)}", where=url, hint="try again"
        ) from None
    finally:
        answer.close()


def unpacked(data: bytes, where: str, *, limit: int = LIMIT) -> bytes:
    """Data as it is, or unpacked where it is gzip; UnknownError where it is cut short."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(31)
    try:
        found = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise UnknownError(f"is no whole gzip: {error}", where=where, hint="try again") from None
    if len(found) > limit:
        raise _large(where, limit)
    if not unpacker.eof:
        raise UnknownError("the gzip is cut short", where=where, hint="try again")
    return found


def _headers() -> dict[str, str]:
    return {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "opskit"}


def _check(answer: Any, url: str) -> None:
    if answer.status == 200:
        if url.startswith("https:") and str(answer.geturl() or url).startswith("http:"):
            raise UnknownError("leads away from https", where=url, hint="check the address")
        return
    kind = MissingError if answer.status in _MISSING else UnknownError
    hint = "try again later" if answer.status in BUSY else "the feed may have moved"
    said = f"the server answered {answer.status} {answer.reason or ''}".rstrip()
    raise kind(said, where=url, hint=hint)


def _body(answer: Any, url: str, limit: int) -> bytes:
    until = time.monotonic() + WHOLE
    parts: list[bytes] = []
    size = 0
    while part := answer.read(_PART, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise _large(url, limit)
        if time.monotonic() > until:
            raise UnknownError(
                f"the answer was not complete after {WHOLE:.0f} seconds",
                where=url,
                hint="try again later",
            )
    return b"".join(parts)


def _large(where: str, limit: int) -> UnknownError:
    return UnknownError(
        f"is larger than {limit // 2**20} MiB, which is no feed of one region",
        where=where,
        hint="check the address",
    )


def _reason(error: BaseException) -> str:
    """What went wrong, without the names of objects and the URL that urllib3 puts around it."""
    reason = getattr(error, "reason", None)
    found = reason if isinstance(reason, BaseException) else error
    text = str(found)
    return text.rpartition(">: ")[2] or type(found).__name__
