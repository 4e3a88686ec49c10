"""One answer rather than rows: as text for people, as one object of JSON or YAML for programs."""

from collections.abc import Mapping
from dataclasses import dataclass

from opskit.output.formats import RECORD, Format, require
from opskit.output.values import dumps, plain


@dataclass(frozen=True, slots=True)
class Record:
    """An answer: `{"schema": schema, **fields}` as JSON and YAML, `text` for people.

    The text is ready for a terminal and ends in a newline.
    """

    schema: str
    fields: Mapping[str, object]
    text: str


def render_record(record: Record, fmt: Format) -> str:
    """`record` in one of the formats `RECORD`; UsageError for any other."""
    require(fmt, RECORD, "one answer")
    document = {"schema": record.schema, **record.fields}
    if fmt is Format.JSON:
        return dumps(document, indent=2) + "\n"
    if fmt is Format.YAML:
        import yaml

        return yaml.safe_dump(plain(document), sort_keys=False, width=1_000_000)
    return record.text
