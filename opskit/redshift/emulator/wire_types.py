"""Types and values as the protocol sends them, in text and in binary.

Numbers of types and binary formats were read in redshift_connector 2.2.0: timestamps are
microseconds since 2000-01-01; NUMERIC is, from protocol 2 on, the number without its point in 8
or 16 bytes, the point being in the type's modifier.
"""

import re
import struct
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

Encoder = Callable[[Any], bytes]

_EPOCH = datetime(2000, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_KINDS = {
    "BOOLEAN": (16, 1),
    "TINYINT": (21, 2),
    "SMALLINT": (21, 2),
    "INTEGER": (23, 4),
    "UTINYINT": (21, 2),
    "USMALLINT": (23, 4),
    "UINTEGER": (20, 8),
    "BIGINT": (20, 8),
    "FLOAT": (700, 4),
    "DOUBLE": (701, 8),
    "DATE": (1082, 4),
    "TIME": (1083, 8),
    "TIMESTAMP": (1114, 8),
    "TIMESTAMP WITH TIME ZONE": (1184, 8),
    "INTERVAL": (1186, 16),
}
_ARRAYS = {"SMALLINT[]": (1005, 21), "INTEGER[]": (1007, 23), "BIGINT[]": (1016, 20)}
#: Columns of the catalog that are arrays on Redshift, and text here.
_ARRAY_COLUMNS = {"conkey": 1005, "confkey": 1005, "grolist": 1007}
_ELEMENTS = {1005: 21, 1007: 23, 1016: 20}
_PACKED = {21: "!h", 23: "!i", 20: "!q", 700: "!f", 701: "!d", 16: "!?"}


class Column(NamedTuple):
    """A column of a result: its name, the number, size and modifier of its type."""

    name: str
    oid: int
    size: int = -1
    modifier: int = -1


def column(name: str, kind: str) -> Column:
    """A column for one of DuckDB's types; text for what Redshift does not have."""
    if kind in _KINDS:
        return Column(name, *_KINDS[kind])
    if kind in ("HUGEINT", "UBIGINT", "UHUGEINT"):  # a sum of bigints is numeric(38,0) on Redshift
        return Column(name, 1700, -1, (38 << 16) + 4)
    if found := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", kind):
        return Column(name, 1700, -1, (int(found[1]) << 16 | int(found[2])) + 4)
    if kind in _ARRAYS:
        return Column(name, _ARRAYS[kind][0])
    return Column(name, 1043)


def array_column(name: str) -> Column | None:
    """The column where it is one of the catalog's arrays."""
    return Column(name, _ARRAY_COLUMNS[name]) if name in _ARRAY_COLUMNS else None


def encoders(columns: Sequence[Column], formats: Sequence[int], protocol: int) -> list[Encoder]:
    """What turns each value of a row into its bytes, NULL excepted."""
    return [
        _binary(c, protocol) if code == 1 else _in_text(c)
        for c, code in zip(columns, formats, strict=True)
    ]


def _in_text(column: Column) -> Encoder:
    """The short way for what nearly all columns are."""
    if column.oid in (20, 21, 23):
        return lambda value: str(value).encode()
    return _text


def _text(value: Any) -> bytes:
    match value:
        case str():
            return (value.replace("\0", "") if "\0" in value else value).encode("utf-8", "replace")
        case bool():
            return b"t" if value else b"f"
        case datetime():
            whole = f"{value:%Y-%m-%d %H:%M:%S}"
            part = f".{value:%f}".rstrip("0") if value.microsecond else ""
            return f"{whole}{part}{'+00' if value.tzinfo else ''}".encode()
        case timedelta():
            return _interval(value).encode()
        case list():
            items = ("NULL" if v is None else _text(v).decode() for v in value)
            return ("{" + ",".join(items) + "}").encode()
        case Decimal():
            return format(value, "f").encode()
    return str(value).encode()


def _interval(value: timedelta) -> str:
    hours, rest = divmod(value.seconds, 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    part = f".{value.microseconds:06}" if value.microseconds else ""
    days = f"{value.days} day{'s' * (abs(value.days) != 1)} " if value.days else ""
    return f"{days}{clock}{part}"


def _binary(column: Column, protocol: int) -> Encoder:
    oid = column.oid
    if oid in _PACKED:
        pack = struct.Struct(_PACKED[oid]).pack
        number = int if oid in (20, 21, 23) else bool if oid == 16 else float
        return lambda value: pack(number(value))
    if oid in (1114, 1184):
        return lambda value: struct.pack(
            "!q", (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
        )
    if oid == 1082:
        return lambda value: struct.pack("!i", (_day(value) - _EPOCH.date()).days)
    if oid == 1083:
        return lambda value: struct.pack("!q", _of_day(value))
    if oid == 1186:
        return lambda value: struct.pack(
            "!qhh", (value.seconds * 1_000_000) + value.microseconds, value.days, 0
        )
    if oid == 1700 and protocol >= 2:
        scale = (column.modifier - 4) & 0xFFFF
        size = 8 if (column.modifier - 4) >> 16 <= 18 else 16
        return lambda value: int(Decimal(value).scaleb(scale)).to_bytes(size, "big", signed=True)
    if oid in _ELEMENTS:
        return lambda value: _array(value, _ELEMENTS[oid])
    return _text


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _of_day(value: time) -> int:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


def _array(value: Any, element: int) -> bytes:
    """Dimensions, whether there are NULLs, the type; then length and value of each."""
    items = value if isinstance(value, list) else [int(n) for n in re.findall(r"-?\d+", str(value))]
    pack = struct.Struct(_PACKED[element]).pack
    parts = [struct.pack("!iii", 1 if items else 0, int(None in items), element)]
    if items:
        parts.append(struct.pack("!ii", len(items), 1))
    for item in items:
        data = b"" if item is None else pack(item)
        parts.append(struct.pack("!i", -1 if item is None else len(data)) + data)
    return b"".join(parts)


def decoded(data: bytes | None, code: int, kind: int) -> str | None:
    """A parameter as text, whatever its format."""
    if data is None:
        return None
    if code == 0:
        return data.decode("utf-8", "replace")
    if kind in _PACKED and len(data) == struct.calcsize(_PACKED[kind]):
        value = struct.unpack(_PACKED[kind], data)[0]
        return str(value).lower() if kind == 16 else repr(value)
    if kind in (1114, 1184) and len(data) == 8:
        moment = _EPOCH + timedelta(microseconds=struct.unpack("!q", data)[0])
        return f"{moment}{'+00' if kind == 1184 else ''}"
    if kind == 1082 and len(data) == 4:
        return str(_EPOCH.date() + timedelta(days=struct.unpack("!i", data)[0]))
    return data.decode("utf-8", "replace")
