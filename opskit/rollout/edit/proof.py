"""The proof of an edit: what is read afterwards is what was read before, but for the edit."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

import yaml
from yaml import CollectionStartEvent, ScalarEvent

from opskit.nodes import Trouble
from opskit.rollout.edit.splice import Edit, applied
from opskit.rollout.edit.stream import Part, events


class _Lines(NamedTuple):
    """A part whose edited lines are to be proved, and its text afterwards."""

    part: Part
    after: str
    edits: Sequence[Edit]


#: Parts that are proved at once.
_BATCH = 200
_MARKER = "\n---\n"
_Sign = tuple[object, ...]
#: Where a scalar ends in a text, and what it reads as afterwards or what is put in behind it.
_Mark = tuple[int, str | None, tuple[str, ...]]
_SCALAR = attrgetter("anchor", "tag", "value", "implicit", "style")
_START = attrgetter("__class__", "anchor", "tag", "flow_style")


class Prover:
    """Parses again what was edited, some at a time; `finish` says that no more comes.

    Documents are parsed whole until their text has come to `whole` characters. Of those beyond,
    where an edit stands in a block, its lines are: all other lines are the same, and to the parser
    they begin as they did, because no value that is written goes on in the next line.
    """

    def __init__(self, whole: int) -> None:
        self._left = whole
        self._waiting: list[_Lines] = []

    def prove(self, part: Part, after: str, edits: Sequence[Edit], *, in_block: bool) -> None:
        """See to it that a part says after its edits what it said; else `Trouble`."""
        self._left -= len(part.text)
        if self._left >= 0 or not in_block:
            _prove(part, after, edits)
            return
        self._waiting.append(_Lines(part, after, edits))
        if len(self._waiting) >= _BATCH:
            self.finish()

    def finish(self) -> None:
        """Prove what waits, as documents of one stream: to start a parser costs as much as lines.

        Where that fails, because lines cannot be read by themselves, each part is proved whole.
        """
        waiting, self._waiting = self._waiting, []
        before, after, marks, at = [], [], [], 0
        for part, _, edits in waiting:
            lines, base = _lines(part, edits)
            before.append(lines)
            after.append(applied(lines, edits, base))
            marks += _marks(edits, base - at)
            at += len(lines) + len(_MARKER)
        if not _holds(_MARKER.join(before), marks, _MARKER.join(after)):
            for each in waiting:
                _prove(*each)


def _prove(part: Part, after: str, edits: Sequence[Edit]) -> None:
    if not _holds(part.text, _marks(edits, part.start), after):
        raise Trouble(
            "cannot be edited: more than the image would change",
            edits[0].place,
            "write the value plainly, on a line of its own",
        )


def _marks(edits: Sequence[Edit], base: int) -> list[_Mark]:
    return [
        (each.after - base, None, each.pairs) if each.pairs else (each.end - base, each.value, ())
        for each in edits
    ]


def _lines(part: Part, edits: Sequence[Edit]) -> tuple[str, int]:
    """The lines of a part from its first edit to its last, and where they start in the file."""
    text = part.text
    start = text.rfind("\n", 0, edits[0].start - part.start) + 1
    end = text.find("\n", edits[-1].end - part.start)
    return text[start : end if end >= 0 else len(text)], part.start + start


def _holds(before: str, marks: Sequence[_Mark], after: str) -> bool:
    """Whether two texts say the same, but for what the marks say."""
    try:
        old, new = list(events(before)), list(events(after))
    except yaml.YAMLError:
        return False
    wanted, found = _signs(old), _signs(new)
    ends = {event.end_mark.index: at for at, event in enumerate(old) if type(event) is ScalarEvent}
    for end, value, pairs in reversed(marks):  # what is put in moves what follows
        at = ends.get(end)
        if at is None:
            return False  # no scalar stands there
        if value is None:
            wanted[at + 1 : at + 1] = [(None, None, text) for text in pairs]
        else:
            wanted[at] = (*wanted[at][:2], value)
    return len(wanted) == len(found) and all(
        sign == other or sign == other[:3] for sign, other in zip(wanted, found, strict=True)
    )


def _signs(events: Sequence[yaml.Event]) -> list[_Sign]:
    """What each event says, wherever it stands. Of a scalar first that which an edit keeps."""
    return [
        _SCALAR(event)
        if type(event) is ScalarEvent
        else _START(event)
        if isinstance(event, CollectionStartEvent)
        else (type(event), getattr(event, "anchor", None))
        for event in events
    ]
