"""`opskit storage gate`: a month's bill against a budget, as an exit status."""

from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RecordOutput
from opskit.commands.storage.common import AllowUnverified, AsOf, CatalogFolder, Month
from opskit.commands.storage.pricing import Rate
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from datetime import date

    from opskit.output import Record
    from opskit.storage.gate import Gate


@with_usage
def gate(
    budget: Annotated[
        str, typer.Option(metavar="AMOUNT", help="500/month, 6000/year or 500 EUR/month.")
    ],
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="The provider; the profile's if not set.")
    ] = None,
    class_: Annotated[
        str,
        typer.Option("--class", metavar="CLASS", help="All in one class; as it is if not set."),
    ] = "",
    region: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="A region, or eu: the first there; the profile's if not set."
        ),
    ] = "",
    max_age: Annotated[
        str, typer.Option(metavar="TIME", help="The oldest price that tells anything.")
    ] = "1000d",
    rate: Rate = None,
    month: Month = "",
    as_of: AsOf = None,
    allow_unverified: AllowUnverified = False,
    catalog: CatalogFolder = None,
    output: RecordOutput = None,
    *,
    use: Use,
) -> int:
    """Check a month's bill against a budget.

    Exit status 0 within the budget, 1 over it or against the provider's policy, 3 where that
    cannot be told: a price is missing, unverified or older than --max-age, or prices are so old
    that the bill may be on either side. What is not known matters only where the verdict hangs on
    it: a bill that is over the budget by its known part is over it.

    \b
    Example:
      opskit storage gate profile.json --budget 500/month
      opskit storage gate profile.json --budget 6000/year --provider r2
      opskit storage gate --tb 10 --avg-object 4MB --provider aws --budget 250
    """
    from opskit.commands.results import finish_record, output_format
    from opskit.commands.storage.common import catalog as load
    from opskit.commands.storage.pricing import check_clock, named, terms
    from opskit.commands.storage.usage import profile_of
    from opskit.output import RECORD, message
    from opskit.storage import gate as library
    from opskit.storage import money, units

    limit, age = money.budget(budget), units.days(max_age, "--max-age")
    wanted = terms(as_of, month, rate, allow_unverified=allow_unverified, also=limit.currency)
    profile, facts = profile_of(use), load(catalog)
    check_clock(facts, as_of)
    name = None if provider is None else named(provider)
    chosen = library.chosen(profile, facts, wanted, name or "", class_.lower(), region)
    found = library.gate(chosen, limit, wanted, age)
    finish_record(_record(found, budget, wanted.day), output)
    if output_format(output, RECORD) == "table":
        for note in found.notes:
            message(f"note: {note}")
    return found.verdict.exit_code


def _record(found: "Gate", budget: str, day: "date") -> "Record":
    from opskit.output import Record, fitted
    from opskit.storage.estimate_rows import fields
    from opskit.storage.money import number

    row = fields(found.row)
    names = ("provider", "class", "region", "currency", "total", "total_exact", "low", "high")
    told = {
        "verdict": found.verdict,
        "as_of": day,
        "budget": number(found.budget),
        "budget_given": budget.strip(),
        **{name: row[name] for name in names},
        "verified": row["verified"],
        "oldest_price": row["oldest_price"],
        "reasons": list(found.reasons),
        "notes": list(found.notes),
    }
    text = "".join(f"{fitted(line)}\n" for line in _sentences(found))
    return Record("opskit.storage.gate/1", told, text)


def _sentences(found: "Gate") -> list[str]:
    from opskit.storage import units
    from opskit.storage.estimate_rows import shown, shown_band, shown_total

    row, told = found.row, shown(found.row)
    budget = units.money(found.budget, row.bill.currency)
    place = f"{told['provider']} {told['class']}, {told['region']}"
    total = f": {shown_total(row)} a month" if row.total is not None else ""
    band = f" ({shown_band(row)})" if row.wide else ""
    first = f"{found.verdict}: {place}{total}{band}; the budget is {budget}"
    oldest = row.bill.oldest()
    read = [f"the oldest of its prices was read on {oldest}"] if oldest else []
    return [first, *(f"  {reason}" for reason in (*found.reasons, *read))]
