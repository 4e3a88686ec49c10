"""A file that is to be written anew, with what changes in it and where."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from opskit.documents import decode_text
from opskit.files import replace
from opskit.findings import Location
from opskit.rollout.edit.splice import Edit
from opskit.unified import LineChange, unified

#: Bytes of a file; a document in it may be long, and there may be thousands.
MAX_BYTES = 64 * 1024 * 1024


class Change(NamedTuple):
    """One scalar that changes; `field` says which, `location` is where it was read.

    `label` names the image: `deployment/web web`, the entry of a kustomization, a path of values.
    `before` is empty for what is put in.
    """

    location: Location
    label: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A file as it was read, and all its bytes afterwards. `name` is `<stdin>` for stdin.

    `notes` are sentences on what in it works against the edit.
    """

    name: str
    before: bytes
    after: bytes
    edits: tuple[Edit, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def diff(self) -> str:
        """The change as a unified diff; empty where there is none."""
        if not self.changed:
            return ""
        before, after = decode_text(self.before, self.name), decode_text(self.after, self.name)
        return unified(self.name, before, after, list(_lines(before, self.edits)))

    def save(self) -> Path | None:
        """Write it whole, or not at all; None, for no backup is kept.

        Raises InputError where the file is no longer what it was, or cannot be written.
        """
        if self.changed:
            replace(self.name, self.before, self.after, backup=False)
        return None


def _lines(text: str, edits: Sequence[Edit]) -> Iterator[LineChange]:
    """The lines that change. A value stands on one line; what is put in may add some behind it."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    more, last = 0, LineChange(-1, -1, -1, -1)
    for edit in sorted(edits, key=lambda each: each.start):
        line, added = bisect_left(breaks, edit.start), edit.text.count("\n")
        start = line + 1 if added and line < len(breaks) else line
        change = LineChange(start, line + 1, start + more, line + 1 + more + added)
        more += added
        if start < last.end:  # a second edit of the same line
            last = last._replace(end=change.end, new_end=change.new_end)
            continue
        if last.start >= 0:
            yield last
        last = change
    if last.start >= 0:
        yield last
