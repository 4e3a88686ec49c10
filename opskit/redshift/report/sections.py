"""What the charts of a report show, from the answers of a warehouse."""

from collections.abc import Callable, Sequence

from opskit.output.page.markup import Html, details, join, table, tag
from opskit.redact import masked
from opskit.redshift.metrics import largest, queue_name, table_labels
from opskit.redshift.report import charts
from opskit.redshift.report.charts import Chart, Series, bars, lines, meter
from opskit.redshift.report.growth import Sizes
from opskit.redshift.report.scales import NOTHING, SIZES, TIMES, Axis, Unit, axis, figure, fitting
from opskit.redshift.rules.figures import duration, excerpt, gigabytes, seconds, size
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

TABLES = 15
QUERIES = 15
_LINES = charts.COLORS
_MB = 1024 * 1024


def sections(warehouse: Warehouse, history: Sequence[Sizes]) -> Html:
    """Every chart, or why it is not there."""
    over = axis(warehouse.since, warehouse.now)
    made = [
        _shown(warehouse, "queue-wait", "Wait in queues", lambda rows: _queues(rows, over)),
        _shown(warehouse, "commit-stats", "Commits", lambda rows: _commits(rows, over)),
        _shown(warehouse, "loads-by-hour", "Loads by COPY", lambda rows: _loads(rows, over)),
        _shown(warehouse, "table-info", "Tables", lambda rows: _tables(rows, history)),
        _shown(warehouse, "top-queries", "Top queries", _queries),
    ]
    return join(made)


def _shown(
    warehouse: Warehouse, query: str, title: str, drawn: Callable[[Sequence[Row]], Html]
) -> Html:
    """A chart, or why there is none: what could not be looked at is not empty."""
    answer = warehouse.answers.get(query)
    if answer is None:
        content = tag("p", "Not asked: this engine has no such log.", class_="fine")
    elif answer.error is not None:
        content = tag(
            "p",
            tag("strong", "Could not look: "),
            f"{answer.error.message} (query {query}). What it would have shown is not known.",
            class_="banner unknown",
        )
    elif not answer.rows:
        content = tag("p", "Nothing in the window.", class_="fine")
    else:
        return drawn(answer.rows)
    return tag("figure", tag("figcaption", tag("h3", title)), content, class_="chart")


def _scaled(values: Sequence[float], unit: Unit) -> list[float]:
    return [value / unit.size for value in values]


def _queues(rows: Sequence[Row], over: Axis) -> Html:
    queues: dict[str, list[Row]] = {}
    for row in rows:
        queues.setdefault(queue_name(row), []).append(row)
    waits = {q: over.summed((r["hour"], r["queue_us"]) for r in some) for q, some in queues.items()}
    order = sorted(waits, key=lambda q: (-sum(waits[q]), q))
    shown = _folded({q: waits[q] for q in order}, "other queues")
    unit = fitting(TIMES, max(map(sum, zip(*waits.values(), strict=True))))
    queries = over.summed((r["hour"], r["queries"]) for r in rows)
    return bars(
        Chart(
            f"Wait in queues, per {over.word}",
            unit.name,
            [Series(q, _scaled(values, unit)) for q, values in shown.items()],
            _none(sum(map(sum, waits.values())), "No query waited in a queue."),
            [Series("queries", queries)],
        ),
        over,
    )


def _folded(values: dict[str, list[float]], rest: str) -> dict[str, list[float]]:
    """The first few, and the sum of the others where there are more than colours."""
    names = list(values)
    if len(names) <= charts.COLORS:
        return values
    kept, others = names[: charts.COLORS - 1], names[charts.COLORS - 1 :]
    summed = [sum(parts) for parts in zip(*(values[n] for n in others), strict=True)]
    return {**{n: values[n] for n in kept}, f"{len(others)} {rest}": summed}


def _none(amount: float, words: str) -> str:
    return "" if amount else words


def _commits(rows: Sequence[Row], over: Axis) -> Html:
    """Serverless logs no wait: its commits alone."""
    parts = {"waiting": "wait_us", "committing": "work_us"}
    known = {
        words: over.summed((r["hour"], r[column]) for r in rows)
        for words, column in parts.items()
        if any(r[column] is not None for r in rows)
    }
    if not known:
        known = {"committing": over.summed(())}
    unit = fitting(TIMES, max(map(sum, zip(*known.values(), strict=True))))
    note = "" if "waiting" in known else "The wait in the commit queue is not logged here."
    longest = [0.0] * len(over.starts)
    for row in rows:
        slot = over.slot(row["hour"])
        if slot is not None:
            longest[slot] = max(longest[slot], row["longest_queue"] or 0)
    commits = over.summed((r["hour"], r["commits"]) for r in rows)
    return bars(
        Chart(
            f"Commit queue, per {over.word}",
            unit.name,
            [Series(words, _scaled(values, unit)) for words, values in known.items()],
            note,
            [Series("commits", commits), Series("most in the queue", longest)],
        ),
        over,
    )


