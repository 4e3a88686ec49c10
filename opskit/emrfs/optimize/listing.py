"""A list in a document as pieces of its text, which can be put together anew.

A piece of a list in lines is whole lines, with the comments above the item and behind it; a piece
of a list in brackets is the item alone. The comments above the first item are the list's own.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from opskit.nodes import ListNode

_DASH = re.compile(r"^[ \t]*-(?=\s)", re.MULTILINE)
_COMMA = re.compile(r"\s*,\s*")


class NotInPlaceError(Exception):
    """A list that is written in a way that is not edited; the message says how."""


class Listing(NamedTuple):
    """The pieces from `start` to `end` of the text. `marks` are what stands between items in
    brackets, with what opens and closes the list; None for a list in lines. `indent` stands in
    front of each item in lines.
    """

    start: int
    end: int
    pieces: Sequence[tuple[int, int]]
    marks: Sequence[str] | None
    indent: str = ""

    @classmethod
    def of(cls, text: str, node: ListNode) -> "Listing":
        """NotInPlaceError where comments or aliases stand between the items."""
        if not node.items:
            raise NotInPlaceError("an empty list")
        return _in_brackets(text, node) if text[node.start] == "[" else _in_lines(text, node)

    def joined(self, pieces: Sequence[str], newline: str) -> str:
        """The text of the list with these pieces."""
        if self.marks is None:
            return "".join(each if each.endswith("\n") else each + newline for each in pieces)
        first, *between, last = self.marks
        if not between:
            between = ["," + (first[1:] or " ")]
        marks = [*between, *[between[-1]] * len(pieces)][: len(pieces) - 1]
        parts = [part for pair in zip(pieces, [*marks, ""], strict=True) for part in pair]
        return f"{first}{''.join(parts)}{last}"


def _in_brackets(text: str, node: ListNode) -> Listing:
    items = node.items
    between = [text[a.end : b.start] for a, b in pairwise(items)]
    if not all(_COMMA.fullmatch(each) for each in between):
        raise NotInPlaceError("comments or aliases between the values of a list")
    first, last = text[node.start : items[0].start], text[items[-1].end : node.end]
    pieces = [(each.start, each.end) for each in items]
    return Listing(node.start, node.end, pieces, (first, *between, last))


def _in_lines(text: str, node: ListNode) -> Listing:
    start = text.rfind("\n", 0, node.start) + 1
    indent = text[start : node.start]
    if indent.strip():
        raise NotInPlaceError("a list that starts in the middle of a line")
    edges = [start, *(_line_end(text, each.end) for each in node.items)]
    pieces = list(pairwise(edges))
    if not all(a < b and _DASH.search(text, a, b) for a, b in pieces):
        raise NotInPlaceError("aliases in a list, or several of its values in one line")
    return Listing(start, edges[-1], pieces, None, indent)


def _line_end(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1
