"""What was found in the feeds, as rows and as lines for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from opskit.output.text import count
from opskit.storage.catalog.listing import tier, what
from opskit.storage.catalog.model import Fact
from opskit.storage.refresh.outcomes import Outcome
from opskit.storage.refresh.refresh import Refreshed
from opskit.storage.units import exact

FIELDS = (
    *("provider", "change", "item", "class", "region", "variant", "tier", "old", "new", "unit"),
    *("percent", "effective_from", "read_on", "old_status", "source", "feed"),
)
#: Lines of one kind that are told; JSON has them all.
_MOST = 12


def rows(found: Refreshed) -> Iterator[dict[str, object]]:
    """One row for each fact that changes, is read again, or is not in its feed."""
    for each in found.outcomes:
        if each.provider in found.errors:
            continue
        fact, old, new = each.fact, each.old, each.new
        yield {
            "provider": each.provider,
            "change": each.kind,
            "item": fact.item,
            "class": fact.class_,
            "region": fact.region,
            "variant": fact.variant,
            "tier": fact.tier,
            "old": exact(old.value) if old else None,
            "new": exact(new.value) if new else None,
            "unit": fact.unit,
            "percent": each.percent,
            "effective_from": fact.effective_from,
            "read_on": fact.read_on,
            "old_status": old.status if old else None,
            "source": fact.source,
            "feed": each.feed,
        }


def more(found: Refreshed) -> dict[str, object]:
    """What a program may want beside the rows."""
    return {
        "feeds": found.feeds,
        "broken": [
            {"provider": name, "where": each.where, "message": each.message, "hint": each.hint}
            for name, errors in found.errors.items()
            for each in errors
        ],
        "not_mapped": [{"feed": each.feed, "line": each.name} for each in found.unmapped],
        "remarks": found.remarks,
    }


def summary(found: Refreshed) -> Iterator[str]:
    """The prices that change, line by line, and one line a provider with its counts."""
    for kind in ("value", "new"):
        yield from _some([_line(each) for each in found.of(kind)])
    for name in found.read:
        if name not in found.errors:
            yield f"{name}: {_counts(found, name)}"


def _counts(found: Refreshed, provider: str) -> str:
    kinds = Counter[str](each.kind for each in found.outcomes if each.provider == provider)
    prices = sum(int(str(e["prices"])) for e in found.feeds if e["provider"] == provider)
    parts = [
        f"{kinds[kind]} {words}"
        for kind, words in (
            ("value", "changed"),
            ("new", "new"),
            ("verified", "verified"),
            ("read", "read again"),
        )
        if kinds[kind]
    ]
    return f"{count(prices, 'price')} in the feeds, " + (", ".join(parts) or "nothing to change")


def doubts(found: Refreshed) -> Iterator[str]:
    """What was left as it is: prices that feeds do not have, or do not agree on."""
    yield from _some(
        [f"{_line(each)}: {each.feed} do not agree; left as it is" for each in found.of("doubt")]
    )
    gone: dict[str, list[str]] = {}
    for each in found.of("gone"):
        gone.setdefault(each.feed, []).append(_thing(each.provider, each.fact))
    for feed, names in gone.items():
        shown = "; ".join(names[:3]) + (f"; and {len(names) - 3} more" if names[3:] else "")
        yield f"{count(len(names), 'known price')} not in {feed}, left as it is: {shown}"


def not_mapped(found: Refreshed) -> Iterator[str]:
    """The lines of feeds that the catalog has no place for."""
    yield from (f"not used: {each.feed}: {each.name}" for each in found.unmapped)


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if lines[_MOST:]:
        yield f"and {len(lines) - _MOST} more; -o json lists them"


def _line(outcome: Outcome) -> str:
    """A change as people read it: `0.023 -> 0.024 USD/GB-month (+4.3 %) since 2026-11-01`."""
    fact, old = outcome.fact, outcome.old
    before = f"{exact(old.value)} -> " if old else "new: "
    rise = f" ({outcome.percent:+} %)" if outcome.percent is not None else ""
    return (
        f"{_thing(outcome.provider, fact)}: {before}{exact(fact.value)} {fact.unit}{rise}"
        f" since {fact.effective_from}"
    )


def _thing(provider: str, fact: Fact) -> str:
    where = "".join(f" {each}" for each in (fact.class_, fact.region) if each != "*")
    return f"{provider} {what(fact)}{where}{tier(fact)}"
