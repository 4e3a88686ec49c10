"""Texts with `${...}` in them: heredocs, files of `templatefile`, strings of Terraform's JSON."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from opskit.emrfs.formats.tf.values import Value
from opskit.errors import InputError

#: From the text between the braces to its value; None where that is not known.
Resolve = Callable[[str], Value | None]
_MAX_TEXT = 1024 * 1024


class _Piece(NamedTuple):
    """Characters, or what stands between the braces of an interpolation."""

    text: str
    inner: bool


def render(text: str, resolve: Resolve) -> str:
    """The text with its interpolations filled in.

    What is not known stays, readable, without quotation marks, and in quotation marks where it is
    a value of JSON: the JSON stays JSON. Directives (`%{ for ... }`) stay as well.
    """
    is_json = text.lstrip()[:1] in ("{", "[") and text.lstrip()[:2] != "${"
    made: list[str] = []
    size, line = 0, ""
    for piece in _pieces(text):
        if piece.inner:
            filled = _filled(piece.text, resolve, quoted=line.count('"') % 2 == 1 or not is_json)
        else:
            filled = piece.text
        line = (line + filled).rpartition("\n")[2].replace('\\"', "")
        size += len(filled)
        if size > _MAX_TEXT:
            raise InputError("a template comes to more than 1 MiB of text")
        made.append(filled)
    return "".join(made)


def _filled(inner: str, resolve: Resolve, *, quoted: bool) -> str:
    found = resolve(inner)
    if found is not None and found.known:
        return found.text
    text = f"${{{inner}}}" if found is None else found.text
    shown = " ".join(text.split()).replace('"', "'").replace("\\", "")
    return shown if quoted else f'"{shown}"'


def _pieces(text: str) -> Iterator[_Piece]:
    """The text cut at its interpolations; `$${` is an escaped one, and one without end is text."""
    start = 0
    while True:
        found = text.find("${", start)
        if found < 0:
            yield _Piece(text[start:], inner=False)
            return
        if text[found - 1 : found] == "$":  # $${ is ${
            yield _Piece(text[start : found - 1] + "${", inner=False)
            start = found + 2
            continue
        end = _end(text, found + 2)
        if end < 0:
            yield _Piece(text[start:], inner=False)
            return
        yield _Piece(text[start:found], inner=False)
        yield _Piece(text[found + 2 : end].strip().strip("~"), inner=True)
        start = end + 1


def _end(text: str, start: int) -> int:
    """Where the brace closes that was opened before `start`; -1 where it does not."""
    depth, quoted, index = 1, False, start
    while index < len(text):
        character = text[index]
        if quoted and character == "\\":
            index += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "{}":
            depth += 1 if character == "{" else -1
            if depth == 0:
                return index
        index += 1
    return -1
