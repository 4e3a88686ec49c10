"""One pass over a part of a local tree: every file looked at once, and counted in a cell.

`_count` is the inner loop of all that looks at local trees, and runs once a file: a cell is one
number there, and little is called. Folders are opened one after the other, so that neither depth
nor the length of a path has a limit, and are never links.
"""

import os
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from errno import ENAMETOOLONG

from opskit.storage.profile.edges import AGES, SIZES
from opskit.storage.profile.tally import UNKNOWN, Named, Tally, Task

_AGES = tuple(each * 86_400 for each in AGES)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_TYPE, _REGULAR, _LINK, _DIRECTORY = 0o170000, 0o100000, 0o120000, 0o040000
#: A clock that is so many seconds ahead is no news.
_AHEAD = 60
#: A part ends after so many files, or seconds, so that others can take what is left.
_FILES, _SECONDS = 20_000, 0.5
#: So many characters of a path at a time, where it is longer than the system takes as a whole: a
#: character has four bytes at most, a name 255, and a path 4096 on Linux and 1024 on macOS.
_STEP = 900 if sys.platform == "linux" else 260


def part(task: Task, pending: list[str]) -> tuple[list[str], Tally]:
    """Look at folders until it is enough: the folders that are left, and what was counted."""
    tally = Tally()
    end = time.monotonic() + _SECONDS
    while pending and tally.seen < _FILES and time.monotonic() < end:
        path = pending.pop()
        if path in task.mounts:
            tally.mounts.append(path)
            continue
        try:
            descriptor = open_folder(task.root, path)
        except OSError as error:
            tally.refuse("folders", path, error)
            continue
        try:
            pending += _folder(task, path, descriptor, tally)
        finally:
            os.close(descriptor)
    return pending, tally


def open_folder(root: str, path: str) -> int:
    """A descriptor of a folder of the tree, however long its path is; OSError."""
    whole = f"{root}/{path or '.'}"
    try:
        return os.open(whole, _FOLDER)
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
    descriptor = os.open(f"{root}/.", _FOLDER)
    for step in _steps(path):
        try:
            below = os.open(step, _FOLDER, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def _steps(path: str) -> Iterator[str]:
    """A path in pieces that each may be opened from the one before."""
    start = 0
    while len(path) - start > _STEP:
        end = path.rindex("/", start, start + _STEP)
        yield path[start:end]
        start = end + 1
    yield path[start:]


def _folder(task: Task, path: str, descriptor: int, tally: Tally) -> list[str]:
    """Count the files of an open folder; the paths of the folders in it."""
    device = os.fstat(descriptor).st_dev
    slack = task.slack
    if device != task.device:
        if not task.cross:
            tally.mounts.append(path)
            return []
        slack = task.slacks.get(device)
    folders: list[str] = []
    try:
        with os.scandir(descriptor) as entries:
            _count(task, f"{path}/" if path else "", slack, entries, tally, folders)
    except OSError as error:
        tally.refuse("folders", path, error)
    return folders


def _count(
    task: Task,
    folder: str,
    slack: int | None,
    entries: Iterator[os.DirEntry[str]],
    tally: Tally,
    folders: list[str],
) -> None:
    """Count files into `tally`, and put what is below them into `folders`; OSError."""
    objects, sums, plain, moment = tally.objects, tally.bytes, task.judge is None, task.moment
    unknown = UNKNOWN if slack is None else 0
    read = moment - (slack or 0)
    seen = 0
    for entry in entries:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError as error:
            tally.refuse("files", folder + entry.name, error)
            continue
        kind = found[0] & _TYPE  # the fields by number: by name they cost twice as much
        if kind != _REGULAR:
            if kind == _DIRECTORY:
                folders.append(folder + entry.name)
            else:
                tally.passed["links" if kind == _LINK else "others"] += 1
            continue
        size, age = found[6], moment - found[8]
        aged = bisect_right(_AGES, age)
        idle = unknown or bisect_right(_AGES, read - found[7])
        key = (bisect_right(SIZES, size) << 16) + (aged << 8) + idle
        if not aged and found[8] > time.time() + _AHEAD:
            tally.passed["future"] += 1
        if plain and found[3] == 1:
            objects[key] += 1
            sums[key] += size
        else:
            idle_for = None if unknown else int(read - found[7])
            file = Named(size, folder + entry.name, int(age), idle_for)
            tally.take(task, key, file, (found[2], found[1]) if found[3] > 1 else None)
        seen += 1
    tally.seen += seen
