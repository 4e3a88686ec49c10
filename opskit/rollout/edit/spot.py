"""A place in a document, and the way to it: what an edit of it would touch besides.

What an alias or a merge key brings in is found as if it were written out, and the way remembers
it, so that it is refused or edited knowingly.
"""

from collections.abc import Iterator

from yaml import MappingNode, ScalarNode, SequenceNode

from opskit.nodes import Trouble
from opskit.rollout.edit.stream import Document
from opskit.rollout.edit.tree import Alias, Node, Written, is_tagged


class Spot:
    """A scalar or a collection of a document.

    `key` is the scalar it stands under; `alias` the first alias on the way to it, if any; `shared`
    the aliases elsewhere that use an anchor on the way again; `flow` says that it stands within
    brackets.
    """

    __slots__ = ("alias", "document", "flow", "key", "node", "shared")

    def __init__(
        self,
        document: Document,
        node: Node,
        key: ScalarNode | None = None,
        alias: Alias | None = None,
        shared: tuple[Alias, ...] = (),
        flow: bool | None = False,
    ) -> None:
        if type(node) is Alias:
            alias, node = alias or node, node.target
        if document.uses and id(node) in document.uses:
            shared += tuple(each for each in document.uses[id(node)] if each is not alias)
        self.document = document
        self.flow = bool(flow)
        self.node: Written = node
        self.key = key
        self.alias = alias
        self.shared = shared

    @property
    def is_map(self) -> bool:
        return type(self.node) is MappingNode

    @property
    def text(self) -> str | None:
        """The text of a scalar; None for a collection."""
        return self.node.value if type(self.node) is ScalarNode else None

    @property
    def start(self) -> int:
        """Where it starts in the file, its anchor and tag included."""
        at: int = self.node.start_mark.index
        return self.document.part.start + at

    @property
    def in_flow(self) -> bool:
        """Whether a mapping or a sequence is written with brackets."""
        return type(self.node) is not ScalarNode and bool(self.node.flow_style)

    def get(self, name: str, seen: set[int] | None = None) -> "Spot | None":
        """The value under a key, its own or one that `<<` brings in.

        Raises `Trouble` where the key stands twice.
        """
        node = self.node
        if type(node) is not MappingNode:
            return None
        keys = [key.value for key, _ in node.value]
        count = keys.count(name)
        if count == 1:
            key, value = node.value[keys.index(name)]
            return Spot(self.document, value, key, self.alias, self.shared, node.flow_style)
        if count:
            raise self._twice(name)
        return self._merged(name, set() if seen is None else seen) if "<<" in keys else None

    def at(self, *names: str) -> "Spot | None":
        """What stands under several keys, one below the other."""
        spot: Spot | None = self
        for name in names:
            spot = spot.get(name) if spot is not None else None
        return spot

    def __iter__(self) -> Iterator["Spot"]:
        """The items of a sequence; nothing for all else."""
        if type(self.node) is SequenceNode:
            for item in self.node.value:
                yield self._below(item, None)

    def entries(self) -> Iterator["Spot"]:
        """The values of a mapping that are written in it, under keys that are scalars."""
        for key, value in self._pairs():
            if not _merges(key):
                yield self._below(value, key)

    def _pairs(self) -> Iterator[tuple[ScalarNode, Node]]:
        if type(self.node) is MappingNode:
            for key, value in self.node.value:
                if type(key) is ScalarNode:
                    yield key, value

    def _below(self, node: Node, key: Node | None) -> "Spot":
        named = key if type(key) is ScalarNode else None
        return Spot(self.document, node, named, self.alias, self.shared, self.in_flow)

    def _merged(self, name: str, seen: set[int]) -> "Spot | None":
        for key, value in self._pairs():
            if not _merges(key):
                continue
            source = self._below(value, None)
            for each in [source] if source.is_map else source:
                if id(each.node) in seen:
                    continue  # looked at already: merges of merges can be many
                seen.add(id(each.node))
                if found := each.get(name, seen):
                    return found
        return None

    def _twice(self, name: str) -> Trouble:
        part = self.document.part
        marks = [key.start_mark.index for key, _ in self._pairs() if key.value == name]
        return Trouble(
            f"the key `{name[:80]}` stands twice: in line {part.line(marks[0])} "
            f"and in line {part.line(marks[1])}",
            part.start + marks[1],
            "remove one of the two",
        )


def _merges(key: ScalarNode) -> bool:
    return key.value == "<<" and not key.style and not is_tagged(key)
