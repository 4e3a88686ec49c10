"""Rules, places and costs as rows of plain values."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from opskit.storage import units
from opskit.storage.hybrid.costs import Cloud, Costs
from opskit.storage.hybrid.division import Division, Share
from opskit.storage.hybrid.rules import Plan
from opskit.storage.money import number
from opskit.storage.profile.tally import Named, shown
from opskit.storage.units import exact

SCHEMA, LIST_SCHEMA = "opskit.storage.hybrid/1", "opskit.storage.hybrid-list/1"
_REST = "no rule"
_DAY = 86_400


def rule(share: Share) -> dict[str, Any]:
    """A rule with what falls under it, and what may; the last row is what falls under none."""
    to = share.rule.to if share.rule else None
    return {
        "rule": share.rule.name if share.rule else None,
        "action": "move" if to else "keep",
        "provider": to.provider.name if to else None,
        "region": to.region.name if to else None,
        "class": to.class_.name if to else None,
        "files": share.objects,
        "bytes": share.bytes,
        "maybe_files": sum(each.objects for each in share.unsure),
        "maybe_bytes": sum(each.bytes for each in share.unsure),
        "examples": [_file(each) for each in share.files],
    }


def shown_rule(share: Share) -> dict[str, str]:
    """The same for people."""
    made = rule(share)
    to = f"{made['provider']} {made['class']}, {made['region']}"
    maybe = made["maybe_files"]
    return {
        "rule": made["rule"] or _REST,
        "to": to if share.moves else "stays",
        "files": units.shown_count(made["files"]),
        "size": units.shown_size(made["bytes"]),
        "maybe": f"{units.shown_count(maybe)}, {units.shown_size(made['maybe_bytes'])}"
        if maybe
        else "",
    }


def _file(file: Named) -> dict[str, Any]:
    return {
        "path": shown(file.path),
        "bytes": file.size,
        "changed_days": max(file.age, 0) // _DAY,
        "read_days": None if file.idle is None else max(file.idle, 0) // _DAY,
    }


def moving(division: Division) -> Iterator[dict[str, Any]]:
    """A row a file that moves."""
    for share in division.shares:
        if share.moves:
            told = {key: rule(share)[key] for key in ("rule", "provider", "region", "class")}
            yield from (_file(each) | told for each in share.files)


def about(plan: Plan, division: Division, costs: Costs) -> dict[str, Any]:
    """What stands beside the rows in JSON; amounts are numbers to the cent, `_exact` texts."""
    local = plan.local
    return {
        "source": division.source,
        "unsure_files": sum(each.objects for each in division.unsure),
        "unsure_bytes": sum(each.bytes for each in division.unsure),
        "local_cost": f"{exact(local.cost)} {local.currency}" if local else None,
        "local_cost_bytes": local.per if local else None,
        "recall_percent": None if plan.recall is None else exact(plan.recall),
        "places": [_place(each) for each in costs.clouds],
        "currency": costs.currency,
        "before": _number(costs.before),
        "after": _number(costs.after),
        "cloud": _number(costs.monthly),
        "saved": _number(costs.saved),
        "saved_exact": None if costs.saved is None else exact(costs.saved),
        "recall_month": _number(costs.recalled),
        "recall_all": _number(costs.whole),
        "move": _number(costs.moved),
        "notes": [*division.skipped, *division.notes],
    }


def _place(cloud: Cloud) -> dict[str, Any]:
    return {
        "provider": cloud.provider.name,
        "region": cloud.region.name,
        "currency": cloud.provider.currency,
        "files": sum(each.objects for each in cloud.shares),
        "bytes": sum(each.bytes for each in cloud.shares),
        "month": _number(cloud.monthly),
        "speeds": list(cloud.speeds),
        "recall_month": _number(cloud.beside(cloud.recalled)),
        "recall_all": _number(cloud.beside(cloud.whole)),
        "move": _number(cloud.beside(cloud.moved)),
        "verified": not cloud.doubts,
        "doubts": cloud.doubts,
        "missing": cloud.missing,
        "breaches": cloud.breaches,
        "oldest_price": cloud.whole.oldest(),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else number(amount)


def summary(plan: Plan, costs: Costs) -> Iterator[tuple[str, str]]:
    """What it comes to, as pairs of words and amounts; a star marks what nobody could verify."""
    star = "*" if any(each.doubts for each in costs.clouds) else ""
    if plan.local:
        yield "all of it here, a month", _money(costs.before, costs.currency)
        yield "what stays here, a month", _money(costs.after, costs.currency)
    for each in costs.clouds:
        amount = _money(each.monthly, each.provider.currency, "*" if each.doubts else "")
        yield f"{each.provider.name} {each.region.name}, a month", amount
    if plan.local:
        yield "saved a month", _money(costs.saved, costs.currency, star)
    if costs.clouds:
        speeds = dict.fromkeys(speed for each in costs.clouds for speed in each.speeds)
        how = f" ({', '.join(speeds)})" if speeds else ""
        if plan.recall is not None:
            part = f"reading {exact(plan.recall)} % of what moved back{how}, a month"
            yield part, _money(costs.recalled, costs.currency, star)
        yield f"reading all of it back{how}, once", _money(costs.whole, costs.currency, star)
        yield "writing it there, once", _money(costs.moved, costs.currency, star)


def _money(amount: Decimal | None, currency: str, star: str = "") -> str:
    return "not known" if amount is None else units.money(amount, currency) + star
