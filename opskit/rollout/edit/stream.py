"""The text of a file as a stream of documents, read one after the other.

`opskit.documents` reads one document, small and wholly understood. A manifest may hold thousands
of them, and here a few scalars of each are looked at; a document is forgotten when the next one
is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml

from opskit.nodes import Lines, Trouble
from opskit.rollout.edit.templates import TEMPLATE, TEMPLATE_LINE, TEMPLATE_MARKS, template
from opskit.rollout.edit.tree import Alias, Written, compose
from opskit.syntax import trouble, unprintable

# What may stand behind a document marker in YAML 1.1.
_BREAKS = ("", " ", "\t", "\r", "\n", "\x85", "\u2028", "\u2029")


@dataclass(eq=False)
class Stream:
    """The text of a file, and where its lines are."""

    name: str
    text: str
    lines: Lines

    @cached_property
    def has_templates(self) -> bool:
        """Whether there is a mark of a template anywhere, as text or not."""
        return any(mark in self.text for mark in TEMPLATE_MARKS)


@dataclass(slots=True, eq=False)
class Part:
    """A piece of a stream that can be read by itself, from `start` on: as a rule one document."""

    stream: Stream
    text: str
    start: int

    def line(self, index: int) -> int:
        """The line of the file, from 1, that an offset into the part stands in."""
        return self.stream.lines.at(self.start + index)[0]


@dataclass(slots=True, eq=False)
class Document:
    """One document; the marks of its nodes count from the start of its part.

    `uses` holds the aliases of a node by its `id`.
    """

    part: Part
    root: Written
    uses: dict[int, list[Alias]]


def parts(stream: Stream) -> Iterator[Part]:
    """The text cut at its document markers.

    `---` at the start of a line is a marker whatever is around it (YAML 1.2, 9.1.2, forbidden
    content); only directives, which stand before it, tie it to what precedes.
    """
    at, text = 0, stream.text
    marker = -1 if text.startswith("%") or "\n%" in text else text.find("\n---")
    while marker >= 0:
        if text[marker + 4 : marker + 5] in _BREAKS:
            yield Part(stream, text[at : marker + 1], at)
            at = marker + 1
        marker = text.find("\n---", marker + 1)
    if at < len(text):
        yield Part(stream, text[at:], at)


def documents(part: Part) -> Iterator[Document]:
    """The documents of a part; raises `Trouble` with an offset into the whole text."""
    whole, lines = part.stream.text, part.stream.lines
    try:
        for root, uses in compose(part.text):
            yield Document(part, root, uses)
    except yaml.MarkedYAMLError as error:
        raise _as_template(part, trouble(error, whole, lines, part.start)) from None
    except yaml.YAMLError as error:
        raise unprintable(whole, part.start) or Trouble(
            f"is not YAML: {error}", part.start, "check the encoding of the file"
        ) from None


def _as_template(part: Part, found: Trouble) -> Trouble:
    """What is no YAML because it is a template is called one.

    That is where a mark stands in the line that cannot be read, or begins one.
    """
    whole, end = part.stream.text, part.start + len(part.text)
    line = max(whole.rfind("\n", 0, found.index) + 1, part.start)
    line_end = whole.find("\n", found.index)
    mark = TEMPLATE.search(whole, line, line_end if line_end >= 0 else end)
    mark = mark or TEMPLATE_LINE.search(whole, part.start, end)
    return template(mark.end() - len(TEMPLATE_MARKS[0])) if mark else found
