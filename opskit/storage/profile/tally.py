"""What a walk through a local tree counts: cells as numbers, names where somebody asks for them.

Paths are relative to the root of the tree and have `/` between their parts; names need not be
UTF-8.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from errno import EACCES, ELOOP, ENOENT, ENOTDIR, EPERM
from heapq import heappush, heappushpop
from typing import NamedTuple

from opskit.storage.profile.edges import AGES, SIZES

_GONE = (ENOENT, ENOTDIR, ELOOP)  # deleted, or replaced by something else, since it was listed
_NAMES = 5
#: In the number of a cell: that nobody knows when its files were read.
UNKNOWN = 0x80


class Named(NamedTuple):
    """A file: seconds since it was changed (below 0 in the future), and read if that is known."""

    size: int
    path: str
    age: int
    idle: int | None


#: Says which rule a file falls under, as a number; 0 is none.
Judge = Callable[[Named], int]


@dataclass(frozen=True)
class Task:
    """What all parts of a walk have in common; `moment` is its time, in seconds.

    `slack` is by how many seconds access times may lag behind reads, None where they are no
    guide; `slacks` says it of other devices, which are entered with `cross`. The paths `mounts`
    are not entered. Of each rule the `keep` largest files are named, all for None.
    """

    root: str
    moment: int
    device: int
    slack: int | None
    slacks: Mapping[int, int | None] = field(default_factory=dict)
    mounts: frozenset[str] = frozenset()
    cross: bool = False
    judge: Judge | None = None
    keep: int | None = 0


@dataclass
class Tally:
    """What was counted. The cells are numbers that `cell_of` takes apart.

    `linked` are files with several names, by device and inode: their cell, and the first of their
    names. `passed` counts what was not counted, `denied` names some of what could not be read.
    """

    objects: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    bytes: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    linked: dict[tuple[int, int], tuple[int, Named]] = field(default_factory=dict)
    named: dict[int, list[Named]] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    denied: list[str] = field(default_factory=list)
    mounts: list[str] = field(default_factory=list)
    seen: int = 0

    def add(self, other: "Tally", keep: int | None) -> None:
        """Count what another part counted."""
        for key, count in other.objects.items():
            self.objects[key] += count
            self.bytes[key] += other.bytes[key]
        self.passed.update(other.passed)
        self.denied += other.denied[: _NAMES - len(self.denied)]
        self.mounts += other.mounts
        self.seen += other.seen
        for identity, (key, file) in other.linked.items():
            self._link(identity, key, file)
        for rule, files in other.named.items():
            for each in files:
                self._name(rule, each, keep)

    def take(
        self, task: Task, key: int, file: Named, identity: tuple[int, int] | None = None
    ) -> None:
        """Count a file by its rule, too. One that has several names, by `identity`, waits."""
        if task.judge is not None:
            key += task.judge(file) << 24
        if identity is not None:
            self._link(identity, key, file)
            return
        self.objects[key] += 1
        self.bytes[key] += file.size
        self._name(key >> 24, file, task.keep)

    def finish(self, task: Task) -> None:
        """Count each file that has several names once, and how many these are."""
        self.passed["linked"] = len(self.linked)
        for key, file in self.linked.values():
            self.objects[key] += 1
            self.bytes[key] += file.size
            self._name(key >> 24, file, task.keep)
        self.linked.clear()

    def _link(self, identity: tuple[int, int], key: int, file: Named) -> None:
        """Of the names of a file the first in order stands for it."""
        before = self.linked.get(identity)
        if before is None or file.path < before[1].path:
            self.linked[identity] = key, file

    def _name(self, rule: int, file: Named, keep: int | None) -> None:
        if not rule or keep == 0:
            return
        files = self.named.setdefault(rule, [])
        if keep is None:
            files.append(file)
        elif len(files) < keep:
            heappush(files, file)
        else:
            heappushpop(files, file)

    def refuse(self, kind: str, path: str, error: OSError) -> None:
        """Note what could not be read; `kind` is folders or files. What is gone is no matter."""
        if error.errno in _GONE:
            return
        self.passed[kind] += 1
        if len(self.denied) < _NAMES:
            why = "permission denied" if error.errno in (EACCES, EPERM) else error.strerror
            self.denied.append(f"{shown(path)} ({why})")


def cell_of(key: int) -> tuple[int, int, int, int | None]:
    """The rule, and the edges of size, age and idle time, that the number of a cell stands for."""
    size, age, idle = key >> 16 & 0xFF, key >> 8 & 0xFF, key & 0xFF
    known = None if idle & UNKNOWN else AGES[max(idle - 1, 0)]
    return key >> 24, SIZES[size - 1], AGES[max(age - 1, 0)], known


def shown(path: str) -> str:
    r"""A path as text that every encoding has: bytes that are not UTF-8 as `\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace") or "."
