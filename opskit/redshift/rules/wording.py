"""Times and counts of the logs as findings show them; each may be NULL."""

from datetime import datetime
from typing import Any

from opskit.output.text import plural


def at(moment: datetime | None) -> str:
    """A time to the minute."""
    return "an unknown time" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def many(count: Any) -> str:
    """A whole number with commas."""
    return "an unknown number of" if count is None else f"{count:,.0f}"


def some(count: Any, noun: str) -> str:
    """A whole number with its noun: `1 user`, `1,200 queries`."""
    return f"{many(count)} {noun if count == 1 else plural(noun)}"


def runs(count: Any) -> str:
    """How often a text ran: `1 run`, `1,200 runs`."""
    return some(count, "run")
