"""The proof of an edit: what is read afterwards is what was read before, but for the edit."""

from collections.abc import Sequence

import yaml
from yaml import MappingNode, ScalarNode

from opskit.nodes import Trouble
from opskit.rollout.edit.splice import Edit, applied
from opskit.rollout.edit.stream import Part
from opskit.rollout.edit.tree import Alias, Node, Written, anchor_of, compose

#: Edits that are proved at once.
_BATCH = 200
_MARKER = "\n---\n"
_Sign = tuple[object, ...]
_END: _Sign = ()
#: Where a scalar ends in a text, and what it reads as afterwards or what is put in behind it.
_Mark = tuple[int, str | None, tuple[str, ...]]
#: Lines as they are, as they will be, and what is to be the difference.
_Lines = tuple[str, str, tuple[_Mark, ...]]


class Prover:
    """Parses again what was edited; `finish` says that no more comes.

    Documents are parsed whole until their text has come to `whole` characters. Of those beyond,
    where an edit stands in a block, its lines are: all other lines are the same, and to the parser
    they begin as they did, because no value that is written goes on in the next line. Lines that
    are proved are so wherever they stand.
    """

    def __init__(self, whole: int) -> None:
        self._left = whole
        self._waiting: dict[_Lines, tuple[Part, str, Sequence[Edit]]] = {}
        self._proved: set[_Lines] = set()

    def prove(self, part: Part, after: str, edits: Sequence[Edit], *, in_block: bool) -> None:
        """See to it that a part says after its edits what it said before; `Trouble` if not.

        The edits are given in their order.
        """
        self._left -= len(part.text)
        if self._left >= 0 or not in_block:
            _prove(part, after, edits)
            return
        lines = _lines(part, edits)
        if lines not in self._proved:
            self._waiting[lines] = (part, after, edits)
            if len(self._waiting) >= _BATCH:
                self.finish()

    def finish(self) -> None:
        """Prove what waits, as documents of one stream: to start a parser costs as much as lines.

        Where that fails, because lines cannot be read by themselves, each part is proved whole.
        """
        befores, afters, moved, at = [], [], [], 0
        for before, after, marks in self._waiting:
            befores.append(before)
            afters.append(after)
            moved += [(at + end, value, pairs) for end, value, pairs in marks]
            at += len(before) + len(_MARKER)
        if _holds(_MARKER.join(befores), moved, _MARKER.join(afters)):
            self._proved.update(self._waiting)
        else:
            for whole in self._waiting.values():
                _prove(*whole)
        self._waiting.clear()


def _prove(part: Part, after: str, edits: Sequence[Edit]) -> None:
    if not _holds(part.text, _marks(edits, part.start), after):
        raise Trouble(
            "cannot be edited: more than the image would change",
            edits[0].place,
            "write the value plainly, on a line of its own",
        )


def _marks(edits: Sequence[Edit], base: int) -> tuple[_Mark, ...]:
    return tuple(
        (each.after - base, None, each.pairs) if each.pairs else (each.end - base, each.value, ())
        for each in edits
    )


def _lines(part: Part, edits: Sequence[Edit]) -> _Lines:
    """The lines of a part from its first edit to its last."""
    text = part.text
    start = text.rfind("\n", 0, edits[0].start - part.start) + 1
    end = text.find("\n", edits[-1].end - part.start)
    before, base = text[start : end if end >= 0 else len(text)], part.start + start
    return before, applied(before, edits, base), _marks(edits, base)


def _holds(before: str, marks: Sequence[_Mark], after: str) -> bool:
    """Whether two texts say the same, but for what the marks say."""
    try:
        wanted, ends = _signs(before)
        found, _ = _signs(after)
    except yaml.YAMLError:
        return False
    for end, value, pairs in reversed(marks):  # what is put in moves what follows
        at = ends.get(end)
        if at is None:
            return False  # no scalar stands there
        if value is None:
            wanted[at + 1 : at + 1] = [(text, None) for text in pairs]
        else:
            wanted[at] = (value, *wanted[at][1:3])
    return len(wanted) == len(found) and all(
        sign == other or (len(sign) > 0 and sign == other[: len(sign)])
        for sign, other in zip(wanted, found, strict=True)
    )


def _signs(text: str) -> tuple[list[_Sign], dict[int, int]]:
    """What each node says, wherever it stands, and which node is the scalar that ends somewhere.

    Of a scalar first that which an edit changes, then what it keeps.
    """
    signs: list[_Sign] = []
    ends: dict[int, int] = {}
    nodes: list[Node] = [root for root, _ in compose(text)][::-1]
    while nodes:
        node = nodes.pop()
        kind = type(node)
        if kind is ScalarNode:
            ends[node.end_mark.index] = len(signs)
            signs.append((node.value, _tag(node), anchor_of(node), node.style))
        elif node is None:
            signs.append(_END)
        elif kind is Alias:
            signs.append((Alias, node.name))
        else:
            signs.append((kind, _tag(node), anchor_of(node), node.flow_style))
            nodes.append(None)
            if kind is MappingNode:
                nodes += [each for pair in reversed(node.value) for each in reversed(pair)]
            else:
                nodes += reversed(node.value)
    return signs, ends


def _tag(node: Written) -> str | None:
    return node.tag if type(node.tag) is str else None
