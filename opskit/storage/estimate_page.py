"""An estimate as an HTML page: a chart of the totals, the table, and every line with its source."""

from collections.abc import Sequence
from decimal import Decimal

from opskit.output.page import Section, render_page
from opskit.output.page.markup import Html, details, join, link, table, tag
from opskit.storage import units
from opskit.storage.estimate import Estimate, Row
from opskit.storage.estimate_rows import PARTS, parts, reference, shown, unranked
from opskit.storage.estimate_text import charge
from opskit.storage.units import exact

_NAMES = tuple(PARTS)
_COUNTED = ("reads", "writes", "lists", "deletes")
#: Pixels from one bar to the next, and of its height.
_STEP, _BAR = 44, 16
#: Percent of the width below which nobody sees a band.
_THIN = Decimal("0.4")


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
    if estimate.as_it_is:
        facts.append(("Where it is", reference(estimate.as_it_is).removeprefix("as it is: ")))
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
    drawn = [each for each in estimate.rows if _worth(each, estimate)]
    ranked = [each for each in drawn if each.rank]
    if not drawn:
        return tag("p", "No row has a rank: the reasons stand below.", class_="fine")
    used = [name for name in _NAMES if any(parts(each)[name] for each in drawn)]
    marks = [(f"swatch c{_NAMES.index(name) + 1}", name) for name in used]
    if len(ranked) < len(drawn):
        marks.append(("swatch c1 pale", "paler: without a rank"))
    if any(each.wide for each in drawn):
        marks.append(("swatch band", "from the least to the most, as prices are old"))
    swatches = [tag("li", tag("span", class_=kind), words) for kind, words in marks]
    unit = tag("li", f"{estimate.currency} a month", class_="unit")
    told = _told(ranked) if ranked else "No row has a rank. All figures stand in the table below."
    return tag(
        "figure",
        tag("figcaption", tag("p", _caption(drawn, estimate))),
        tag("ul", unit, *swatches, class_="legend"),
        tag("div", _bars(drawn, estimate), class_="plot", role="img", aria_label=told),
        class_="chart",
    )


def _caption(drawn: Sequence[Row], estimate: Estimate) -> str:
    others = len(estimate.rows) - len(drawn)
    rest = f"; {others} more cannot be compared, and stand below" if others else ""
    return f"Totals by what they are for{rest}."


def _worth(row: Row, estimate: Estimate) -> Decimal:
    """What a row's bar is as long as, in the currency of the ranking; 0 where it has none."""
    if row.value is None and row.bill.currency == estimate.currency:
        return row.at_least or Decimal(0)
    return row.value or Decimal(0)


def _told(ranked: Sequence[Row]) -> str:
    first = ", ".join(f"{_name(each)} {shown(each)['total']}" for each in ranked[:3])
    return f"Totals a month, the cheapest first: {first}. All figures stand in the table below."


def _bars(drawn: Sequence[Row], estimate: Estimate) -> Html:
    """A bar a row, its name above it, in percent of the dearest."""
    scales = [_worth(each, estimate) / each.bill.total for each in drawn]
    top = max(
        (max(each.high, each.bill.total) * s for each, s in zip(drawn, scales, strict=True)),
        default=Decimal(1),
    )
    shapes: list[Html] = []
    for index, (each, scale) in enumerate(zip(drawn, scales, strict=True)):
        above, told = index * _STEP, shown(each)
        label = f"{told['provider']} {told['class']}{'' if each.rank else ' · no rank'}"
        total = f"{told['total']} {told['off']}".strip()
        shapes.append(tag("text", label, x="0", y=above + 14))
        shapes.append(tag("text", total, x="100%", y=above + 14, text_anchor="end"))
        bar = _bar(each, above + 20, 100 * scale / top)
        shapes.append(tag("g", *bar, class_=None if each.rank else "pale"))
        shapes += _band(each, above + 20, 100 * scale / top)
    height = len(drawn) * _STEP
    return tag("svg", *shapes, class_="area", width="100%", height=height, aria_hidden="true")


def _bar(row: Row, y: int, scale: Decimal) -> list[Html]:
    """The parts of one bar from the left; in another currency they are as wide as its value."""
    made, x = [], Decimal(0)
    for index, (name, amount) in enumerate(parts(row).items(), 1):
        wide = amount * scale
        if wide <= 0:
            continue
        tip = f"{_name(row)} · {name}: {units.money(amount, row.bill.currency)}"
        made.append(_rect(f"c{index}", tip, (x, y), (wide, _BAR)))
        x += wide
    return made


def _band(row: Row, y: int, scale: Decimal) -> list[Html]:
    """A thin bar from the least to the most that a total may be."""
    if not row.wide:
        return []
    tip = f"{_name(row)} · {shown(row)['band']}"
    wide = max((row.high - row.low) * scale, _THIN)
    return [_rect("band", tip, (row.low * scale, y + _BAR // 2 - 2), (wide, 4))]


def _rect(class_: str, tip: str, at: tuple[Decimal, int], size: tuple[Decimal, int]) -> Html:
    return tag(
        "rect",
        tag("title", tip),
        class_=class_,
        x=f"{at[0]:.3f}%",
        y=at[1],
        width=f"{size[0]:.3f}%",
        height=size[1],
    )


def _name(row: Row) -> str:
    told = shown(row)
    return f"{told['provider']} {told['class']}, {told['region']}"


def _grid(estimate: Estimate) -> Html:
    heads = ["Place", "Total", *(name.capitalize() for name in _NAMES)]
    rows = []
    for each in estimate.rows:
        told = shown(each)
        name = f"{told['rank']}. " if told["rank"] else ""
        place = [tag("bdi", f"{name}{told['provider']} {told['class']}"), _fine(told["region"])]
        total = [told["total"], _fine(told["band"])]
        rows.append([join(place, ""), join(total, ""), *(told[name] for name in _NAMES)])
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
