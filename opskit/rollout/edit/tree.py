"""PyYAML's nodes, with aliases that stay aliases, and how a text becomes them.

The composers of PyYAML put the anchored node itself where an alias stands. An edit has to know
which of the two it looks at, so a text with anchors is composed here; one without, and of no great
size, by the C code of PyYAML.
"""

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, TypeAlias

import yaml
from yaml import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingNode,
    MappingStartEvent,
    ScalarEvent,
    ScalarNode,
    SequenceEndEvent,
    SequenceNode,
    SequenceStartEvent,
)

from opskit.syntax import LOADER

MAX_DEPTH = 200
#: Keys and values of one document. They are counted in texts from this many characters on.
MAX_VALUES = 1_000_000


class Alias:
    """The place where an anchored node is used again. `value` is None, as that of no scalar."""

    __slots__ = ("event", "target")
    value: ClassVar[None] = None

    def __init__(self, event: AliasEvent, target: "Written") -> None:
        self.event = event
        self.target = target


Written: TypeAlias = ScalarNode | MappingNode | SequenceNode
Node: TypeAlias = Written | Alias
#: A document's root, and the aliases of its nodes by their `id`.
Root: TypeAlias = tuple[Written, dict[int, list[Alias]]]


class RefusedError(yaml.MarkedYAMLError):
    """YAML that is not read here; `note` says what to do."""


def compose(text: str) -> Iterator[Root]:
    """The documents of a text; raises as PyYAML does. The anchor of a node is not among its tags.

    Tags that are not written are no strings.
    """
    if _Quick is None or "&" in text or "*" in text or len(text) > MAX_VALUES:
        yield from _careful(text)
        return
    quick = _Quick(text)
    while quick.check_node():
        yield quick.get_node(), {}


def _quick() -> type | None:
    if not hasattr(yaml, "CSafeLoader"):
        return None
    from yaml.cyaml import CParser

    class Quick(CParser):
        """Composes in C. What is called for every node, to resolve its tag, are builtins."""

        resolve = descend_resolver = slice
        ascend_resolver = tuple

    return Quick


_Quick = _quick()


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events; raises as PyYAML does."""
    return iter(LOADER(text).get_event, None)
