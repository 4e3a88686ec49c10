"""XML written from elements and comments, the same bytes for the same input."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import TextWrapper

from opskit.broker.xml.style import WIDTH, escaped

STEP = "  "


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. Line breaks stay; with `fill` lines are broken at the width too."""

    text: str
    fill: bool = True


@dataclass(frozen=True, slots=True)
class Tag:
    """An element. `text` is its character data, for those that have no children."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Sequence["Tag | Comment"] = ()
    text: str = ""


def render(
    nodes: Sequence[Tag | Comment], margin: str = "", step: str = STEP, prefix: str = ""
) -> str:
    """The nodes below each other; a start tag that is too wide has one attribute a line.

    `prefix` is that of the elements' namespace (`amq:`), where it has one.
    """
    return "".join(f"{line}\n" for node in nodes for line in _lines(node, margin, step, prefix))


def _lines(node: Tag | Comment, margin: str, step: str, prefix: str) -> Iterator[str]:
    if isinstance(node, Comment):
        yield from _comment(node, margin)
        return
    name = prefix + node.name
    pairs = [f'{key}="{_escaped(value)}"' for key, value in node.attributes.items()]
    start = " ".join([f"{margin}<{name}", *pairs])
    if len(start) + 2 > WIDTH:
        start = f"\n{margin}{step * 2}".join([f"{margin}<{name}", *pairs])
    if node.text:
        yield f"{start}>{_escaped(node.text)}</{name}>"
    elif not node.children:
        yield f"{start}/>"
    else:
        yield f"{start}>"
        for child in node.children:
            yield from _lines(child, margin + step, step, prefix)
        yield f"{margin}</{name}>"


def _escaped(value: str) -> str:
    return escaped(value, b'"').decode()


def _comment(comment: Comment, margin: str) -> Iterator[str]:
    _escaped(comment.text)  # refuses what XML cannot hold
    # Two hyphens would end the comment; the space keeps it readable.
    lines = re.sub("-(?=-)", "- ", comment.text).splitlines()
    if comment.fill:
        filled = TextWrapper(
            WIDTH - len(margin) - 9, break_long_words=False, break_on_hyphens=False
        )
        lines = [part for line in lines for part in filled.wrap(line)]
    yield f"{margin}<!-- {lines[0]}{'' if lines[1:] else ' -->'}"
    for line in lines[1:-1]:
        yield f"{margin}     {line}"
    if lines[1:]:
        yield f"{margin}     {lines[-1]} -->"
