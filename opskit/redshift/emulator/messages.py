"""The messages of the PostgreSQL protocol, version 3, as a server reads and writes them.

Source: PostgreSQL's documentation, "Frontend/Backend Protocol"; what Redshift's own driver adds
(`client_protocol_version`) was read in redshift_connector 2.2.0.
"""

import struct
from collections.abc import Mapping, Sequence

from opskit.redshift.emulator.refusals import SqlError
from opskit.redshift.emulator.wire_types import Column, Encoder

SSL, GSS, CANCEL, VERSION_3 = 80877103, 80877104, 80877102, 196608
LARGEST = 16 * 1024 * 1024
#: Of Redshift's own additions the newest: 1 says more of columns, 2 sends more types in binary.
NEWEST_PROTOCOL = 2

_NULL = b"\xff\xff\xff\xff"
_length, _count = struct.Struct("!i").pack, struct.Struct("!h").pack


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def text(value: str) -> bytes:
    """A text that ends in a zero byte; one inside would end it early."""
    return value.replace("\0", "").encode("utf-8", "replace") + b"\0"


def parameter(name: str, value: str) -> bytes:
    return message(b"S", text(name) + text(value))


def ready(status: bytes) -> bytes:
    """`status` is I outside a transaction, T in one, E in one that failed."""
    return message(b"Z", status)


def described(columns: Sequence[Column], formats: Sequence[int], protocol: int) -> bytes:
    parts = [struct.pack("!h", len(columns))]
    for column, code in zip(columns, spread(formats, len(columns)), strict=True):
        shape = (0, 0, column.oid, column.size, column.modifier, code)
        parts.append(text(column.name) + struct.pack("!ihihih", *shape))
        if protocol >= 1:  # names of schema, table, column, catalog; flags: may be NULL, searchable
            parts.append(b"\0\0\0\0" + struct.pack("!h", 0x1001))
    return message(b"T", b"".join(parts))


def row(values: Sequence[object], encoders: Sequence[Encoder]) -> bytes:
    body = b"".join(
        [_count(len(encoders))]
        + [
            _NULL if value is None else _length(len(data := encode(value))) + data
            for value, encode in zip(values, encoders, strict=True)
        ]
    )
    return b"D" + _length(len(body) + 4) + body


def complete(tag: str) -> bytes:
    return message(b"C", text(tag))


def error(refusal: SqlError) -> bytes:
    severity = "FATAL" if refusal.fatal else "ERROR"
    fields = {"S": severity, "C": refusal.state, "M": refusal.words}
    return message(b"E", _fields(fields | ({"H": refusal.hint} if refusal.hint else {})))


def notice(words: str) -> bytes:
    return message(b"N", _fields({"S": "NOTICE", "C": "00000", "M": words}))


def _fields(fields: Mapping[str, str]) -> bytes:
    return b"".join(letter.encode() + text(value) for letter, value in fields.items()) + b"\0"


def spread(formats: Sequence[int], count: int) -> Sequence[int]:
    """One format for each column: none said is text, one said is for all."""
    if len(formats) == count:
        return formats
    return [formats[0] if formats else 0] * count


RawBytes = bytes


class Body:
    """What a message says, read from its start to its end; SqlError where it ends early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def text(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise SqlError("08P01", "invalid message format", fatal=True)
        found = self._data[self._at : end].decode("utf-8", "replace")
        self._at = end + 1
        return found

    def bytes(self, count: int) -> bytes:
        if count < 0 or self._at + count > len(self._data):
            raise SqlError("08P01", "insufficient data left in message", fatal=True)
        self._at += count
        return self._data[self._at - count : self._at]

    def short(self) -> int:
        return int(struct.unpack("!h", self.bytes(2))[0])

    def long(self) -> int:
        return int(struct.unpack("!i", self.bytes(4))[0])

    def shorts(self) -> list[int]:
        return [self.short() for _ in range(self.short())]

    def longs(self) -> list[int]:
        return [self.long() for _ in range(self.short())]

    def value(self) -> RawBytes | None:
        length = self.long()
        return None if length < 0 else self.bytes(length)

    def more(self) -> bool:
        return self._at < len(self._data)
