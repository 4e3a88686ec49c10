"""A stream of YAML documents as light trees over the parser's own events.

`opskit.documents` reads one document, small and wholly understood. A manifest may hold thousands
of them, and this looks at a few scalars of each: a scalar is the parser's event as it is, and a
document is forgotten when the next one is read. Offsets count characters of the whole text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import ClassVar, TypeAlias

import yaml
from yaml import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from opskit.nodes import Lines, Trouble
from opskit.syntax import LOADER, trouble, unprintable

MAX_DEPTH = 200
#: Keys and values of one document; a file may hold any number of documents.
MAX_VALUES = 1_000_000

TEMPLATE_MARKS = ("{{", "<%", "{%")
TEMPLATE = re.compile("|".join(map(re.escape, TEMPLATE_MARKS)))
# What may stand behind a document marker in YAML 1.1.
_BREAKS = ("", " ", "\t", "\r", "\n", "\x85", "\u2028", "\u2029")


class Branch(list["Node"]):
    """A mapping or a sequence, with the event that started it.

    `value` is None here and for aliases, so that keys can be compared without a look at what they
    are.
    """

    __slots__ = ("event",)
    event: CollectionStartEvent
    value: ClassVar[None] = None


class Mapping(Branch):
    """A key, its value, the next key ..."""

    __slots__ = ()


class Sequence(Branch):
    """The items."""

    __slots__ = ()


class Alias:
    """The place where an anchored node is used again."""

    __slots__ = ("event", "target")
    value: ClassVar[None] = None

    def __init__(self, event: AliasEvent, target: "ScalarEvent | Branch") -> None:
        self.event = event
        self.target = target


Node: TypeAlias = ScalarEvent | Branch | Alias


@dataclass(eq=False)
class Stream:
    """The text of a file and where its lines are."""

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
    """One document; offsets in its events count from the start of its part.

    `uses` holds the aliases of a node by its `id`.
    """

    part: Part
    root: "ScalarEvent | Branch"
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


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events; raises as PyYAML does."""
    return iter(LOADER(text).get_event, None)


def documents(part: Part) -> Iterator[Document]:
    """The documents of a part; raises `Trouble` with an offset into the whole text."""
    whole, lines = part.stream.text, part.stream.lines
    try:
        yield from _composed(part)
    except yaml.MarkedYAMLError as error:
        raise _as_template(part, trouble(error, whole, lines, part.start)) from None
    except yaml.YAMLError as error:
        raise unprintable(whole, part.start) or Trouble(
            f"is not YAML: {error}", part.start, "check the encoding of the file"
        ) from None


def _as_template(part: Part, found: Trouble) -> Trouble:
    """What is no YAML because it is a template is called one."""
    whole, end = part.stream.text, part.start + len(part.text)
    line = max(whole.rfind("\n", 0, found.index) + 1, part.start)
    mark = TEMPLATE.search(whole, line, end) or TEMPLATE.search(whole, part.start, end)
    return template(mark.start()) if mark else found


def template(index: int) -> Trouble:
    """The refusal of a template: what it will be is not known before it is rendered."""
    return Trouble(
        "is a template, and not edited",
        index,
        "edit the values that it takes, or the manifest that it renders",
    )


def _composed(part: Part) -> Iterator[Document]:
    top: list[Node] = []
    open_: list[Branch] = []
    anchors: dict[str, ScalarEvent | Branch] = {}
    uses: dict[int, list[Alias]] = {}
    add = top.append
    read = events(part.text)
    for event in islice(read, MAX_VALUES):
        kind = type(event)
        if kind is ScalarEvent:
            add(event)
            if event.anchor is not None:
                anchors[event.anchor] = event
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            branch = Mapping() if kind is MappingStartEvent else Sequence()
            branch.event = event
            add(branch)
            add = branch.append
            open_.append(branch)
            if event.anchor is not None:
                anchors[event.anchor] = branch
            if len(open_) > MAX_DEPTH:
                raise _refusal(part, event, f"is nested deeper than {MAX_DEPTH} levels")
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            open_.pop()
            add = open_[-1].append if open_ else top.append
        elif kind is AliasEvent:
            alias = Alias(event, _target(part, event, anchors, open_))
            add(alias)
            uses.setdefault(id(alias.target), []).append(alias)
        elif kind is DocumentEndEvent:
            root = top.pop()
            assert not isinstance(root, Alias)
            yield Document(part, root, uses)
            anchors, uses = {}, {}
    if (event := next(read, None)) is not None:
        raise _refusal(part, event, f"holds more than {MAX_VALUES:,} keys and values")


def _target(
    part: Part, event: AliasEvent, anchors: dict[str, ScalarEvent | Branch], open_: list[Branch]
) -> ScalarEvent | Branch:
    target, name = anchors.get(event.anchor), f"the alias `*{event.anchor[:64]}`"
    if target is None:
        raise _refusal(part, event, f"{name} has no anchor before it", "define the anchor first")
    if any(target is branch for branch in open_):
        raise _refusal(part, event, f"{name} stands inside its own anchor", "write the value out")
    return target


def _refusal(
    part: Part, event: yaml.Event, message: str, hint: str = "split the document"
) -> Trouble:
    return Trouble(message, part.start + event.start_mark.index, hint)
