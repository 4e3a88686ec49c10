"""The lines of bills as text: what each comes to, and where its rate is from."""

from collections.abc import Iterator

from opskit.output import fitted
from opskit.output.console import paint
from opskit.output.text import one_line
from opskit.storage import units
from opskit.storage.bill.lines import Line
from opskit.storage.estimate import Estimate, Row
from opskit.storage.estimate_rows import exact, shown, shown_total

_INDENT = " " * 6


def explained(estimate: Estimate) -> str:
    """Each bill with its lines, as text that ends in a newline."""
    return "".join(f"{line}\n" for row in estimate.rows for line in _block(row))


def _block(row: Row) -> Iterator[str]:
    told = shown(row)
    yield ""
    yield paint(f"{told['provider']} {told['class']}, {told['region']}: {shown_total(row)}", "bold")
    for each in row.bill.lines:
        yield fitted(f"  {charge(each, row.bill.currency)}", indent=_INDENT)
        yield fitted(f"    {origin(each, row)}", indent=_INDENT)
    for reason in row.reasons:
        yield fitted(f"  ! {reason}", indent=_INDENT)


def charge(line: Line, currency: str) -> str:
    """What a line comes to: `storage of standard: 51,200 GB-month x $0.023 = $1,177.60`."""
    place = f" of {line.class_}" if line.class_ != "*" else ""
    tier = f" (tier {line.fact.tier})" if line.fact.tier else ""
    sign = units.money(units.cents(line.rate), currency).rstrip("0123456789.,")
    return (
        f"{line.item}{place}: {_quantity(line)} {line.unit} x {sign}{exact(line.rate)}{tier} = "
        f"{units.money(line.amount, currency)}"
    )


def _quantity(line: Line) -> str:
    text = f"{line.quantity:,.4f}"
    return text.rstrip("0").rstrip(".")


def origin(line: Line, row: Row) -> str:
    """Where a line's rate is from, and how sure it is."""
    fact = line.fact
    source = row.bill.provider.sources[fact.source].title
    star = "" if fact.status == "verified" else "* "
    notes = "".join(f"; {note}" for note in (line.note, fact.note) if note)
    return one_line(f"{star}{fact.status}, read on {fact.read_on}: {source}{notes}")
