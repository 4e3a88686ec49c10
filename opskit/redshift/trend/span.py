"""What the trends have in common."""

from datetime import datetime, timedelta

from opskit.redshift.history.offline import CaptureSource

SCHEMA = "opskit.redshift.trend.{}/1"
DAY = timedelta(days=1)


def span(source: CaptureSource, since: datetime) -> dict[str, object]:
    """What the JSON of each says of its time."""
    return {"engine": source.engine, "since": since, "until": source.now()}


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
