"""What `lint --fix` writes: values spliced in place, so that every other byte stays.

A rule proposes a fix (`fixable`) with what was written (`observed`) and what is to stand there
(`expected`). A finding leads to its value by its location, and is mended only where that value
stands in the file as it was written: not in texts that hold a configuration, nor where a template
computes it. Twice does no harm: what is mended is not found again.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from opskit import files
from opskit.documents import Document, decode_text, encode_like
from opskit.emrfs.load import Source
from opskit.emrfs.model import Design
from opskit.errors import DefectError
from opskit.findings import Finding
from opskit.nodes import ListNode, MapNode, Node, ScalarNode
from opskit.unified import unified

#: The formats that are mended. Others hold the mappings in a text, or are not written by hand.
MENDED = ("emrfs", "securityconfig", "cloudformation")
#: Mending one thing can uncover another: a scheme changed makes a duplicate.
ROUNDS = 5
#: Of these rules a list is to be made, or a repetition dropped; of others the text is replaced.
_LIST, _DROP = "EMR001", "EMR010"
_DASH = re.compile(r"[ \t]*-[ \t]+")
_COMMA = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file as it was read, and all its bytes afterwards."""

    name: str
    raw: bytes
    result: bytes

    @property
    def changed(self) -> bool:
        return self.result != self.raw

    def diff(self) -> str:
        """The change as a unified diff; empty where there is none."""
        if not self.changed:
            return ""
        before, after = (decode_text(data, self.name) for data in (self.raw, self.result))
        return unified(self.name, before, after)

    def save(self) -> Path | None:
        """Write the result over the file that was read; the path of the backup that was kept.

        Raises InputError where the file is no longer what it was, or cannot be written.
        """
        return files.replace(self.name, self.raw, self.result)


def mends(design: Design) -> bool:
    """Whether files of this kind are mended at all."""
    return design.format in MENDED


def mark(source: Source, design: Design, findings: Iterable[Finding]) -> None:
    """Leave `fixable` set on the findings that are mended, and on no other."""
    proposed = [finding for finding in findings if finding.fixable]
    for finding, edit in zip(proposed, _edits(source, design, proposed), strict=True):
        finding.fixable = edit is not None


def mended(source: Source, design: Design, findings: Iterable[Finding]) -> bytes:
    """The file with what was found mended; the same bytes where there is nothing to mend."""
    edits = {edit for edit in _edits(source, design, findings) if edit is not None}
    if not edits:
        return source.data
    document = source.document()
    text, wanted, last = document.text, document.plain(), len(document.text)
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        if edit.end <= last:  # the next round takes what overlaps
            text = text[: edit.start] + edit.text + text[edit.end :]
            last = edit.start
            edit.apply(wanted)
    result = source._replace(data=encode_like(text, source.data))
    if result.document().plain() != wanted:
        raise DefectError(f"{source.name}: a fix would change more than it is to")
    return result.data


class _Edit(NamedTuple):
    """Text in the place of a range of the file, and what it does to the value at `path`."""

    start: int
    end: int
    text: str
    path: tuple[str | int, ...]
    does: Literal["set", "wrap", "drop"]
    value: str = ""

    def apply(self, plain: Any) -> None:
        """Do the same to the plain values of the file."""
        *above, last = self.path
        for step in above:
            plain = plain[step]
        if self.does == "drop":
            del plain[last]
        else:
            plain[last] = self.value if self.does == "set" else [plain[last]]


class _Slot(NamedTuple):
    """A single value, the list or mapping it stands in, and the way there."""

    node: ScalarNode
    parent: ListNode | MapNode
    path: tuple[str | int, ...]


def _edits(source: Source, design: Design, findings: Iterable[Finding]) -> Iterator[_Edit | None]:
    """For each finding how it is mended; None where it is not."""
    document: Document | None = None
    slots: dict[tuple[int, int], _Slot | None] = {}
    for finding in findings:
        at = finding.location
        if not (finding.fixable and mends(design) and at and at.line and at.column):
            yield None
            continue
        if document is None:
            document = source.document()
            slots = _slots(document)
        slot = slots.get((at.line, at.column))
        if slot is None or slot.node.text != finding.observed:
            yield None
        else:
            yield _edit(document.text, slot, finding)


def _edit(text: str, slot: _Slot, finding: Finding) -> _Edit | None:
    node = slot.node
    if finding.rule == _DROP:
        return _dropped(text, slot)
    wrap = finding.rule == _LIST
    new = node.text if wrap else finding.expected
    made = _written(text[node.start : node.end], node.text, new)
    if made is None:
        return None
    if wrap:
        return _Edit(node.start, node.end, f"[{made}]", slot.path, "wrap")
    return _Edit(node.start, node.end, made, slot.path, "set", new)


def _slots(document: Document) -> dict[tuple[int, int], _Slot | None]:
    """The single values by their line and column; None for one that stands in several places."""
    found: dict[tuple[int, int], _Slot | None] = {}
    stack: list[tuple[Node, tuple[str | int, ...]]] = [(document.root, ())]
    while stack:
        node, path = stack.pop()
        if isinstance(node, ScalarNode):
            continue
        children: Iterable[tuple[str | int, Node]] = (
            enumerate(node.items)
            if isinstance(node, ListNode)
            else ((key, value) for key, (_, value) in node.items.items())
        )
        for step, child in children:
            if isinstance(child, ScalarNode):
                at = document.lines.at(child.start)
                found[at] = None if at in found else _Slot(child, node, (*path, step))
            else:
                stack.append((child, (*path, step)))
    return found


def _written(raw: str, old: str, new: str) -> str | None:
    """A text in the way that `raw` writes `old`; None for a block of lines."""
    quote = raw[:1]
    if quote not in ('"', "'"):
        plain = raw == old and not re.search(r"[{}\[\],#]|:(?!/)", new)
        return new if plain else None
    if raw == f"{quote}{old}{quote}" and not re.search(r"[\"'\\]", new):
        return f"{quote}{new}{quote}"
    if quote == '"':
        return json.dumps(new, ensure_ascii=raw.isascii())
    return "'" + new.replace("'", "''") + "'"


def _dropped(text: str, slot: _Slot) -> _Edit | None:
    """An item of a list taken out, with its comma or its line; not with a comment."""
    node, parent, index = slot.node, slot.parent, slot.path[-1]
    if not isinstance(parent, ListNode) or not isinstance(index, int) or index == 0:
        return None
    if not all(isinstance(each, ScalarNode) for each in parent.items):
        return None  # what it repeats may be computed by a template, and differ when deployed
    before = parent.items[index - 1].end
    if text[parent.start : parent.start + 1] == "[":
        if not _COMMA.fullmatch(text, before, node.start):
            return None
        return _Edit(before, node.end, "", slot.path, "drop")
    start, end = text.rfind("\n", 0, node.start) + 1, text.find("\n", node.end) + 1
    end = end or len(text)
    if not _DASH.fullmatch(text, start, node.start) or text[node.end : end].strip():
        return None
    if not text.endswith("\n", 0, end):  # the last line, and no end to it
        start = len(text[:start].rstrip("\r\n"))
    return _Edit(start, end, "", slot.path, "drop")
