"""The lines of bills as text: what each comes to, and where its rate is from."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from opskit.output import fitted
from opskit.output.console import paint
from opskit.output.text import one_line
from opskit.storage import units
from opskit.storage.bill.lines import Bill, Line
from opskit.storage.estimate import Estimate, Row, State
from opskit.storage.estimate_rows import shown, shown_total
from opskit.storage.units import exact

_INDENT = " " * 6
#: Units that are numbers of things: how many are one, and its name.
_NUMBERS = {"1k": (1, "thousand"), "10k": (10, "thousand"), "1M": (1, "million")}


def explained(estimate: Estimate) -> str:
    """Each bill with its lines, and the sources below, as text that ends in a newline."""
    made = [line for row in estimate.rows for line in _block(row)]
    made += sources(each.bill for each in estimate.rows)
    return "".join(f"{line}\n" for line in made)


def _block(row: Row) -> Iterator[str]:
    told = shown(row)
    yield ""
    yield paint(f"{told['provider']} {told['class']}, {told['region']}: {shown_total(row)}", "bold")
    yield from bill_lines(row.bill, "  ")
    for reason in row.reasons:
        lead = "no price: " if row.state is State.MISSING else ""
        yield fitted(f"  ! {lead}{reason}", indent=_INDENT)


def bill_lines(bill: Bill, lead: str) -> Iterator[str]:
    """The lines of a bill, each with its source below it by its key."""
    for each in bill.lines:
        yield fitted(f"{lead}{charge(each, bill.currency)}", indent=lead + "    ")
        if each.note:
            yield fitted(one_line(f"{lead}  {each.note}"), indent=lead + "    ")
        yield fitted(f"{lead}  {origin(each)}", indent=lead + "    ")


def charge(line: Line, currency: str) -> str:
    """What a line comes to: `storage of standard: 51,200 GB-month x $0.023 = $1,177.60`.

    Requests are told in words: `write: 2 million requests x $4.50 a million = $9.00`.
    """
    place = f" of {line.class_}" if line.class_ != "*" else ""
    tier = f" (tier {line.fact.tier})" if line.fact.tier else ""
    return f"{line.item}{place}: {_product(line, currency)}{tier} = " + units.money(
        line.amount, currency
    )


def _product(line: Line, currency: str) -> str:
    rate = _rate(line.rate, currency)
    unit = line.unit.removesuffix("-month")
    if unit not in _NUMBERS:
        return f"{_quantity(line.quantity)} {line.unit} x {rate}"
    many, name = _NUMBERS[unit]
    things = "objects" if line.item == "monitoring" else "requests"
    per = f"a {name}" if many == 1 else f"per {many} {name}"
    return f"{_quantity(line.quantity * many)} {name} {things} x {rate} {per}"


def _rate(value: Decimal, currency: str) -> str:
    """A price with all its digits, and two at least."""
    sign = units.money(Decimal(0), currency).rstrip("0123456789.,")
    whole, _, digits = exact(value).partition(".")
    return f"{sign}{whole}.{digits:0<2}"


def _quantity(value: Decimal) -> str:
    """An amount to two digits after the point, a small one to four that say something."""
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    if value >= 1:
        return f"{value:,.2f}"
    return exact(Decimal(f"{value:.4g}"))


def origin(line: Line) -> str:
    """Where a line's rate is from, by the key of the source, and how sure it is."""
    fact = line.fact
    star = "" if fact.status == "verified" else "* "
    note = f"; {fact.note}" if fact.note else ""
    return one_line(f"{star}{fact.status}, read on {fact.read_on} [{fact.source}]{note}")


def sources(bills: Iterable[Bill]) -> Iterator[str]:
    """The sources of the lines of bills by their keys, each once."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for bill in bills:
        for line in bill.lines:
            source = bill.provider.sources[line.fact.source]
            key = (line.fact.source, source.title, source.url)
            if bill.provider.name not in (names := found.setdefault(key, [])):
                names.append(bill.provider.name)
    if not found:
        return
    keys = [each[0] for each in found]
    yield ""
    yield paint("sources", "bold")
    for (short, title, url), names in found.items():
        whose = f"{', '.join(names)}: " if keys.count(short) > 1 else ""
        yield fitted(one_line(f"  [{short}] {whose}{title}"), indent=_INDENT)
        if url:
            yield one_line(f"{_INDENT}{url}")
