"""Many patterns at once: which is the first that a text matches."""

from opskit.emrfs.iam.glob import Glob, compiled, plain

#: Behind all numbers: no pattern matches.
NONE = 1 << 62


class Patterns:
    """Numbered patterns. Texts without wildcards, and with one star at the end, are looked up;
    the others are tried in order.
    """

    __slots__ = ("_exact", "_globs", "_lengths", "_starts")

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._starts: dict[str, int] = {}
        self._lengths: dict[int, None] = {}
        self._globs: list[tuple[int, Glob]] = []

    def add(self, pattern: str, number: int) -> None:
        """Numbers come in rising order."""
        simple = plain(pattern)
        if simple is None:
            self._globs.append((number, compiled(pattern)))
        elif not simple.open_ended:
            self._exact.setdefault(simple.text, number)
        else:
            self._starts.setdefault(simple.text, number)
            self._lengths[len(simple.text)] = None

    def __bool__(self) -> bool:
        return bool(self._exact or self._starts or self._globs)

    def first(self, text: str, _: object = None) -> int:
        """The smallest number of those that match; NONE where none does."""
        found = self._exact.get(text, NONE)
        starts = self._starts
        for length in self._lengths:
            number = starts.get(text[:length])
            if number is not None and number < found:
                found = number
        for number, glob in self._globs:
            if number >= found:
                break
            if glob.matches(text):
                return number
        return found
