"""The edits that make one element say what another says, and leave alone what says it already.

Attributes are compared by what they mean to the broker: `TRUE` is `true`, and a default that is
written out is the same as none.
"""

from opskit.broker import attributes
from opskit.broker.versions import Version
from opskit.broker.xml import edit
from opskit.broker.xml.edit import Edit
from opskit.broker.xml.xmlwrite import Tag
from opskit.xmltree import Element, XmlDocument

#: What a file may add to a connector of a topology: it says nothing about what crosses.
LOCAL = frozenset({"id", "sslContext"})
_TRUE = frozenset({"true", "on", "yes", "1"})


def reconcile(document: XmlDocument, have: Element, want: Tag, version: Version) -> list[Edit]:
    """Edits for attributes and children that differ; none where both mean the same.

    Children are told apart by their name and their `physicalName`; their order means
    nothing, and comments are left alone.
    """
    edits = _attributes(document, have, want, version)
    missing = {_key(child): child for child in want.children if isinstance(child, Tag)}
    last: Element | None = None
    for child in have.children:
        if child.name in LOCAL:
            last = child
        elif wanted := missing.pop(_key(child), None):
            edits += reconcile(document, child, wanted, version)
            last = child
        else:
            edits.append(edit.remove(document, child))
    if missing:
        edits.append(edit.insert(document, have, list(missing.values()), last))
    return edits


def _attributes(document: XmlDocument, have: Element, want: Tag, version: Version) -> list[Edit]:
    edits = [
        edit.set_attribute(document, have, name, value)
        for name, value in want.attributes.items()
        if not _same(name, have.attributes.get(name), value)
    ]
    own_ttls = {"consumerTTL", "messageTTL"} & want.attributes.keys()
    for name, value in have.attributes.items():
        # Those with a namespace (`namespace name`) are not the broker's.
        if name in want.attributes or name in LOCAL or " " in name:
            continue
        overrides = name == "networkTTL" and own_ttls  # even when it says what is the default
        if overrides or not _same(name, value, attributes.default(name, version)):
            edits.append(edit.remove_attribute(document, have, name))
    return edits


def _key(element: Element | Tag) -> tuple[str, str]:
    return element.name, element.attributes.get("physicalName", "")


def _same(name: str, one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    known = attributes.ATTRIBUTES.get(name)
    if known and known.kind == "bool":
        return (one.strip().lower() in _TRUE) == (other.strip().lower() in _TRUE)
    return one == other
