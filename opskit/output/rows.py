"""Rows, the data of every command that is not a check, in each of the formats for rows.

Each function that renders takes a `Table` and returns text that ends in a newline.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from opskit.output import console
from opskit.output.formats import ROWS, Format, require
from opskit.output.text import one_line, pad, visible, width
from opskit.output.values import cell, dumps

_GAP = "  "
#: Cells of a column below which its texts fall apart.
_READABLE = 12
_FOR_PEOPLE = ("yes", "no")


class Column(NamedTuple):
    """One field of the rows that people see, too.

    `name` is the key in the rows and the heading in CSV; `title` (by default the name) is the
    heading for people, with `unit` behind it. Numbers stand at the right unless `align` says.
    Narrower than `least` cells, its texts fall apart, and the table is shown as records instead.
    """

    name: str
    title: str = ""
    align: Literal["left", "right"] | None = None
    unit: str = ""
    least: int = _READABLE

    @property
    def heading(self) -> str:
        title = self.title or self.name.replace("_", " ")
        return f"{title} ({self.unit})" if self.unit else title


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and how to show them: `{"schema": schema, key: rows, **extra}` as JSON and YAML.

    JSON, JSONL and YAML hold every field of a row, the other formats those in `columns`.
    """

    schema: str
    columns: Sequence[Column | str]
    rows: Sequence[Mapping[str, object]]
    key: str = "rows"
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def shown(self) -> list[Column]:
        """The columns, those given by name alone included."""
        return [Column(column) if isinstance(column, str) else column for column in self.columns]

    def records(self) -> Iterator[dict[str, object]]:
        """The rows, each with every column: what a row lacks is None."""
        names = [column.name for column in self.shown]
        return ({**dict.fromkeys(names), **row} for row in self.rows)

    def cells(self, *truth: str) -> Iterator[list[str]]:
        """The text of each row's columns; `truth` are the words for true and for false."""
        names = [column.name for column in self.shown]
        return ([cell(row.get(name), *truth) for name in names] for row in self.rows)

    def at_right(self, column: Column) -> bool:
        """Whether the column's cells stand at its right edge."""
        if column.align:
            return column.align == "right"
        values = [value for row in self.rows if (value := row.get(column.name)) is not None]
        return bool(values) and all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in values
        )


def render_rows(table: Table, fmt: Format) -> str:
    """`table` in one of the formats `ROWS`; UsageError for any other."""
    require(fmt, ROWS, "rows")
    return _RENDERERS[fmt](table)


def _document(table: Table) -> dict[str, object]:
    return {"schema": table.schema, table.key: list(table.records()), **table.extra}


def _json(table: Table) -> str:
    return dumps(_document(table), indent=2) + "\n"


def _jsonl(table: Table) -> str:
    return "".join(f"{dumps(record)}\n" for record in table.records())


def _yaml(table: Table) -> str:
    import yaml

    from opskit.output.values import plain

    # in ASCII, as JSON is, and one line a string: folded names are hard to grep
    return yaml.safe_dump(plain(_document(table)), sort_keys=False, width=1_000_000)


class _Lines(list[str]):
    write = list.append


def _csv(table: Table) -> str:
    import csv

    # Before Python 3.13 the writer quotes a carriage return only where its line terminator has
    # one; so it gets one, which is taken off again.
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(column.name for column in table.shown)
    writer.writerows(table.cells())
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines)


def markdown_text(text: str) -> str:
    """`text` as GitHub's Markdown shows it literally, on one line and inside a table too."""
    marks = r"[\\`*\[\]<>|~&]|(?<![^\W_])_|_(?![^\W_])"  # snake_case needs no escape
    return re.sub(marks, r"\\\g<0>", visible(text)).replace("\n", "<br>")


def _md(table: Table) -> str:
    columns = table.shown
    rules = ("---:" if table.at_right(column) else "---" for column in columns)
    lines = [
        (markdown_text(column.heading) for column in columns),
        rules,
        *(map(markdown_text, cells) for cells in table.cells(*_FOR_PEOPLE)),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _table(table: Table) -> str:
    columns = console.terminal_width()
    return _in_pipe(table) if columns is None else _on_terminal(table, columns)


def _in_pipe(table: Table) -> str:
    """Aligned columns, one line a row, nothing cut: for `grep` and `awk`."""
    header = [column.heading.upper() for column in table.shown]
    body = [[one_line(text) for text in cells] for cells in table.cells(*_FOR_PEOPLE)]
    widths = [max(map(width, texts)) for texts in zip(header, *body, strict=True)]
    right = [table.at_right(column) for column in table.shown]
    lines = [_GAP.join(map(pad, line, widths, right)).rstrip() for line in (header, *body)]
    lines[0] = console.paint(lines[0], "dim")
    return "\n".join(lines) + "\n"


def _on_terminal(table: Table, columns: int) -> str:
    """As `_in_pipe`, with long cells wrapped to a terminal of that many columns."""
    if _crowded(table, columns):
        return _expanded(table)
    from io import StringIO

    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, header_style="dim", pad_edge=False, padding=(0, len(_GAP), 0, 0))
    for column in table.shown:
        justify: Literal["left", "right"] = "right" if table.at_right(column) else "left"
        grid.add_column(Text(column.heading.upper()), justify=justify, overflow="fold")
    for cells in table.cells(*_FOR_PEOPLE):
        grid.add_row(*(Text(visible(text)) for text in cells))
    target = StringIO()
    Console(
        file=target,
        width=columns,
        height=100,  # without a height Rich takes 80 columns where TERM=dumb
        force_terminal=True,
        color_system="standard" if console.has_color() else None,
    ).print(grid)
    return "".join(f"{line.rstrip()}\n" for line in target.getvalue().splitlines())


def _crowded(table: Table, columns: int) -> bool:
    """Whether so many columns leave each too little room to be read."""
    names = [column.heading for column in table.shown]
    cells = [
        max(map(width, texts)) for texts in zip(names, *table.cells(*_FOR_PEOPLE), strict=True)
    ]
    least = sum(map(min, cells, (column.least for column in table.shown)))
    least += len(_GAP) * (len(cells) - 1)
    return bool(table.rows) and least > columns


def _expanded(table: Table) -> str:
    """A row as a block of names and values, as psql shows what is too wide."""
    names = [column.heading for column in table.shown]
    wide = max(map(width, names))
    lines = []
    for number, cells in enumerate(table.cells(*_FOR_PEOPLE), 1):
        lines.append(console.paint(f"-[ {number} ]", "dim"))
        for name, text in zip(names, cells, strict=True):
            pair = f"{pad(name, wide)}{_GAP}{one_line(text)}".rstrip()
            lines.append(console.fitted(pair, indent=" " * (wide + len(_GAP))))
    return "\n".join(lines) + "\n"


_RENDERERS = {
    Format.TABLE: _table,
    Format.JSON: _json,
    Format.JSONL: _jsonl,
    Format.CSV: _csv,
    Format.YAML: _yaml,
    Format.MD: _md,
}
