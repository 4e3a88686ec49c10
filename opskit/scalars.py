"""The plain values that nodes stand for."""

import json
import re
from typing import TypeAlias

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from opskit.nodes import ListNode, MapNode, Node

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

_TAG = "tag:yaml.org,2002:"
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def plain(node: Node) -> Plain:
    """The node as None, bool, int, float, str, list or dict. Keys are text; so are dates."""
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MapNode):
        return {name: plain(value) for name, (_, value) in node.items.items()}
    return node.text if node.quoted else resolve(node.text)


def resolve(text: str) -> bool | int | float | str | None:
    """What an unquoted scalar means in YAML 1.1 (and JSON), as most other tools read it.

    Left out are dates and numbers to the base 60 (`22:22`), which nobody means.
    """
    try:
        if _JSON_NUMBER.fullmatch(text):
            number: int | float = json.loads(text)
            return number
        tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        make = _MEANINGS.get(tag)
        if make is not None and ":" not in text:
            value: bool | int | float | None = make(_CONSTRUCTOR, yaml.ScalarNode(tag, text))
            return value
    except (ValueError, OverflowError):  # `0b_` counts as a number, and so do 5000 digits
        pass
    return text


_RESOLVER = Resolver()
_CONSTRUCTOR = SafeConstructor()
_MEANINGS = {
    _TAG + "null": SafeConstructor.construct_yaml_null,
    _TAG + "bool": SafeConstructor.construct_yaml_bool,
    _TAG + "int": SafeConstructor.construct_yaml_int,
    _TAG + "float": SafeConstructor.construct_yaml_float,
}
