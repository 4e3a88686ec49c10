"""What `optimize --write` writes: mappings moved and lists edited, all other bytes as they were.

Comments go with the mapping or the identifier that they stand above or behind; those of a mapping
that becomes a part of another one are put above that.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from opskit.documents import Document, encode_like
from opskit.emrfs.fixes import MENDED, Rewrite
from opskit.emrfs.load import Source
from opskit.emrfs.model import Identifier, RoleMapping
from opskit.emrfs.optimize import proof, reading
from opskit.emrfs.optimize.listing import Listing, NotInPlaceError
from opskit.emrfs.optimize.parts import Part
from opskit.emrfs.optimize.plan import Plan
from opskit.errors import DefectError, InputError
from opskit.nodes import ListNode, MapNode, Node

_HINT = "'opskit emrfs optimize -o json' prints the mappings as they are to be"
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_FLOW = re.compile(r"[,\[\]{}]")
_Path = tuple[str | int, ...]


def rewrite(source: Source, plan: Plan) -> Rewrite:
    """The file with the plan carried out; InputError where it is written in a way that is not
    edited. What comes of it is read again, and compared.
    """
    if not plan.steps:
        return Rewrite(source.name, source.data, source.data)
    if plan.before.format not in MENDED:
        message = "only emrfs.yaml, security configurations and templates of CloudFormation "
        raise InputError(f"{message}are edited", where=source.name, hint=_HINT)
    try:
        text, wanted = _Writer(source.document(), plan).written()
        result = source._replace(data=encode_like(text, source.data))
        if result.document().plain() != wanted:
            raise NotInPlaceError("anchors or tags")
    except (NotInPlaceError, InputError) as error:
        message = f"the mappings are not edited in place: {error}"
        raise InputError(message, where=source.name, hint=_HINT) from None
    wrong = proof.difference(plan.before, reading.read(result))
    if wrong is not None:
        message = f"{source.name}: what was to be written would change who gets what: {wrong}"
        raise DefectError(message)
    return Rewrite(source.name, source.data, result.data)


class _Item(NamedTuple):
    """A mapping in the file: its piece of the list, its node, and the key, the list and the pieces
    of its identifiers.
    """

    piece: tuple[int, int]
    node: MapNode
    key: str
    values: ListNode
    listing: Listing


class _Writer:
    """The text and the plain values of a document after a plan."""

    def __init__(self, document: Document, plan: Plan) -> None:
        self._document = document
        self._text = document.text
        self._newline = "\r\n" if "\r\n" in document.text else "\n"
        self._parts = plan.parts
        mappings = plan.before.mappings
        self._path, node = _found(document, mappings)
        self._list = Listing.of(self._text, node)
        self._pieces = self._list.pieces
        pairs = zip(mappings, node.items, self._pieces, strict=True)
        used = {member.index for part in plan.parts if _changed(part) for member in part.members}
        self._items = {m.index: self._item(m, each, p) for m, each, p in pairs if m.index in used}
        self._places = {
            id(identifier): (mapping.index, number)
            for mapping in mappings
            for number, identifier in enumerate(mapping.identifiers)
        }

    def written(self) -> tuple[str, Any]:
        """The new text, and the plain values that it has to have."""
        pieces = [self._piece(part) for part in self._parts]
        start, end = self._list.start, self._list.end
        text = self._text[:start] + self._list.joined(pieces, self._newline) + self._text[end:]
        return text, self._plain()

    def _item(self, mapping: RoleMapping, node: Node, piece: tuple[int, int]) -> _Item:
        at = self._document.lines.at
        if isinstance(node, MapNode):
            for key, (_, value) in node.items.items():
                if not isinstance(value, ListNode) or len(value.items) != len(mapping.identifiers):
                    continue
                places = [each.location and each.location[1:] for each in mapping.identifiers]
                inside = node.start <= value.start and value.end <= node.end
                if inside and places == [at(each.start) for each in value.items]:
                    return _Item(piece, node, key, value, Listing.of(self._text, value))
        raise NotInPlaceError(f"the identifiers of {mapping.label} stand elsewhere")

    def _plain(self) -> Any:
        whole: Any = self._document.plain()
        holder = whole
        for step in self._path[:-1]:
            holder = holder[step]
        old = holder[self._path[-1]]
        new = []
        for part in self._parts:
            if not _changed(part):
                new.append(old[part.index])
                continue
            values = [
                old[index][self._items[index].key][number]
                for index, number in (self._places[id(each)] for each in part.identifiers)
            ]
            new.append({**old[part.index], self._items[part.index].key: values})
        holder[self._path[-1]] = new
        return whole

    def _piece(self, part: Part) -> str:
        """The text of a mapping with the identifiers that it is to have."""
        start, end = self._pieces[part.index]
        if not _changed(part):
            return self._text[start:end]
        listing = self._items[part.index].listing
        values = [self._value(part, *self._places[id(each)]) for each in part.identifiers]
        before, after = self._text[start : listing.start], self._text[listing.end : end]
        return "".join(
            (*self._comments(part), before, listing.joined(values, self._newline), after)
        )

    def _value(self, part: Part, index: int, number: int) -> str:
        """The text of one identifier, as it is written in the list of the part."""
        item, target = self._items[index], self._items[part.index].listing
        node, (start, end) = item.values.items[number], item.listing.pieces[number]
        raw, piece = self._text[node.start : node.end], self._text[start:end]
        if index == part.index:
            return piece
        if target.marks is None:
            lines = piece.splitlines() if item.listing.marks is None else [f"- {raw}"]
            return "".join(f"{target.indent}{line.lstrip()}{self._newline}" for line in lines)
        plain = raw[:1] not in ('"', "'") and _FLOW.search(raw)
        return json.dumps(raw, ensure_ascii=False) if plain else raw

    def _comments(self, part: Part) -> Iterator[str]:
        """The comments of mappings that become a part of another, as lines above that. Those in
        their lists go with the identifiers, where these still stand in lines.
        """
        for member in part.members[1:] if self._list.marks is None else ():
            item = self._items[member.index]
            (start, end), listing = item.piece, item.listing
            kept = [each for each in part.identifiers if self._places[id(each)][0] == member.index]
            for comment in _COMMENT.findall(self._text[start : item.node.start]):
                yield self._line(comment)
            inside = self._text[item.node.start : listing.start] + self._text[listing.end : end]
            yield from self._about(kept, inside)
            if self._items[part.index].listing.marks is None or listing.marks is not None:
                continue
            for identifier in kept:
                start, end = listing.pieces[self._places[id(identifier)][1]]
                yield from self._about([identifier], self._text[start:end])

    def _about(self, identifiers: Sequence[Identifier], text: str) -> Iterator[str]:
        """The comments in a text, with the names of what they were about."""
        names = ", ".join(each.text for each in identifiers)
        for comment in _COMMENT.findall(text):
            yield self._line(f"# {names}: {comment.lstrip('# ')}")

    def _line(self, comment: str) -> str:
        return f"{self._list.indent}{comment.rstrip()}{self._newline}"


def _changed(part: Part) -> bool:
    """Whether a mapping has other identifiers than before."""
    return len(part.members) > 1 or len(part.identifiers) < len(part.members[0].identifiers)


def _found(document: Document, mappings: Sequence[RoleMapping]) -> tuple[_Path, ListNode]:
    """The list of the mappings in a document, and the way there."""
    wanted = [mapping.location and mapping.location[1:] for mapping in mappings]
    at = document.lines.at
    stack: list[tuple[Node, _Path]] = [(document.root, ())]
    while stack:
        node, path = stack.pop()
        if isinstance(node, MapNode):
            stack += [(value, (*path, key)) for key, (_, value) in node.items.items()]
        elif isinstance(node, ListNode):
            if len(node.items) == len(wanted) and [at(n.start) for n in node.items] == wanted:
                return path, node
            stack += [(each, (*path, number)) for number, each in enumerate(node.items)]
    raise NotInPlaceError("they stand in a text, or are put together from several places")
