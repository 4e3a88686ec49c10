"""Whether one pattern of a policy covers another: all that the second matches, the first does.

`*` is any text and `?` one character (IAM User Guide, "IAM JSON policy elements: Resource"). A
policy variable is covered by a `*` and by itself. The answer may be no where it is yes in truth;
it is never yes where it is no.
"""

import re
from collections.abc import Iterable, Iterator

_TOKEN = re.compile(r"\$\{([*?$])\}|(\$\{[^{}]*\}|\{\{.*?\}\})|([*?])|(.)", re.DOTALL)
_SPECIAL = re.compile(r"[*?]|\$\{|\{\{")
#: Patterns with a wildcard elsewhere than at the end that others are compared with.
_MOST = 64
_STAR, _ONE = ("*",), ("?",)
#: A literal character is a text of one; a wildcard is a tuple; a variable a longer text.
Token = str | tuple[str]


def tokens(pattern: str) -> list[Token]:
    """A pattern in parts; stars in a row are one."""
    found: list[Token] = []
    for literal, variable, wild, plain in _TOKEN.findall(pattern):
        if wild == "*" and found[-1:] == [_STAR]:
            continue
        found.append((wild,) if wild else literal or variable or plain)
    return found


def covers(broad: str, narrow: str) -> bool:
    """Whether `broad` matches all that `narrow` matches."""
    return _covers(tokens(broad), tokens(narrow))


def _covers(pattern: list[Token], text: list[Token]) -> bool:
    """As a text is matched, `text` being the parts of a pattern: the last star is gone back to."""
    at = star = resume = 0
    seen = False
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == _STAR:
            seen, star, resume = True, at, position
            at += 1
        elif at < len(pattern) and _fits(pattern[at], text[position]):
            at += 1
            position += 1
        elif seen:
            at = star + 1
            resume += 1
            position = resume
        else:
            return False
    while at < len(pattern) and pattern[at] == _STAR:
        at += 1
    return at == len(pattern)


def _fits(part: Token, token: Token) -> bool:
    if part == _ONE:
        return token == _ONE or (isinstance(token, str) and len(token) == 1)
    return part == token


class Cover:
    """Patterns, to be asked whether one of them covers another. Many are asked fast: most have no
    wildcard but a star at the end.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._order = {pattern: number for number, pattern in enumerate(dict.fromkeys(patterns))}
        self._open: dict[str, str] = {}
        self._others: list[tuple[str, list[Token]]] = []
        for pattern in self._order:
            head = _head(pattern)
            rest = pattern[len(head) :]
            if rest == "*":
                self._open.setdefault(head, pattern)
            elif rest and len(self._others) < _MOST:
                self._others.append((pattern, tokens(pattern)))
        self._lengths = sorted({len(head) for head in self._open})

    def covers(self, narrow: str) -> bool:
        """Whether a pattern covers `narrow`."""
        return narrow in self._order or next(self._covering(narrow), None) is not None

    def spare(self, pattern: str) -> bool:
        """Whether one of the patterns can go, for another one covers it. Of two that cover each
        other the later one can.
        """
        own = self._order[pattern]
        return any(
            self._order[other] < own or not covers(pattern, other)
            for other in self._covering(pattern)
        )

    def _covering(self, narrow: str) -> Iterator[str]:
        """The patterns of another text that cover `narrow`."""
        head = _head(narrow)
        for length in self._lengths:
            if length > len(head):
                break
            found = self._open.get(head[:length])
            if found is not None and found != narrow:
                yield found
        if self._others:
            parts = tokens(narrow)
            for pattern, broad in self._others:
                if pattern != narrow and _covers(broad, parts):
                    yield pattern


def _head(pattern: str) -> str:
    """The characters in front of the first wildcard or variable."""
    found = _SPECIAL.search(pattern)
    return pattern if found is None else pattern[: found.start()]


def reduced(patterns: Iterable[str]) -> list[str]:
    """The patterns without those that another one of them covers, in their order."""
    unique = list(dict.fromkeys(patterns))
    if len(unique) < 2:
        return unique
    cover = Cover(unique)
    return [pattern for pattern in unique if not cover.spare(pattern)]
