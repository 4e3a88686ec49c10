"""Edits of scalars in place, and the text that a value becomes in the style that stands there."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from yaml import ScalarNode

from opskit.nodes import Trouble
from opskit.rollout.edit.spot import Spot
from opskit.rollout.edit.stream import Part
from opskit.rollout.edit.templates import TEMPLATE, template
from opskit.rollout.edit.tree import Written, is_tagged

_PROPERTIES = re.compile(r"(?:(?:&[^\s,\[\]{}]+|!!str|!)[ \t]+)+")
_LINE_BREAK = re.compile("[\r\n\x85\u2028\u2029]")
_LINE_END = re.compile(r"\r?\n|\r|\Z")

# What some reader of YAML 1.1 or 1.2 takes for something else than text: numbers of every base,
# with exponents, separators and parts to the base 60, dates, and words.
_NO_TEXT = re.compile(
    r"""[-+]?(?:0[xX][0-9a-fA-F_]*|0[oO]?[0-7_]*|0[bB][01_]*)
      | (?=[-+]?\.?[0-9])[-+]?(?:[0-9][0-9_,]*)?(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]*)?
      | [-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*
      | [-+]?\.(?:inf|nan)
      | null|~|true|false|yes|no|on|off|y|n""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PLAIN = re.compile(r"[A-Za-z0-9_][\w./@:+-]*(?<!:)", re.ASCII)


class Edit(NamedTuple):
    """`text` in the place of the file's characters `start` to `end`.

    For the proof: `value` is what the scalar that ends at `end` reads as afterwards; `pairs` are
    the keys and values that are new behind the scalar that ends at `after`. `field` and `before`
    say what changed.
    """

    start: int
    end: int
    text: str
    value: str | None = None
    pairs: tuple[str, ...] = ()
    after: int = -1
    field: str = ""
    before: str = ""

    @property
    def written(self) -> str:
        """What the value is afterwards."""
        return self.value if self.value is not None else ", ".join(self.pairs[1::2])

    @property
    def place(self) -> int:
        """The offset that messages name."""
        return self.after if self.pairs else self.start


@lru_cache(maxsize=1000)
def is_text(value: str) -> bool:
    """Whether every reader of YAML takes a plain scalar for that text."""
    return bool(_PLAIN.fullmatch(value)) and not _NO_TEXT.fullmatch(value)


def replaced(spot: Spot, value: str, field: str, *, anchors: bool = False) -> list[Edit]:
    """The edit that makes a scalar read as `value`; none where it does.

    Raises `Trouble` where that would guess, or change more than this scalar; `anchors` permits
    a change of all places that use the scalar's anchor.
    """
    node = spot.node
    if not isinstance(node, ScalarNode):
        raise _unfit(spot)
    if node.value == value and (_is_quoted(node) or is_text(value)):
        return []
    if not anchors:
        _refuse_shared(spot, field)
    start, end = _span(spot.document.part, node)
    # within brackets not every reader takes a plain scalar with a colon
    brackets = (spot.flow or spot.alias is not None) and ":" not in node.value
    text = _styled(value, node.style, flow=brackets)
    if start == end:
        text = f" {text}"  # nothing stands behind the colon
    base = spot.document.part.start
    return [Edit(base + start, base + end, text, value, field=field, before=node.value)]


def renamed(key: Written, part: Part, name: str) -> Edit:
    """The edit that gives a key another name, in its style."""
    start, end = _span(part, key)
    return Edit(part.start + start, part.start + end, _styled(name, key.style), name)


def inserted(mapping: Spot, behind: Spot, pairs: Sequence[tuple[str, str]]) -> list[Edit]:
    """The edit that writes keys and values into a mapping, behind the value of one of its keys.

    In a block each gets a line of its own, at that key's indentation. Raises `Trouble` where the
    mapping is no place for that.
    """
    key: Any = behind.key
    value, part = behind.node, mapping.document.part
    if behind.alias or mapping.shared or not isinstance(value, ScalarNode) or key is None:
        raise Trouble(
            f"{pairs[0][0]} is missing here, and cannot be put in: what stands here is shared",
            mapping.start,
            f"write {pairs[0][0]} into this mapping first",
        )
    _, end = _span(part, value)
    flat = tuple(text for pair in pairs for text in pair)
    after = part.start + end
    field = ", ".join(name for name, _ in pairs)
    if mapping.in_flow:
        quoted = key.style if key.style in ("'", '"') else None
        text = "".join(
            f", {_styled(name, quoted)}: {_styled(text, quoted, flow=True)}" for name, text in pairs
        )
        return [Edit(after, after, text, pairs=flat, after=after, field=field)]
    line_start = part.text.rfind("\n", 0, key.start_mark.index) + 1
    before = part.text[line_start : key.start_mark.index]
    if before.strip(" -"):
        raise Trouble(
            f"{pairs[0][0]} is missing here, and there is no line of its own to copy",
            mapping.start,
            f"write {pairs[0][0]} into this mapping first",
        )
    indent = " " * len(before)
    found = _LINE_END.search(part.text, end)
    assert found is not None
    newline = found[0] or _newline(part)
    text = "".join(f"{newline}{indent}{name}: {_styled(text, None)}" for name, text in pairs)
    at = part.start + found.start()
    return [Edit(at, at, text, pairs=flat, after=after, field=field)]


def applied(text: str, edits: Iterable[Edit], base: int = 0) -> str:
    """The text, which starts at `base` of the file, with the edits done, given in their order."""
    at = 0
    pieces: list[str] = []
    for edit in edits:
        pieces += (text[at : edit.start - base], edit.text)
        at = edit.end - base
    pieces.append(text[at:])
    return "".join(pieces)


def _span(part: Part, node: Written) -> tuple[int, int]:
    """Where a scalar's value stands in its part, without anchor and tag; `Trouble` if not fit."""
    start, end = node.start_mark.index, node.end_mark.index
    at = part.start + start
    if part.text.startswith(("&", "!"), start):
        properties = _PROPERTIES.match(part.text, start, end)
        if properties is None or properties.end() == end:
            raise Trouble("is tagged, and not edited", at, "write the value without a tag")
        start = properties.end()
    if part.stream.has_templates and TEMPLATE.search(node.value):
        raise template(at)
    if node.style in ("|", ">") or _LINE_BREAK.search(part.text, start, end):
        raise Trouble("is written on several lines", at, "write the value on one line")
    return start, end


def _styled(value: str, style: str | None, *, flow: bool = False) -> str:
    """A value with the quotes of `style`, or in double quotes where it needs some."""
    if style in ("'", '"'):
        return f"{style}{value}{style}"
    return value if is_text(value) and not (flow and ":" in value) else f'"{value}"'


def _is_quoted(node: Written) -> bool:
    return bool(node.style) or is_tagged(node)


def _refuse_shared(spot: Spot, field: str) -> None:
    part = spot.document.part
    if spot.alias is not None:
        raise Trouble(
            f"{field} comes through the alias `*{spot.alias.name}`",
            part.start + spot.alias.start,
            "--anchors edits it at its anchor, for all that use it; or write it out here",
        )
    if spot.shared:
        lines = sorted({part.line(each.start) for each in spot.shared})
        shown = ", ".join(map(str, lines[:5])) + (", ..." if len(lines) > 5 else "")
        word = "line" if len(lines) == 1 else "lines"
        raise Trouble(
            f"{field} stands under the anchor `&{spot.shared[0].name}`, "
            f"which is used again in {word} {shown}",
            spot.start,
            "--anchors edits it for all that use it",
        )


def _unfit(spot: Spot) -> Trouble:
    at = spot.start - spot.document.part.start
    if spot.document.part.text.startswith("{{", at):
        return template(spot.start)
    what = "a mapping" if spot.is_map else "a list"
    return Trouble(f"is {what}, where an image is wanted", spot.start, "write one value")


def _newline(part: Part) -> str:
    """The line end of a file whose last line has none."""
    found = re.search(r"\r?\n|\r", part.stream.text)
    return found[0] if found else "\n"
