"""Events of CloudTrail in a text, those of a file that is damaged included."""

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

from msgspec import Raw, Struct
from msgspec import json as fast

_GAP = re.compile(r"[ \t\r\n,]*")
_START = re.compile(r'\{\s*"Records"\s*:\s*\[')
#: Bytes of an event; CloudTrail's are below 256 KB.
LONGEST = 2_000_000
_DECODER = json.JSONDecoder()
#: Half a character, written as an escape.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class _Who(Struct, omit_defaults=True):
    arn: str = ""


class _Event(Struct, omit_defaults=True):
    """What the queries read of an event."""

    eventName: str  # noqa: N815 (as CloudTrail writes it)
    eventTime: str | None = None  # noqa: N815
    eventSource: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    userIdentity: _Who | None = None  # noqa: N815
    requestParameters: Raw = Raw(b"null")  # noqa: N815


class _Trail(Struct):
    Records: list[_Event]


class _Line(Struct):
    r: _Event


_TRAIL = fast.Decoder(_Trail)


def whole(data: bytes) -> bytes | None:
    """The lines that `events` gives for one file without damage, many times as fast: without what
    the queries do not read. None where the file is not as simple as CloudTrail writes it.
    """
    text = data.strip()
    if b"\n" in text or b"\r" in text or _SURROGATE.search(text):
        return None
    try:
        text.decode()
        found = _TRAIL.decode(text)
        if any(len(bytes(event.requestParameters)) > LONGEST // 2 for event in found.Records):
            return None
    except (ValueError, RecursionError):  # those of msgspec are ValueErrors
        return None
    return fast.Encoder().encode_lines([_Line(event) for event in found.Records])


def events(text: str) -> Iterator[bytes | None]:
    """A line `{"r": event}` for each event of files `{"Records": [...]}`, one or several in a row,
    or of an event a line. None for each piece that is no whole event; behind it, reading goes on
    where a line starts with a brace. Bytes that are no UTF-8 are surrogates in the text.
    """
    at = _after_gap(text, 0)
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = yield from _broken(text, at)
        else:
            yield from map(_line, _inside(value))
        at = _after_gap(text, at)


def _broken(text: str, at: int) -> Generator[bytes | None, None, int]:
    """The events before the damage, and None for it; where reading goes on."""
    start = _START.match(text, at)
    at = start.end() if start else at
    while start:
        at = _after_gap(text, at)
        try:
            event, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        yield _line(event)
    yield None
    following = text.find("\n{", at)
    return len(text) if following < 0 else following + 1


def _after_gap(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict) and "Records" in value:
        records = value["Records"]
        return records if isinstance(records, list) else [None]
    return [value]


def _line(event: Any) -> bytes | None:
    """None for what is no event, or has bytes or surrogates that are no text."""
    if not isinstance(event, dict) or not isinstance(event.get("eventName"), str):
        return None
    identity = event.get("userIdentity") or {}
    if not isinstance(identity, dict) or not isinstance(identity.get("arn", ""), str):
        return None
    try:
        line = json.dumps({"r": event}, ensure_ascii=False).encode() + b"\n"
    except (UnicodeEncodeError, RecursionError):
        return None
    return line if len(line) <= LONGEST else None
