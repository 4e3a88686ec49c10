"""Terraform's JSON: `.tf.json` files, and what `terraform show -json` prints.

Syntax: Terraform documentation, "JSON Configuration Syntax" and "JSON Output Format".
"""

from collections.abc import Iterator

from opskit.documents import Document, parse_document
from opskit.emrfs.formats.tf.hcl import Block
from opskit.emrfs.formats.tf.values import Value, of_node
from opskit.nodes import MapNode

_SHOWN = ("values", "planned_values")


def recognises(document: Document) -> bool:
    """Whether a document is one of the two kinds."""
    root = document.root
    if not isinstance(root, MapNode):
        return False
    if any(isinstance(root.items.get(key, (None, None))[1], MapNode) for key in _SHOWN):
        return "format_version" in root.items or "terraform_version" in root.items
    return any(
        isinstance(root.items.get(key, (None, None))[1], MapNode) for key in ("resource", "data")
    )


def read(data: bytes, name: str) -> Block:
    """The body of a `.tf.json` file."""
    return body(parse_document(data, name, is_json=True))


def body(document: Document) -> Block:
    """The blocks of a document; every value in them is one of attributes."""
    root = of_node(document.root, document.at)
    made = Block("", (), root.location)
    for key in _SHOWN:
        shown = root.get(key)
        if shown is not None and root.get("format_version") is not None:
            made.blocks += _shown(shown.get("root_module"))
            return made
    for kind in ("resource", "data"):
        for type_, named in _pairs(root.get(kind)):
            for name, each in _pairs(named):
                made.blocks += [_block(kind, (type_, name), one) for one in each.items()]
    for name, each in _pairs(root.get("variable")):
        made.blocks += [_block("variable", (name,), one) for one in each.items()]
    for key in ("locals", "provider"):
        found = root.get(key)
        for one in found.items() if found is not None else ():
            made.blocks.append(_block(key, (), one))
    return made


def children(block: Block, type_: str) -> Iterator[Block]:
    """The blocks of a type inside of another; in JSON they look like attributes."""
    yield from block.of_type(type_)
    written = block.attributes.get(type_)
    if isinstance(written, Value):
        for each in written.items():
            if isinstance(each.content, dict):
                yield _block(type_, (), each)


def _shown(module: Value | None) -> Iterator[Block]:
    """The resources of a module and of those below it, with the values they came to."""
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if current is None:
            continue
        for each in _list(current.get("resources")):
            kind = "data" if _text(each, "mode") == "data" else "resource"
            values = each.get("values")
            if values is not None:
                address = _text(each, "address") or _text(each, "name")
                yield _block(kind, (_text(each, "type"), address), values)
        waiting += reversed(_list(current.get("child_modules")))


def _block(type_: str, labels: tuple[str, ...], value: Value) -> Block:
    attributes = value.content if isinstance(value.content, dict) else {}
    return Block(type_, labels, value.location, dict(attributes))


def _pairs(value: Value | None) -> Iterator[tuple[str, Value]]:
    """The keys and values of an object, or of each object of a list."""
    for each in value.items() if value is not None else ():
        if isinstance(each.content, dict):
            yield from each.content.items()


def _list(value: Value | None) -> list[Value]:
    return value.items() if value is not None else []


def _text(value: Value, key: str) -> str:
    found = value.get(key)
    return found.text if found is not None else ""
