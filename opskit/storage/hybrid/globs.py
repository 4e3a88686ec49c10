"""Patterns of paths as gitignore(5) has them, as regular expressions.

A pattern with a slash before its end is relative to the root of the tree; one without is a name
at any depth. What matches a folder matches all in it. `*` and `?` stay within a name, `**` as a
whole name stands for any folders. There is no `!`: an earlier rule that keeps does that.
"""

import re
from collections.abc import Iterable, Sequence

_LONGEST = 1000


def compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    """What matches (`fullmatch`) the paths, relative to the root, that any of the patterns does.

    ValueError in words for a pattern that means nothing.
    """
    return re.compile("|".join(map(expression, patterns)), re.DOTALL)


def expression(pattern: str) -> str:
    """The regular expression of one pattern.

    Each part before the last star takes the first place where it fits and no other, as in
    Python's fnmatch, so that no path and pattern take long.
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"a pattern of more than {_LONGEST} characters")
    if pattern.startswith("!"):
        raise ValueError(f"{pattern}: there is no `!` here; a rule before it with `keep` does that")
    names = pattern.strip("/").split("/")
    if not all(names) or any(each in (".", "..") for each in names):
        raise ValueError(f"{pattern or 'an empty text'} matches no path")
    if "/" not in pattern.rstrip("/"):
        names.insert(0, "**")
    below = "/.+" if pattern.endswith("/") or names[-1] == "**" else "(?:/.+)?"
    while names and names[-1] == "**":
        names.pop()
    return f"(?:{_path(names)}{below})" if names else "(?:.+)"


def _path(names: Sequence[str]) -> str:
    """The names, in groups between `**`: all but the last are fixed where they first fit."""
    groups: list[list[str]] = [[]]
    for name in names:
        if name == "**":
            groups.append([])
        else:
            groups[-1].append(_name(name))
    first, *rest = ("/".join(group) for group in groups)
    rest = [each for each in rest if each]
    made = first + "/" if first and rest else first
    for each in rest[:-1]:
        made += f"(?>(?:[^/]+/)*?{each}/)"
    return made + (f"(?:[^/]+/)*{rest[-1]}" if rest else "")


def _name(text: str) -> str:
    """One name: the parts between its stars, all but the last fixed where they first fit."""
    first, *rest = _parts(text)
    if not rest:
        return first
    fixed = "".join(f"(?>[^/]*?{each})" for each in rest[:-1] if each)
    return f"{first}{fixed}[^/]*{rest[-1]}"


def _parts(text: str) -> list[str]:
    """The expressions of what stands between stars."""
    parts, index = [""], 0
    while index < len(text):
        character = text[index]
        index += 1
        if character == "*":
            parts.append("")
        elif character == "?":
            parts[-1] += "[^/]"
        elif character == "[":
            made, index = _set(text, index)
            parts[-1] += made
        elif character == "\\":
            if index == len(text):
                raise ValueError(f"{text} ends in a backslash, which escapes what follows")
            parts[-1] += re.escape(text[index])
            index += 1
        else:
            parts[-1] += re.escape(character)
    return parts


def _set(text: str, start: int) -> tuple[str, int]:
    """The characters in brackets that begin at an index, and the index behind them."""
    end = text.find("]", start + (2 if text[start : start + 1] in ("!", "^") else 1))
    if end < 0:
        raise ValueError(f"{text}: a bracket is not closed; `\\[` is the character")
    inner = text[start:end]
    negated = inner[0] in "!^"
    body = "".join(map(_escaped, inner[negated:]))
    made = f"(?!/)[{'^' if negated else ''}{body}]"
    try:
        re.compile(made)
    except re.error as error:
        raise ValueError(f"{text}: [{inner}] is no set of characters: {error.msg}") from None
    return made, end + 1


def _escaped(character: str) -> str:
    """A character of a set: all but the hyphen of a range stand for themselves."""
    return character if character == "-" or character.isalnum() else f"\\{character}"
