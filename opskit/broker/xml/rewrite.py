"""A broker file that is to be written anew: as it is, as it will be, and the way there."""

from dataclasses import dataclass
from pathlib import Path

from opskit.broker.xml.diff import unified
from opskit.files import replace
from opskit.xmltree import XmlDocument


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file as it was read, and all its bytes afterwards."""

    document: XmlDocument
    result: bytes

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def changed(self) -> bool:
        return self.result != self.document.raw

    def diff(self) -> str:
        """The change as a unified diff, written-out passwords hidden; empty where there is none."""
        return unified(self.document, self.result)

    def save(self) -> Path | None:
        """Write the result over the file that was read; the path of the backup that was kept.

        Raises InputError where the file is no longer what it was, or cannot be written.
        """
        return replace(self.document.name, self.document.raw, self.result)
