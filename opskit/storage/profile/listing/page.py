"""A page of a listing, read from its XML.

The text of a page is as regular as S3 writes it, and is scanned by tag: a page of 1000 keys takes
1 ms where a tree takes 5 and botocore's parser 100. A text with anything that the scan could read
wrongly (entities in keys, comments, elements that are missing in some objects) goes through a
tree. What is not asked for is not read.

Sources: Amazon S3 API Reference, "ListObjectsV2" and "ListObjectVersions".
"""

import re
from dataclasses import dataclass
from operator import le, lt
from urllib.parse import unquote_plus
from xml.etree.ElementTree import Element

_ROOT = re.compile(r"<(?![?!])(\w+)")
_KEY = re.compile(r"<Key>([^<]*)</Key>")
_FIELDS = ("Size", "LastModified", "StorageClass", "IsLatest")
_TEXTS = [re.compile(rf"<{name}>([^<]*)</{name}>") for name in _FIELDS]
_MARKER = re.compile(r"<DeleteMarker>.*?</DeleteMarker>", re.DOTALL)
_VERSIONS = "ListVersionsResult"
_ROOTS = ("ListBucketResult", _VERSIONS)


class MalformedError(Exception):
    """The text is no whole page; asked again the server may send one."""


class ForeignError(Exception):
    """The text is something else: the page of a proxy, an error with a good status."""


class OddKeyError(Exception):
    """A key is not UTF-8, so that its place among others is not known."""


@dataclass(frozen=True)
class Columns:
    """What the objects of a page are.

    `latest` is empty for objects; a class is empty where there is none.
    """

    sizes: list[str]
    times: list[str]
    classes: list[str]
    latest: list[str]


class Page:
    """A page: `keys` are those of its objects, or of the versions that are no delete markers, and
    `markers` those of the delete markers, in its order.

    A `lenient` page has replacement characters for what is not UTF-8 in keys. Raises
    MalformedError, ForeignError and OddKeyError.
    """

    def __init__(self, body: bytes, *, lenient: bool = False) -> None:
        self._errors = "replace" if lenient else "strict"
        self._tree: Element | None = None
        try:
            self._text = text = body.decode().rstrip()
        except UnicodeDecodeError as error:
            raise MalformedError(f"the answer is not UTF-8: {error.reason}") from None
        root = _ROOT.search(text, 0, 500)
        name = root[1] if root else ""
        if not text or (name in _ROOTS and not text.endswith((f"</{name}>", "/>"))):
            raise MalformedError("the answer ends before its end")
        if root is None or name not in _ROOTS or "<!DOCTYPE" in text[: root.start()]:
            raise ForeignError(f"the answer is no listing, but {text[:60]!r}")
        self.versions = name == _VERSIONS
        self._tag = "Version" if self.versions else "Contents"
        self._encoded = self._one("EncodingType") == "url"
        self.markers: list[str] = []
        self._read()

    def _read(self) -> None:
        # One character is found much faster than two, and is mostly not there.
        comments = "!" in self._text and "<!" in self._text
        self._plain = self._text
        if self.versions and "<DeleteMarker>" in self._text:
            self._plain = _MARKER.sub("", self._text)
            self.markers = self._decoded([_of(e, "Key") for e in self._all("DeleteMarker")])
        found = _KEY.findall(self._plain)
        self._scans = not comments and "&" not in "".join(found)
        if not self._scans or (not found and f"<{self._tag}" in self._text):
            found = [_of(each, "Key") for each in self._all(self._tag)]
        self.keys = self._decoded(found)

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

    def names(self) -> list[str]:
        """All keys, in order if the page is; a key of several versions several times."""
        return sorted(self.keys + self.markers) if self.markers else self.keys

    def prefixes(self) -> list[str]:
        """The common prefixes of a listing with a delimiter."""
        if "<CommonPrefixes>" not in self._text:
            return []
        return self._decoded([_of(each, "Prefix") for each in self._all("CommonPrefixes")])

    def ordered(self) -> bool:
        """Whether the keys are in S3's order, without two of one name among objects."""
        keys, markers = self.keys, self.markers
        before = le if self.versions else lt
        return all(map(before, keys, keys[1:])) and all(map(le, markers, markers[1:]))

    def columns(self) -> Columns:
        """What the objects are, in the order of `keys`."""
        number = len(self.keys)
        if self._scans:
            texts = _TEXTS if self.versions else _TEXTS[:-1]
            sizes, times, classes, *latest = (each.findall(self._plain) for each in texts)
            found = Columns(sizes, times, classes or [""] * number, latest[0] if latest else [])
            wanted = number if self.versions else 0
            alike = len(sizes) == len(times) == len(found.classes) == number
            closed = self._plain.count(f"</{self._tag}>") == number
            if alike and closed and len(found.latest) == wanted:
                return found
        elements = self._all(self._tag)
        size, time, class_, late = ([_of(each, name) for each in elements] for name in _FIELDS)
        return Columns(size, time, class_, late if self.versions else [])

    def _all(self, tag: str) -> list[Element]:
        root = self._parsed()
        return root.findall(root.tag[: root.tag.find("}") + 1] + tag)

    def _parsed(self) -> Element:
        from xml.etree import ElementTree

        if self._tree is None:
            try:
                self._tree = ElementTree.fromstring(self._text)  # noqa: S314 (no DOCTYPE)
            except ElementTree.ParseError as error:
                raise MalformedError(f"the answer is no XML: {error}") from None
        return self._tree

    def _one(self, name: str) -> str:
        """The text of an element of the root that objects do not have; empty for none."""
        found = re.search(rf"<{name}>([^<]*)</{name}>", self._text)
        if not found:
            return ""
        return found[1] if "&" not in found[1] else _of(self._parsed(), name)

    def _decoded(self, keys: list[str]) -> list[str]:
        """Keys as they are. Those of many at once: what is encoded has no newline of its own."""
        joined = "\n".join(keys)
        if not self._encoded or not ("%" in joined or "+" in joined):
            return keys
        simple = joined.replace("%3D", "=")  # the one that all partitioned tables have
        if "%" not in simple and "+" not in simple:
            return simple.split("\n")
        try:
            if "%0A" not in joined and "%0a" not in joined:
                return unquote_plus(joined, errors=self._errors).split("\n")
            return [unquote_plus(each, errors=self._errors) for each in keys]
        except UnicodeDecodeError:
            raise OddKeyError("a key is not UTF-8") from None


def _of(element: Element, name: str) -> str:
    space = element.tag[: element.tag.find("}") + 1]
    return element.findtext(space + name) or ""
