"""Text for people: hostile characters made visible, widths on a screen, plurals."""

import re

# What could move a terminal's cursor, colour it, or make text read otherwise than it is stored:
# C0 and C1 controls, bidirectional controls, invisible separators; and what no encoding or no XML
# holds: lone surrogates (bytes of a file name that are not UTF-8) and U+FFFE, U+FFFF.
_HOSTILE = (
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e"
    "\\u2066-\\u2069\\ufeff\\ud800-\\udfff\\ufffe\\uffff]"
)
_LAYOUT = r"[\n\t]"


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def visible(text: str) -> str:
    r"""`text` with control characters and bidi overrides shown as `\x1b`, `\u202e`.

    Newlines and tabs stay.
    """
    if text.isprintable():  # none of it is; the pattern takes 2 ms to compile
        return text
    return re.sub(_HOSTILE, _escaped, text)


def one_line(text: str) -> str:
    r"""`visible` text on one line: newlines and tabs are shown as `\n` and `\t` too."""
    return re.sub(_LAYOUT, _escaped, visible(text))


def width(text: str) -> int:
    """Terminal cells that `text` takes: East Asian wide letters two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def pad(text: str, cells: int, right: bool = False) -> str:
    """`text` filled with spaces to `cells`; `right` puts the text at the right edge."""
    space = " " * (cells - width(text))
    return space + text if right else text + space


def wrap(text: str, columns: int, indent: str = "    ") -> str:
    """The lines of `text` wrapped at words to `columns`, what follows of each indented.

    A longer word stays whole, to be copied.
    """
    from textwrap import wrap as wrapped

    lines: list[str] = []
    for line in text.split("\n"):
        if width(line) <= columns:
            lines.append(line)
            continue
        own = line[: len(line) - len(line.lstrip())]
        lines += wrapped(
            line,
            max(columns, 20),
            subsequent_indent=max(own, indent, key=len),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 policies`, `0 boxes`."""
    return f"{number} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|z|ch|sh)$", noun) else f"{noun}s"
