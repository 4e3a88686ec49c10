"""A local tree read once, in parts that several processes take.

The processes wait for disks and servers at the same time, and share the work where there is more
than one processor. A small tree needs one.
"""

import os
import signal
import stat
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from opskit.errors import InputError, UnknownError
from opskit.output.text import plural
from opskit.storage import units
from opskit.storage.profile.mounts import Mount, mount_of, mounts, mounts_below
from opskit.storage.profile.tally import Judge, Tally, Task, shown
from opskit.storage.profile.walk import open_folder, part

Say = Callable[[str], None]
#: More processes than this do not make a disk faster.
_MOST = 8
#: Folders that a process is handed at once, at most, and parts that wait for each process.
_AT_ONCE, _WAITING = 100, 2
#: Seconds between two words on how far it is.
_PAUSE = 0.1


@dataclass(frozen=True)
class Tree:
    """A tree as it was found: what was counted, and what people need to know of it.

    `skipped` says what could not be read.
    """

    tally: Tally
    skipped: tuple[str, ...]
    notes: tuple[str, ...]
    moment: int
    idle_known: bool


def read(
    path: Path,
    *,
    say: Say,
    cross: bool = False,
    judge: Judge | None = None,
    keep: int | None = 0,
    workers: int | None = None,
) -> Tree:
    """Look at all files below a folder once.

    With `cross`, also at those on other file systems that are mounted in it. `judge` and `keep`
    are as in `Task`. InputError where it is no folder, UnknownError where it cannot be read.
    """
    root = os.path.realpath(path)
    device = _device(path, root)
    known = mounts()
    own = mount_of(root, known)
    below = mounts_below(root, known)
    task = Task(
        root=root.rstrip("/"),
        moment=int(time.time()),
        device=device,
        slack=own.slack if own else None,
        slacks={each.device: each.slack for each in below.values()},
        mounts=frozenset(name for name, each in below.items() if not cross or each.is_pseudo),
        cross=cross,
        judge=judge,
        keep=keep,
    )
    tally = Tally()
    told = 0.0
    for done in _parts(task, workers or _workers()):
        tally.add(done, keep)
        if time.monotonic() - told > _PAUSE:
            told = time.monotonic()
            total = sum(tally.bytes.values())
            files = f"{tally.seen:,} file{'' if tally.seen == 1 else 's'}"
            say(f"{shown(root)}: {files}, {units.shown_size(total)}")
    tally.finish(task)
    entered = [own, *(each for each in below.values() if cross and not each.is_pseudo)]
    notes = tuple(_notes(tally, entered))
    return Tree(tally, tuple(_skipped(tally)), notes, task.moment, task.slack is not None)


def _device(path: Path, root: str) -> int:
    if not hasattr(os, "O_DIRECTORY"):
        raise UnknownError("local trees are read on Linux and macOS only", where=str(path))
    try:
        found = Path(root).stat()
        if not stat.S_ISDIR(found.st_mode):
            raise InputError(
                "is a file, not a folder",
                where=str(path),
                hint="a manifest of S3 Inventory is named as inventory:FILE",
            )
        os.close(open_folder(root, ""))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise InputError("no such folder", where=str(path), hint="check the path") from None
    except OSError as error:
        raise UnknownError(
            f"cannot be read: {error.strerror}",
            where=str(path),
            hint="run this as somebody who may read it",
        ) from None
    return found.st_dev


def _workers() -> int:
    if sys.platform != "linux":  # elsewhere a fork is not safe, and a fresh process slow to start
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST)


def _parts(task: Task, workers: int) -> Iterator[Tally]:
    """What each part counted, in no order."""
    pending, tally = part(task, [""])
    yield tally
    if workers > 1 and pending:
        yield from _shared(task, pending, workers)
    while pending and workers == 1:
        pending, tally = part(task, pending)
        yield tally


_task: Task


def _shared(task: Task, pending: list[str], workers: int) -> Iterator[Tally]:
    from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    running: set[Future[tuple[list[str], Tally]]] = set()
    pool = ProcessPoolExecutor(workers, get_context("fork"), _begin, (task,))
    try:
        while pending or running:
            while pending and len(running) < workers * _WAITING:
                some = min(max(len(pending) // (workers * _WAITING), 1), _AT_ONCE)
                running.add(pool.submit(_work, pending[-some:]))
                del pending[-some:]
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                left, tally = each.result()
                pending += left
                yield tally
    except BrokenProcessPool:
        raise UnknownError(
            "a process that reads the tree was ended",
            where=task.root,
            hint="was there too little memory? --workers 1 takes one process",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(task: Task) -> None:
    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it


def _work(folders: list[str]) -> tuple[list[str], Tally]:
    return part(_task, folders)


def _skipped(tally: Tally) -> Iterator[str]:
    passed = tally.passed
    if lost := _counts(passed, folders="folder", files="file"):
        more = ", and more" if passed["folders"] + passed["files"] > len(tally.denied) else ""
        yield f"not counted: {lost} that could not be read: {', '.join(tally.denied)}{more}"


def _notes(tally: Tally, entered: list[Mount | None]) -> Iterator[str]:
    passed = tally.passed
    if over := _counts(passed, links="symbolic link", others="special file"):
        yield f"passed over: {over}"
    if linked := passed["linked"]:
        files = "file has" if linked == 1 else "files have"
        yield f"counted once: {linked:,} {files} several names (hard links)"
    if tally.mounts:
        names = ", ".join(map(shown, sorted(tally.mounts)[:3]))
        more = ", and more" if len(tally.mounts) > 3 else ""
        yield f"not entered, being other file systems: {names}{more}"
    if future := _counts(passed, future="file"):
        yield f"{future} with a time in the future, taken as new: is a clock wrong?"
    if entered == [None]:
        yield "times of reading are not known: this system does not say whether it keeps them"
    yield from dict.fromkeys(each.note for each in entered if each)


def _counts(passed: Counter[str], **names: str) -> str:
    """The counts that are not 0, with what they count."""
    return " and ".join(
        f"{passed[key]:,} {name if passed[key] == 1 else plural(name)}"
        for key, name in names.items()
        if passed[key]
    )
