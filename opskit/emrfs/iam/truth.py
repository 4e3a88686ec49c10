"""Three-valued logic: what surely holds, what surely does not, and what cannot be told (Kleene)."""

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """Ordered, so that `min` is "and" and `max` is "or"."""

    NO = 0
    MAYBE = 1
    YES = 2

    __hash__ = int.__hash__  # verdicts are keys of dictionaries, many times over

    @classmethod
    def of(cls, value: bool) -> "Truth":
        return cls.YES if value else cls.NO

    @property
    def negated(self) -> "Truth":
        return _NEGATED[self]


_NEGATED = (Truth.YES, Truth.MAYBE, Truth.NO)


def every(values: Iterable[Truth]) -> Truth:
    """Whether all hold; YES for none."""
    return min(values, default=Truth.YES)


def some(values: Iterable[Truth]) -> Truth:
    """Whether one at least holds; NO for none."""
    return max(values, default=Truth.NO)
