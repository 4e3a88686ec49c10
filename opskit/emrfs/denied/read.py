"""A text or a log, as the distinct denials in it.

Lines belong together as stack traces do: a path stands in one line, and the cause some lines
below. What is no denial is skipped.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from opskit.emrfs.denied import records
from opskit.emrfs.denied.denial import Denial, Seen
from opskit.emrfs.denied.messages import SUSPECT, bare, denials, places
from opskit.redact import MASK, masked

#: A line is read up to here, and an event up to so many lines of it: no message is longer.
_WIDEST, _LONGEST = 10_000, 200
_SHOWN = 300
#: How a line starts that goes on with the event of the line above it. An exception on a line of
#: its own does so where that event is about trouble, and has no denial and no other place: else
#: a path there is another one's.
_GOES_ON = re.compile(r"\s|at |Caused by|\.\.\. \d|Suppressed:")
_EXCEPTION = re.compile(r"(?:[a-z]\w{0,60}\.){2,20}\w{1,80}:")
_TROUBLE = re.compile(r"error|warn|fatal|exception|fail", re.IGNORECASE)
_CAUSE = re.compile(r"\s*(?:Caused by: ?)?")
_TRACE = re.compile(r"\s*(?:at [\w$.<>/]{1,300}\(|\.\.\. \d)")
_SECRET = re.compile(
    r"(?P<name>X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId)=[^&\s\"']+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    re.IGNORECASE,
)


class Event(NamedTuple):
    """Lines that belong together; `line` counts from 1."""

    line: int
    text: str


def read(text: str) -> list[Seen]:
    """The distinct denials, in the order in which they come first."""
    found: dict[Denial, Seen] = {}
    for event, denial in _all(text):
        seen = found.get(denial)
        if seen is None:
            found[denial] = Seen(denial, 1, event.line, shown(event.text))
        else:
            seen.count += 1
    return list(found.values())


def read_bare(text: str) -> list[Seen]:
    """The denial in one line that does not say of what: the caller has to know the rest."""
    line = text.strip()
    found = bare(line[:_WIDEST]) if len(line.splitlines()) == 1 else None
    return [] if found is None else [Seen(found, 1, 1, shown(line))]


def _all(text: str) -> Iterator[tuple[Event, Denial]]:
    whole = records.events(text)
    if whole is not None:
        yield from ((Event(1, "a CloudTrail event"), denial) for denial in whole)
        return
    for event in _events(text):
        for denial in dict.fromkeys(_within(event)):
            yield event, denial


def _within(event: Event) -> Iterator[Denial]:
    traced = records.events(event.text)
    if traced is not None:
        yield from traced
        return
    logged = records.access_log(event.text)
    if logged is not None:
        yield logged
        return
    yield from denials(event.text)


def _events(text: str) -> Iterator[Event]:
    """Events with something suspect in them; the line is that of the first such."""
    event = _Open()
    for number, line in enumerate(text.splitlines(), 1):
        if event.lines and not event.takes(line):
            yield from event.closed()
            event = _Open()
        if not _TRACE.match(line):
            # JSON could not be read at all if it were cut
            event.add(number, line if line.startswith("{") else line[:_WIDEST])
    yield from event.closed()


class _Open:
    """An event that is being read. `denied` once an exception in it tells a denial."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._suspect = 0
        self._denied = False
        self._places: set[str] = set()

    def takes(self, line: str) -> bool:
        """Whether a line goes on with this event."""
        if len(self.lines) >= _LONGEST:
            return False
        goes_on = bool(_GOES_ON.match(line))
        if not _EXCEPTION.match(line.lstrip()):
            return goes_on
        if self._denied or not (goes_on or _TROUBLE.search(self.lines[0])):
            return False
        own = places(line[:_WIDEST])
        return not own or not self._places or not own.isdisjoint(self._places)

    def add(self, number: int, line: str) -> None:
        self.lines.append(line)
        self._places |= places(line[:_WIDEST])
        if SUSPECT.search(line):
            self._suspect = self._suspect or number
            cause = _CAUSE.match(line)
            start = cause.end() if cause else 0
            self._denied = self._denied or bool(_EXCEPTION.match(line, start))

    def closed(self) -> Iterator[Event]:
        """The event, where something in it is suspect."""
        if self._suspect:
            yield Event(self._suspect, "\n".join(self.lines))


def shown(text: str) -> str:
    """The line on the denial, cut, and without secrets."""
    lines = text.splitlines()
    line = next((line for line in lines if SUSPECT.search(line)), lines[0] if lines else "")
    line = _SECRET.sub(lambda found: f"{found['name']}={MASK}" if found["name"] else MASK, line)
    return masked(line.strip()[: _SHOWN * 2])[:_SHOWN]
