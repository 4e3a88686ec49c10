"""Events of CloudTrail in a text, those of a file that is damaged included."""

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

_GAP = re.compile(r"[ \t\r\n,]*")
_START = re.compile(r'\{\s*"Records"\s*:\s*\[')
_DECODER = json.JSONDecoder()


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
        return json.dumps({"r": event}, ensure_ascii=False).encode() + b"\n"
    except (UnicodeEncodeError, RecursionError):
        return None
