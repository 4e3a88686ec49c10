"""What a type annotation asks of a document: its shape, its words, and single values for it."""

import types
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin
from uuid import UUID

import msgspec

from opskit.nodes import ListNode, MapNode, Node, ScalarNode
from opskit.scalars import resolve

Shape = Literal["any", "struct", "map", "list", "scalar"]

_WORDS = {
    type(None): "nothing",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    str: "text",
    datetime: "a date and time",
    date: "a date",
    time: "a time",
    timedelta: "a duration",
    UUID: "a UUID",
}
_MSGSPEC_WORDS = (
    ("Invalid decimal string", "expected a number"),
    ("Invalid RFC3339 encoded datetime", "expected a date and time such as 2026-01-31T12:00:00Z"),
    ("Invalid RFC3339 encoded date", "expected a date such as 2026-01-31"),
    ("Invalid RFC3339 encoded time", "expected a time such as 12:00:00"),
    ("Invalid", "expected a valid"),
    ("Expected", "expected"),
    ("`int`", "a whole number"),
    ("`float`", "a number"),
    ("`decimal`", "a number"),
    ("`str`", "text"),
    ("`array`", "a list"),
    ("`object`", "a mapping"),
)
# Where several could take a scalar, the one that says more goes first, and text goes last.
_ORDER = (type(None), bool, int, float)


def bare(kind: Any) -> Any:
    """The annotation without `Annotated` and `NewType`."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif isinstance(kind, NewType):
            kind = kind.__supertype__
        else:
            return kind


def members(kind: Any) -> list[Any]:
    """The members of a union, or the one annotation there is, each with its constraints."""
    inner = bare(kind)
    if get_origin(inner) in (Union, types.UnionType):
        found = [member for arg in get_args(inner) for member in members(arg)]
        return [member for member in found if member is not msgspec.UnsetType]
    return [kind]


def shape(member: Any) -> Shape:
    """What a value of the annotation looks like in a document."""
    kind = bare(member)
    base = get_origin(kind) or kind
    if base in (Any, object):
        return "any"
    if not isinstance(base, type) or issubclass(base, (str, bytes)):
        return "scalar"
    if issubclass(base, msgspec.Struct):
        return "struct"
    if issubclass(base, Mapping):
        return "map"
    return "list" if issubclass(base, (Sequence, AbstractSet)) else "scalar"


def choices(kind: Any) -> dict[Any, Any] | None:
    """What may be written for a Literal or an Enum, and the value it stands for; else None."""
    kind = bare(kind)
    if get_origin(kind) is Literal:
        return {value: value for value in get_args(kind)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {member.value: member for member in kind}
    return None


def describe(kind: Any) -> str:
    """What is expected, in words: `text or a mapping`."""
    return " or ".join(dict.fromkeys(_describe(member) for member in members(kind)))


def _describe(member: Any) -> str:
    allowed = choices(member)
    if allowed is not None:
        many = "one of " if len(allowed) > 1 else ""
        return many + ", ".join(str(value) for value in allowed)
    names = {"any": "anything", "struct": "a mapping", "map": "a mapping", "list": "a list"}
    kind = bare(member)
    word = names.get(shape(member)) or _WORDS.get(kind)
    return word or str(getattr(kind, "__name__", kind))


def describe_node(node: Node, *, echo: bool = True) -> str:
    """What was found, in words. Without `echo` its text is not shown: it may be a secret."""
    if not isinstance(node, ScalarNode):
        return "a mapping" if isinstance(node, MapNode) else "a list"
    value = node.text if node.quoted else resolve(node.text)
    if value is None:
        return "nothing"
    if not echo:
        return "a single value"
    text = node.text if len(node.text) <= 40 else node.text[:37] + "..."
    return f'the text "{text}"' if isinstance(value, str) else text


def fits(node: Node, member: Any) -> bool:
    """Whether the annotation may take a node of this shape."""
    wanted = {ScalarNode: ("any", "scalar"), ListNode: ("any", "list")}
    return shape(member) in wanted.get(type(node), ("any", "struct", "map"))


def convert_scalar(node: ScalarNode, options: Sequence[Any], kind: Any) -> Any:
    """The value of a scalar under the first of `options` that takes it.

    `options` are the members of `kind` that take scalars. ValueError says in words why none does.
    """
    reasons = []
    for option in sorted(options, key=_rank):
        try:
            made = _convert(node, option)
            return msgspec.convert(made, option) if get_origin(option) is Annotated else made
        except msgspec.ValidationError as error:
            reasons.append(in_words(error))
        except ValueError:
            reasons.append("")
    echo = all(shape(member) == "scalar" for member in members(kind))
    expected = reasons[0] if len(reasons) == 1 and reasons[0] else f"expected {describe(kind)}"
    meant = _meant(node, options) if echo else ""
    raise ValueError(f"{expected}, found {describe_node(node, echo=echo)}{meant}")


def check_length(made: Any, option: Any) -> None:
    """ValidationError where a list or mapping has not the length that its `Meta` wants."""
    if get_origin(option) is Annotated and isinstance(made, (Mapping, Sequence, AbstractSet)):
        # A stand-in of the same length: what it holds has been looked at, and is no plain data.
        is_map = isinstance(made, Mapping)
        stand_in = {str(n): n for n in range(len(made))} if is_map else list(range(len(made)))
        msgspec.convert(stand_in, Annotated[(type(stand_in), *option.__metadata__)])


def in_words(error: msgspec.ValidationError) -> str:
    """The message of msgspec in the words of this module."""
    text = str(error).split(" - at `")[0]
    for theirs, ours in _MSGSPEC_WORDS:
        text = text.replace(theirs, ours)
    return text


def _rank(option: Any) -> int:
    kind = bare(option)
    if kind in _ORDER:
        return _ORDER.index(kind)
    return len(_ORDER) + (2 if kind is str else 0 if choices(kind) is not None else 1)


def _convert(node: ScalarNode, option: Any) -> Any:
    kind, allowed = bare(option), choices(option)
    value = node.text if node.quoted else resolve(node.text)
    if allowed is not None:
        return _choose(node.text, value, allowed)
    if kind is str:
        return _require(node.text, value is not None)
    if kind is int:
        return int(node.text if not node.quoted else "", 0)  # refuses 010: eight or ten?
    if kind is float:
        return float(_require(value, type(value) in (int, float)))
    if kind in (bool, type(None)):
        return _require(value, type(value) is kind)
    return msgspec.convert(node.text, kind)


def _choose(text: str, value: Any, allowed: Mapping[Any, Any]) -> Any:
    """A choice is text as it was written, or the value that the text stands for."""
    for written in (text, value):
        for choice, meaning in allowed.items():
            if type(choice) is type(written) and choice == written:
                return meaning
    raise ValueError


def _require(value: Any, holds: bool) -> Any:
    if not holds:
        raise ValueError
    return value


def _meant(node: ScalarNode, options: Sequence[Any]) -> str:
    words = [str(word) for option in options for word in choices(option) or ()]
    close = get_close_matches(node.text[:64], words, n=1)
    return f"; did you mean {close[0]}?" if close else ""
