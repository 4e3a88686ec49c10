"""The kinds of files that role mappings are read from, each a module with `recognises` and `read`.

A structured file (YAML or JSON) is parsed once and offered to each module in turn; Terraform and
XML are told by their name or their first character.
"""

from typing import Protocol

from opskit.documents import Document
from opskit.emrfs.model import Design


class StructuredFormat(Protocol):
    """A module that reads YAML or JSON."""

    #: What the format is called in messages and in `Design.format`.
    NAME: str

    def recognises(self, document: Document) -> bool:
        """Whether the document looks like one of these; cheap, and never an error."""
        ...

    def read(self, document: Document) -> Design:
        """The design in it. InputError for what cannot be read; `Design.faults` for what can."""
        ...
