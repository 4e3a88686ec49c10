"""A page of a listing, read from its XML.

The text of a page is as regular as S3 writes it, and is scanned by tag: a page of 1000 keys takes
1 ms where a tree takes 5 and botocore's parser 100. A text with anything that the scan could read
wrongly (entities in keys, comments, elements that are missing in some objects) goes through a
tree. What is not asked for is not read.

Sources: Amazon S3 API Reference, "ListObjectsV2" and "ListObjectVersions".
"""

import re
from dataclasses import dataclass
from functools import cached_property
from operator import le, lt
from urllib.parse import unquote_plus
from xml.etree.ElementTree import Element

_ROOT = re.compile(r"<(?![?!])(\w+)")
_KEY = re.compile(r"<Key>([^<]*)</Key>")
_FIELDS = ("Size", "LastModified", "StorageClass", "IsLatest")
_TEXTS = [re.compile(rf"<{name}>([^<]*)</{name}>") for name in _FIELDS]
_MARKER = re.compile(r"<DeleteMarker>.*?</DeleteMarker>", re.DOTALL)
_OBJECTS, _VERSIONS = "ListBucketResult", "ListVersionsResult"


class MalformedError(Exception):
    """The text is no whole page; asked again the server may send one."""


class ForeignError(Exception):
    """The text is something else: the page of a proxy, an error with a good status."""


class OddKeyError(Exception):
    """A key is not UTF-8, so that its place among others is not known."""


@dataclass(frozen=True)
class Columns:
    """The objects of a page, or the versions that are no delete markers, in its order.

    `latest` is empty for objects; a class is empty where there is none.
    """

    sizes: list[str]
    times: list[str]
    classes: list[str]
    latest: list[str]


class Page:
    """A page; MalformedError, ForeignError and OddKeyError come from whatever reads that far.

    A `lenient` page has replacement characters for what is not UTF-8 in keys.
    """

    def __init__(self, body: bytes, *, lenient: bool = False) -> None:
        self._errors = "replace" if lenient else "strict"
        try:
            self._text = body.decode().rstrip()
        except UnicodeDecodeError as error:
            raise MalformedError(f"the answer is not UTF-8: {error.reason}") from None
        root = _ROOT.search(self._text, 0, 500)
        name = root[1] if root else ""
        known = name in (_OBJECTS, _VERSIONS)
        if not self._text or (known and not self._text.endswith((f"</{name}>", "/>"))):
            raise MalformedError("the answer ends before its end")
        if not known or "<!DOCTYPE" in self._text:
            raise ForeignError(f"the answer is no listing, but {self._text[:60]!r}")
        self.versions = name == _VERSIONS
        self._tag = "Version" if self.versions else "Contents"
        self._encoded = self._one("EncodingType") == "url"

    def read(self) -> None:
        """Read the keys, so that what is wrong with the text is raised now."""
        if not self.names and f"<{self._tag}>" not in self._text:
            assert self._tree is not None

    @property
    def truncated(self) -> bool:
        return self._one("IsTruncated") == "true"

    @property
    def token(self) -> str:
        return self._one("NextContinuationToken")

    @property
    def next_key(self) -> str:
        return self._decoded([self._one("NextKeyMarker")])[0]

    @property
    def next_version(self) -> str:
        return self._one("NextVersionIdMarker")

    @cached_property
    def keys(self) -> list[str]:
        """The keys of the objects, or of the versions that are no delete markers."""
        found = self._scanned_keys
        if found is None:
            found = [_of(each, "Key") for each in self._all(self._tag)]
        return self._decoded(found)

    @cached_property
    def markers(self) -> list[str]:
        """The keys of the delete markers."""
        if "<DeleteMarker>" not in self._text:
            return []
        return self._decoded([_of(each, "Key") for each in self._all("DeleteMarker")])

    @cached_property
    def names(self) -> list[str]:
        """All keys, in order if the page is; a key of several versions several times."""
        return sorted(self.keys + self.markers) if self.markers else self.keys

    @cached_property
    def prefixes(self) -> list[str]:
        """The common prefixes of a listing with a delimiter."""
        if "<CommonPrefixes>" not in self._text:
            return []
        return self._decoded([_of(each, "Prefix") for each in self._all("CommonPrefixes")])

    @cached_property
    def ordered(self) -> bool:
        """Whether the keys are in S3's order, without two of one name among objects."""
        keys, markers = self.keys, self.markers
        before = le if self.versions else lt
        return all(map(before, keys, keys[1:])) and all(map(le, markers, markers[1:]))

    @cached_property
    def columns(self) -> Columns:
        """What the objects are, in the order of `keys`."""
        return self._scanned() or self._parsed()

    @cached_property
    def _plain(self) -> str:
        return _MARKER.sub("", self._text) if "<DeleteMarker>" in self._text else self._text

    @cached_property
    def _scanned_keys(self) -> list[str] | None:
        if "<!" in self._text:
            return None
        found = _KEY.findall(self._plain)
        odd = any("&" in each for each in found)
        return None if odd or len(found) != self._plain.count(f"<{self._tag}>") else found

    def _scanned(self) -> Columns | None:
        number = len(self.keys)
        if self._scanned_keys is None:
            return None
        sizes, times, classes, latest = (each.findall(self._plain) for each in _TEXTS)
        found = Columns(sizes, times, classes or [""] * number, latest)
        wanted = number if self.versions else 0
        alike = len(sizes) == len(times) == len(found.classes) == number and len(latest) == wanted
        return found if alike else None

    def _parsed(self) -> Columns:
        found = self._all(self._tag)
        size, time, class_, latest = ([_of(e, name) for e in found] for name in _FIELDS)
        return Columns(size, time, class_, latest if self.versions else [])

    def _all(self, tag: str) -> list[Element]:
        root = self._tree
        return root.findall(root.tag[: root.tag.find("}") + 1] + tag)

    @cached_property
    def _tree(self) -> Element:
        from xml.etree import ElementTree

        try:
            return ElementTree.fromstring(self._text)  # noqa: S314 (no DOCTYPE, no entities)
        except ElementTree.ParseError as error:
            raise MalformedError(f"the answer is no XML: {error}") from None

    def _one(self, name: str) -> str:
        """The text of an element of the root that objects do not have; empty for none."""
        found = re.search(rf"<{name}>([^<]*)</{name}>", self._text)
        if not found:
            return ""
        return found[1] if "&" not in found[1] else _of(self._tree, name)

    def _decoded(self, keys: list[str]) -> list[str]:
        """Keys as they are. Those of many at once: what is encoded has no newline of its own."""
        joined = "\n".join(keys)
        if not self._encoded or not ("%" in joined or "+" in joined):
            return keys
        try:
            if "%0A" not in joined and "%0a" not in joined:
                return unquote_plus(joined, errors=self._errors).split("\n")
            return [unquote_plus(each, errors=self._errors) for each in keys]
        except UnicodeDecodeError:
            raise OddKeyError("a key is not UTF-8") from None


def _of(element: Element, name: str) -> str:
    space = element.tag[: element.tag.find("}") + 1]
    return element.findtext(space + name) or ""
