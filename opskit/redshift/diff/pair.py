"""What two captures have against being compared; none of it forbids it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from opskit.redshift.access.sight import WHOAMI, asker
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.source import QueryError
from opskit.redshift.sqltext import name


def notes_on(sources: Sequence[CaptureSource], window: timedelta) -> list[str]:
    """Two warehouses, the wrong order, users that see only a part: a line for each."""
    return [*_pair(*sources), *dict.fromkeys(n for s in sources for n in _sight(s, window))]


def _pair(first: CaptureSource, second: CaptureSource) -> Iterator[str]:
    targets = [source.contents.target for source in (first, second)]
    if targets[0] != targets[1]:
        # A restored cluster has another name, so it is no error.
        yield f"two warehouses or databases are compared: {targets[0]} and {targets[1]}"
    if first.now() > second.now():
        yield (
            f"the first is of {first.now()}, after the second of {second.now()} UTC: what is "
            "called worse became better over time"
        )


def _sight(source: CaptureSource, window: timedelta) -> Iterator[str]:
    """Whether the user that took a capture sees all; what it does not see looks like gone."""
    try:
        who = asker(source.answer(WHOAMI, source.now() - window))
    except QueryError as error:
        yield f"{source.name}: could not tell whether its user sees all: {error.message}"
        return
    if not who.user:
        yield f"{source.name}: could not tell which user took it, and whether that one sees all"
    elif not who.catalog:
        yield (
            f"{source.name}: user {name(who.user)} took it, and sees only a part: "
            f"{who.remedy} shows all to the next"
        )
