"""What a look at a workload needs of a cluster; a recording of one answers alike."""

from collections.abc import Mapping
from typing import Any, Protocol

Object = dict[str, Any]
Query = Mapping[str, str | int | bool]


class Reader(Protocol):
    """The reading half of `opskit.clients.kube.Cluster`, which raises the same errors."""

    @property
    def name(self) -> str: ...

    def get(self, path: str, query: Query | None = None) -> Object: ...

    def list(self, path: str, query: Query | None = None) -> tuple[list[Object], str]: ...

    def text(self, path: str, query: Query, *, seconds: float) -> str: ...


class Once:
    """A reader that asks for no list twice."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lists: dict[tuple[str, str], tuple[list[Object], str]] = {}

    @property
    def name(self) -> str:
        return self._reader.name

    def get(self, path: str, query: Query | None = None) -> Object:
        return self._reader.get(path, query)

    def list(self, path: str, query: Query | None = None) -> tuple[list[Object], str]:
        key = (path, str(sorted((query or {}).items())))
        if key not in self._lists:
            self._lists[key] = self._reader.list(path, query)
        return self._lists[key]

    def text(self, path: str, query: Query, *, seconds: float) -> str:
        return self._reader.text(path, query, seconds=seconds)
