"""Terraform's functions that such files use, and its templates in texts.

Terraform documentation, "Built-in Functions" and "Strings and Templates".
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from opskit.documents import parse_document
from opskit.emrfs.formats.tf.values import MAX_VALUES, Value, of_node
from opskit.errors import InputError
from opskit.findings import Location

#: From a path as written to the file's text and name; None where it cannot be read.
ReadFile = Callable[[str], tuple[str, str] | None]


class Tools(NamedTuple):
    """What some functions need: files, and templates filled in with names."""

    read: ReadFile
    render: Callable[[str, Mapping[str, Value]], str]


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\$\$\{|%%\{", re.DOTALL)


def unescaped(text: str) -> str:
    """The characters that a part of a quoted text stands for."""

    def character(found: re.Match[str]) -> str:
        digits = found[1] or found[2]
        if digits:
            code = int(digits, 16)
            return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]
        if found[3]:
            return _ESCAPES.get(found[3], found[0])
        return found[0][1:]  # $${ is ${

    return _ESCAPE.sub(character, text)


def call(name: str, given: list[Value], where: Location, tools: Tools) -> Value | None:
    """The value of a call; None where the function or an argument is not known."""
    if name == "jsonencode" and len(given) == 1:
        return Value(given[0].content, where)
    if name == "jsondecode" and len(given) == 1:
        return decoded(given[0])
    if name in ("file", "templatefile") and given and given[0].known:
        return _file(given, tools)
    if name in _SAME and len(given) == 1:
        return given[0]
    made = _CALLS.get(name)
    return None if made is None else made(given, where)


def decoded(value: Value) -> Value | None:
    """What a JSON text stands for; None where it is not known, InputError where it is no JSON.

    Line and column are those of the file that the text stands in, where it is a heredoc.
    """
    if not isinstance(value.content, str):
        return None if value.content is None else value
    if not value.content.lstrip().startswith(("{", "[")) or value.content.lstrip()[:2] == "${":
        return None
    first, file = value.location.line or 1, value.location.file
    try:
        document = parse_document(value.content.encode(), file, is_json=True)
    except InputError as error:
        if "%{" in value.content:  # directives, which are not followed
            return None
        line = int(re.findall(r":(\d+)(?::\d+)?$", error.where or ":1")[0])
        message = f"the text is no JSON: {error.message}"
        raise InputError(message, where=f"{file}:{first + line - 1}", hint=error.hint) from None

    def at(index: int) -> Location:
        line, column = document.lines.at(index)
        return Location(file, first + line - 1, column)

    return of_node(document.root, at)


def _file(given: list[Value], tools: Tools) -> Value | None:
    found = tools.read(given[0].text)
    if found is None:
        return None
    text, name = found
    if len(given) > 1 and isinstance(given[1].content, dict):
        text = tools.render(text, given[1].content)
    return Value(text, Location(name, 1, 1))


def _items(given: list[Value]) -> list[list[Value]] | None:
    found = [each.content for each in given]
    lists = [each for each in found if isinstance(each, list)]
    return lists if len(lists) == len(found) else None


def _concat(given: list[Value], where: Location) -> Value | None:
    lists = _items(given)
    if lists is None or sum(map(len, lists)) > MAX_VALUES:
        return None
    return Value([each for items in lists for each in items], where)


def _flatten(given: list[Value], where: Location) -> Value | None:
    lists = _items(given)
    if lists is None:
        return None
    flat: list[Value] = []
    waiting = [each for items in reversed(lists) for each in reversed(items)]
    while waiting:
        each = waiting.pop()
        if isinstance(each.content, list):
            waiting.extend(reversed(each.content))
        else:
            flat.append(each)
        if len(flat) + len(waiting) > MAX_VALUES:
            return None
    return Value(flat, where)


def _merge(given: list[Value], where: Location) -> Value | None:
    made: dict[str, Value] = {}
    for each in given:
        if not isinstance(each.content, dict):
            return None
        made |= each.content
    return Value(made, where)


def _join(given: list[Value], where: Location) -> Value | None:
    lists = _items(given[1:])
    if not lists or not given[0].known:
        return None
    return Value(given[0].text.join(each.text for items in lists for each in items), where)


def _format(given: list[Value], where: Location) -> Value | None:
    """`%s` and `%d` alone."""
    if not given or not given[0].known:
        return None
    pieces = re.split(r"%[sd]", given[0].text)
    if len(pieces) != len(given) or any("%" in piece for piece in pieces):
        return None
    texts = [each.text for each in given[1:]]
    return Value("".join(a + b for a, b in zip(pieces, [*texts, ""], strict=True)), where)


def _keys(given: list[Value], where: Location) -> Value | None:
    content = given[0].content if len(given) == 1 else None
    if not isinstance(content, dict):
        return None
    return Value([Value(key, where) for key in sorted(content)], where)


def _values(given: list[Value], where: Location) -> Value | None:
    content = given[0].content if len(given) == 1 else None
    if not isinstance(content, dict):
        return None
    return Value([each for _, each in sorted(content.items())], where)


def _toset(given: list[Value], where: Location) -> Value | None:
    """As an object of itself: a loop over a set has the value as its key."""
    lists = _items(given)
    if lists is None or len(lists) != 1:
        return None
    return Value({each.text: each for each in sorted(lists[0], key=lambda v: v.text)}, where)


_SAME = ("tolist", "tomap", "tostring", "sensitive", "nonsensitive")
_CALLS: dict[str, Callable[[list[Value], Location], Value | None]] = {
    "concat": _concat,
    "flatten": _flatten,
    "merge": _merge,
    "join": _join,
    "format": _format,
    "keys": _keys,
    "values": _values,
    "toset": _toset,
}
