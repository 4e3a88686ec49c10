"""Charts as inline SVG, without scripts: what is wide in percent, so that text keeps its size.

A chart is an image with a text for those who cannot see it, and its figures stand in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from opskit.output.page.markup import Html, details, join, table, tag
from opskit.redshift.report.scales import Axis, figure, moment, ticks

HEIGHT = 180
_ABOVE, _BELOW, _LEFT = 8, 22, 54
COLORS = 6


class Series(NamedTuple):
    """Values in the unit of the chart, one a slot or a time; `unit` is that of a table's column."""

    name: str
    values: Sequence[float | None]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows. `more` are columns that only its table has."""

    title: str
    unit: str
    series: Sequence[Series]
    note: str = ""
    more: Sequence[Series] = ()


def bars(chart: Chart, axis: Axis) -> Html:
    """Bars over time, those of one slot upon each other."""
    count = len(axis.starts)
    sums = [sum(s.values[slot] or 0 for s in chart.series) for slot in range(count)]
    marks = ticks(max(sums))
    shapes = [
        shape
        for slot in range(count)
        for shape in _column(chart, axis, slot, marks[-1], 100 / count)
    ]
    highest = max(range(count), key=lambda slot: sums[slot])
    told = (
        f"{chart.title}, in {chart.unit}: the most is "
        f"{figure(sums[highest])} at {moment(axis.starts[highest])}, "
        f"{figure(sum(sums))} in all."
    )
    below = _times([(100 * slot / count, axis.label(slot)) for slot in _labelled(axis)])
    head = ["From (UTC)"]
    rows = [
        (moment(axis.starts[slot]), [s.values[slot] for s in (*chart.series, *chart.more)])
        for slot in range(count)
    ]
    told_rows = [row for row in rows if any(row[1])]
    caption = f"{chart.title}: figures for each {axis.word} with any"
    return _figure(chart, told, marks, join([*shapes, below], ""), (head, told_rows, caption))


def _column(chart: Chart, axis: Axis, slot: int, top: float, wide: float) -> list[Html]:
    """The parts of one bar, from below."""
    gap, made, base = wide * 0.12, [], 0.0
    for index, series in enumerate(chart.series):
        value = series.values[slot] or 0
        if value <= 0:
            continue
        low, high = _y(base, top), _y(base + value, top)
        tip = f"{moment(axis.starts[slot])} · {series.name}: {figure(value)} {chart.unit}"
        made.append(
            tag(
                "rect",
                tag("title", tip),
                class_=f"c{index % COLORS + 1}",
                x=_percent(slot * wide + gap / 2),
                y=f"{high:.2f}",
                width=_percent(wide - gap),
                height=f"{max(low - high, 0.75):.2f}",
            )
        )
        base += value
    return made


def _labelled(axis: Axis) -> list[int]:
    """The slots with a label: days where there are many, else every third or sixth hour."""
    count = len(axis.starts)
    if axis.word == "day":
        return list(range(0, count, max(1, count // 8)))
    every = 1 if count <= 8 else 3 if count <= 30 else 6 if count <= 54 else 24
    return [slot for slot in range(count) if axis.starts[slot].hour % every == 0]


def lines(chart: Chart, times: Sequence[datetime]) -> Html:
    """A line each over time, with a point where a value is known."""
    first, span = times[0], max((times[-1] - times[0]).total_seconds(), 1)
    at = [100 * (time - first).total_seconds() / span for time in times]
    top = max((value or 0 for s in chart.series for value in s.values), default=0)
    marks = ticks(top)
    paths = []
    points = []
    for index, series in enumerate(chart.series):
        known = [
            (x, _y(value, marks[-1]), value, time)
            for x, value, time in zip(at, series.values, times, strict=True)
            if value is not None
        ]
        shape = " ".join(f"{x * 10:.1f},{y:.2f}" for x, y, _, _ in known)
        color = f"c{index % COLORS + 1}"
        paths.append(tag("polyline", points=shape, class_=color))
        points += [
            tag(
                "circle",
                tag("title", f"{moment(time)} · {series.name}: {figure(value)} {chart.unit}"),
                class_=color,
                cx=_percent(x),
                cy=f"{y:.2f}",
                r="3",
            )
            for x, y, value, time in known
        ]
    drawn = tag(
        "svg",
        *paths,
        viewBox=f"0 0 1000 {HEIGHT + _ABOVE}",
        preserveAspectRatio="none",
        width="100%",
        height=HEIGHT + _ABOVE,
        class_="lines",
    )
    told = f"{chart.title}, in {chart.unit}, from {moment(first)} to {moment(times[-1])}."
    ends = [(0.0, f"{first:%b} {first.day}"), (100.0, f"{times[-1]:%b} {times[-1].day}")]
    rows = [(moment(t), [s.values[i] for s in chart.series]) for i, t in enumerate(times)]
    caption = f"{chart.title}: figures at each time"
    content = join([drawn, *points, _times(ends)], "")
    return _figure(chart, told, marks, content, (["At (UTC)"], rows, caption))


def _figure(
    chart: Chart,
    told: str,
    marks: Sequence[float],
    content: Html,
    data: tuple[list[str], Sequence[tuple[str, Sequence[float | None]]], str],
) -> Html:
    head, rows, caption = data
    columns = [f"{s.name} ({s.unit or chart.unit})" for s in chart.series]
    columns += [f"{s.name} ({s.unit})" if s.unit else s.name for s in chart.more]
    grid = table(
        [*head, *columns],
        [[time, *map(figure, values)] for time, values in rows],
        caption,
        "-" + "n" * len(columns),
    )
    return tag(
        "figure",
        tag("figcaption", tag("h3", chart.title), tag("p", chart.note) if chart.note else ""),
        _legend(chart),
        tag(
            "div", _scale(marks), _plot(marks, content), class_="plot", role="img", aria_label=told
        ),
        details("Figures", grid),
        class_="chart",
    )


def _legend(chart: Chart) -> Html:
    unit = tag("li", chart.unit, class_="unit")
    swatches = [
        tag("li", tag("span", class_=f"swatch c{n % COLORS + 1}"), tag("bdi", series.name))
        for n, series in enumerate(chart.series)
    ]
    return tag("ul", unit, *(swatches if len(swatches) > 1 else ()), class_="legend")


def _scale(marks: Sequence[float]) -> Html:
    labels = [
        tag("text", figure(mark), x=_LEFT - 8, y=f"{_y(mark, marks[-1]) + 4:.2f}") for mark in marks
    ]
    return tag(
        "svg",
        *labels,
        class_="scale",
        width=_LEFT,
        height=HEIGHT + _ABOVE + _BELOW,
        aria_hidden="true",
    )


def _plot(marks: Sequence[float], content: Html) -> Html:
    grid = [
        tag(
            "line",
            class_="axis" if mark == 0 else "grid",
            x1="0",
            x2="100%",
            y1=f"{_y(mark, marks[-1]):.2f}",
            y2=f"{_y(mark, marks[-1]):.2f}",
        )
        for mark in marks
    ]
    return tag(
        "svg",
        *grid,
        content,
        class_="area",
        width="100%",
        height=HEIGHT + _ABOVE + _BELOW,
        aria_hidden="true",
    )


def _times(labels: Sequence[tuple[float, str]]) -> Html:
    """Labels below the axis; every second one is left out on a narrow page."""
    made = []
    for index, (x, label) in enumerate(labels):
        anchor = "end" if x > 88 else "start"  # the label of a narrow page is a tenth of it
        made.append(
            tag(
                "text",
                label,
                x=_percent(x),
                y=HEIGHT + _ABOVE + 16,
                text_anchor=anchor,
                class_="minor" if index % 2 else None,
            )
        )
    return join(made, "")


def _y(value: float, top: float) -> float:
    return _ABOVE + HEIGHT * (1 - value / top)


def _percent(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"


def meter(part: float, whole: float) -> Html:
    """A bar in a cell of a table, beside the number that it shows."""
    width = 100 * part / whole if whole > 0 else 0
    bar = tag("rect", class_="c1", width=_percent(max(width, 0.5)), height="10", rx="1")
    return tag("svg", bar, class_="meter", width="100%", height="10", aria_hidden="true")
