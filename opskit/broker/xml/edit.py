"""Edits of an XML file as splices of its bytes: what no edit names stays as it is.

Every function that makes an `Edit` takes places from the parser and style from the file: its
indentation, its line ends, its quotes, its namespace prefix. `apply` puts edits together.
Offsets count bytes of `XmlDocument.data`, which is UTF-8; `apply` returns the file's encoding.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opskit.broker.xml.style import (
    Style,
    after_name,
    back,
    escaped,
    indent,
    outer,
    style_at,
    style_within,
)
from opskit.broker.xml.xmlwrite import Comment, Tag, render
from opskit.errors import DefectError, InputError
from opskit.xmltree import Element, XmlDocument

_END_OF_LINE = re.compile(rb"[ \t]*(?:\r\n|\n|\r)")
_COMMENTS_TO_END_OF_LINE = re.compile(
    rb"(?:[ \t]*<!--(?:(?!-->)[^\r\n])*-->)+(?=[ \t]*(?:\r\n|\n|\r))"
)
_BLANK_LINE_BEFORE = re.compile(rb"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)\Z")


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` (UTF-8) in place of the bytes from `start` up to `end`."""

    start: int
    end: int
    text: bytes = b""


def apply(document: XmlDocument, edits: Iterable[Edit]) -> bytes:
    """The whole file with the edits made, in its own encoding, parsed once more as a check.

    Edits at the same place keep their order. Raises DefectError for edits that overlap or that
    leave no XML, and InputError for a file whose other bytes could not be kept.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    if not ordered:
        return document.raw
    if document.encode(document.data) != document.raw:
        raise InputError(
            f"cannot edit this {document.encoding} text without changing other bytes of it",
            where=document.name,
            hint="convert the file to UTF-8",
        )
    edited = document.encode(_splice(document.data, ordered))
    try:
        XmlDocument(document.name, edited)
    except InputError as error:
        what = f"the edited file would be no XML: {error.message}"
        raise DefectError(what, where=error.where) from error
    return edited


def _splice(data: bytes, ordered: Sequence[Edit]) -> bytes:
    pieces, at = [], 0
    for edit in ordered:
        if edit.start < at or edit.end < edit.start:
            raise DefectError(f"edits overlap at byte {edit.start}")
        pieces += [data[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*pieces, data[at:]])


def set_attribute(document: XmlDocument, element: Element, name: str, value: str) -> Edit:
    """Give an attribute a value; a new one follows the last, spaced and quoted like it."""
    spans = document.attribute_spans(element)
    data = document.data
    if name in spans:
        start, end = spans[name]
        quote = data[end - 1 : end]
        opening = data.index(quote, start)
        return Edit(opening + 1, end - 1, escaped(value, quote))
    gap, quote = b" ", b'"'
    at = after_name(document, element)
    if spans:
        start, at = max(spans.values())
        quote = data[at - 1 : at]
        gap = data[back(data, start) : start]
    return Edit(at, at, gap + name.encode() + b"=" + quote + escaped(value, quote) + quote)


def remove_attribute(document: XmlDocument, element: Element, name: str) -> Edit:
    """Take an attribute out, with the white space before it; KeyError where there is none."""
    start, end = document.attribute_spans(element)[name]
    return Edit(back(document.data, start), end)


def rename_attribute(document: XmlDocument, element: Element, name: str, new: str) -> Edit:
    """Give an attribute another name; KeyError where there is none."""
    start, _ = document.attribute_spans(element)[name]
    return Edit(start, start + len(name.encode()), new.encode())


def replace(document: XmlDocument, element: Element, new: Tag) -> Edit:
    """Write `new` where an element stands."""
    style = style_at(document, element, outer(document, element), indent(document, element.start))
    return Edit(element.start, document.end(element), _written([new], style).lstrip())


def insert(
    document: XmlDocument,
    parent: Element,
    new: Sequence[Tag | Comment],
    after: Element | None = None,
) -> Edit:
    """Write elements into `parent`, behind its child `after` or, without one, before all children.

    They come behind what a childless parent holds (comments). An empty-element tag is opened.
    """
    data = document.data
    style = style_within(document, parent)
    block = style.newline + _written(new, style)
    start, tag_end = document.tag(parent)
    if data[start:tag_end].endswith(b"/>"):
        slash = back(data, tag_end - 2)
        name = data[start + 1 : after_name(document, parent)]
        closing = style.newline + indent(document, start) + b"</" + name + b">"
        return Edit(slash, tag_end, b">" + block + closing)
    if not parent.children:
        at = max(tag_end, back(data, parent.close))
        if not _END_OF_LINE.match(data, at) and style.newline:
            return Edit(at, parent.close, block + style.newline + indent(document, start))
        return Edit(at, at, block)
    at = document.end(after) if after else tag_end
    if comments := _COMMENTS_TO_END_OF_LINE.match(data, at):
        at = comments.end()
    line_end = _END_OF_LINE.match(data, at)
    spaced = line_end is not None and _END_OF_LINE.match(data, line_end.end()) is not None
    return Edit(at, at, style.newline + block if spaced else block)


def remove(document: XmlDocument, element: Element) -> Edit:
    """Take an element out, with its line where it stood alone on it.

    Where blank lines then would meet, one goes too.
    """
    data = document.data
    start, end = element.start, document.end(element)
    line_start = back(data, start, b" \t")
    line_end = _END_OF_LINE.match(data, end)
    if line_end is None or (line_start and data[line_start - 1 : line_start] not in b"\r\n"):
        return Edit(start, end)
    end = line_end.end()
    next_line_end = _END_OF_LINE.match(data, end)
    if next_line_end and _BLANK_LINE_BEFORE.search(data, max(line_start - 1000, 0), line_start):
        end = next_line_end.end()
    return Edit(line_start, end)


def _written(nodes: Sequence[Tag | Comment], style: Style) -> bytes:
    """Elements and comments in that style, without a line end behind them."""
    text = render(nodes, style.indent, style.step, style.prefix)
    return text.rstrip("\n").encode().replace(b"\n", style.newline or b" ")
