"""Times and durations as a scenario writes them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple, Protocol

from msgspec import Meta

MOMENT = r"^(now|-\d+(\.\d+)?(ms|s|m|h|d)|\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z?)?)$"
DURATION = r"^\d+(\.\d+)?(ms|s|m|h|d)$"

#: A time in UTC, or how long before now: `-15m`.
Moment = Annotated[str, Meta(pattern=MOMENT)]
#: A `Moment` beside other types. Its pattern is in the schema only, and `checks_times` looks at
#: it: it says the format, where a union can only say that it expected text; and msgspec 0.22
#: corrupts memory at garbage collection where a text with a pattern and a list share a union.
OneMoment = Annotated[str, Meta(extra_json_schema={"pattern": MOMENT})]
#: A length of time: `250ms`, `40s`, `2h`.
Duration = Annotated[str, Meta(pattern=DURATION)]

_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


class Timed(Protocol):
    """What says when it happens."""

    @property
    def at(self) -> str | list[str] | None: ...
    @property
    def every(self) -> str | None: ...
    @property
    def count(self) -> int | None: ...
    @property
    def since(self) -> str: ...
    @property
    def until(self) -> str: ...


class Series(NamedTuple):
    """So many events that are `step` microseconds apart, from `first` on."""

    first: datetime
    step: int
    times: int


def microseconds(text: str) -> int:
    """The length of a `Duration`."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise ValueError(f"no length of time: {text!r}")
    return round(float(found[1]) * _UNITS[found[2]])


def length(text: str) -> timedelta:
    """The length of a `Duration`."""
    return timedelta(microseconds=microseconds(text))


def moment(text: str, now: datetime) -> datetime:
    """The time, UTC without a zone, that a `Moment` means; ValueError for none there is."""
    try:
        return _moment(text, now)
    except OverflowError:
        raise ValueError("that is before the year 1") from None


def _moment(text: str, now: datetime) -> datetime:
    if text == "now":
        return now
    if text.startswith("-"):
        return now - length(text[1:])
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def series(timed: Timed, now: datetime) -> Iterable[Series]:
    """When something happens.

    At the times of `at`; or each `every` from `at` or `since` on, `count` times or to `until`; or
    `count` times, evenly from `since` to `until`; or, if nothing is said, once, an hour ago.
    """
    if isinstance(timed.at, list):
        return [Series(moment(text, now), 0, 1) for text in timed.at]
    first = moment(timed.at if timed.at is not None else timed.since, now)
    span = max((moment(timed.until, now) - first) // timedelta(microseconds=1), 0)
    if timed.every is not None:
        step = max(microseconds(timed.every), 1)
        return [Series(first, step, timed.count or span // step + 1)]
    if timed.count is not None:
        return [Series(first, span // timed.count if timed.at is None else 0, timed.count)]
    return [Series(first if timed.at is not None else now - timedelta(hours=1), 0, 1)]
