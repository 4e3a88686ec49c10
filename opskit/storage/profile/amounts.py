"""The sizes and counts of a profile's document, with the line of what is wrong."""

from collections.abc import Callable

from opskit.decode import dotted
from opskit.documents import Document, Problems
from opskit.errors import UsageError
from opskit.storage import units
from opskit.storage.profile.model import Cell


class Amounts:
    """Reads the sizes and counts of a part of a document; notes what is wrong with its line.

    `plain` is whether numbers alone are bytes. What is wrong is 0, which nobody gets. In a sample
    amounts are estimates, and need not fit each other.
    """

    def __init__(
        self,
        document: Document,
        problems: Problems,
        path: tuple[str | int, ...] = (),
        *,
        plain: bool,
        sampled: bool,
    ) -> None:
        self._document, self._problems, self._path = document, problems, path
        self._plain, self._sampled = plain, sampled

    @property
    def wrong(self) -> int:
        """How much is wrong with the document so far."""
        return self._problems.count

    def of(self, *steps: str | int) -> "Amounts":
        path = (*self._path, *steps)
        return Amounts(
            self._document, self._problems, path, plain=self._plain, sampled=self._sampled
        )

    def size(self, name: str, text: str) -> int:
        """A size with its unit, or whole bytes where that is what is written."""
        digits = text.replace("_", "").strip()
        is_plain = self._plain and digits.isascii() and digits.isdecimal()
        return self._read(name, f"{text}B" if is_plain else text, units.size)

    def count(self, name: str, text: str) -> int:
        return self._read(name, text, units.count)

    def fit(self, cell: Cell) -> None:
        """Note objects that are larger than all of them together."""
        if cell.size * cell.objects <= cell.bytes or self._sampled:
            return
        least, together = units.shown_size(cell.size), units.shown_size(cell.bytes)
        objects = f"{units.shown_count(cell.objects)} object{'' if cell.objects == 1 else 's'}"
        message = f"{objects} of {least} at least are more than the {together} that they have"
        self._add("size", message, "`size` is the least size of one, `bytes` that of all together")

    def _read(self, name: str, text: str, read: Callable[[str], int]) -> int:
        try:
            return read(text)
        except UsageError as error:
            self._add(name, error.message, error.hint)
            return 0

    def _add(self, name: str, message: str, hint: str) -> None:
        path = (*self._path, name)
        self._problems.add(self._document.node(path).start, f"{dotted(path)}: {message}", hint)
