"""Designs for tests, from the text of a document."""

from pathlib import Path
from textwrap import dedent

from opskit.documents import parse_document
from opskit.emrfs.formats import emrfs
from opskit.emrfs.model import Design

EXAMPLES = Path(__file__).parents[2] / "opskit" / "examples" / "emrfs"


def design(text: str, name: str = "emrfs.yaml") -> Design:
    """The design in the text of an `emrfs.yaml`; indentation in front of all lines is taken off."""
    return emrfs.read(parse_document(dedent(text).encode(), name))
