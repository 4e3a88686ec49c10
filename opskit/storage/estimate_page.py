"""An estimate as an HTML page: a chart of the totals, the table, and every line with its source."""

from collections.abc import Sequence
from decimal import Decimal

from opskit.output.page import Section, render_page
from opskit.output.page.markup import Html, details, join, link, table, tag
from opskit.storage import units
from opskit.storage.estimate import Estimate, Row, State
from opskit.storage.estimate_rows import PARTS, exact, parts, shown, unranked
from opskit.storage.estimate_text import charge

_NAMES = tuple(PARTS)
_COUNTED = ("reads", "writes", "lists", "deletes")
#: Pixels from one bar to the next, and of its height.
_STEP, _BAR = 44, 16


def render(estimate: Estimate) -> bytes:
    """The page in UTF-8; the same bytes for the same estimate."""
    profile, terms = estimate.profile, estimate.terms
    monthly = profile.monthly
    used = [
        ("Sent to the internet", units.shown_size(monthly.egress)),
        *((name.capitalize(), units.shown_count(getattr(monthly, name))) for name in _COUNTED),
    ]
    facts: list[tuple[str, object]] = [
        ("Stored", units.shown_size(profile.bytes)),
        ("Objects", units.shown_count(profile.objects) if profile.objects else "not known"),
        *((name, value) for name, value in used if not value.startswith("0")),
        ("Prices as of", terms.day),
        ("Month", f"{terms.month.hours} hours" if terms.month.hours else "an average one"),
        ("Ranked in", estimate.currency),
    ]
    title = f"What {units.shown_size(profile.bytes)} cost a month"
    return render_page(
        "opskit storage estimate",
        title,
        title,
        facts,
        [
            Section("ranking", "Ranking", "The cheapest first", _ranking(estimate)),
            Section("places", "All places", "All places", _grid(estimate)),
            Section("lines", "Bills", "Each bill, line by line", join(map(_bill, estimate.rows))),
        ],
        summary=_stale(estimate),
        notice="A star marks prices that nobody could verify, or that sources disagree on.",
    )


def _stale(estimate: Estimate) -> Html:
    if not estimate.stale:
        return Html("")
    words = estimate.stale[0].upper() + estimate.stale[1:] + "."
    return tag("div", tag("p", words), class_="banner unknown", role="note")


def _ranking(estimate: Estimate) -> Html:
    ranked = [each for each in estimate.rows if each.state is State.RANKED]
    if not ranked:
        return tag("p", "No row has a rank: the reasons stand below.", class_="fine")
    used = [name for name in _NAMES if any(parts(each)[name] for each in ranked)]
    swatches = [
        tag("li", tag("span", class_=f"swatch c{_NAMES.index(name) + 1}"), name) for name in used
    ]
    unit = tag("li", f"{estimate.currency} a month", class_="unit")
    return tag(
        "figure",
        tag("figcaption", tag("p", "Totals of those that have a rank, by what they are for.")),
        tag("ul", unit, *swatches, class_="legend"),
        tag("div", _bars(ranked, estimate), class_="plot", role="img", aria_label=_told(ranked)),
        class_="chart",
    )


def _told(ranked: Sequence[Row]) -> str:
    first = ", ".join(f"{_name(each)} {shown(each)['total']}" for each in ranked[:3])
    return f"Totals a month, the cheapest first: {first}. All figures stand in the table below."


def _bars(ranked: Sequence[Row], estimate: Estimate) -> Html:
    """A bar a row, its name above it, in percent of the dearest."""
    top = max((each.value or Decimal(0) for each in ranked), default=Decimal(0)) or Decimal(1)
    shapes: list[Html] = []
    for index, each in enumerate(ranked):
        above = index * _STEP
        shapes.append(tag("text", _name(each), x="0", y=above + 14))
        shapes.append(tag("text", shown(each)["total"], x="100%", y=above + 14, text_anchor="end"))
        shapes += _bar(each, above + 20, top)
    height = len(ranked) * _STEP
    return tag("svg", *shapes, class_="area", width="100%", height=height, aria_hidden="true")


def _bar(row: Row, y: int, top: Decimal) -> list[Html]:
    """The parts of one bar from the left; in another currency they are as wide as its value."""
    scale = 100 * (row.value or Decimal(0)) / row.bill.total / top if row.bill.total else Decimal(0)
    made, x = [], Decimal(0)
    for index, (name, amount) in enumerate(parts(row).items(), 1):
        wide = amount * scale
        if wide <= 0:
            continue
        tip = f"{_name(row)} · {name}: {units.money(amount, row.bill.currency)}"
        made.append(
            tag(
                "rect",
                tag("title", tip),
                class_=f"c{index}",
                x=f"{x:.3f}%",
                y=y,
                width=f"{wide:.3f}%",
                height=_BAR,
            )
        )
        x += wide
    return made


def _name(row: Row) -> str:
    told = shown(row)
    return f"{told['provider']} {told['class']}, {told['region']}"


def _grid(estimate: Estimate) -> Html:
    heads = ["Place", *(name.capitalize() for name in _NAMES), "Total"]
    rows = []
    for each in estimate.rows:
        told = shown(each)
        name = f"{told['rank']}. " if told["rank"] else ""
        place = [tag("bdi", f"{name}{told['provider']} {told['class']}"), _fine(told["region"])]
        total = [told["total"], _fine(told["band"])]
        rows.append([join(place, ""), *(told[name] for name in _NAMES), join(total, "")])
    grid = table(heads, rows, "All places", "-nnnnnn")
    reasons = [tag("li", reason) for reason in unranked(estimate)]
    notes = [tag("li", note) for note in estimate.notes]
    why = join([tag("h3", "Without a rank"), tag("ul", *reasons)]) if reasons else Html("")
    more = join([tag("h3", "Notes"), tag("ul", *notes)]) if notes else Html("")
    return join([grid, why, more])


def _fine(words: str) -> Html:
    return tag("div", words, class_="fine") if words else Html("")


def _bill(row: Row) -> Html:
    lines = []
    for each in row.bill.lines:
        source = row.bill.provider.sources[each.fact.source]
        star = "" if each.fact.status == "verified" else f" ({each.fact.status})"
        notes = join([_fine(each.note), _fine(each.fact.note)], "")
        lines.append(
            [
                join([charge(each, row.bill.currency), notes], ""),
                units.money(each.amount, row.bill.currency),
                join([link(source.url, source.title), f"read on {each.fact.read_on}{star}"], ", "),
            ]
        )
    title = f"{_name(row)}: {shown(row)['total']}"
    if not lines:
        return details(title, tag("p", "; ".join(row.reasons)))
    exactly = f"All digits: {exact(row.bill.total)} {row.bill.currency}" if row.total else ""
    grid = table(["Line", "Amount", "Source"], lines, title, "-n-")
    return details(title, grid, tag("p", exactly, class_="fine") if exactly else "")
