"""The change from one text to another as a unified diff, with written-out secrets masked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from opskit.redact import masked

CONTEXT = 3
QUICK_FROM = 4000
_NO_NEWLINE = "\n\\ No newline at end of file\n"


def unified(
    name: str, before: str, after: str, changes: "Sequence[LineChange] | None" = None
) -> str:
    """The change of a file of that name; `changes` are its changed lines where they are known.

    Line ends are kept as they are, so that `patch` can apply it; written-out passwords are shown
    as `***`, so that a diff of one cannot be applied.
    """
    return f"--- {name}\n+++ {name}\n" + "".join(_hunks(before, after, changes))


class LineChange(NamedTuple):
    """Lines `start` to `end` of the old text, in whose place those of the new text stand."""

    start: int
    end: int
    new_start: int
    new_end: int


def _hunks(before: str, after: str, changes: "Sequence[LineChange] | None") -> Iterator[str]:
    old, new = _lines(masked(before)), _lines(masked(after))
    if changes is None:
        changes = list(_changes(_lines(before), _lines(after)))
    for hunk in _grouped(changes):
        first, last = hunk[0], hunk[-1]
        at = max(first.start - CONTEXT, 0)
        end = min(last.end + CONTEXT, len(old))
        new_range = _range(first.new_start - (first.start - at), last.new_end + (end - last.end))
        yield f"@@ -{_range(at, end)} +{new_range} @@\n"
        for change in hunk:
            yield from _marked(" ", old[at : change.start])
            yield from _marked("-", old[change.start : change.end])
            yield from _marked("+", new[change.new_start : change.new_end])
            at = change.end
        yield from _marked(" ", old[at:end])


def _grouped(changes: Iterable[LineChange]) -> list[list[LineChange]]:
    """Changes so near to each other that their contexts touch stand in one hunk."""
    hunks: list[list[LineChange]] = []
    for change in changes:
        if hunks and change.start - hunks[-1][-1].end <= 2 * CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
    return hunks


def _changes(old: list[str], new: list[str]) -> Iterator[LineChange]:
    # What is the same at both ends is left out first: files are long and changes are small.
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    # Without the short cut a diff is exact, and with it quick.
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > QUICK_FROM)
    for tag, *places in matcher.get_opcodes():
        if tag != "equal":
            yield LineChange(*(place + head for place in places))


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _same(old: list[str], new: list[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _range(start: int, end: int) -> str:
    """Lines as a hunk's header counts them: from 1, an empty range from the line before it."""
    count = end - start
    return f"{start + 1 if count else start},{count}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    return (mark + (line if line.endswith("\n") else line + _NO_NEWLINE) for line in lines)
