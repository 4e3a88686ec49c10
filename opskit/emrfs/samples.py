"""Patterns of policies over places in S3, and a place in each to ask about.

A pattern here is over `bucket/key` for objects and over `bucket` for buckets, in the form of
`opskit.emrfs.iam.glob`. A sample is a place that it matches and that no other is likely to name:
its wildcards become a word that nobody calls a bucket or a folder by.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache

from opskit.emrfs.iam.glob import Token, matches, residuals, tokens
from opskit.emrfs.iam.policy import Statement
from opskit.emrfs.iam.variables import Lookup, substitute
from opskit.emrfs.model import Role
from opskit.emrfs.prefixes import Path

PROBE = "opskit-probe"
_FILL = {"*": PROBE, "?": "x"}
_STAR: Token = ("*", False)
#: How far a search for a text goes that several patterns match.
_STATES = 50_000


def patterns(
    written: tuple[str, ...] | None, version: str, lookup: Lookup, partition: str
) -> Iterator[str]:
    """Resources of a statement as patterns; all where it has none, or says what it leaves out.

    Variables are replaced from `lookup`; what is not known is a star.
    """
    if written is None:
        yield "*"
        return
    for text in written:
        found = substitute(text, version, lookup, wild=True)
        if found is not None:
            yield from residuals(found.text, f"arn:{partition}:s3:::")


@lru_cache(maxsize=1024)
def object_sample(pattern: str) -> Path | None:
    """A place for an object; None where the pattern matches none."""
    parts = tokens(pattern)
    if ("/", True) not in parts:
        stars = [index for index, part in enumerate(parts) if part == ("*", False)]
        if not stars:
            return None
        parts[stars[-1] : stars[-1] + 1] = [("*", False), ("/", True), ("*", False)]
    bucket, _, key = _filled(parts).partition("/")
    return Path(bucket, key)


@lru_cache(maxsize=1024)
def bucket_sample(pattern: str) -> str | None:
    """The name of a bucket; None where the pattern matches none."""
    text = _filled(tokens(pattern))
    return None if "/" in text else text


def _filled(parts: list[Token]) -> str:
    return "".join(text if literal else _FILL[text] for text, literal in parts)


def head(pattern: str) -> str:
    """The text in front of the first wildcard."""
    if "\\" not in pattern:
        return re.split("[*?]", pattern, maxsplit=1)[0]
    found: list[str] = []
    for text, literal in tokens(pattern):
        if not literal:
            break
        found.append(text)
    return "".join(found)


def shown(pattern: str) -> str:
    """A pattern for people; what is no wildcard in it is written as it is."""
    return "".join(text for text, _ in tokens(pattern))


def covers(wide: str, narrow: str) -> bool:
    """Whether a pattern surely matches all that another one does: then its stars take the other's
    wildcards as they stand. False where that is not so plain.
    """
    return not set("?\\") & set(wide + narrow) and matches(wide, narrow)


def place(text: str) -> Path | None:
    """The object that a text names; None where it names a bucket alone."""
    bucket, slash, key = text.partition("/")
    return Path(bucket, key) if slash else None


def common(patterns: Sequence[str]) -> Iterator[str]:
    """Texts that all patterns match: one with the odd word where all have a star, for short names
    are likely to be denied by themselves, and the shortest.
    """
    found = _walked([tokens(pattern) for pattern in patterns])
    for text in dict.fromkeys(found):
        whole = f"{PROBE}{text}" if text.startswith("/") else text
        if whole and all(matches(each, whole) for each in patterns):
            yield whole
        longer = f"{whole}/{PROBE}"  # where a bucket alone was found, an object in it
        if "/" not in whole and all(matches(each, longer) for each in patterns):
            yield longer


def _walked(lists: Sequence[list[Token]]) -> tuple[str, ...]:
    """The longer text and the shortest; none where there is none."""
    start, goal = (0,) * len(lists), tuple(map(len, lists))
    texts = {start: (_odd(lists, start), "")}
    queue = deque([start])
    while queue and goal not in texts and len(texts) < _STATES:
        state = queue.popleft()
        for following, char in _steps(lists, state):
            if following not in texts:
                longer, short = texts[state]
                odd = _odd(lists, following)
                texts[following] = (f"{longer}{char}{odd}", short + char)
                (queue.append if char else queue.appendleft)(following)
    return texts.get(goal, ())


def _odd(lists: Sequence[list[Token]], state: tuple[int, ...]) -> str:
    """The odd word where all lists have a star."""
    stars = (parts[at : at + 1] == [_STAR] for parts, at in zip(lists, state, strict=True))
    return PROBE if all(stars) else ""


def _steps(
    lists: Sequence[list[Token]], state: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Stars that end here, then one character that all take."""
    here = [parts[at] if at < len(parts) else None for parts, at in zip(lists, state, strict=True)]
    for index, token in enumerate(here):
        if token == _STAR:
            yield (*state[:index], state[index] + 1, *state[index + 1 :]), ""
    if None in here:
        return
    literal = {text for text, plain in filter(None, here) if plain}
    if len(literal) < 2:
        moved = tuple(at + (token != _STAR) for at, token in zip(state, here, strict=True))
        yield moved, next(iter(literal), "x")


def listings(statement: Statement) -> list[str]:
    """The patterns of prefixes that a statement's conditions let somebody list; all for none."""
    return [
        value
        for condition in statement.conditions
        if condition.key.lower() == "s3:prefix" and "Not" not in condition.operator
        for value in condition.values
    ] or ["*"]


def start(statement: Statement, pattern: str) -> str:
    """The text that all places in a pattern start with."""
    found = head(pattern)
    if "/" in pattern or "*" in pattern:
        return found
    keys = listings(statement)
    return f"{found}/{head(keys[0])}" if len(keys) == 1 else f"{found}/"


def text_sample(pattern: str) -> str:
    """A text that a pattern matches."""
    return _filled(tokens(pattern))


def named_places(role: Role, bucket: str) -> list[Path]:
    """Places in a bucket: one that nobody names, and one for each key that the role's policies
    name in it.
    """
    start = f"arn:{role.arn.partition or 'aws'}:s3:::{bucket}/"
    keys = [
        text.removeprefix(start).replace("*", PROBE).replace("?", "x")
        for policy in role.permissions or ()
        for statement in policy.statements
        for text in statement.resources or ()
        if text.startswith(start) and "${" not in text
    ]
    return [Path(bucket, key) for key in dict.fromkeys([PROBE, *keys])]
