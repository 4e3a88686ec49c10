"""HCL, the language of `.tf` files, parsed with python-hcl2 into blocks and expressions.

Syntax: Terraform documentation, "Syntax overview". The trees of the expressions are python-hcl2's
own (lark), with their places; `expressions` evaluates them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from opskit.documents import decode_text
from opskit.emrfs.formats.tf.values import Value
from opskit.errors import InputError
from opskit.findings import Location

if TYPE_CHECKING:
    from lark import Token, Tree

#: Longer texts take minutes to parse, and no one writes them by hand.
MAX_SIZE = 1024 * 1024
#: The grammar of heredocs takes the square of the length of blank runs.
_BLANKS = re.compile(r"\s+")
_MAX_BLANKS = 2000


class Source(NamedTuple):
    """A file and its text."""

    name: str
    text: str


class Expression(NamedTuple):
    """The tree of an expression and the file it stands in."""

    tree: "Tree[Token]"
    source: Source

    @property
    def location(self) -> Location:
        meta = self.tree.meta
        return Location(self.source.name, getattr(meta, "line", 1), getattr(meta, "column", 1))

    @property
    def text(self) -> str:
        """As it is written."""
        meta = self.tree.meta
        return self.source.text[getattr(meta, "start_pos", 0) : getattr(meta, "end_pos", 0)]

    def of(self, tree: Any) -> "Expression":
        """A part of it."""
        return Expression(tree, self.source)


#: An attribute of a block: an expression, or a value where the file is JSON.
Attribute: TypeAlias = Expression | Value


@dataclass(slots=True)
class Block:
    """`type "label" "label" { ... }`. The body of a file is a block without a type."""

    type: str
    labels: tuple[str, ...]
    location: Location
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)

    def of_type(self, type_: str) -> Iterator["Block"]:
        return (block for block in self.blocks if block.type == type_)


def parse(data: bytes, name: str) -> Block:
    """The body of a file; InputError with the line of what is no HCL."""
    if len(data) > MAX_SIZE:
        raise InputError(
            "is larger than 1 MiB", where=name, hint="name the file with the role mappings alone"
        )
    text = decode_text(data, name)
    for run in _BLANKS.finditer(text):
        if run.end() - run.start() > _MAX_BLANKS:
            line = text.count("\n", 0, run.start()) + 1
            raise InputError("holds too many blanks in a row", where=f"{name}:{line}")
    try:
        tree = _tree(text, name)
        made = _block(parts(tree)[0], Source(name, text + "\n"), "", ())
        made.location = Location(name, 1, 1)
        return made
    except RecursionError:
        raise InputError("is nested too deep", where=name, hint="flatten it") from None


def expression(text: str, location: Location) -> Expression | None:
    """The tree of an expression that stands in a text, as in Terraform's JSON; None for none.

    Its parts have no places of their own.
    """
    try:
        tree = _tree(f"v = {text}", location.file)
    except (InputError, RecursionError):
        return None
    attribute = parts(parts(tree)[0])[0]
    return Expression(attribute.children[-1], Source(location.file, f"v = {text}\n"))


def _tree(text: str, name: str) -> "Tree[Token]":
    import hcl2
    from lark.exceptions import LarkError, UnexpectedInput

    try:
        return hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        line = min(error.line, text.count("\n") + 1) if error.line > 0 else text.count("\n") + 1
        raise InputError(
            _unexpected(error, text), where=str(Location(name, line, max(error.column, 1)))
        ) from None
    except LarkError as error:
        raise InputError(f"is no Terraform: {error}", where=name) from None


def _unexpected(error: Any, text: str) -> str:
    from lark.exceptions import UnexpectedCharacters

    if isinstance(error, UnexpectedCharacters):
        return f"is no Terraform: {str(error.char)[:20]!r} is not expected here"
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        return "is no Terraform: it ends too early"
    found = "the end of the line" if token.type == "NL_OR_COMMENT" else repr(str(token)[:40])
    return f"is no Terraform: {found} is not expected here"


def _block(body: "Tree[Token]", source: Source, type_: str, labels: tuple[str, ...]) -> Block:
    made = Block(type_, labels, _location(body, source))
    for child in parts(body):
        if child.data == "attribute":
            name, *_, value = child.children
            made.attributes[word(name)] = Expression(value, source)
        elif child.data == "block":
            inner = parts(child)
            names = [word(each) for each in inner[:-1]]
            block = _block(inner[-1], source, names[0], tuple(names[1:]))
            block.location = _location(child, source)
            made.blocks.append(block)
    return made


def parts(tree: "Tree[Token]") -> list[Any]:
    """The children that are trees, without blanks and comments."""
    return [
        child
        for child in tree.children
        if hasattr(child, "data") and child.data != "new_line_or_comment"
    ]


def word(tree: Any) -> str:
    """An identifier, a keyword or a plain text in quotes."""
    return "".join(str(token) for token in tree.scan_values(lambda _: True)).strip('"')


def _location(tree: "Tree[Token]", source: Source) -> Location:
    return Location(source.name, getattr(tree.meta, "line", 1), getattr(tree.meta, "column", 1))
