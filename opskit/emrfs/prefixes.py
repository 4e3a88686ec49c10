"""Prefixes and paths in S3 as EMRFS compares them.

The scheme is dropped, trailing `*` and `/` are trimmed, and one `/` is put back if there was any.
Whether a prefix then matches as plain text (`s3://b/foo` also `s3://b/foobar`) or by folders is
not documented; what is known points to plain text. Both are offered, and reports say where they
differ. Case counts (not documented either).
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from opskit.errors import UsageError

if TYPE_CHECKING:
    from opskit.emrfs.model import PrefixMatch

SCHEMES = ("s3", "s3n", "s3a")
BUCKET = re.compile(r"[A-Za-z0-9.\-_]{1,255}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LAST = 0x10FFFF


class Path(NamedTuple):
    """A place in S3: `key` is empty for the bucket itself."""

    bucket: str
    key: str

    @property
    def text(self) -> str:
        """What prefixes are compared with: the bucket, a slash and the key."""
        return f"{self.bucket}/{self.key}"

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def scheme_of(text: str) -> str:
    """The scheme of a URI as written; empty where there is none."""
    found = _SCHEME.match(text)
    return found[1] if found else ""


def path(text: str) -> Path:
    """A place in S3 from a URI; UsageError for what is none. The bucket alone means its root."""
    scheme = scheme_of(text)
    bucket, _, key = text[len(scheme) + 3 :].partition("/")
    if scheme.lower() not in SCHEMES or not BUCKET.fullmatch(bucket):
        raise UsageError(
            f"{text[:200]!r} is no place in S3", hint="write it as s3://bucket/folder/object"
        )
    return Path(bucket, key)


def normal(written: str) -> str:
    """A prefix as EMRFS keeps it: `bucket`, `bucket/` or `bucket/key...`."""
    scheme = scheme_of(written)
    text = written[len(scheme) + 3 :] if scheme else written
    trimmed = text.rstrip("*/")
    return f"{trimmed}/" if "/" in text[len(trimmed) :] else trimmed


def matches(prefix: str, text: str, match: "PrefixMatch") -> bool:
    """Whether a normal prefix covers a path's text. An empty one has no bucket and covers none."""
    folder = prefix.rstrip("/")
    if match == "string" or not folder:
        return bool(folder) and text.startswith(prefix)
    return text == folder or text.startswith(folder + "/")


def spans(prefix: str, match: "PrefixMatch") -> Iterator[tuple[str, str | None]]:
    """The texts that a normal prefix covers, as ranges [from, to); None is the end of all.

    Texts order by code point, which is also the order of their UTF-8.
    """
    folder = prefix.rstrip("/")
    if not folder:
        return
    if match == "string":
        yield prefix, after(prefix)
        return
    yield folder, folder + "\0"
    yield folder + "/", after(folder + "/")


def after(prefix: str) -> str | None:
    """The first text behind all those that start with `prefix`; None where there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < _LAST:
            # surrogates are no text: their range is stepped over
            return prefix[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        prefix = prefix[:-1]
    return None


class Spans(NamedTuple):
    """All texts cut into ranges: range `i` goes from `starts[i]` to `starts[i + 1]`, and
    `first[i]` is the smallest number of those that cover it, None where none does.
    """

    starts: list[str]
    first: list[int | None]

    @classmethod
    def of(cls, numbered: Iterable[tuple[str, int]], match: "PrefixMatch") -> "Spans":
        """From normal prefixes with their numbers."""
        from heapq import heappop, heappush

        ranges = [(*span, number) for text, number in numbered for span in spans(text, match)]
        ranges.sort(key=lambda item: item[0])
        edges = sorted({"", *(r[0] for r in ranges), *(r[1] for r in ranges if r[1] is not None)})
        starts: list[str] = []
        first: list[int | None] = []
        open_: list[tuple[int, bool, str]] = []
        position = 0
        for edge in edges:
            while position < len(ranges) and ranges[position][0] <= edge:
                _, end, number = ranges[position]
                heappush(open_, (number, end is None, end or ""))
                position += 1
            while open_ and not open_[0][1] and open_[0][2] <= edge:
                heappop(open_)
            value = open_[0][0] if open_ else None
            if not first or first[-1] != value:
                starts.append(edge)
                first.append(value)
        return cls(starts, first)

    def at(self, text: str) -> int | None:
        """The smallest number of those that cover `text`."""
        from bisect import bisect_right

        return self.first[bisect_right(self.starts, text) - 1]
