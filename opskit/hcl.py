"""Plain values as expressions of Terraform (Terraform documentation, "Types and Values")."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_WORDS = ("true", "false", "null", "for", "if", "in", "else", "endfor", "endif")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]|\$\{|%\{')
#: What follows the brace of a policy variable, `${aws:username}`.
_VARIABLE = re.compile(r"[A-Za-z0-9:_./?*-]*\}", re.ASCII)
_STEP = "  "


class Raw(str):
    """An expression that stands as it is, such as a reference."""

    __slots__ = ()


def expression(value: Any, indent: str = "") -> str:
    """The value; what follows its first line is indented by `indent`."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value)
    inner = indent + _STEP
    if isinstance(value, Mapping):
        pairs = [(_key(key), expression(each, inner)) for key, each in value.items()]
        return _between("{", _aligned(pairs, inner), "}", indent)
    if isinstance(value, list | tuple):
        lines = [f"{inner}{expression(each, inner)}," for each in value]
        return _between("[", lines, "]", indent)
    return text(str(value))


def text(value: str) -> str:
    """A text in quotation marks; `${` and `%{` stand for themselves."""
    return f'"{_ESCAPED.sub(_escape, value)}"'


def block(kind: str, labels: tuple[str, ...], body: Mapping[str, Any]) -> str:
    """A block with its attributes; it ends in a newline."""
    head = " ".join([kind, *map(text, labels)])
    pairs = [(key, expression(value, _STEP)) for key, value in body.items()]
    return "\n".join([f"{head} {{", *_aligned(pairs, _STEP), "}\n"])


#: A block inside another one: its kind, its attributes, and the blocks inside it.
Inner = tuple[str, Mapping[str, Any], Sequence["Inner"]]


def nested(
    kind: str, labels: tuple[str, ...], body: Mapping[str, Any], inner: Sequence[Inner]
) -> str:
    """A block with its attributes and the blocks inside it; it ends in a newline."""
    head = " ".join([kind, *map(text, labels)])
    return "\n".join([f"{head} {{", *_body(body, inner, _STEP), "}\n"])


def _body(body: Mapping[str, Any], inner: Sequence[Inner], indent: str) -> list[str]:
    pairs = [(key, expression(value, indent)) for key, value in body.items()]
    lines = _aligned(pairs, indent)
    for kind, attributes, blocks in inner:
        lines += [""] if lines else []
        within = _body(attributes, blocks, indent + _STEP)
        lines += (
            [f"{indent}{kind} {{", *within, f"{indent}}}"] if within else [f"{indent}{kind} {{}}"]
        )
    return lines


def jsonencode(value: Any, indent: str = _STEP) -> Raw:
    return Raw(f"jsonencode({expression(value, indent)})")


def _key(key: object) -> str:
    word = str(key)
    return word if _WORD.fullmatch(word) and word not in _WORDS else text(word)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character == "${" and _VARIABLE.match(found.string, found.end()):
        return "$${"
    if len(character) == 2:  # doubled signs are right as well, but python-hcl2 fails on some
        return f"\\u{ord(character[0]):04x}{{"
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


def _aligned(pairs: list[tuple[str, str]], indent: str) -> list[str]:
    """Attributes as `terraform fmt` leaves them: neighbours on one line each have their signs
    below each other.
    """
    lines = []
    for single, group in groupby(pairs, key=lambda pair: "\n" not in pair[1]):
        listed = list(group)
        wide = max(len(key) for key, _ in listed) if single else 0
        lines += [f"{indent}{key:<{wide}} = {value}" for key, value in listed]
    return lines


def _between(start: str, lines: list[str], end: str, indent: str) -> str:
    return "\n".join([start, *lines, f"{indent}{end}"]) if lines else f"{start}{end}"
