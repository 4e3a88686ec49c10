"""How a file writes its elements: indentation, line ends, namespace prefix; new ones alike.

Offsets count bytes of `XmlDocument.data`.
"""

import re
from dataclasses import dataclass

from opskit.errors import InputError
from opskit.xmltree import Element, XmlDocument

WIDTH = 100
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_QUOTES = {b'"': ('"', "&quot;"), b"'": ("'", "&apos;")}
_NAME = re.compile(rb"<([^\s/>:]+:)?[^\s/>]+")
_BLANK = re.compile(rb"[ \t]*")
_NEWLINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Style:
    """How new elements are written: prefix (`amq:`), line end, indentation, one step of it.

    No line end means that everything stands on one line, and so shall the new elements.
    """

    prefix: str
    newline: bytes
    indent: str
    step: str


def escaped(value: str, quote: bytes) -> bytes:
    """An attribute's value as it stands between those quotes; InputError for what XML cannot say.

    `>` stays, as XML allows: connector names hold it.
    """
    illegal = _ILLEGAL.search(value)
    if illegal:
        raise InputError(
            f"U+{ord(illegal[0]):04X} cannot stand in XML: {value!r}",
            hint="take the character out of the name",
        )
    for char, entity in [*_ENTITIES.items(), _QUOTES[quote]]:
        value = value.replace(char, entity)
    return value.encode()


def style_within(document: XmlDocument, parent: Element) -> Style:
    """The style of the children of `parent`; one of its own nesting where it has none."""
    around = parent if parent.children else outer(document, parent)
    for child in parent.children:
        if first_on_line(document, child.start):
            return style_at(document, parent, around, indent(document, child.start))
    step = _step(document, parent)
    return style_at(document, parent, around, indent(document, parent.start) + step)


def style_at(document: XmlDocument, like: Element, around: Element, margin: bytes) -> Style:
    """The style of elements that stand at `margin` in `around` and have the prefix of `like`."""
    found = _NAME.match(document.data, like.start)
    assert found is not None, "expat accepted a start tag without a name"
    prefix = (found[1] or b"").decode()
    if _on_one_line(document, around):
        return Style(prefix, b"", "", "")
    return Style(
        prefix,
        _newline(document.data, like.start),
        margin.decode(),
        _step(document, around).decode(),
    )


def outer(document: XmlDocument, element: Element) -> Element:
    """The element around this one; the root stands for what is around itself."""
    if element is document.root or element.parent is None:
        return element
    return element.parent


def _on_one_line(document: XmlDocument, element: Element) -> bool:
    begin, end = document.tag(element)[1], element.close
    return bool(element.children) and not _NEWLINE.search(document.data, begin, end)


_LOOKED_AT = 20  # children that are to show the indentation


def _step(document: XmlDocument, element: Element) -> bytes:
    """By how much a child stands further in: as here, else as further out, else four spaces."""
    while True:
        margin = indent(document, element.start)
        for child in element.children[:_LOOKED_AT]:
            inner = indent(document, child.start)
            if inner != margin and first_on_line(document, child.start):
                if inner.startswith(margin):
                    return inner[len(margin) :]
                break
        if element is outer(document, element):
            return b"    "
        element = outer(document, element)


def _newline(data: bytes, at: int) -> bytes:
    """The line end that stands next behind `at`, else the file's first, else a line feed."""
    found = _NEWLINE.search(data, at) or _NEWLINE.search(data)
    return found[0] if found else b"\n"


def back(data: bytes, at: int, space: bytes = b" \t\r\n") -> int:
    """Where the white space that ends at `at` begins."""
    while at and data[at - 1] in space:
        at -= 1
    return at


def indent(document: XmlDocument, at: int) -> bytes:
    """The white space with which the line of `at` starts."""
    data = document.data
    begin = data.rfind(b"\n", 0, at) + 1
    begin = max(begin, data.rfind(b"\r", begin, at) + 1)
    found = _BLANK.match(data, begin, at)
    return found[0] if found else b""


def first_on_line(document: XmlDocument, at: int) -> bool:
    """Whether nothing but white space stands before `at` on its line."""
    line_start = back(document.data, at, b" \t")
    return line_start == 0 or document.data[line_start - 1] in b"\r\n"


def after_name(document: XmlDocument, element: Element) -> int:
    """The offset just behind the name in an element's start tag."""
    found = _NAME.match(document.data, element.start)
    assert found is not None, "expat accepted a start tag without a name"
    return found.end()
