"""Expressions evaluated as far as a file allows; the rest stays as it is written, in `${...}`.

Semantics: Terraform documentation, "Expressions". JSON in a text is not told from what it stands
for: `jsonencode(x)` is x, and becomes text where it is put into one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opskit.emrfs.formats.tf import functions
from opskit.emrfs.formats.tf.hcl import Attribute, Expression, expression, parts, word
from opskit.emrfs.formats.tf.templates import render
from opskit.emrfs.formats.tf.values import MAX_VALUES, Value
from opskit.errors import InputError
from opskit.findings import Location

Steps = list[str | int]
#: From the parts of a reference (`aws_iam_role`, `x`, `arn`) to its value; None where unknown.
Lookup = Callable[[Steps], Value | None]
_MAX_TEXT = 1024 * 1024
_SHOWN = 160


@dataclass(slots=True)
class Scope:
    """What names mean: those of `for`, `each` and `count`, and the references of the module."""

    lookup: Lookup
    read_file: functions.ReadFile
    names: Mapping[str, Value] = field(default_factory=dict)
    budget: Iterator[int] = field(default_factory=lambda: iter(range(MAX_VALUES)))

    def with_names(self, **names: Value) -> "Scope":
        return Scope(self.lookup, self.read_file, {**self.names, **names}, self.budget)


def evaluate(attribute: Attribute, scope: Scope) -> Value:
    """The value of an attribute. InputError for what takes too long or is nested too deep."""
    where = attribute.location
    try:
        if isinstance(attribute, Value):
            return _template_of(attribute, scope)
        return evaluated(attribute, scope)
    except RecursionError:
        raise InputError("is nested too deep", where=str(where), hint="flatten it") from None


def placeholder(at: Expression) -> Value:
    """What only Terraform can tell, as a text that can be read."""
    text = " ".join(at.text.split())
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]}..."
    return Value(f"${{{text}}}", at.location)


def _template_of(value: Value, scope: Scope) -> Value:
    """A value of Terraform's JSON: its texts are templates."""
    content = value.content
    if isinstance(content, dict):
        made = {key: _template_of(each, scope) for key, each in content.items()}
        return Value(made, value.location)
    if isinstance(content, list):
        return Value([_template_of(each, scope) for each in content], value.location)
    if not isinstance(content, str) or "${" not in content:
        return value
    inner = content.strip()
    alone = inner.startswith("${") and inner.endswith("}") and inner.count("${") == 1
    found = _inner(inner[2:-1], value.location, scope) if alone else None
    if found is not None and found.known:  # "${x}" alone is x
        return Value(found.content, value.location)
    return Value(filled(content, value.location, scope), value.location)


def filled(text: str, where: Location, scope: Scope) -> str:
    """A template with what is known in its place."""
    return render(text, lambda inner: _inner(inner, where, scope))


def _inner(text: str, where: Location, scope: Scope) -> Value | None:
    """The value of an expression in a text; None where it is none."""
    found = expression(text, where)
    return None if found is None else evaluated(found, scope)


def evaluated(at: Expression, scope: Scope) -> Value:
    """The value of an expression that is part of another."""
    if next(scope.budget, None) is None:
        raise InputError(
            "takes too long to evaluate",
            where=str(at.location),
            hint="check that locals and loops do not multiply each other",
        )
    tree = at.tree
    if tree.data == "expr_term":
        inner = parts(tree)
        if len(inner) == 1:
            return evaluated(at.of(inner[0]), scope)
        return placeholder(at)
    made = _EVALUATORS.get(str(tree.data))
    return placeholder(at) if made is None else made(at, scope)


def _number(at: Expression, scope: Scope) -> Value:
    text = word(at.tree)
    made: int | float = float(text) if at.tree.data == "float_lit" else int(text[:300])
    return Value(made, at.location)


def _literal(at: Expression, scope: Scope) -> Value:
    words: dict[str, Any] = {"true": True, "false": False, "null": None}
    return Value(words[word(at.tree)], at.location)


def _tuple(at: Expression, scope: Scope) -> Value:
    items = [evaluated(at.of(each), scope) for each in parts(at.tree)]
    return Value(list(items), at.location)


def _object(at: Expression, scope: Scope) -> Value:
    made: dict[str, Value] = {}
    for element in parts(at.tree):
        key, value = parts(element)
        made[_key(at.of(key), scope)] = evaluated(at.of(value), scope)
    return Value(made, at.location)


def _key(at: Expression, scope: Scope) -> str:
    """A name is itself; in brackets it is an expression."""
    inner = parts(at.tree)[0]
    names = parts(inner)
    if inner.data == "keyword" or (len(names) == 1 and names[0].data == "identifier"):
        bare = not any(str(token) == "(" for token in inner.children)
        if bare:
            return word(inner)
    return evaluated(at.of(inner), scope).text


