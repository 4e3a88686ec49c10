"""A stream of YAML documents as PyYAML's nodes, read one after the other.

`opskit.documents` reads one document, small and wholly understood. A manifest may hold thousands
of them, and here a few scalars of each are looked at: the nodes are the parser's own, and a
document is forgotten when the next one is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml

from opskit.nodes import Lines, Trouble
from opskit.rollout.edit.compose import compose
from opskit.rollout.edit.tree import Alias, Refused, Root
from opskit.syntax import trouble, unprintable

TEMPLATE_MARKS = ("{{", "<%", "{%")
# What may stand behind a document marker in YAML 1.1.
_BREAKS = ("", " ", "\t", "\r", "\n", "\x85", "\u2028", "\u2029")
