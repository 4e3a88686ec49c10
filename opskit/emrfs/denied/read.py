"""A text or a log, as the distinct denials in it.

Lines belong together as stack traces do: a path stands in one line, and the cause some lines
below. What is no denial is skipped.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from opskit.emrfs.denied import records
from opskit.emrfs.denied.denial import Denial, Seen
from opskit.emrfs.denied.messages import SUSPECT, denials
from opskit.redact import MASK, masked

#: A line is read up to here, and an event up to so many lines of it: no message is longer.
_WIDEST, _LONGEST = 10_000, 200
_SHOWN = 300
#: How a line starts that goes on with the event of the line above it. An exception on a line of
#: its own does so where that event is about trouble: else a path there is another one's.
_GOES_ON = re.compile(r"\s|at |Caused by|\.\.\. \d|Suppressed:")
_EXCEPTION = re.compile(r"(?:[a-z]\w{0,60}\.){2,20}\w{1,80}:")
_TROUBLE = re.compile(r"error|warn|fatal|exception|fail", re.IGNORECASE)
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
    lines, suspect = list[str](), 0
    for number, line in enumerate(text.splitlines(), 1):
        if lines and not _belongs(line, lines):
            if suspect:
                yield Event(suspect, "\n".join(lines))
            lines, suspect = [], 0
        if not _TRACE.match(line):
            # JSON could not be read at all if it were cut
            lines.append(line if line.startswith("{") else line[:_WIDEST])
            suspect = suspect or (number if SUSPECT.search(lines[-1]) else 0)
    if suspect:
        yield Event(suspect, "\n".join(lines))


def _belongs(line: str, lines: list[str]) -> bool:
    if len(lines) >= _LONGEST:
        return False
    if _GOES_ON.match(line):
        return True
    return bool(_EXCEPTION.match(line) and _TROUBLE.search(lines[0]))


def shown(text: str) -> str:
    """The line on the denial, cut, and without secrets."""
    lines = text.splitlines()
    line = next((line for line in lines if SUSPECT.search(line)), lines[0] if lines else "")
    line = _SECRET.sub(lambda found: f"{found['name']}={MASK}" if found["name"] else MASK, line)
    return masked(line.strip()[: _SHOWN * 2])[:_SHOWN]
