"""The proof of an edit: what is read afterwards is what was read before, but for the edit."""

from collections.abc import Sequence
from operator import attrgetter

import yaml
from yaml import AliasEvent, CollectionStartEvent, ScalarEvent

from opskit.nodes import Trouble
from opskit.rollout.edit.splice import Edit, applied
from opskit.rollout.edit.stream import Part, events

_Sign = tuple[object, ...]
_SCALAR = attrgetter("anchor", "tag", "value", "implicit", "style")


def prove(part: Part, edits: Sequence[Edit], after: str) -> None:
    """Parse a part again after its edits; `Trouble` where more, or else, has changed."""
    if not _holds(part.text, part.start, edits, after):
        raise Trouble(
            "cannot be edited: more than the image would change",
            edits[0].place,
            "write the value plainly, on a line of its own",
        )


def prove_lines(part: Part, edits: Sequence[Edit]) -> bool:
    """Whether the lines of some edits in a block, read by themselves, prove them.

    All other lines are the same, and to the parser a line of a block ends as it did: no value
    that is written goes on in the next line. False also where the lines cannot be read by
    themselves.
    """
    text = part.text
    start = text.rfind("\n", 0, min(edit.start for edit in edits) - part.start) + 1
    end = text.find("\n", max(edit.end for edit in edits) - part.start)
    before, base = text[start : end if end >= 0 else len(text)], part.start + start
    return _holds(before, base, edits, applied(before, edits, base))


def _holds(before: str, base: int, edits: Sequence[Edit], after: str) -> bool:
    try:
        old, new = list(events(before)), list(events(after))
    except yaml.YAMLError:
        return False
    wanted = list(map(_sign, old))
    found = list(map(_sign, new))
    ends = {event.end_mark.index: at for at, event in enumerate(old) if type(event) is ScalarEvent}
    for edit in sorted(edits, key=lambda each: -each.start):  # what is put in moves what follows
        at = ends.get((edit.after if edit.pairs else edit.end) - base)
        if at is None:
            return False  # no scalar stands there
        if edit.pairs:
            wanted[at + 1 : at + 1] = [(None, None, text) for text in edit.pairs]
        else:
            wanted[at] = (*wanted[at][:2], edit.value)
    return len(wanted) == len(found) and all(
        sign == other[: len(sign)] for sign, other in zip(wanted, found, strict=True)
    )


def _sign(event: yaml.Event) -> _Sign:
    """What an event says, wherever it stands. Of a scalar first that which an edit keeps."""
    if type(event) is ScalarEvent:
        return _SCALAR(event)
    if isinstance(event, CollectionStartEvent):
        return (type(event), event.anchor, event.tag, event.flow_style)
    return (type(event), event.anchor if isinstance(event, AliasEvent) else None)
