"""YAML and JSON documents read with positions, so that every message can name its line.

`read_document` is for a whole document; `opskit.decode` makes a typed model of it.
"""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from opskit.errors import InputError
from opskit.files import MAX_BYTES, display_name, read_bytes
from opskit.findings import Location
from opskit.nodes import Lines, ListNode, MapNode, Node, Trouble
from opskit.redact import unquoted
from opskit.scalars import Plain, plain
from opskit.syntax import compose

__all__ = ["Document", "EmptyInputError", "Problems", "decode_text", "parse_document"]
__all__ += ["read_bytes", "read_document"]

MAX_PROBLEMS = 10

_BOMS = (  # UTF-32 first: its mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class EmptyInputError(InputError):
    """There is no document: no byte, or nothing but white space and comments."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document and where each part of it stands. A path is keys and list indexes from 0."""

    name: str
    text: str
    root: Node
    lines: Lines

    def at(self, index: int) -> Location:
        """The place of an offset into the text."""
        return Location(self.name, *self.lines.at(index))

    def node(self, path: Sequence[str | int]) -> Node:
        """The node at `path`; KeyError where there is none."""
        node = self.root
        for step in path:
            following = _key_and_value(node, step)
            if following is None:
                raise KeyError(step)
            node = following[1]
        return node

    def location(self, path: Sequence[str | int], *, key: bool = False) -> Location:
        """Where the value at `path` starts, or its key; the innermost part there is, if missing.

        What an alias or a merge brought in stands where it was written.
        """
        start, node = self.root.start, self.root
        for step in path:
            following = _key_and_value(node, step)
            if following is None:
                break
            key_node, node = following
            start = key_node.start if key else node.start
        return self.at(start)

    def plain(self) -> Plain:
        """The document as None, bool, int, float, str, list and dict."""
        return plain(self.root)


_HINT = "'opskit schema' lists the documents that opskit reads, and what each may hold"


class Problems:
    """What is wrong with a document, gathered so that it is mended in one go."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[tuple[int, str, str]] = []

    @property
    def count(self) -> int:
        return len(self._found)

    def add(self, index: int, message: str, hint: str = "") -> None:
        """Note a problem at an offset; raises when there are more than anyone wants to read."""
        self._found.append((index, message, hint))
        if len(self._found) > MAX_PROBLEMS:
            self.check()

    def check(self) -> None:
        """Raise an `InputError` that lists the problems, if there are any."""
        if not self._found:
            return
        (index, message, hint), *others = sorted(self._found)[:MAX_PROBLEMS]
        lines = [
            self._safe(index, message),
            *(f"{self._document.at(at)}: {self._safe(at, text)}" for at, text, _ in others),
        ]
        if len(self._found) > MAX_PROBLEMS:
            lines.append("... and more")
        raise InputError("\n".join(lines), where=str(self._document.at(index)), hint=hint or _HINT)

    def _safe(self, index: int, message: str) -> str:
        return unquoted(message, line_of(self._document.text, index))


def line_of(text: str, index: int) -> str:
    """The line of `text` that an offset stands in."""
    return text[text.rfind("\n", 0, index) + 1 :].partition("\n")[0]


def read_document(source: str | Path, *, name: str = "", limit: int = MAX_BYTES) -> Document:
    """Read a YAML or JSON file, or stdin for `-`; `name` is what messages call it.

    A file whose name ends in `.json` is JSON, any other is either. Raises `InputError` for a
    source that cannot be read and a text that is not one document.
    """
    return parse_document(
        read_bytes(source, limit=limit),
        name or display_name(source),
        is_json=str(source).lower().endswith(".json"),
    )


def parse_document(
    data: bytes, name: str, *, is_json: bool = False, tags: Mapping[str, str] | None = None
) -> Document:
    """The document in `data`; see `read_document`.

    `tags` are local tags of YAML that are permitted, and the key that each stands for:
    with `{"!Ref": "Ref"}`, `!Ref x` is read as `{Ref: x}`.
    """
    text = decode_text(data, name)
    lines = Lines(text)
    try:
        root = compose(text, lines, is_json=is_json, tags=tags) if text.strip() else None
    except Trouble as trouble:
        where = Location(name, *lines.at(trouble.index))
        line = line_of(text, trouble.index)
        message, hint = unquoted(trouble.message, line), unquoted(trouble.hint, line)
        raise InputError(message, where=str(where), hint=hint) from None
    if root is None:
        raise EmptyInputError("is empty", where=name, hint="check what was to write it")
    return Document(name, text, root, lines)


def decode_text(data: bytes, name: str) -> str:
    """UTF-8, or what a byte order mark says, as text without the mark; else an `InputError`."""
    bom, encoding = _mark(data)
    body = data[len(bom) :]
    if encoding == "utf-8" and b"\0" in body:
        raise InputError("is a binary file", where=name, hint="a text file is wanted")
    try:
        return body.decode(encoding).lstrip("\ufeff")  # some tools write the mark twice
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding)
        raise InputError(
            f"is not {encoding.upper()} text: {error.reason} (byte 0x{body[error.start]:02x})",
            where=str(Location(name, *Lines(before).at(len(before)))),
            hint="save the file as UTF-8",
        ) from None


def encode_like(text: str, data: bytes) -> bytes:
    """Text in the encoding of `data`, with its byte order mark: `decode_text` the other way."""
    bom, encoding = _mark(data)
    before = data[len(bom) :].decode(encoding)
    marks = before[: len(before) - len(before.lstrip("\ufeff"))]
    return bom + (marks + text).encode(encoding)


def _mark(data: bytes) -> tuple[bytes, str]:
    """The byte order mark and the encoding that it stands for."""
    return next((pair for pair in _BOMS if data.startswith(pair[0])), (b"", "utf-8"))


def _key_and_value(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """The key (of a list's item: the item) and the value one step down, if there is one."""
    if isinstance(node, MapNode) and isinstance(step, str):
        return node.items.get(step)
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step], node.items[step]
    return None
