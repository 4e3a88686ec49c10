"""Names as people type them, and the names that there are."""

import re
from collections.abc import Iterable

from opskit.errors import UsageError
from opskit.suggestions import Suggestions

_PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')


def parts(text: str) -> list[tuple[str, bool]]:
    """The parts of a name with dots, each with whether it was quoted: `"a.b".c` has two.

    UsageError where it is no name.
    """
    found: list[tuple[str, bool]] = []
    at = 0
    while True:
        match = _PART.match(text, at)
        if match is None:
            break
        quoted = match[1] is not None
        found.append((match[1].replace('""', '"') if quoted else match[2], quoted))
        at = match.end()
        if at == len(text):
            return found
        if text[at] != ".":
            break
        at += 1
    raise UsageError(
        f"not a name: {text[:80]!r}",
        hint="""write names with dots or quotes as SQL does, as in '"my.schema"."my table"'""",
    )


def one(text: str) -> tuple[str, bool]:
    """A name of one part, and whether it was quoted; without quotes it may have dots."""
    if '"' not in text:
        return text, False
    found = parts(text)
    if len(found) > 1:
        raise UsageError(f"one name is wanted: {text[:80]!r}", hint="quote all of it, or nothing")
    return found[0]


def known(typed: str, quoted: bool, there: Iterable[str], kind: str) -> str:
    """The name that is meant: as it was typed, or in lower case, as SQL takes it without quotes.

    UsageError with the closest name where there is none.
    """
    names = set(there)
    if typed in names:
        return typed
    if not quoted and typed.lower() in names:
        return typed.lower()
    close = Suggestions(sorted(names))(typed)
    raise UsageError(
        f"no {kind} is called {typed[:80]!r}",
        hint=f"did you mean {close}?" if close else "names are compared as SQL does",
    )


def numbers(array: object) -> list[int]:
    """The numbers of an array of the catalog: a list from the driver, a text as in `{1,2}`."""
    if isinstance(array, list | tuple):
        return [int(number) for number in array if number is not None]
    return [int(number) for number in re.findall(r"-?\d+", str(array or ""))]
