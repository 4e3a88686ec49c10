"""Which classes a plan may use, and why the others are left out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opskit.errors import UsageError
from opskit.storage.catalog.model import Fact, Item, StorageClass
from opskit.storage.catalog.prices import Prices

_HOURS = {"minute": Decimal(1) / 60, "hour": Decimal(1), "day": Decimal(24)}
_WAIT = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]+)?)\s*(m|min|h|d)\s*", re.ASCII)
_TO_HOURS = {"m": Decimal(1) / 60, "min": Decimal(1) / 60, "h": Decimal(1), "d": Decimal(24)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of classes.

    `wait` are the hours that one is ready to wait for data, None for any; `one_zone` is whether
    classes will do that are lost with one data centre.
    """

    wait: Decimal | None = None
    one_zone: bool = False
    allow_unverified: bool = False


@dataclass(frozen=True)
class Offer:
    """The classes that a plan may use, and those left out, with the reason."""

    classes: Sequence[StorageClass]
    left_out: Sequence[tuple[StorageClass, str]]


def offered(prices: Prices, sources: Iterable[str], wish: Wish, stored: int) -> Offer:
    """The classes that rules can move to from those that data is in; `stored` are the bytes."""
    provider = prices.provider
    reached = _reached(prices, sources)
    classes, left_out = [], []
    for each in provider.classes:
        if each.name not in reached:
            continue
        if why := _against(prices, each, wish, stored):
            left_out.append((each, why))
        else:
            classes.append(each)
    return Offer(classes, left_out)


def _reached(prices: Prices, sources: Iterable[str]) -> set[str]:
    provider = prices.provider
    seen: set[str] = set()
    todo = list(sources)
    while todo:
        found = provider.storage_class(todo.pop())
        parent = provider.storage_class(found.part_of) if found and found.part_of else found
        new = [name for name in (parent.moves_to if parent else ()) if name not in seen]
        seen.update(new)
        todo += new
    return seen


def _against(prices: Prices, found: StorageClass, wish: Wish, stored: int) -> str:
    """Why a class is not taken; empty if it is."""
    if wish.wait is not None:
        hours = hours_to(found.first_byte)
        if hours is None or hours > wish.wait:
            return f"its data is there after {found.first_byte}"
    if found.one_zone and not wish.one_zone:
        return "it is lost with one data centre: --one-zone takes it"
    needed = _needed(prices, found)
    if lacking := [item for item, facts in needed if not facts]:
        return f"no price is known: {', '.join(dict.fromkeys(lacking))}"
    used = [each for _, facts in needed for each in facts if _in_reach(prices, each, stored)]
    doubtful = [each.item for each in used if each.status != "verified"]
    if doubtful and not wish.allow_unverified:
        names = ", ".join(dict.fromkeys(doubtful))
        return f"not verified: {names}; --allow-unverified takes it"
    return ""


def _needed(prices: Prices, found: StorageClass) -> list[tuple[Item, Sequence[Fact]]]:
    """The prices that moving there, lying there and reading there need."""
    name, speed = found.name, found.restore[0] if found.restore else ""
    entry = prices.facts("lifecycle", name, "") or prices.facts("write", name, "")
    needed: list[tuple[Item, Sequence[Fact]]] = [
        ("storage", prices.facts("storage", name, "")),
        ("lifecycle", entry),
        ("read", prices.facts("read", name, "")),
    ]
    retrieval = prices.facts("retrieval", name, speed)
    if retrieval or found.access != "hot":
        needed.append(("retrieval", retrieval))
    optional: tuple[tuple[Item, str], ...] = (("retrieval-request", speed), ("monitoring", ""))
    for item, variant in optional:
        if facts := prices.facts(item, name, variant):
            needed.append((item, facts))
    inside = [each for each in prices.provider.classes if each.part_of == name and not each.restore]
    needed += [("storage", prices.facts("storage", each.name, "")) for each in inside]
    rules: tuple[Item, ...] = ("min-size", "min-days", "overhead", "overhead-standard")
    return needed + [(item, facts) for item in rules if (facts := prices.facts(item, name, ""))]


def _in_reach(prices: Prices, fact: Fact, stored: int) -> bool:
    """Whether a tier of a graduated rate is one that so much data can come to."""
    return fact.item != "storage" or fact.bounds[0] * prices.provider.units.gb < max(stored, 1)


def hours_to(first_byte: str) -> Decimal | None:
    """The hours of `3 to 5 hours`, the longest; 0 of `milliseconds`, None where it is not said."""
    if "second" in first_byte:
        return Decimal(0)
    numbers = re.findall(r"[0-9]+(?:\.[0-9]+)?", first_byte)
    unit = next((value for word, value in _HOURS.items() if word in first_byte), None)
    return Decimal(numbers[-1]) * unit if numbers and unit else None


def wait(text: str, option: str = "--wait") -> Decimal:
    """The hours of `12h`, `30m` or `2d`; UsageError for others."""
    found = _WAIT.fullmatch(text)
    if not found:
        hint = "write 30m, 12h or 2d"
        raise UsageError(f"{text[:40]!r} is no time to wait", where=option, hint=hint)
    return Decimal(found[1]) * _TO_HOURS[found[2]]