def _string(at: Expression, scope: Scope) -> Value:
    pieces = [_piece(at, part, scope) for part in parts(at.tree)]
    if len(pieces) == 1 and isinstance(pieces[0], Value):  # "${x}" alone is x
        return Value(pieces[0].content, at.location)
    return Value(_joined(pieces, at), at.location)


def _piece(at: Expression, part: Any, scope: Scope) -> "Value | str":
    """A part of a text: characters, or the value of an interpolation."""
    inner = parts(part)
    if inner and inner[0].data == "interpolation":
        return evaluated(at.of(parts(inner[0])[0]), scope)
    text = at.of(part).text
    if inner:  # a directive, as %{ if ... }
        return text
    return functions.unescaped(text)


def _joined(pieces: "list[Value | str]", at: Expression) -> str:
    texts = [each.text if isinstance(each, Value) else each for each in pieces]
    if sum(map(len, texts)) > _MAX_TEXT:
        raise InputError("comes to more than 1 MiB of text", where=str(at.location))
    return "".join(texts)


def _heredoc(at: Expression, scope: Scope) -> Value:
    """The text between the markers; its place is that of its first line."""
    lines = word(at.tree).split("\n")
    text = "\n".join(lines[1:-2] if len(lines) > 2 else [])
    line = at.location.line or 1
    where = Location(at.source.name, line + 1, 1)
    return Value(filled(text, where, scope), where)


def _call(at: Expression, scope: Scope) -> Value:
    inner = parts(at.tree)
    name = word(inner[0])
    given = parts(inner[1]) if len(inner) > 1 and inner[1].data == "arguments" else []
    values = [evaluated(at.of(each), scope) for each in given]
    where = at.location
    tools = functions.Tools(
        scope.read_file,
        lambda text, names: filled(text, where, scope.with_names(**names)),
    )
    found = functions.call(name, values, where, tools)
    return placeholder(at) if found is None else found


def _reference(at: Expression, scope: Scope) -> Value:
    """`a.b[0].c`: a name of the scope, a reference of the module, or a part of a value."""
    steps: Steps = []
    current: Any = at.tree
    while current.data in ("get_attr_expr_term", "index_expr_term", "expr_term"):
        inner = parts(current)
        if len(inner) == 1:
            current = inner[0]
            continue
        step = _step(at.of(inner[1]), scope)
        if step is None:
            return placeholder(at)
        steps.insert(0, step)
        current = inner[0]
    if current.data != "identifier":
        found: Value | None = descend(evaluated(at.of(current), scope), steps)
    else:
        steps.insert(0, word(current))
        found = named(steps, scope)
    return placeholder(at) if found is None else found


def named(steps: Steps, scope: Scope) -> Value | None:
    """What a reference stands for; None where that is not known."""
    own = scope.names.get(str(steps[0]))
    return scope.lookup(steps) if own is None else descend(own, steps[1:])


def descend(value: Value, steps: Steps) -> Value | None:
    """A part of a value; None where there is none."""
    for step in steps:
        following: Value | None = None
        if isinstance(value.content, dict):
            following = value.content.get(str(step))
        elif isinstance(value.content, list) and isinstance(step, int):
            following = value.content[step] if 0 <= step < len(value.content) else None
        if following is None:
            return None
        value = following
    return value


def _step(at: Expression, scope: Scope) -> str | int | None:
    tree = at.tree
    if tree.data == "get_attr":
        return word(parts(tree)[0])
    if tree.data == "short_index":
        return int(word(tree).lstrip("."))
    found = evaluated(at.of(parts(tree)[0]), scope)
    if isinstance(found.content, int) and not isinstance(found.content, bool):
        return found.content
    return found.text if isinstance(found.content, str) and found.known else None


def _late(at: Expression, scope: Scope) -> Value:
    """Loops and operators, in modules that evaluate expressions in their turn."""
    from opskit.emrfs.formats.tf import loops, operators

    late = {
        "for_tuple_expr": loops.for_list,
        "for_object_expr": loops.for_object,
        "conditional": operators.conditional,
        "binary_op": operators.binary,
        "unary_op": operators.unary,
    }
    return late[str(at.tree.data)](at, scope)


_EVALUATORS: dict[str, Callable[[Expression, Scope], Value]] = {
    "int_lit": _number,
    "float_lit": _number,
    "literal_value": _literal,
    "string": _string,
    "tuple": _tuple,
    "object": _object,
    "identifier": _reference,
    "function_call": _call,
    "heredoc_template": _heredoc,
    "heredoc_template_trim": _heredoc,
    "index_expr_term": _reference,
    "get_attr_expr_term": _reference,
    "conditional": _late,
    "binary_op": _late,
    "unary_op": _late,
    "for_tuple_expr": _late,
    "for_object_expr": _late,
}
