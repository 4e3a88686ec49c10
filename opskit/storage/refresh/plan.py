"""Outcomes as a plan for the file of a provider."""

from collections.abc import Iterable

from opskit.storage.catalog.model import Fact, Provider
from opskit.storage.refresh.outcomes import Outcome
from opskit.storage.refresh.sources import SOURCES
from opskit.storage.refresh.splice import Plan


def planned(provider: Provider, outcomes: Iterable[Outcome]) -> Plan:
    """What the file has to become: facts renewed where they stand, others below their kin."""
    plan = Plan()
    places = {id(fact): index for index, fact in enumerate(provider.facts)}
    for outcome in outcomes:
        new = outcome.new
        if new is None or outcome.kind == "doubt":
            continue
        if outcome.kind in ("read", "verified"):
            plan.renewed[places[id(outcome.old)]] = new
        elif outcome.kind == "value":
            plan.added.setdefault(places[id(outcome.old)], []).append(new)
        else:
            plan.added.setdefault(_place(provider, new), []).append(new)
        if new.source not in provider.sources:
            plan.sources[new.source] = SOURCES[new.source]
    return plan


def _place(provider: Provider, new: Fact) -> int:
    """Where a fact of a thing that had none goes: behind the last of its item and class."""
    facts = list(enumerate(provider.facts))
    same = [i for i, each in facts if each.item == new.item and each.class_ == new.class_]
    kin = [i for i, each in facts if each.item == new.item]
    return (same or kin or [len(facts) - 1])[-1]
