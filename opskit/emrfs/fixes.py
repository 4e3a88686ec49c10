"""What `lint --fix` writes: values spliced in place, so that every other byte stays.

A fix looks at the value itself and not at the words of the finding, so that it does nothing where
there is nothing to mend, and a second run changes nothing. A finding leads to its value by its
location. Mended are YAML and JSON files whose values stand there as they are: not texts that hold
a configuration, and not what a template computes.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from opskit import files
from opskit.documents import Document, decode_text, encode_like
from opskit.emrfs import prefixes
from opskit.emrfs.load import Source
from opskit.emrfs.model import Design, Kind
from opskit.errors import InputError
from opskit.findings import Finding
from opskit.nodes import ListNode, MapNode, Node, ScalarNode
from opskit.scalars import plain
from opskit.unified import unified

#: Mending one thing can uncover another: a stripped scheme makes a duplicate.
ROUNDS = 5
