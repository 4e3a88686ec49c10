"""Values with their places: what expressions come to, as far as they can be told."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from opskit.emrfs.arns import PLACEHOLDER
from opskit.errors import InputError
from opskit.findings import Location
from opskit.nodes import ListNode, MapNode, Node
from opskit.scalars import plain as plain_node

Content: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
#: Values that a text of a megabyte can come to, references written out.
MAX_VALUES = 500_000


@dataclass(slots=True, eq=False)
class Value:
    """A value and where it was written. What only Terraform can tell is a text with `${...}`."""

    content: Content
    location: Location

    @property
    def text(self) -> str:
        """A text as it is, other scalars as JSON; empty for null."""
        if self.content is None:
            return ""
        return self.content if isinstance(self.content, str) else dumps(self)

    @property
    def known(self) -> bool:
        """Whether this is no text that Terraform still has to fill in."""
        return not (isinstance(self.content, str) and PLACEHOLDER.search(self.content))

    def get(self, key: str) -> "Value | None":
        """What an object holds under a key; None for all else, and for null."""
        found = self.content.get(key) if isinstance(self.content, dict) else None
        return None if found is None or found.content is None else found

    def items(self) -> "list[Value]":
        """The items of a list; anything else but null is a list of itself."""
        if isinstance(self.content, list):
            return self.content
        return [] if self.content is None else [self]


def plain(value: Value) -> Any:
    """The value as None, bool, int, float, str, list and dict; InputError where it is endless."""
    return _plain(value, iter(range(MAX_VALUES)))


def _plain(value: Value, budget: Iterator[int]) -> Any:
    if next(budget, None) is None:
        raise InputError(
            f"comes to more than {MAX_VALUES} values",
            where=str(value.location),
            hint="check that locals do not multiply each other",
        )
    if isinstance(value.content, dict):
        return {key: _plain(each, budget) for key, each in value.content.items()}
    if isinstance(value.content, list):
        return [_plain(each, budget) for each in value.content]
    return value.content


def dumps(value: Value) -> str:
    """The value as JSON."""
    return json.dumps(plain(value), ensure_ascii=False)


def locate(value: Value, path: Sequence[str | int]) -> Location:
    """Where a part of the value stands; the innermost part there is, if it is missing."""
    for step in path:
        following: Value | None = None
        if isinstance(value.content, dict) and isinstance(step, str):
            following = value.content.get(step)
        elif isinstance(value.content, list) and isinstance(step, int):
            following = value.content[step] if 0 <= step < len(value.content) else None
        if following is None:
            break
        value = following
    return value.location


def of_node(node: Node, at: Callable[[int], Location]) -> Value:
    """The value of a part of a YAML or JSON document."""
    if isinstance(node, MapNode):
        made = {name: of_node(each, at) for name, (_, each) in node.items.items()}
        return Value(made, at(node.start))
    if isinstance(node, ListNode):
        return Value([of_node(each, at) for each in node.items], at(node.start))
    scalar: Any = plain_node(node)
    return Value(scalar, at(node.start))


def pairs(value: Value) -> list[tuple[Value, Value]] | None:
    """The keys and values of what a loop goes over, in Terraform's order; None if not known."""
    if isinstance(value.content, dict):
        found = sorted(value.content.items())
        return [(Value(key, each.location), each) for key, each in found]
    if isinstance(value.content, list):
        return [(Value(i, each.location), each) for i, each in enumerate(value.content)]
    return None
