"""The formats that `-o/--output` takes, and which suit rows, findings and measurements."""

from collections.abc import Sequence
from enum import StrEnum

from opskit.errors import UsageError


class Format(StrEnum):
    """How a command writes its data; `table` is the one for people."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    YAML = "yaml"
    MD = "md"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    OPENMETRICS = "openmetrics"
    GRAPHITE = "graphite"
    GRAPHITE_TAGGED = "graphite-tagged"


ROWS = (Format.TABLE, Format.JSON, Format.JSONL, Format.CSV, Format.YAML, Format.MD)
RECORD = (Format.TABLE, Format.JSON, Format.YAML)
FINDINGS = (
    *(Format.TABLE, Format.JSON, Format.JSONL, Format.CSV, Format.MD),
    *(Format.JUNIT, Format.SARIF, Format.GITHUB),
)
MEASURES = (Format.OPENMETRICS, Format.GRAPHITE, Format.GRAPHITE_TAGGED)


def require(fmt: Format, allowed: Sequence[Format], what: str) -> None:
    """Refuse a format that cannot hold `what` ("rows", "findings", "measurements")."""
    if fmt not in allowed:
        raise UsageError(
            f"'{fmt}' is not an output format for {what}", hint=f"choose from {', '.join(allowed)}"
        )
