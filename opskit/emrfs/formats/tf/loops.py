"""Lists and objects made by `for`."""

from typing import Any

from opskit.emrfs.formats.tf.expressions import Scope, evaluated, placeholder
from opskit.emrfs.formats.tf.hcl import Expression, parts, word
from opskit.emrfs.formats.tf.values import Value, pairs


def for_list(at: Expression, scope: Scope) -> Value:
    """`[for x in y : z if w]`."""
    intro, result, *condition = parts(at.tree)
    made: list[Value] = []
    rounds = _rounds(at, intro, scope)
    if rounds is None:
        return placeholder(at)
    for inner in rounds:
        keep = _kept(at, condition, inner)
        if keep is None:
            return placeholder(at)
        if keep:
            made.append(evaluated(at.of(result), inner))
    return Value(made, at.location)


def for_object(at: Expression, scope: Scope) -> Value:
    """`{for x in y : k => z if w}`; not those that group values."""
    intro, key, result, *condition = parts(at.tree)
    rounds = _rounds(at, intro, scope)
    grouped = any(str(token) == "..." for token in at.tree.children)
    if rounds is None or grouped:
        return placeholder(at)
    made: dict[str, Value] = {}
    for inner in rounds:
        keep = _kept(at, condition, inner)
        if keep is None:
            return placeholder(at)
        if keep:
            made[evaluated(at.of(key), inner).text] = evaluated(at.of(result), inner)
    return Value(made, at.location)


def _rounds(at: Expression, intro: Any, scope: Scope) -> list[Scope] | None:
    """The scope of each round of a `for`; None where what it goes over is not known."""
    *names, over = parts(intro)
    value = evaluated(at.of(over), scope)
    listed = pairs(value)
    if listed is None:
        return None
    words = [word(each) for each in names]
    rounds = []
    for key, each in listed:
        found = {words[-1]: each} | ({words[0]: key} if len(words) > 1 else {})
        rounds.append(scope.with_names(**found))
    return rounds


def _kept(at: Expression, condition: list[Any], scope: Scope) -> bool | None:
    if not condition:
        return True
    found = evaluated(at.of(parts(condition[0])[-1]), scope).content
    return found if isinstance(found, bool) else None
