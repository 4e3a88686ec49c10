"""Bytes of log files, decompressed; what is damaged gives what can be read of it.

DuckDB would read `.gz` by itself, but a damaged file fails a whole scan, and a wrong checksum
passes (measured with DuckDB 2.0).
"""

import bz2
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

_GZIP, _BZIP2, ZSTD = b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"
_STEP = 1 << 20

#: Told what is wrong with a file, once.
Complain = Callable[[str], None]


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def feed(self, data: bytes) -> Iterator[bytes]: ...


class _Gzip:
    def __init__(self) -> None:
        self._one = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._one.eof

    @property
    def unused_data(self) -> bytes:
        return self._one.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        # the length is limited: a buffer that grows costs more than decompressing
        while data and not self._one.eof:
            before = self._one.copy()
            try:
                yield self._one.decompress(data, _STEP)
            except zlib.error:
                yield from _remains(before, data)
                raise
            data = self._one.unconsumed_tail


def _remains(one: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What there is in front of the damage: zlib keeps to itself what a call had when it failed."""
    for step in (1 << 14, 1 << 7, 1):
        while True:
            before = one.copy()
            try:
                found = one.decompress(data, step)
            except zlib.error:
                one = before
                break
            yield found
            if not found and not one.unconsumed_tail:
                return
            data = one.unconsumed_tail


class _Bzip2:
    def __init__(self) -> None:
        self._one = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._one.eof

    @property
    def unused_data(self) -> bytes:
        return self._one.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._one.decompress(data, _STEP)
        while not self._one.eof and not self._one.needs_input:
            yield self._one.decompress(b"", _STEP)


def is_packed(head: bytes) -> bool:
    """Whether these first bytes are of a kind that `unpacked` decompresses."""
    return head.startswith((_GZIP, _BZIP2))


def unpacked(parts: Iterable[bytes], complain: Complain) -> Iterator[bytes]:
    """The content of a file from its bytes: decompressed if it is gzip or bzip2, else as it is."""
    stream = iter(parts)
    first = next(stream, b"")
    if not is_packed(first):
        yield from _chain(first, stream)
        return
    new = _Gzip if first.startswith(_GZIP) else _Bzip2
    magic = _GZIP if first.startswith(_GZIP) else _BZIP2
    yield from _members(_chain(first, stream), new, magic, complain)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _members(
    stream: Iterator[bytes], new: Callable[[], _Decompressor], magic: bytes, complain: Complain
) -> Iterator[bytes]:
    """All members of a file: several in a row are one content."""
    member, read, pending = new(), 0, b""
    try:
        for data in stream:
            read += len(data)
            pending += data
            while pending:
                if member.eof:
                    pending = pending.lstrip(b"\0")  # padding
                    if len(pending) < len(magic):
                        break
                    if not pending.startswith(magic):
                        complain(f"bytes behind the end are of another kind (byte {read})")
                        return
                    member = new()
                yield from member.feed(pending)
                pending = member.unused_data if member.eof else b""
    except (zlib.error, OSError, EOFError, ValueError) as error:
        complain(f"damaged before byte {read}: {_short(error)}; what is before that is read")
        return
    if not member.eof:
        complain(f"truncated at byte {read}; what is there is read")
    elif pending:
        complain(f"bytes behind the end are of another kind (byte {read})")


def _short(error: Exception) -> str:
    return str(error).removeprefix("Error -3 while decompressing data: ")
