"""Templates: text that becomes YAML only when it is rendered."""

from opskit.nodes import Trouble
from opskit.rollout.edit.stream import TEMPLATE, Alias, Branch, Document, Mapping, Node, template


def marked(document: Document) -> Trouble | None:
    """The refusal of a document with template marks outside of quotes and block scalars.

    Unquoted, `{{ x }}` reads as a mapping and `<%= x %>` as text, and neither is what is meant.
    Within quotes and blocks they are text, as in alerting rules in a ConfigMap.
    """
    part = document.part
    if not part.stream.has_templates:
        return None
    nodes: list[Node] = [document.root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, Branch):
            start = node.event.start_mark.index
            if (
                type(node) is Mapping
                and node.event.flow_style
                and part.text.startswith("{{", start)
            ):
                return template(part.start + start)
            nodes.extend(reversed(node))
        elif not isinstance(node, Alias) and not node.style and TEMPLATE.search(node.value):
            return template(part.start + node.start_mark.index)
    return None
