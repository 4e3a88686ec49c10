"""Condition operators.

IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued
context keys". An operator that is not known makes a condition MAYBE, as does a key whose value is
not known.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from opskit.emrfs.iam.operators import OPERATORS, Test
from opskit.emrfs.iam.policy import Condition
from opskit.emrfs.iam.truth import Truth, every, some
from opskit.emrfs.iam.variables import Lookup, substitute

_WRITTEN = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")


class Operator(NamedTuple):
    """An operator as written: `StringNotLike` is `StringLike`, negated."""

    name: str
    quantifier: str
    negated: bool
    if_exists: bool


@lru_cache(maxsize=256)
def operator(written: str) -> Operator | None:
    """The parts of an operator; None for one that is not known."""
    parts = _WRITTEN.fullmatch(written)
    if parts is None:
        return None
    quantifier, name, if_exists = parts[1] or "", parts[2], bool(parts[3])
    negated = "Not" in name
    positive = name.replace("Not", "", 1)
    if name == "Null":
        return None if quantifier or if_exists else Operator(name, "", False, False)
    if positive not in OPERATORS or (negated and positive in ("Bool", "BinaryEquals")):
        return None
    if negated and re.search("(Less|Greater)Than", name):
        return None
    return Operator(positive, quantifier, negated, if_exists)


def holds(condition: Condition, version: str, lookup: Lookup) -> Truth:
    """Whether a condition holds for the keys that `lookup` gives."""
    return prepared(condition, version, lookup)(lookup(condition.key))


#: From the values of a key (empty for absent, None for not known) to whether a condition holds.
Ready = Callable[[tuple[str, ...] | None], Truth]


def prepared(condition: Condition, version: str, lookup: Lookup) -> Ready:
    """A condition with its variables replaced, to be asked of many values of its key."""
    found, values = operator(condition.operator), condition.values
    if found is None or not values:
        return lambda given: Truth.MAYBE
    if found.name == "Null":
        return lambda given: _null(values, given)
    known = found
    tests = [_test(found, value, version, lookup) for value in values]

    def one(value: str) -> Truth:
        fits = some(test(value) for test in tests)
        return fits.negated if known.negated else fits

    def ready(given: tuple[str, ...] | None) -> Truth:
        if given is None:
            return Truth.MAYBE
        if not given:
            return _absent(known)
        if not known.quantifier:
            # what it makes of several values is not documented
            return one(given[0]) if len(given) == 1 else Truth.MAYBE
        told = (some if known.quantifier == "ForAnyValue" else every)(map(one, given))
        if given == ("",) and told is not _absent(known):
            return Truth.MAYBE  # set operators take an empty text for no value
        return told

    return ready


def _null(values: tuple[str, ...], given: tuple[str, ...] | None) -> Truth:
    """`true` asks that the key be absent, `false` that it be there with a value."""
    if given is None or given == ("",):
        return Truth.MAYBE
    asked = {"true": not given, "false": bool(given)}
    return some(
        Truth.of(asked[value.lower()]) if value.lower() in asked else Truth.MAYBE
        for value in values
    )


def _absent(found: Operator) -> Truth:
    """For a key that the request has not. AWS's guide has no word on ForAnyValue with IfExists."""
    if found.quantifier == "ForAnyValue":
        return Truth.MAYBE if found.if_exists else Truth.NO
    return Truth.of(found.quantifier == "ForAllValues" or found.if_exists or found.negated)


def _test(found: Operator, value: str, version: str, lookup: Lookup) -> Callable[[str], Truth]:
    """The test of one value in the policy; a variable without a value fits nothing, and leaves a
    negated operator open.
    """
    kind: Test = OPERATORS[found.name]
    if not kind.variables:
        return lambda given: kind.fits(value, given)
    pattern = substitute(value, version, lookup, wild=kind.wild)
    if pattern is None:
        return lambda given: Truth.MAYBE if found.negated else Truth.NO
    if pattern.sure:
        return lambda given: kind.fits(pattern.text, given)
    return lambda given: min(kind.fits(pattern.text, given), Truth.MAYBE)
