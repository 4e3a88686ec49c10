"""What an edit will make of files: all is read, edited and proved before a byte is written."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from opskit.documents import EmptyInputError, decode_text, encode_like, line_of
from opskit.errors import InputError
from opskit.files import display_name, read_bytes
from opskit.findings import Location
from opskit.nodes import Lines, Trouble
from opskit.redact import unquoted
from opskit.rollout.edit import kustomize, values, workloads
from opskit.rollout.edit.edited import MAX_BYTES, Change, Edited
from opskit.rollout.edit.names import Names
from opskit.rollout.edit.proof import Prover
from opskit.rollout.edit.sources import files
from opskit.rollout.edit.splice import Edit, applied
from opskit.rollout.edit.spot import Spot
from opskit.rollout.edit.stream import Document, Part, Stream, documents, parts
from opskit.rollout.edit.templates import marked, template
from opskit.rollout.edit.wanted import Matcher, Slot, parse_wanted

MAX_PROBLEMS = 10
#: Characters of a file's changed documents that are parsed again as a whole. Of the documents
#: beyond, the lines of the mappings that changed are.
WHOLE = 128 * 1024

_EDITS = {"container": workloads.edits, "kustomization": kustomize.edits, "values": values.edits}


def plan(
    paths: Sequence[str | Path],
    images: Sequence[str] | Mapping[str, str],
    *,
    anchors: bool = False,
    recursive: bool | None = None,
) -> list[Edited]:
    """What `NAME=IMAGE` makes of each file, those that stay as they are included.

    A path may be `-` for stdin, or a folder; `anchors` permits a change of an anchored value for
    all that use it. Raises InputError for a file that cannot be read or not be edited without a
    guess, and for a name that is nowhere or means images of several repositories; UsageError for
    what is no `NAME=IMAGE`.
    """
    texts = [f"{k}={v}" for k, v in images.items()] if isinstance(images, Mapping) else images
    matcher, names = Matcher(parse_wanted(texts)), Names()
    edited = []
    for path, is_named in files(paths, recursive=recursive):
        try:
            edited.append(
                edit_bytes(read_bytes(path, limit=MAX_BYTES), path, matcher, names, anchors)
            )
        except EmptyInputError:
            if is_named:
                raise
    names.check(matcher.wanted, [each.name for each in edited])
    overrides = list(names.overrides(matcher.wanted))
    return [
        replace(
            each, notes=(*each.notes, *(note for at, note in overrides if at.file == each.name))
        )
        for each in edited
    ]


def edit_bytes(
    data: bytes, path: str, matcher: Matcher, names: Names, anchors: bool = False
) -> Edited:
    """What becomes of the bytes of a file; the names that it holds are noted in `names`."""
    name = display_name(path)
    text = decode_text(data, name)
    if not text.strip():
        raise EmptyInputError("is empty", where=name, hint="a manifest or values are wanted")
    stream = Stream(name, text, Lines(text))
    editor = _Editor(stream, matcher, names, anchors)
    try:
        after = "".join(map(editor.part, parts(stream)))
        editor.finish()
    except Trouble as trouble:
        editor.problems.append(trouble)
    if editor.problems:
        raise _error(stream, editor.problems)
    if not editor.edits:
        return Edited(name, data, data, notes=tuple(editor.notes))
    return Edited(
        name,
        data,
        encode_like(after, data),
        tuple(editor.edits),
        tuple(sorted(editor.changes)),
        tuple(editor.notes),
    )


class _Editor:
    """Goes through a stream, part by part."""

    def __init__(self, stream: Stream, matcher: Matcher, names: Names, anchors: bool) -> None:
        self.edits: list[Edit] = []
        self.changes: list[Change] = []
        self.problems: list[Trouble] = []
        self.notes: list[str] = []
        self._stream = stream
        self._matcher = matcher
        self._names = names
        self._anchors = anchors
        self._prover = Prover(WHOLE)

    def part(self, part: Part) -> str:
        """The text of a part with its edits done, and proved."""
        found: dict[tuple[int, int], Edit] = {}
        slots: list[Slot] = []
        for document in documents(part):
            for slot, edits in self._document(document):
                slots.append(slot)
                for edit in edits:
                    if found.setdefault((edit.start, edit.end), edit).text != edit.text:
                        self._problem(Trouble("is asked to be two images", edit.place))
        if not found or self.problems:
            return part.text
        edits = sorted(found.values())
        after = applied(part.text, edits, part.start)
        in_block = not self._anchors and not any(slot.block.in_flow for slot in slots)
        self._prover.prove(part, after, edits, in_block=in_block)
        self.edits += edits
        return after

    def finish(self) -> None:
        """The end of the stream: what is not proved yet is proved."""
        if not self.problems:
            self._prover.finish()

    def _document(self, document: Document) -> Iterator[tuple[Slot, list[Edit]]]:
        try:
            for slot in self._slots(document):
                self._names.saw(slot)
                found = self._matcher.match(slot)
                if not found:
                    continue
                for wanted in found:
                    self._names.met(wanted, slot)
                try:
                    edits = _EDITS[slot.kind](slot, found[0], anchors=self._anchors)
                    if edits and self._stream.has_templates:
                        _refuse_template(document)
                except Trouble as trouble:
                    self._problem(trouble)
                    continue
                if edits:
                    self.changes += self._changes(slot, edits)
                    yield slot, edits
        except Trouble as trouble:  # of a mapping on the way to an image
            self._problem(trouble)

    def _slots(self, document: Document) -> Iterator[Slot]:
        root = Spot(document, document.root)
        if not root.is_map:
            return iter(())
        kind = root.get("kind")
        name = kind.text if kind is not None else None
        if kustomize.is_kustomization(root, self._stream.name, name):
            return kustomize.entries(root)
        if name is not None and root.get("apiVersion") is not None:
            self.notes += self._left(workloads.unknown(root, name))
            return workloads.containers(root, name)
        return values.images(root)

    def _changes(self, slot: Slot, edits: Sequence[Edit]) -> Iterator[Change]:
        for edit in edits:
            if edit.field:
                at = Location(self._stream.name, *self._stream.lines.at(edit.place))
                yield Change(at, slot.label, edit.field, edit.before, edit.written)

    def _left(self, slots: Iterator[Slot]) -> Iterator[str]:
        """What is asked for, and stays as it is for it stands in a kind that is not known."""
        for slot in slots:
            with suppress(Trouble):  # two images that are asked for are none here
                if not self._matcher.match(slot):
                    continue
                at = Location(self._stream.name, *self._stream.lines.at(slot.spot.start))
                kind = slot.owner.partition("/")[0]
                yield f"{at}: {slot.label} is not edited: {kind} is not among the kinds that are"

    def _problem(self, trouble: Trouble) -> None:
        self.problems.append(trouble)
        if len(self.problems) > MAX_PROBLEMS:
            raise trouble


def _refuse_template(document: Document) -> None:
    at = marked(document.root, document.part.text)
    if at is not None:
        raise template(document.part.start + at)


def _error(stream: Stream, problems: Sequence[Trouble]) -> InputError:
    """The problems of a file, in the order of its lines."""
    ordered = sorted(problems, key=lambda each: each.index)
    lines = []
    for each in dict.fromkeys((each.index, each.message) for each in ordered):
        index, message = each
        at = Location(stream.name, *stream.lines.at(index))
        lines.append((str(at), unquoted(message, line_of(stream.text, index))))
    (where, message), *others = lines[:MAX_PROBLEMS]
    told = [message, *(f"{at}: {text}" for at, text in others)]
    if len(lines) > MAX_PROBLEMS:
        told.append("... and more")
    return InputError("\n".join(told), where=where, hint=ordered[0].hint)
