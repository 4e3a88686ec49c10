"""Security mappings of Trino's S3 file system.

Format: Trino documentation, "S3 file system support", security mapping, and `S3SecurityMapping`
in the repository trinodb/trino. The first mapping that matches counts, as in EMRFS; but users and
groups are regular expressions over the whole name, all conditions of a mapping have to hold, and
whoever matches none is denied. A mapping that EMRFS cannot have as it is is left out, with a note.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opskit.documents import Document
from opskit.emrfs import prefixes
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.errors import InputError
from opskit.nodes import ListNode, MapNode, Node

NAME = "trino"
_KEY = "mappings"
_TELLING = frozenset(("iamRole", "allowedIamRoles", "useClusterDefault", "accessKey"))
_KINDS = {"user": Kind.USER, "group": Kind.GROUP, "prefix": Kind.PREFIX}
#: Settings of a mapping that say nothing about who gets which role.
_OTHERS = ("kmsKeyId", "sseCustomerKey", "endpoint", "region")
#: How deep the mappings may stand in another document (`s3.security-mapping.json-pointer`).
_DEPTH = 4
#: A character of a regular expression that stands for itself, or is escaped to do so.
_LITERAL = re.compile(r"(?:[^\\.\[\]{}()*+?^$|]|\\[^A-Za-z0-9])+")
_MAX_NAMES = 1000
_Path = tuple[str | int, ...]


def recognises(document: Document) -> bool:
    return _find(document.root) is not None


def _find(node: Node, path: _Path = ()) -> _Path | None:
    """The keys that lead to the mappings; None where there are none."""
    if not isinstance(node, MapNode) or len(path) > _DEPTH:
        return None
    found = node.items.get(_KEY)
    if found is not None and isinstance(found[1], ListNode):
        items = [each for each in found[1].items if isinstance(each, MapNode)]
        if any(_TELLING & each.items.keys() for each in items):
            return (*path, _KEY)
    for key, (_, value) in node.items.items():
        inner = _find(value, (*path, key))
        if inner is not None:
            return inner
    return None


def read(document: Document) -> Design:
    """The design with the mappings that EMRFS can have, in their order."""
    path = _find(document.root)
    assert path is not None
    source: Any = document.plain()
    for step in path:
        source = source[step]
    design = Design(document.name, NAME, [])
    for number, each in enumerate(source):
        if not isinstance(each, Mapping):
            where = str(document.location((*path, number)))
            raise InputError("a mapping is a JSON object", where=where)
        is_last = number == len(source) - 1
        _Mapping(design, document, (*path, number), each, is_last=is_last).add()
    accounts = {arn.account for arn in (design.arn(each.role) for each in design.mappings)}
    known = accounts - {""}
    design.account = known.pop() if len(known) == 1 else ""
    design.notes.append(
        "whoever matches no mapping is denied by Trino, and gets the base role from EMRFS"
    )
    return design


class _Mapping:
    """One mapping of Trino's."""

    def __init__(
        self,
        design: Design,
        document: Document,
        path: _Path,
        source: Mapping[str, Any],
        *,
        is_last: bool,
    ) -> None:
        self._design = design
        self._document = document
        self._path = path
        self._source = source
        self._is_last = is_last

    @property
    def _label(self) -> str:
        at = self._document.location(self._path)
        return f"{_KEY}[{self._path[-1]}] of Trino (line {at.line})"

    def add(self) -> None:
        """Put it into the design, or a note on why it is left out."""
        given = [key for key in _KINDS if self._source.get(key) is not None]
        why = self._why_not(given)
        if why == "":
            key = given[0]
            identifiers = list(self._identifiers(key))
            if identifiers:
                self._made(_KINDS[key], identifiers)
                return
            why = _INEXACT[key].format(self._source[key])
        if why is not None:
            self._design.notes.append(
                f"{self._label} is left out: {why}; whom it is for gets what comes behind it"
            )

    def _why_not(self, given: Sequence[str]) -> str | None:
        """What EMRFS cannot do; empty where it can, None where it does the same without it."""
        source = self._source
        if str(source.get("useClusterDefault", "")).lower() == "true":
            if self._is_last and not given:
                return None
            return "it gives the cluster's own role, and EMRFS has no mapping for that"
        if source.get("accessKey") is not None:
            return "it gives access keys"
        if not isinstance(source.get("iamRole"), str):
            return "the user has to choose one of allowedIamRoles"
        if not given:
            return "it is for everyone"
        if len(given) > 1:
            return f"{' and '.join(given)} have to match together"
        return ""

    def _identifiers(self, key: str) -> Iterator[Identifier]:
        """The names or the prefix; none where they cannot be told exactly."""
        written = self._source[key]
        where = self._document.location((*self._path, key))
        if not isinstance(written, str):
            return
        texts = _prefix(written) if key == "prefix" else literals(written)
        yield from (Identifier(text, where) for text in texts)

    def _made(self, kind: Kind, identifiers: Sequence[Identifier]) -> None:
        at = self._document.location
        self._design.mappings.append(
            RoleMapping(
                len(self._design.mappings),
                self._source["iamRole"],
                kind,
                tuple(identifiers),
                at(self._path),
                at((*self._path, "iamRole")),
            )
        )
        if self._source.get("allowedIamRoles"):
            self._design.notes.append(
                f"{self._label}: the user may choose another role of allowedIamRoles; "
                "EMRFS offers no choice"
            )
        others = [key for key in _OTHERS if self._source.get(key) is not None]
        if others:
            self._design.notes.append(f"{self._label}: {', '.join(others)} is not carried over")


_INEXACT = {
    "user": "the expression {!r:.80} is no list of names",
    "group": "the expression {!r:.80} is no list of names",
    "prefix": "EMRFS would read the prefix {!r:.80} differently",
}


def literals(expression: str) -> list[str]:
    """The names that a regular expression matches, where it is `a`, `a|b` or `(a|b)`; else none.

    The texts are those of Java's `Pattern`, matched as a whole.
    """
    inner = expression
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[3:-1] if inner.startswith("(?:") else inner[1:-1]
    parts = re.split(r"(?<!\\)\|", inner)
    if len(parts) > _MAX_NAMES or not all(_LITERAL.fullmatch(part) for part in parts):
        return []
    return list(dict.fromkeys(re.sub(r"\\(.)", r"\1", part) for part in parts))


def _prefix(written: str) -> list[str]:
    """The prefix as EMRFS has to have it to mean the same: none where there is no such."""
    scheme = prefixes.scheme_of(written)
    bucket, _, key = written[len(scheme) + 3 :].partition("/")
    if scheme.lower() not in prefixes.SCHEMES or not prefixes.BUCKET.fullmatch(bucket):
        return []
    text = f"{bucket}/{key}"
    # Trino compares the bucket as a whole, and EMRFS trims stars and slashes at the end
    return [f"{scheme}://{text}"] if prefixes.normal(f"s3://{text}") == text else []
