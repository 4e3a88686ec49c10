"""A provider's file with facts renewed and added: values exchanged and lines put in, no more.

Every other byte stays, comments included. The result is read again, and has to be the catalog
that was meant.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from opskit.decode import decode
from opskit.documents import Document, encode_like, parse_document
from opskit.errors import DefectError, InputError
from opskit.nodes import ListNode, MapNode, Node
from opskit.storage.catalog.check import check
from opskit.storage.catalog.model import Fact, Provider, Source
from opskit.storage.units import exact

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*(?: [A-Za-z0-9][A-Za-z0-9_./-]*)*")
_LINE_END = re.compile(r"\r?\n|\r|\Z")
_RENEWED = ("read_on", "source", "method", "status", "note")


@dataclass(slots=True)
class Plan:
    """`renewed` are facts by their place in the file, `added` those that go below a place."""

    renewed: dict[int, Fact] = field(default_factory=dict)
    added: dict[int, list[Fact]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    def done(self, provider: Provider) -> Provider:
        """The provider as it has to read afterwards."""
        facts: list[Fact] = []
        for index, fact in enumerate(provider.facts):
            facts += (self.renewed.get(index, fact), *self.added.get(index, ()))
        return replace(provider, facts=tuple(facts), sources={**provider.sources, **self.sources})


class _Edit(NamedTuple):
    """`text` in the place of the characters `start` to `end`."""

    start: int
    end: int
    text: str


def spliced(data: bytes, name: str, plan: Plan) -> bytes:
    """The bytes of a provider's file with the plan carried out.

    Raises InputError where the file is written in a way that this cannot edit.
    """
    document = parse_document(data, name)
    before = decode(document, Provider)
    edits = sorted(_edits(document, plan), key=lambda each: (each.start, each.end))
    text = document.text
    pieces: list[str] = []
    at = 0
    for edit in edits:
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    after = encode_like("".join((*pieces, text[at:])), data)
    _prove(after, name, plan.done(before))
    return after


def _prove(data: bytes, name: str, wanted: Provider) -> None:
    try:
        document = parse_document(data, name)
        found = decode(document, Provider)
        check(document, found)
    except InputError as error:
        raise DefectError(
            f"the file would be unfit after the change, and is left as it was: {error}"
        ) from None
    if found != wanted:
        raise DefectError(
            "the file would not say what was meant, and is left as it was", where=name
        )


def _edits(document: Document, plan: Plan) -> Iterator[_Edit]:
    root = document.root
    assert isinstance(root, MapNode)
    facts = root.items["facts"][1]
    assert isinstance(facts, ListNode)
    _refuse_shared(document, facts, plan)
    for index, fact in plan.renewed.items():
        node = facts.items[index]
        assert isinstance(node, MapNode)
        yield from _exchanged(document.text, node, fact)
    for index, added in plan.added.items():
        yield from _below(document.text, facts.items[index], [_flow(each) for each in added])
    if plan.sources:
        yield from _sources(document.text, root.items["sources"][1], plan.sources)


def _refuse_shared(document: Document, facts: ListNode, plan: Plan) -> None:
    """What an alias or a merge brings in stands in several facts: no one of them is edited."""
    seen = [id(node) for node in facts.items]
    for index in (*plan.renewed, *plan.added):
        node = facts.items[index]
        values = node.items.values() if isinstance(node, MapNode) else ()
        inside = all(
            node.start <= part.start and part.end <= node.end for pair in values for part in pair
        )
        if seen.count(id(node)) > 1 or not inside:
            raise InputError(
                "the fact uses an alias, and is not edited",
                where=str(document.at(node.start)),
                hint="write the fact out",
            )


def _exchanged(text: str, node: MapNode, fact: Fact) -> Iterator[_Edit]:
    """The edits of the values that are not as the fact has them."""
    for key, wanted in _fields(fact).items():
        if key not in _RENEWED or key not in node.items:
            continue
        value = node.items[key][1]
        if text[value.start : value.end] != wanted:
            yield _Edit(value.start, value.end, wanted)


def _below(text: str, node: Node, lines: Sequence[str]) -> Iterator[_Edit]:
    """The edit that puts items of a list behind one: on lines of their own, or in its brackets."""
    start = text.rfind("\n", 0, node.start) + 1
    before = text[start : node.start]
    if before.strip() != "-":
        yield _Edit(node.end, node.end, "".join(f", {line}" for line in lines))
        return
    yield _lines(text, node.end, [f"{before}{line}" for line in lines])


def _lines(text: str, end: int, lines: Sequence[str]) -> _Edit:
    """The edit that puts lines below the one that `end` is in."""
    found = _LINE_END.search(text, end)
    assert found is not None
    newline = found[0] or (_LINE_END.search(text) or found)[0] or "\n"
    at = found.start()
    return _Edit(at, at, "".join(f"{newline}{line}" for line in lines))


def _sources(text: str, node: Node, sources: Mapping[str, Source]) -> Iterator[_Edit]:
    assert isinstance(node, MapNode)
    key, value = list(node.items.values())[-1]
    start = text.rfind("\n", 0, key.start) + 1
    before = text[start : key.start]
    lines = [
        f"{name}: {{title: {json.dumps(each.title)}, url: {json.dumps(each.url)}}}"
        for name, each in sources.items()
    ]
    if before.strip():
        yield _Edit(value.end, value.end, "".join(f", {line}" for line in lines))
    else:
        yield _lines(text, value.end, [f"{before}{line}" for line in lines])


def _flow(fact: Fact) -> str:
    """A fact as one line."""
    return "{" + ", ".join(f"{key}: {text}" for key, text in _fields(fact).items()) + "}"


def _fields(fact: Fact) -> dict[str, str]:
    """The keys of a fact and their values as YAML, in the order of the bundled files."""
    found = {
        "item": fact.item,
        "class": _word(fact.class_) if fact.class_ != "*" else "",
        "region": _word(fact.region) if fact.region != "*" else "",
        "tier": fact.tier,
        "variant": _word(fact.variant) if fact.variant else "",
        "value": exact(fact.value),
        "unit": _word(fact.unit),
        "effective_from": fact.effective_from.isoformat(),
        "read_on": fact.read_on.isoformat(),
        "source": _word(fact.source),
        "method": fact.method,
        "status": fact.status,
        "note": json.dumps(fact.note, ensure_ascii=False) if fact.note else "",
    }
    return {key: text for key, text in found.items() if text}


def _word(text: str) -> str:
    """A text as YAML writes it: plain where that is safe."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
