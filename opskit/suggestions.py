"""What somebody may have meant by a name that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 20
_LONGEST = 64


class Suggestions:
    """The known name closest to one that is not.

    To compare names takes long: only the first few that are asked for are looked at, and none
    that is very long.
    """

    def __init__(self, known: Iterable[str], alike: float = 0.6) -> None:
        self._known = list(known)
        self._alike = alike
        self._found: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The closest name, empty where none is close."""
        if len(name) > _LONGEST:
            return ""
        if name not in self._found:
            if len(self._found) == _MOST:
                return ""
            self._found[name] = next(iter(get_close_matches(name, self._known, 1, self._alike)), "")
        return self._found[name]
