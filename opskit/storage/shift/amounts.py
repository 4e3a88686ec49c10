"""What of a usage and of a move falls on a share of the data: whole bytes, objects, requests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from msgspec.structs import replace

from opskit.storage.bill.usage import ClassUse
from opskit.storage.leaving import Removal
from opskit.storage.profile.model import Cell

#: The most parts that an upload has ("Amazon S3 multipart upload limits").
MOST_PARTS = 10_000


def part(amount: int, share: Fraction) -> int:
    """A share of an amount, whole and not more than it."""
    return amount * share.numerator // share.denominator


def between(amount: int, before: Fraction, after: Fraction) -> int:
    """What of an amount lies between two shares; these parts add up to all of it."""
    return part(amount, after) - part(amount, before)


def scaled(use: ClassUse, stored: Fraction, used: Fraction) -> ClassUse:
    """A share of what is stored in a class, and a share of what is done with it.

    What comes and goes within days is where it is used.
    """
    cells = tuple(
        replace(each, objects=part(each.objects, own), bytes=part(each.bytes, own))
        for each in use.cells
        for own in (stored if each.kept is None else used,)
    )
    return replace(
        use,
        cells=cells,
        reads=part(use.reads, used),
        writes=part(use.writes, used),
        lists=part(use.lists, used),
        deletes=part(use.deletes, used),
        written=part(use.written, used),
        retrieved=part(use.retrieved, used),
        restores=part(use.restores, used),
        moved_in=part(use.moved_in, used),
    )


def removed(all_: Sequence[Removal], before: Fraction, after: Fraction) -> dict[str, Removal]:
    """What is read out of each class between two shares of a move."""
    return {
        each.class_: replace(
            each,
            objects=between(each.objects, before, after),
            bytes=between(each.bytes, before, after),
        )
        for each in all_
    }


@dataclass(frozen=True, slots=True)
class Puts:
    """What writes objects into a class: puts and completions, parts, and the bytes of all.

    Initiating an upload counts as a part, as providers charge it so.
    """

    writes: int = 0
    parts: int = 0
    bytes: int = 0

    def between(self, before: Fraction, after: Fraction) -> "Puts":
        return Puts(
            *(between(each, before, after) for each in (self.writes, self.parts, self.bytes))
        )


def puts(cells: Iterable[Cell], part_size: int) -> dict[str, Puts]:
    """What writes the objects, by class. Those of a cell count as if all were of its average."""
    made: dict[str, Puts] = {}
    for cell in cells:
        so_far = made.get(cell.class_, Puts())
        parts = 0
        if cell.bytes > part_size * cell.objects > 0:
            each = min(-(-cell.bytes // (part_size * cell.objects)), MOST_PARTS)
            parts = cell.objects * (each + 1)
        made[cell.class_] = Puts(
            so_far.writes + cell.objects, so_far.parts + parts, so_far.bytes + cell.bytes
        )
    return made


def movable(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """What has to be moved: not what is deleted soon, and written anew at the target."""
    return tuple(each for each in cells if each.kept is None)
