"""XML read into elements that know where they stand, byte for byte.

Built on expat, so that byte offsets are the parser's own: the patcher splices text at them and
leaves every other byte alone. Entities are refused and nothing outside the file is fetched.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, lookup
from collections.abc import Iterator
from xml.parsers import expat

from opskit.errors import InputError
from opskit.findings import Location

MAX_DEPTH = 100
MAX_TAGS = 1_000_000
MAX_ATTRIBUTES = 256
_HINT = "mend the XML"
_USUAL = b'<?xml version="1.0" encoding="UTF-8"?>'
_TAG = re.compile(rb"""<(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""(?<=\s)([^\s=<>"'/]++)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(rb"""\A<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_BARE_AMPERSAND = re.compile(rb"""&[^\s;&<"']*\Z""")
_LEFT_OPEN = (
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH],
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
)
_INVALID_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_ENCODINGS = re.compile(r"utf-8|ascii|utf-16(-[lb]e)?|iso8859-\d+|cp\d+|latin-1|koi8-[ru]")


class Element:
    """One element: local name, attributes, children, and its place in the file.

    `start` is the byte offset of its `<`; `close` that of its end tag's `<`, or, for an
    empty-element tag, the offset just behind the tag.
    """

    __slots__ = ("attributes", "children", "close", "name", "parent", "start")

    def __init__(
        self, name: str, attributes: dict[str, str], start: int, parent: "Element | None"
    ) -> None:
        self.name = name
        self.attributes = attributes
        self.start = start
        self.close = start
        self.parent = parent
        self.children: list[Element] = []

    def find(self, name: str) -> "Element | None":
        """The first child of that name."""
        for child in self.children:
            if child.name == name:
                return child
        return None

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))


class XmlDocument:
    """A parsed file: `data` is its text as UTF-8 without a byte order mark, `root` its element.

    `raw` is what was read; `encode` turns changed `data` back into the file's own encoding.
    """

    def __init__(self, name: str, raw: bytes) -> None:
        self.name = name
        self.raw = raw
        self.bom, self.encoding = _encoding(name, raw)
        self.data = raw if self.encoding == "utf-8" and not self.bom else self._as_utf8()
        self.root = _parse(name, self.data)
        self._counted = (0, 1, 1)  # an offset in `data`, its line and its column

    def _as_utf8(self) -> bytes:
        try:
            return self.raw[len(self.bom) :].decode(self.encoding).encode()
        except UnicodeError as error:
            raise InputError(
                f"not {self.encoding.upper()} text, as it says it is: {error}",
                where=self.name,
                hint=_HINT,
            ) from None

    def encode(self, data: bytes) -> bytes:
        """`data` (UTF-8) in the file's own encoding, with its byte order mark if it had one.

        A character that this encoding lacks becomes a character reference.
        """
        return self.bom + data.decode().encode(self.encoding, "xmlcharrefreplace")

    def tag(self, element: Element) -> tuple[int, int]:
        """Where the element's start tag begins and ends (just behind its `>`)."""
        match = _TAG.match(self.data, element.start)
        assert match is not None, "expat accepted a start tag without an end"
        return match.span()

    def end(self, element: Element) -> int:
        """The offset just behind the whole element."""
        start, end = self.tag(element)
        if self.data[start:end].endswith(b"/>"):
            return end
        return self.data.index(b">", element.close) + 1

    def attribute_spans(self, element: Element) -> dict[str, tuple[int, int]]:
        """Where each attribute stands, from its name to its closing quote, by name as written."""
        start, end = self.tag(element)
        found = _ATTRIBUTE.finditer(self.data, start, end)
        return {match[1].decode(): match.span() for match in found}

    def location(self, element: Element, attribute: str = "") -> Location:
        """Line and column, from 1, of an element or of one of its attributes."""
        return self.at(self._attribute(element, attribute) if attribute else element.start)

    def _attribute(self, element: Element, name: str) -> int:
        """Where an attribute starts; the element itself where it has none of that name."""
        wanted = name.encode()
        for match in _ATTRIBUTE.finditer(self.data, *self.tag(element)):
            if match[1] == wanted:
                return match.start()
        return element.start

    def at(self, offset: int) -> Location:
        """Line and column, from 1, of a byte offset in `data`; columns count characters."""
        # Rules go through a file from top to bottom: lines are counted from the last place asked.
        start, line, column = self._counted if offset >= self._counted[0] else (0, 1, 1)
        begin = self.data.rfind(b"\n", start, offset) + 1
        if begin:
            line += self.data.count(b"\n", start, begin)
            start, column = begin, 1
        column += len(self.data[start:offset].decode())
        self._counted = offset, line, column
        return Location(self.name, line, column)


