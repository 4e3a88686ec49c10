"""Documents as trees of nodes that know where in the text they stand.

`start` and `end` of a node are offsets in characters into the document's text, so that
`text[node.start:node.end]` is the value as it was written and can be replaced in place.
A node that YAML aliases is one object that stands in several places of the tree.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import ClassVar, TypeAlias

MAX_DEPTH = 64
MAX_SIZE = 500_000

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Trouble(Exception):  # noqa: N818 - an error only once a file's name is put to it
    """What is wrong with a text at an offset; the reader of the file makes an error of it."""

    def __init__(self, message: str, index: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.index = index
        self.hint = hint


@dataclass(slots=True, eq=False)
class ScalarNode:
    """One value: its text without quotes and escapes. `quoted` says that it can only be text."""

    start: int
    end: int
    text: str
    quoted: bool
    height: ClassVar[int] = 0

    @property
    def size(self) -> int:
        """Long texts weigh more, or aliases would multiply megabytes."""
        return 1 + len(self.text) // 64


@dataclass(slots=True, eq=False)
class ListNode:
    """`size` counts the values in it with aliases written out, `height` the levels."""

    start: int
    end: int
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    height: int = 1


@dataclass(slots=True, eq=False)
class MapNode:
    """`items` maps the text of a key to the key's node and the value's. Keys are always text."""

    start: int
    end: int
    items: dict[str, tuple[ScalarNode, "Node"]] = field(default_factory=dict)
    size: int = 1
    height: int = 1


Node: TypeAlias = ScalarNode | ListNode | MapNode


class Lines:
    """Turns offsets into lines and columns, both from 1, as editors count them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        if "\r" not in self._text:  # a fifth of the time, for files of many lines
            ends = accumulate(map((1).__add__, map(len, self._text.split("\n"))))
            return [0, *ends][:-1]
        return [0, *(match.end() for match in _LINE_END.finditer(self._text))]

    def at(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


@dataclass(slots=True)
class _Open:
    """A collection that is being read, the total before it, and the key that waits for a value."""

    node: ListNode | MapNode
    before: int
    end: int
    key: ScalarNode | None = None
    merged: list[MapNode] = field(default_factory=list)


class Builder:
    """Puts nodes together as a reader meets them, within the limits of depth and size.

    The size counts every alias as if its value were written out, so that a short text cannot
    stand for a document that fills the memory.
    """

    def __init__(self, lines: Lines) -> None:
        self.root: Node | None = None
        self._lines = lines
        self._open: list[_Open] = []
        self._size = 0

    def open(self, node: ListNode | MapNode) -> None:
        """Start a collection; what is added next goes into it."""
        if self._wants_key():
            raise Trouble(
                "a list or a mapping cannot be a key",
                node.start,
                "put quotes around a value that starts with '{' or '['; render templates first",
            )
        self._refuse_deep(len(self._open) + 1, node.start)
        self._open.append(_Open(node, self._size, node.end))
        self._grow(1, node.start)

    def close(self, end: int | None = None) -> ListNode | MapNode:
        """Finish the innermost collection; without `end` it ends where its last value does."""
        top = self._open.pop()
        node = top.node
        node.size = self._size - top.before
        node.end = top.end if end is None else end
        node.height += max((child.height for child in _children(node)), default=0)
        if isinstance(node, MapNode) and top.merged:
            merged: dict[str, tuple[ScalarNode, Node]] = {}
            for source in reversed(top.merged):
                merged.update(source.items)
                node.height = max(node.height, source.height)
            node.items = merged | node.items
        self._place(node, node.end)
        return node

    def add(self, node: ScalarNode) -> None:
        """Put a value into the innermost collection."""
        if not node.text.isascii() and _SURROGATE.search(node.text):
            raise Trouble(
                "holds half of a surrogate pair", node.start, "write both halves, or the character"
            )
        self._grow(node.size, node.start)
        self._place(node, node.end)

    def alias(self, node: Node, index: int, end: int) -> None:
        """Put a node that is already part of the tree into the innermost collection again."""
        if self._wants_key() and not isinstance(node, ScalarNode):
            raise Trouble("a list or a mapping cannot be a key", index)
        self._refuse_deep(len(self._open) + node.height, index)
        self._grow(node.size, index)
        self._place(node, end)

    def _wants_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].node, MapNode)
            and (self._open[-1].key is None)
        )

    def _place(self, node: Node, end: int) -> None:
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        top.end = end
        if isinstance(top.node, ListNode):
            top.node.items.append(node)
        elif top.key is None:
            assert isinstance(node, ScalarNode)
            top.key = node
        else:
            self._put(top, top.node, top.key, node)
            top.key = None

    def _put(self, top: _Open, mapping: MapNode, key: ScalarNode, value: Node) -> None:
        if key.text == "<<" and not key.quoted:
            top.merged.extend(_merge_sources(key, value))
        elif key.text in mapping.items:
            first = self._lines.at(mapping.items[key.text][0].start)[0]
            second = self._lines.at(key.start)[0]
            raise Trouble(
                f"the key `{key.text[:80]}` stands twice: in line {first} and in line {second}",
                key.start,
                "remove or rename one of the two",
            )
        else:
            mapping.items[key.text] = (key, value)

    def _refuse_deep(self, depth: int, index: int) -> None:
        if depth > MAX_DEPTH:
            raise Trouble(f"is nested deeper than {MAX_DEPTH} levels", index, "flatten it")

    def _grow(self, size: int, index: int) -> None:
        self._size += size
        if self._size > MAX_SIZE:
            raise Trouble(
                f"holds more than {MAX_SIZE} values, aliases written out",
                index,
                "split the document, or use fewer aliases",
            )


def _children(node: ListNode | MapNode) -> Iterator[Node]:
    if isinstance(node, ListNode):
        yield from node.items
    else:
        yield from (value for _, value in node.items.values())


def _merge_sources(key: ScalarNode, value: Node) -> list[MapNode]:
    """The mappings that `<<` names, the one that wins first."""
    sources = value.items if isinstance(value, ListNode) else [value]
    mappings = [source for source in sources if isinstance(source, MapNode)]
    if len(mappings) < len(sources):
        raise Trouble("`<<` takes a mapping or a list of mappings", key.start)
    return mappings
