"""Figures of rows, which may be NULL, as the rules compare and show them."""

from collections.abc import Iterable
from typing import Any


def number(value: Any) -> float:
    """A figure; 0 where there is none."""
    return 0.0 if value is None else float(value)


def gigabytes(megabytes: Any) -> float:
    """GB of MB, both binary, as Redshift's blocks are."""
    return number(megabytes) / 1024


def share(part: Any, whole: Any) -> float:
    """Percent that a part is of the whole; 0 of nothing."""
    return 100 * number(part) / number(whole) if number(whole) > 0 else 0.0


def seconds(microseconds: Any) -> float:
    """Seconds of microseconds, which have been summed as such."""
    return number(microseconds) / 1_000_000


def duration(value: float) -> str:
    """Seconds as people say them: `45 s`, `12 min`, `3.5 h`, `2.1 days`."""
    if value < 100:
        return f"{value:.3g} s"
    if value < 100 * 60:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h" if value < 48 * 3600 else f"{value / 86400:.1f} days"


def size(gigabytes: float) -> str:
    """GB as people say them: `12 MB`, `3.4 GB`, `1.2 TB`."""
    if gigabytes < 1:
        return f"{gigabytes * 1024:.0f} MB"
    return f"{gigabytes:.1f} GB" if gigabytes < 1024 else f"{gigabytes / 1024:.1f} TB"


def listed(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def excerpt(text: Any, most: int = 80) -> str:
    """The start of a query's text, on one line."""
    line = " ".join(str(text or "").split())
    return line if len(line) <= most else line[: most - 3] + "..."
