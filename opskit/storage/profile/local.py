"""The profile of a local tree, in one pass."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from opskit.storage.profile.model import Cell, Profile, merged
from opskit.storage.profile.tally import Tally, cell_of
from opskit.storage.profile.tree import read


def scan(
    path: Path, *, say: Callable[[str], None], cross: bool = False, workers: int | None = None
) -> Profile:
    """The files below a folder, in cells of size, age and idle time; the class is `standard`.

    A file with several names is counted once, and one with holes by its size, as it would be
    stored. Links are not followed. Other file systems are entered with `cross`. Idle times are
    None where the file system does not keep them, as the notes say. InputError for what is no
    folder, UnknownError for one that cannot be read.
    """
    tree = read(path, say=say, cross=cross, workers=workers)
    return Profile(
        stored=merged(_cells(tree.tally)),
        source=str(path),
        taken_on=date.fromtimestamp(tree.moment),
        notes=tree.notes,
        skipped=tree.skipped,
    )


def _cells(tally: Tally) -> Iterator[Cell]:
    for key, objects in tally.objects.items():
        _, size, age, idle = cell_of(key)
        yield Cell("standard", objects, tally.bytes[key], size=size, age=age, idle=idle)
