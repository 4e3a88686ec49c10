"""Lengths of time as kubectl and Go write them: `90s`, `5m`, `1h30m`; a plain number is seconds."""

import re

from opskit.errors import UsageError

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)", re.ASCII)
_WHOLE = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
#: No wait of a rollout is longer than a week.
_LONGEST = 7 * 24 * 3600.0


def seconds(text: str, option: str = "") -> float:
    """The seconds that a text means; UsageError, which names the option, where it means none."""
    word = text.strip()
    found: float | None = None
    if _NUMBER.fullmatch(word):
        found = float(word)
    elif _WHOLE.fullmatch(word):
        found = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(word))
    if found is None or found > _LONGEST:
        raise UsageError(
            f"{text[:40]!r} is no length of time up to a week",
            where=option,
            hint="write 90s, 5m, 1h30m, or a number of seconds",
        )
    return found


def shown(value: float) -> str:
    """Seconds as people read them: `0.4 s`, `12 s`, `3 m 20 s`, `2 h 5 m`."""
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 100:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} m {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} m"
