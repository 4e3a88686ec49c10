"""Conditions, comparisons and signs."""

from opskit.emrfs.formats.tf.expressions import Scope, evaluated, placeholder
from opskit.emrfs.formats.tf.hcl import Expression, parts, word
from opskit.emrfs.formats.tf.values import Value


def conditional(at: Expression, scope: Scope) -> Value:
    """`a ? b : c`, where a is known."""
    condition, yes, no = parts(at.tree)
    found = evaluated(at.of(condition), scope).content
    if not isinstance(found, bool):
        return placeholder(at)
    return evaluated(at.of(yes if found else no), scope)


def binary(at: Expression, scope: Scope) -> Value:
    """Comparisons of what is known; nothing else is needed here."""
    left, term = parts(at.tree)[:2]
    operator, right = parts(term)
    sign = word(operator).strip()
    if sign not in ("==", "!="):
        return placeholder(at)
    one = evaluated(at.of(left), scope)
    two = evaluated(at.of(right), scope)
    scalars = (bool, int, float, str, type(None))
    if not (isinstance(one.content, scalars) and isinstance(two.content, scalars)):
        return placeholder(at)
    if not (one.known and two.known):
        return placeholder(at)
    equal = one.content == two.content
    return Value(equal if sign == "==" else not equal, at.location)


def unary(at: Expression, scope: Scope) -> Value:
    """`-a` and `!a`."""
    found = evaluated(at.of(parts(at.tree)[0]), scope).content
    minus = word(at.tree).startswith("-")
    if minus and isinstance(found, int | float) and not isinstance(found, bool):
        return Value(-found, at.location)
    if not minus and isinstance(found, bool):
        return Value(not found, at.location)
    return placeholder(at)
