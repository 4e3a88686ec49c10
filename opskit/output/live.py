"""A table that changes while something goes on: on stderr, where that is a terminal."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opskit.output.console import has_color, is_terminal, terminal_width
from opskit.output.text import one_line

if TYPE_CHECKING:
    from rich.table import Table

#: Given how many rows there is room for, the title and the rows.
Rows = Callable[[int], tuple[str, Sequence[Sequence[str]]]]

_PER_SECOND = 4
_TITLE_AND_HEADINGS = 3
_LEAST = 3


def can_be_live() -> bool:
    """Whether stderr is a terminal that can be drawn on."""
    return is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


@contextmanager
def live(headings: Sequence[str], rows: Rows) -> Iterator[None]:
    """Draw what `rows` says, four times a second, and take it away at the end.

    `rows` is called by another thread. The last column gets the room that is left. Cells are cut
    to their column, so that a row is one line.
    """
    from rich.console import Console
    from rich.live import Live

    console = Console(
        file=sys.stderr,
        force_terminal=True,
        color_system="standard" if has_color("stderr") else None,
        width=terminal_width(sys.stderr),
        markup=False,
        highlight=False,
    )

    def draw() -> "Table":
        title, shown = rows(max(_LEAST, console.height - _TITLE_AND_HEADINGS))
        return _grid(title, headings, shown)

    drawn = Live(
        get_renderable=draw,
        console=console,
        refresh_per_second=_PER_SECOND,
        transient=True,
        redirect_stdout=False,
    )
    with drawn:
        yield


def _grid(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        title=Text(one_line(title)),
        title_justify="left",
        title_style="",
        box=None,
        header_style="dim",
        pad_edge=False,
        padding=(0, 2, 0, 0),
        expand=True,
    )
    for number, heading in enumerate(headings):
        last = number == len(headings) - 1
        grid.add_column(
            Text(heading.upper()), no_wrap=True, overflow="ellipsis", ratio=1 if last else None
        )
    for cells in rows:
        grid.add_row(*(Text(one_line(cell)) for cell in cells))
    return grid
