"""A report on a plan for people, and as fields for programs."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from opskit.output import Column, Format, Table, fitted, render_rows
from opskit.output.text import count
from opskit.storage import units
from opskit.storage.money import number
from opskit.storage.optimize.advice import Suggestion
from opskit.storage.optimize.plan import Plan
from opskit.storage.optimize.report import Effect, Report
from opskit.storage.optimize.rules import steps
from opskit.storage.profile.model import merged

SCHEMA = "opskit.storage.optimize/1"


def fields(found: Report) -> dict[str, Any]:
    """Money as numbers to the cent; `_exact` texts have all digits."""
    plan = found.plan
    world = plan.world
    return {
        "provider": world.prices.provider.name,
        "region": world.prices.region.name,
        "as_of": world.prices.day,
        "currency": world.prices.provider.currency,
        "months": world.months,
        "do_nothing": not plan.changes,
        "now": {
            "month": number(plan.nothing.months[0].bill.total),
            "month_at_end": number(plan.nothing.months[-1].bill.total),
            "total": number(plan.nothing.total),
            "total_exact": str(plan.nothing.total),
        },
        "plan": {
            "month": number(plan.outcome.months[0].bill.total),
            "month_at_end": number(plan.outcome.months[-1].bill.total),
            "once": number(plan.outcome.once),
            "once_for_moves": number(_moving(plan)),
            "once_for_leaving_early": number(plan.outcome.once - _moving(plan)),
            "total": number(plan.outcome.total),
            "total_exact": str(plan.outcome.total),
        },
        "saves": number(plan.saving),
        "payback_month": plan.payback,
        "reads_of_moved": found.reads.planned if found.reads else None,
        "cheaper_up_to_reads": found.reads.most if found.reads else None,
        "rules": [_rule(plan, each) for each in found.effects],
        "suggestions": [_suggestion(each) for each in found.suggestions],
        "left_out": [{"class": c.name, "why": why} for c, why in plan.offer.left_out],
        "not_priced": [
            {"class": c.class_, "objects": c.objects, "bytes": c.bytes}
            for c in merged(replace(c, size=0, age=0, idle=None) for c in plan.unknown)
        ],
        "assumptions": list(found.assumptions),
        "notes": list(found.notes),
    }


def _moving(plan: Plan) -> Decimal:
    return sum((each.moving.total for each in plan.outcome.months), Decimal(0))


def _rule(plan: Plan, each: Effect) -> dict[str, Any]:
    rule = each.rule
    return {
        "name": rule.name,
        "sizes": rule.sizes,
        "larger_than": rule.above,
        "smaller_than": rule.below,
        "steps": [
            {"days": s.days, "class": s.class_, "api": plan.world.found(s.class_).api}
            for s in rule.chain
        ],
        "objects": each.objects,
        "bytes": each.bytes,
        "saves": number(each.saves),
    }


def _suggestion(each: Suggestion) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "name": each.name,
        "days": each.days,
        "class": each.class_ or None,
        "words": each.words,
        "saves_a_month": number(each.saves),
        "once": number(each.once),
    }


def text(found: Report) -> str:
    """The report as people read it."""
    parts = [_answer(found), _figures(found.plan)]
    if found.effects:
        parts.append(_rules(found))
    parts += [_list(*each) for each in _lists(found) if each[1]]
    return "\n".join(parts)


def _answer(found: Report) -> str:
    plan = found.plan
    prices = plan.world.prices
    where = f"{prices.provider.name} {prices.region.name}"
    if not plan.changes:
        return fitted(f"{where}: do nothing. No rule pays in {plan.world.months} months.\n")
    saved = _money(plan, plan.saving)
    words = [f"{where}: {count(len(found.effects), 'rule')}"]
    words.append(f"{'saves' if len(found.effects) == 1 else 'save'} {saved}")
    words.append(f"in {plan.world.months} months, paid back in month {plan.payback}.")
    if found.reads:
        words.append(_bears(found))
    return fitted(f"{' '.join(words)}\n")


def _bears(found: Report) -> str:
    assert found.reads
    planned = units.shown_count(found.reads.planned)
    if found.reads.most is None:
        return (
            f"The plan stays cheaper however often the moved data is read ({planned} a month now)."
        )
    most = units.shown_count(found.reads.most)
    return f"The plan stays cheaper up to {most} reads of the moved data a month ({planned} now)."


def _figures(plan: Plan) -> str:
    """Nothing done beside the plan."""
    nothing, planned = plan.nothing, plan.outcome
    last, months = f"month {plan.world.months}", plan.world.months
    figures = [
        ("month 1", nothing.months[0].bill.total, planned.months[0].bill.total),
        (last, nothing.months[-1].bill.total, planned.months[-1].bill.total),
        ("paid once", nothing.once, planned.once),
        (f"all {months} months", nothing.total, planned.total),
    ]
    rows = [
        {"what": what, "nothing": _money(plan, one), "plan": _money(plan, other)}
        for what, one, other in (figures if months > 1 else figures[1:])
    ]
    columns = [
        Column("what", " "),
        Column("nothing", "doing nothing", align="right"),
        Column("plan", "the plan", align="right"),
    ]
    if not plan.changes:
        columns.pop()
    return render_rows(Table(SCHEMA, columns, rows), Format.TABLE)


def _rules(found: Report) -> str:
    rows = [
        {
            "objects_of": each.rule.sizes,
            "move_to": steps(found.plan, each.rule.chain),
            "objects": units.shown_count(each.objects),
            "size": units.shown_size(each.bytes),
            "saves": _money(found.plan, each.saves),
        }
        for each in found.effects
    ]
    columns = [
        Column("objects_of", least=9),
        Column("move_to", least=24),
        Column("objects", "moved", align="right", least=8),
        Column("size", align="right", least=8),
        Column("saves", align="right"),
    ]
    return render_rows(Table(SCHEMA, columns, rows), Format.TABLE)


def _lists(found: Report) -> Iterator[tuple[str, Sequence[str]]]:
    plan = found.plan
    yield "Suggested, for you to decide:", [_advice(plan, each) for each in found.suggestions]
    yield "Left out:", [f"{each.title}: {why}" for each, why in plan.offer.left_out]
    yield "To know:", found.notes
    yield "Assumed:", found.assumptions


def _advice(plan: Plan, each: Suggestion) -> str:
    once = f", for {_money(plan, each.once)} once" if each.once else ""
    return f"{each.words}; saves {_money(plan, each.saves)} a month{once}"


def _list(title: str, lines: Sequence[str]) -> str:
    return "".join([f"{title}\n", *(f"{fitted(f'  - {each}')}\n" for each in lines)])


def _money(plan: Plan, amount: Decimal) -> str:
    return units.money(amount, plan.world.prices.provider.currency)