def _loads(rows: Sequence[Row], over: Axis) -> Html:
    loaded = over.summed((r["hour"], r["bytes"]) for r in rows)
    timed = over.summed((r["hour"], r["timed_us"]) for r in rows)
    unit = fitting(SIZES, max(loaded))
    rates = [b / _MB / seconds(t) if t else None for b, t in zip(loaded, timed, strict=True)]
    total, time = sum(loaded), sum(timed)
    speed = f", at {figure(total / _MB / seconds(time))} MB/s while they ran" if time else ""
    copies = over.summed((r["hour"], r["copies"]) for r in rows)
    unlogged = any(r["bytes"] is None for r in rows)
    note = f"{figure(sum(copies))} COPY commands read {size(total / _MB / 1024)}{speed}."
    return bars(
        Chart(
            f"Loaded by COPY, per {over.word}",
            unit.name,
            [Series("loaded", _scaled(loaded, unit))],
            f"{note} Of some the bytes are not logged." if unlogged else note,
            [
                Series("COPYs", copies),
                Series("files", over.summed((r["hour"], r["files"]) for r in rows)),
                Series("speed", rates, "MB/s"),
            ],
        ),
        over,
    )


def _tables(rows: Sequence[Row], history: Sequence[Sizes]) -> Html:
    if len(history) > 1:
        return join([_growth(history), _sizes(rows, "")])
    return _sizes(rows, "How fast tables grow shows in a capture with more than one snapshot.")


def _growth(history: Sequence[Sizes]) -> Html:
    """The tables that grew most between the first and the last time."""
    first, last = history[0].tables, history[-1].tables
    grown = {key: last[key] - first.get(key, 0) for key in last}
    order = sorted(grown, key=lambda key: (-grown[key], key))
    chosen = [key for key in order[:_LINES] if grown[key] > 0]
    span = duration((history[-1].at - history[0].at).total_seconds())
    title = "Growth of tables"
    if not chosen:
        words = tag("p", f"No table grew in {span}.", class_="fine")
        return tag("figure", tag("figcaption", tag("h3", title)), words, class_="chart")
    top = max(seen.tables.get(key, 0) for seen in history for key in chosen)
    unit = fitting(SIZES, top * _MB)
    series = [Series(name(*key), [_size_at(seen, key, unit) for seen in history]) for key in chosen]
    most = chosen[0]
    note = f"In {span} {name(*most)} grew most, by {size(gigabytes(grown[most]))}."
    return lines(Chart(title, unit.name, series, note), [seen.at for seen in history])


def _size_at(seen: Sizes, key: tuple[str, str], unit: Unit) -> float | None:
    megabytes = seen.tables.get(key)
    return None if megabytes is None else megabytes * _MB / unit.size


def _sizes(rows: Sequence[Row], note: str) -> Html:
    shown = largest(rows, TABLES)
    whole = max((row["size_mb"] for row in shown), default=0)
    body = [
        (
            tag("bdi", name(*table_labels(row).values())),
            size(gigabytes(row["size_mb"])),
            meter(row["size_mb"], whole),
            figure(row["tbl_rows"]),
            figure(row["unsorted"] if row["sortkey1"] else None),
            figure(row["stats_off"]),
        )
        for row in shown
    ]
    heads = ["Table", "Size", "", "Rows", "Unsorted (%)", "Statistics off (%)"]
    title = f"Largest tables, {len(shown)} of {len(rows)}"
    return _listed(title, note, table(heads, body, title, "-n-nnn"))


def _queries(rows: Sequence[Row]) -> Html:
    order = sorted(rows, key=lambda r: (-(r["exec_us"] or 0), str(r["text"])))[:QUERIES]
    whole = max(row["exec_us"] or 0 for row in order)
    body = [
        (
            _text_of(row),
            figure(row["runs"]),
            duration(seconds(row["exec_us"])),
            meter(row["exec_us"] or 0, whole),
            duration(seconds(row["queue_us"])),
            size(gigabytes(row["spilled_mb"])) if row["spilled_mb"] else NOTHING,
        )
        for row in order
    ]
    heads = ["Query", "Runs", "Execution", "", "In queues", "Spilled"]
    title = "Top queries by execution time"
    note = "Queries of one text count together, over the window."
    return _listed(title, note, table(heads, body, title, "-nn-nn"))


def _text_of(row: Row) -> Html:
    whole = masked(" ".join(str(row["text"] or "").split()))
    short = excerpt(whole, 100)
    code = tag("code", tag("bdi", short))
    return code if short == whole else join([code, details("Text", tag("code", whole))], "")


def _listed(title: str, note: str, content: Html) -> Html:
    caption = tag("figcaption", tag("h3", title), tag("p", note) if note else "")
    return tag("figure", caption, content, class_="chart")
