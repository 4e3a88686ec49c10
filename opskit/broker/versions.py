"""Broker versions: compared, and what is known of their support."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from opskit.errors import UsageError

#: The broker assumed where nothing says which: what Amazon MQ recommends.
DEFAULT = "5.19"

#: The lines that opskit knows, each with its last patch level (release tags of apache/activemq).
#: 5.13 is among them as the last before AMQ-6331.
_LAST_PATCH = {
    (5, 13): 5,
    (5, 14): 5,
    (5, 15): 16,
    (5, 16): 8,
    (5, 17): 7,
    (5, 18): 7,
    (5, 19): 10,
    (6, 0): 1,
    (6, 1): 8,
    (6, 2): 9,
    (6, 3): 1,
}
_KNOWN = "5.13 to 5.19 and 6.0 to 6.3"


@dataclass(frozen=True, slots=True)
class Version:
    """`5.18`, `5.17.2`: numbers that compare; a missing patch level is any of that line."""

    major: int
    minor: int
    patch: int | None = None

    @property
    def line(self) -> tuple[int, int]:
        return (self.major, self.minor)

    def at_least(self, major: int, minor: int, patch: int = 0) -> bool:
        """Whether this is that release or a later one; a line without patch counts as its last."""
        own = (self.major, self.minor, 10**6 if self.patch is None else self.patch)
        return own >= (major, minor, patch)

    def is_older(self, other: "Version") -> bool:
        """Whether this comes before the other; a line without patch is as old as its releases."""
        if self.line != other.line or self.patch is None or other.patch is None:
            return self.line < other.line
        return self.patch < other.patch

    def __str__(self) -> str:
        return ".".join(str(n) for n in (self.major, self.minor, self.patch) if n is not None)


@lru_cache(maxsize=256)
def parse(text: str) -> Version:
    """`5.18` or `5.17.2` (a suffix such as `-SNAPSHOT` is dropped); raises UsageError."""
    numbers = text.partition("-")[0].split(".")
    if not 2 <= len(numbers) <= 4 or not all(n.isdecimal() and len(n) < 6 for n in numbers):
        raise UsageError(f"not a broker version: {text!r}", hint="write 5.18 or 5.17.2")
    major, minor, *rest = (int(n) for n in numbers)
    return Version(major, minor, rest[0] if rest else None)


def remark(version: Version) -> str:
    """What to tell of a release that opskit does not know; empty for one that it knows.

    Such a release is treated as the last known one before it, or as the first of all.
    """
    last = _LAST_PATCH.get(version.line)
    if last is None:
        before = [line for line in _LAST_PATCH if line < version.line]
        known, nearest = _KNOWN, Version(*max(before, default=min(_LAST_PATCH)))
    elif version.patch is not None and version.patch > last:
        known, nearest = (
            f"{Version(*version.line)} up to patch {last}",
            Version(*version.line, last),
        )
    else:
        return ""
    return f"opskit knows ActiveMQ {known}; {version} is treated as {nearest}"


def remarks(versions: Iterable[Version]) -> list[str]:
    """The remarks on all of them, each release once."""
    return [text for version in dict.fromkeys(versions) if (text := remark(version))]
