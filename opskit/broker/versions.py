"""Broker versions: compared, and what is known of their support."""

from dataclasses import dataclass

from opskit.errors import UsageError

#: The broker assumed where nothing says which: what Amazon MQ recommends.
DEFAULT = "5.19"


@dataclass(frozen=True, slots=True, order=True)
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

    def __str__(self) -> str:
        return ".".join(str(n) for n in (self.major, self.minor, self.patch) if n is not None)


def parse(text: str) -> Version:
    """`5.18` or `5.17.2` (a suffix such as `-SNAPSHOT` is dropped); raises UsageError."""
    numbers = text.partition("-")[0].split(".")
    if not 2 <= len(numbers) <= 4 or not all(n.isdecimal() and len(n) < 6 for n in numbers):
        raise UsageError(f"not a broker version: {text!r}", hint="write 5.18 or 5.17.2")
    major, minor, *rest = (int(n) for n in numbers)
    return Version(major, minor, rest[0] if rest else None)
