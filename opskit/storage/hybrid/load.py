"""The document of rules read: every place, size and pattern in it checked."""

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from opskit.decode import decode
from opskit.documents import Document, Problems, read_document
from opskit.errors import UsageError
from opskit.storage import units
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, StorageClass
from opskit.storage.choice import Place, class_of
from opskit.storage.hybrid import globs
from opskit.storage.hybrid.document import RuleDocument, RulesDocument, TargetDocument
from opskit.storage.hybrid.rules import Local, Plan, Rule
from opskit.suggestions import Suggestions

_COST = re.compile(
    r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([A-Za-z]{3})\s*/\s*([KMGTP]i?B)\s*-\s*month\s*", re.ASCII
)
_PERCENT = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%\s*", re.ASCII)
Step = tuple[str | int, ...]


def load(path: Path, catalog: Catalog) -> Plan:
    """The rules of a file, with places of a catalog; InputError lists what is wrong, by line."""
    document = read_document(path)
    return _Reader(document, catalog).plan(decode(document, RulesDocument))


def check_speed(plan: Plan, speed: str) -> None:
    """UsageError for a speed that none of the classes is restored at."""
    places = [rule.to for rule in plan.rules if rule.to]
    known = dict.fromkeys(each for place in places for each in place.class_.restore)
    if speed and speed not in known:
        raise UsageError(
            f"none of the rules' classes is restored at a speed {speed[:40]!r}",
            where="--speed",
            hint=f"the speeds are {', '.join(known)}" if known else "none of them is restored",
        )


class _Reader:
    """Makes rules of a document; what means nothing is noted with its place."""

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self._document = document
        self._catalog = catalog
        self._problems = Problems(document)

    def plan(self, read: RulesDocument) -> Plan:
        names: set[str] = set()
        for index, each in enumerate(read.rules):
            if each.name in names:
                self._add(("rules", index, "name"), f"a second rule is called {each.name[:40]!r}")
            names.add(each.name)
        rules = tuple(self._rule(each, ("rules", index)) for index, each in enumerate(read.rules))
        local = None if read.local is None else self._local(read.local.cost)
        recall = None if read.recall is None else self._percent(read.recall)
        self._problems.check()
        return Plan(rules, local, recall)

    def _add(self, path: Step, message: str, hint: str = "") -> None:
        self._problems.add(self._document.node(path).start, message, hint)

    def _rule(self, read: RuleDocument, path: Step) -> Rule:
        if (read.to is None) == (read.keep is None):
            both = "has both `to` and `keep`" if read.to else "has neither `to` nor `keep`"
            hint = "write `to: {provider: aws, class: glacier-ir}` or `keep: local`"
            self._add(path, f"rule {read.name[:40]!r} {both}", hint)
        sizes = {name: self._amount(read, name, path) for name in ("larger", "smaller")}
        times = ("untouched", "unchanged", "changed")
        days = {name: self._amount(read, name, path) for name in times}
        self._apart(sizes["larger"], sizes["smaller"], (*path, "smaller"))
        for name in ("unchanged", "untouched"):
            self._apart(days[name], days["changed"], (*path, "changed"))
        return Rule(
            name=read.name,
            paths=self._paths(read, path),
            extensions=tuple(f".{each.lower().removeprefix('.')}" for each in read.extensions),
            **sizes,
            **days,
            to=self._place(read.to, (*path, "to")) if read.to else None,
            speed=read.to.speed if read.to else "",
        )

    def _paths(self, read: RuleDocument, path: Step) -> re.Pattern[str] | None:
        patterns = (read.match,) if isinstance(read.match, str) else read.match
        for index, each in enumerate(patterns):
            try:
                globs.expression(each)
            except ValueError as error:
                place = (*path, "match") if isinstance(read.match, str) else (*path, "match", index)
                self._add(place, str(error), "patterns are those of .gitignore, without `!`")
                return None
        return globs.compiled(patterns) if patterns else None

    def _amount(self, read: RuleDocument, name: str, path: Step) -> int | None:
        """A size in bytes or a time in days, with what is wrong with it noted."""
        text = getattr(read, name)
        if text is None:
            return None
        try:
            return units.size(text) if name in ("larger", "smaller") else units.days(text)
        except UsageError as error:
            self._add((*path, name), error.message, error.hint)
            return None

    def _apart(self, low: int | None, high: int | None, path: Step) -> None:
        if low is not None and high is not None and low >= high:
            self._add(
                path, f"nothing fits this and the other bounds: `{path[-1]}` leaves nothing of them"
            )

    def _place(self, read: TargetDocument, path: Step) -> Place | None:
        provider = self._catalog.providers.get(read.provider)
        if provider is None:
            self._unknown((*path, "provider"), "provider", read.provider, self._catalog.providers)
            return None
        stored = [each for each in provider.classes if not each.part_of]
        class_ = class_of(provider, read.class_) if read.class_ else stored[0]
        if class_ is None or class_.part_of:
            names = [each.name for each in stored]
            self._unknown((*path, "class"), f"class of {provider.name}", read.class_, names)
            return None
        if read.speed and read.speed not in class_.restore:
            what = f"speed of {class_.name}"
            self._unknown((*path, "speed"), what, read.speed, class_.restore)
        return self._in_region(provider, class_, read.region, path)

    def _in_region(
        self, provider: Provider, class_: StorageClass, name: str, path: Step
    ) -> Place | None:
        region = provider.region(name) if name else provider.regions[0]
        if region is None:
            names = [each.name for each in provider.regions]
            self._unknown((*path, "region"), f"region of {provider.name}", name, names)
            return None
        return Place(provider, region, class_)

    def _unknown(self, path: Step, what: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        close = Suggestions(names)(name)
        meant = f"; did you mean {close}?" if close else ""
        there = f"there are {', '.join(names)}" if names else "there is none to choose"
        self._add(path, f"{name[:40]!r} is no {what} in the catalog{meant}", there)

    def _local(self, text: str) -> Local | None:
        found = _COST.fullmatch(text)
        currency = found[2].upper() if found else ""
        if not found or currency not in ("USD", "EUR"):
            hint = "write 25 USD/TB-month, or EUR, or TiB: all in all, from disks to people"
            self._add(("local", "cost"), f"{text[:40]!r} is no cost of keeping data", hint)
            return None
        return Local(Decimal(found[1]), currency, units.size(f"1{found[3]}"))

    def _percent(self, text: str) -> Decimal:
        found = _PERCENT.fullmatch(text)
        value = Decimal(found[1]) if found else Decimal(101)
        if value > 100:
            self._add(("recall",), f"{text[:40]!r} is no part of all: write 1%, or up to 100%")
        return value
