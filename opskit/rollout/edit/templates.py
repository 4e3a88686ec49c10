"""Templates: text that becomes YAML only when it is rendered."""

import re

from yaml import MappingNode, ScalarNode, SequenceNode

from opskit.nodes import Trouble
from opskit.rollout.edit.tree import Node, Written

TEMPLATE_MARKS = ("{{", "<%", "{%")
TEMPLATE = re.compile("|".join(map(re.escape, TEMPLATE_MARKS)))
#: A line that a mark begins.
TEMPLATE_LINE = re.compile(rf"^[ \t]*(?:- +)?(?:{TEMPLATE.pattern})", re.MULTILINE)


def template(index: int) -> Trouble:
    """The refusal of a template: what it will be is not known before it is rendered."""
    return Trouble(
        "is a template, and not edited",
        index,
        "edit the values that it takes, or the manifest that it renders",
    )


def marked(root: Written, text: str) -> int | None:
    """Where a document has a template's mark outside of quotes and block scalars.

    Unquoted, `{{ x }}` reads as a mapping and `<%= x %>` as text, and neither is what is meant.
    Within quotes and blocks they are text, as in alerting rules in a ConfigMap.
    """
    nodes: list[Node] = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, MappingNode):
            start: int = node.start_mark.index
            if node.flow_style and text.startswith("{{", start):
                return start
            nodes.extend(each for pair in reversed(node.value) for each in reversed(pair))
        elif isinstance(node, SequenceNode):
            nodes.extend(reversed(node.value))
        elif isinstance(node, ScalarNode) and not node.style and TEMPLATE.search(node.value):
            return node.start_mark.index
    return None
