"""Whatever a command is pointed at, as one network: broker files, folders, topologies, stdin."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from opskit.broker import reader
from opskit.broker.model import Broker, Network, Target
from opskit.broker.versions import Version
from opskit.documents import Document, parse_document
from opskit.errors import InputError
from opskit.files import display_name, read_bytes
from opskit.xmltree import XmlDocument

#: What a topology document is called, so that it is found in a folder.
TOPOLOGY_NAMES = frozenset({"topology.yaml", "topology.yml", "topology.json"})
_DOCUMENT_SUFFIXES = (".yaml", ".yml", ".json")
_MARKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


def read_network(
    paths: Sequence[Path | str],
    *,
    version: Version | None = None,
    target: Target | None = None,
) -> Network:
    """The brokers of every path, in the order given; one named twice counts once.

    A path is a broker file (XML), a topology (YAML or JSON), a folder, or `-` for stdin, which
    may be either. In a folder all `*.xml` that have to do with brokers and all topologies that
    are called so (`TOPOLOGY_NAMES`) are read, sub-folders included, hidden ones and links to
    folders left out.
    `version` and `target` are those of brokers whose file does not say them; without a target the
    shape of each file says it.

    Raises InputError for what cannot be read and for a path with no broker in it.
    """
    brokers: list[Broker] = []
    seen: set[str] | None = set() if len(paths) > 1 else None
    with reader.no_garbage_collection():
        for path in map(str, paths):
            found = _Found(version, target, seen)
            if path != "-" and os.path.isdir(path):  # noqa: PTH112 (once a file: pathlib is slow)
                found.read_folder(path)
            else:
                found.read_file(path)
            brokers += found.brokers
    return Network(brokers)


class _Found:
    """The brokers below one path. `seen` holds the files that were read before, if any could."""

    def __init__(
        self, version: Version | None, target: Target | None, seen: set[str] | None
    ) -> None:
        self.brokers: list[Broker] = []
        self._version = version
        self._target = target
        self._seen = seen

    def read_file(self, path: str) -> None:
        """A file that was named, so that it has to hold a broker."""
        if self._is_new(path) and not self._add(path, read_bytes(path)):
            raise InputError(
                "configures no broker",
                where=display_name(path),
                hint="name a file with a <broker> or <networkConnectors> element, or a topology",
            )

    def read_folder(self, folder: str) -> None:
        held = False
        for path in _files(folder):
            held |= not self._is_new(path) or self._add(path, read_bytes(path), sift=True)
        if not held:
            raise InputError(
                "no broker file in this folder",
                where=folder,
                hint="opskit reads *.xml with a <broker> or <networkConnectors> element, "
                "and topology.yaml",
            )

    def _is_new(self, path: str) -> bool:
        if self._seen is None:
            return True
        name = os.path.abspath(path) if path != "-" else path  # noqa: PTH100
        if name in self._seen:
            return False
        self._seen.add(name)
        return True

    def _add(self, path: str, data: bytes, *, sift: bool = False) -> bool:
        """Whether `data` held a broker; `sift` passes over XML that is about something else."""
        name = display_name(path)
        if not _is_xml(path, data):
            self.brokers += self._from_topology(
                parse_document(data, name, is_json=path.lower().endswith(".json"))
            )
            return True
        if sift and not _mentions_brokers(data):
            return False
        found = reader.from_document(
            XmlDocument(name, data), version=self._version, target=self._target
        )
        self.brokers += found
        return bool(found)

    def _from_topology(self, document: Document) -> list[Broker]:
        from opskit.broker.design import from_topology, topology

        return from_topology.network(topology.from_document(document), document).brokers


def _is_xml(path: str, data: bytes) -> bool:
    """By the name, and where that says nothing by the first character."""
    lower = path.lower()
    if lower.endswith(_DOCUMENT_SUFFIXES):
        return False
    return lower.endswith(".xml") or data[:4096].lstrip(_MARKS).startswith(b"<")


def _mentions_brokers(data: bytes) -> bool:
    """Whether XML could configure a broker; text in UTF-16 is not looked into, so it could."""
    return b"broker" in data or b"networkConnector" in data or b"\0" in data


def _files(folder: str) -> Iterator[str]:
    """The files of interest below a folder by name, those of a folder before its sub-folders'."""
    waiting = [folder]
    while waiting:
        below = []
        for entry in _listed(waiting.pop()):
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            elif _is_of_interest(entry.name.lower()) and _may_be_file(entry):
                yield entry.path
        waiting += reversed(below)


def _may_be_file(entry: os.DirEntry[str]) -> bool:
    """Not a pipe or a device; a link that leads nowhere is left to the reader, who says so."""
    try:
        return entry.is_file() or entry.is_symlink()
    except OSError:  # links that lead to each other
        return True


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise InputError(
            f"cannot list the folder: {error.strerror}",
            where=folder,
            hint="check its permissions",
        ) from None
    return sorted(shown, key=lambda entry: entry.name)


def _is_of_interest(name: str) -> bool:
    return name.endswith(".xml") or name in TOPOLOGY_NAMES
