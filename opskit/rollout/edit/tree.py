"""YAML text to PyYAML's nodes, in which an alias stays an alias.

PyYAML's composers put the anchored node itself where an alias stands, and an edit has to know
which of the two it looks at. So a text with anchors is composed here, and one without by the C
code of PyYAML. A tag that is not written is no string.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar, TypeAlias

import yaml
from yaml import MappingNode, ScalarNode, SequenceNode

from opskit.syntax import LOADER

MAX_DEPTH = 200
#: Keys, values and brackets of a document, and of those of one part of a stream.
MAX_VALUES = 1_000_000
_MARKS = 5000


class Alias:
    """The place, from `start` on, where an anchored node is used again by its name.

    It has no `value`, so that it is no key that anybody looks for.
    """

    __slots__ = ("name", "start", "target")
    value: ClassVar[None] = None

    def __init__(self, name: str, start: int, target: "Written") -> None:
        self.name = name
        self.start = start
        self.target = target


#: A ScalarNode, MappingNode or SequenceNode; their stubs lack what composers put into them.
Written: TypeAlias = Any
#: One of them, or an `Alias`.
Node: TypeAlias = Any
#: A document's root, and the aliases of its nodes by the `id` of these.
Tree: TypeAlias = tuple[Written, dict[int, list[Alias]]]


def compose(text: str) -> Iterator[Tree]:
    """The documents of a text; raises `yaml.YAMLError`, also for what is too much."""
    if _Quick is None or "&" in text or len(text) > MAX_VALUES or not _is_shallow(text):
        yield from _Composer().documents(text)
        return
    quick = _Quick(text)
    while quick.check_node():
        yield quick.get_node(), {}


def _is_shallow(text: str) -> bool:
    """Whether no nesting can exhaust the stack of the C code, which recurses.

    A level takes a bracket, a mark, or one more space of indentation on a line of its own.
    """
    return sum(map(text.count, "[{-?")) <= _MARKS


def anchor_of(node: Written) -> str | None:
    """The name of a node's anchor."""
    name: str | None = node.__dict__.get("anchor")
    return name


def is_tagged(node: Written) -> bool:
    return type(node.tag) is str


def _quick() -> Any:
    if not hasattr(yaml, "CSafeLoader"):
        return None
    from yaml.cyaml import CParser  # type: ignore[attr-defined]

    class Quick(CParser):
        """What is called for every node, to resolve the tags that are not written, is in C too."""

        resolve = descend_resolver = slice
        ascend_resolver = tuple

    return Quick


_Quick = _quick()


class _Composer:
    """Nodes from events. A collection's `value` is filled in where it ends."""

    def __init__(self) -> None:
        self._open: list[tuple[MappingNode | SequenceNode, list[Node]]] = []
        self._anchors: dict[str, Written] = {}
        self._uses: dict[int, list[Alias]] = {}

    def documents(self, text: str) -> Iterator[Tree]:
        read: Iterator[Any] = iter(LOADER(text).get_event, None)
        top: list[Node] = []
        items = top
        for event in islice(read, MAX_VALUES):
            if isinstance(event, yaml.NodeEvent):
                items.append(self._node(event))
                if isinstance(event, yaml.CollectionStartEvent):
                    items = self._open[-1][1]
            elif isinstance(event, yaml.CollectionEndEvent):
                _fill(*self._open.pop(), event)
                items = self._open[-1][1] if self._open else top
            elif isinstance(event, yaml.DocumentEndEvent):
                root = top.pop()
                assert not isinstance(root, Alias)
                yield root, self._uses
                self._anchors, self._uses = {}, {}
        if (event := next(read, None)) is not None:
            raise _refused(event, f"holds more than {MAX_VALUES:,} keys and values")

    def _node(self, event: Any) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        start: Any = event.start_mark
        end: Any = event.end_mark
        tag: Any = event.tag
        node: Written
        if isinstance(event, yaml.ScalarEvent):
            node = ScalarNode(tag, event.value, start, end, event.style)
        else:
            kind = MappingNode if isinstance(event, yaml.MappingStartEvent) else SequenceNode
            node = kind(tag, [], start, end, event.flow_style)
            self._open.append((node, []))
            if len(self._open) > MAX_DEPTH:
                raise _refused(event, f"is nested deeper than {MAX_DEPTH} levels")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            node.__dict__["anchor"] = event.anchor
        return node

    def _alias(self, event: Any) -> Alias:
        target = self._anchors.get(event.anchor)
        name = f"the alias `*{event.anchor[:64]}`"
        if target is None:
            raise _refused(event, f"{name} has no anchor before it")
        if any(target is node for node, _ in self._open):
            raise _refused(event, f"{name} stands inside its own anchor")
        alias = Alias(event.anchor, event.start_mark.index, target)
        self._uses.setdefault(id(target), []).append(alias)
        return alias


def _fill(node: MappingNode | SequenceNode, items: list[Node], end: Any) -> None:
    is_map = isinstance(node, MappingNode)
    node.value = list(zip(items[::2], items[1::2], strict=True)) if is_map else items
    node.end_mark = end.end_mark


def _refused(event: Any, message: str) -> yaml.MarkedYAMLError:
    return yaml.composer.ComposerError(None, None, message, event.start_mark)