def _encoding(name: str, raw: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding of a file, as a Python codec's name."""
    for bom, codec in (
        (BOM_UTF8, "utf-8"),
        (BOM_UTF16_LE, "utf-16-le"),
        (BOM_UTF16_BE, "utf-16-be"),
    ):
        if raw.startswith(bom):
            return bom, codec
    for start, codec in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if raw.startswith(start):
            return b"", codec
    declared = _DECLARED.match(raw) if not raw.startswith(_USUAL) else None
    if declared is None:
        return b"", "utf-8"
    label = declared[1].decode()
    try:
        codec = lookup(label).name
    except LookupError:
        codec = ""
    if not _ENCODINGS.fullmatch(codec) or codec.startswith("utf-16"):
        raise InputError(f"cannot read the encoding {label[:40]!r}", where=name, hint="use UTF-8")
    return b"", codec


class _Names(dict[str, str]):
    """Local names of qualified ones (`namespace local`), each worked out once."""

    def __missing__(self, qualified: str) -> str:
        local = self[qualified] = qualified.rpartition(" ")[2]
        return local


_names = _Names()
#: The names of elements and attributes, as expat makes them: the same few in every file.
_strings: dict[str, str] = {}
_MANY_STRINGS = 10_000


def _parse(name: str, data: bytes) -> Element:
    """The root element of `data`; anything wrong is an `InputError` with line and column."""
    if len(data) > MAX_TAGS and data.count(b"<") > MAX_TAGS:
        raise InputError(f"more than {MAX_TAGS:,} tags", where=name, hint="split the file")
    parser = expat.ParserCreate("utf-8", " ", _strings)
    if len(_strings) > _MANY_STRINGS:  # files with names of their own
        _strings.clear()
        _names.clear()
    top = Element("", {}, 0, None)
    open_elements = [top]
    push, pop, local = open_elements.append, open_elements.pop, _names

    # These two run once for every tag of every file: they do the least that can be done.
    def start(qualified: str, attributes: dict[str, str]) -> None:
        parent = open_elements[-1]
        element = Element(local[qualified], attributes, parser.CurrentByteIndex, parent)
        parent.children.append(element)
        push(element)
        if len(open_elements) > MAX_DEPTH:
            refuse(f"nested deeper than {MAX_DEPTH} elements")
        if len(attributes) > MAX_ATTRIBUTES:
            refuse(f"an element with more than {MAX_ATTRIBUTES} attributes")

    def end(_: str) -> None:
        pop().close = parser.CurrentByteIndex

    def refuse(what: str) -> None:
        where = f"{name}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}"
        raise InputError(what, where=where, hint=_HINT)

    def refuse_entity(entity: str, *_: object) -> None:
        refuse(f"declares the entity {entity!r}, which is refused")

    def refuse_defaults(element: str, attribute: str, *_: object) -> None:
        refuse(f"declares a default for {element} {attribute}, which is refused")

    def refuse_reference(entity: str, *_: object) -> None:
        refuse(f"uses the undeclared entity {entity!r}")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse_entity
    parser.AttlistDeclHandler = refuse_defaults
    parser.SkippedEntityHandler = refuse_reference
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        where = f"{name}:{error.lineno}:{error.offset + 1}"
        raise InputError(
            _explain(error, data, open_elements[-1], parser.ErrorByteIndex),
            where=where,
            hint=_HINT,
        ) from None
    return top.children[0]


def _explain(error: expat.ExpatError, data: bytes, innermost: Element, at: int) -> str:
    """What is wrong, in words, with the likely cause: an element left open, or a bare `&`."""
    if not data.strip():
        return "empty: no XML here"
    if b"\0" in data[:1024]:
        return "binary: no XML here"
    what = f"not well-formed XML: {expat.ErrorString(error.code)}"
    if innermost.name and error.code in _LEFT_OPEN:
        line = data.count(b"\n", 0, innermost.start) + 1
        what += f" (<{innermost.name}> of line {line} is not closed)"
    if error.code == _INVALID_TOKEN and _BARE_AMPERSAND.search(data, max(0, at - 200), at):
        what += "; write &amp; for &"
    return what
