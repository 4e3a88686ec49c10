"""What rules make of a tree or of a profile: what stays, what moves, what nobody can tell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opskit.storage.hybrid.rules import Plan, Rule
from opskit.storage.profile.model import Cell, Profile, merged
from opskit.storage.profile.tally import Named, cell_of
from opskit.storage.profile.tree import read

_CHANGES_ONLY = (
    "`untouched` goes by the last change alone: nobody knows here when files were read last"
)


@dataclass(frozen=True)
class Share:
    """What falls under one rule, or under none of them (`rule` is None).

    The cells `unsure` may fall under it, in part or all, and under others as well. `files` are
    the largest of a tree first, or all of them, where that was asked for.
    """

    rule: Rule | None
    cells: tuple[Cell, ...] = ()
    unsure: tuple[Cell, ...] = ()
    files: tuple[Named, ...] = ()

    @property
    def moves(self) -> bool:
        return self.rule is not None and self.rule.to is not None

    @property
    def objects(self) -> int:
        return sum(each.objects for each in self.cells)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.cells)

    @property
    def empty(self) -> bool:
        return not self.cells and not self.unsure


@dataclass(frozen=True)
class Division:
    """The shares of the rules in their order, and last what falls under none.

    Of the cells `unsure` nobody can tell which share they are of, for the rules `doubtful`.
    `skipped` says what could not be read.
    """

    source: str
    shares: Sequence[Share]
    notes: tuple[str, ...] = ()
    unsure: tuple[Cell, ...] = ()
    doubtful: tuple[Rule, ...] = ()
    skipped: tuple[str, ...] = ()


def of_tree(
    path: Path,
    plan: Plan,
    *,
    say: Callable[[str], None],
    cross: bool = False,
    workers: int | None = None,
    keep: int | None = 3,
) -> Division:
    """The files below a folder by rules, in one pass; `keep` files of each are named, all for None.

    Errors are those of `opskit.storage.profile.tree.read`.
    """
    tree = read(path, say=say, cross=cross, judge=plan.judge, keep=keep, workers=workers)
    cells: dict[int, list[Cell]] = {}
    for key, objects in tree.tally.objects.items():
        rule, size, age, idle = cell_of(key)
        made = Cell("local", objects, tree.tally.bytes[key], size=size, age=age, idle=idle)
        cells.setdefault(rule, []).append(made)
    named = tree.tally.named
    shares = [
        Share(rule, merged(cells.get(number, ())), files=_ordered(named.get(number, ()), keep))
        for number, rule in _numbered(plan)
    ]
    notes = tree.notes if tree.idle_known else (*tree.notes, *_by_changes(plan))
    odd = [each for share in shares for each in share.files if not _is_text(each.path)]
    if odd and keep is None:
        those = "1 name that is" if len(odd) == 1 else f"{len(odd):,} names that are"
        notes = (*notes, f"of {those} not UTF-8, the other bytes are written as \\xff")
    return Division(str(path), shares, notes, skipped=tree.skipped)


def _is_text(path: str) -> bool:
    """Whether a path has only bytes that are UTF-8: Python keeps others as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in path)


def _ordered(files: Iterable[Named], keep: int | None) -> tuple[Named, ...]:
    """By path where all are named, else the largest first."""
    if keep is None:
        return tuple(sorted(files, key=lambda each: each.path))
    return tuple(sorted(files, key=lambda each: (-each.size, each.path)))


def of_profile(profile: Profile, plan: Plan) -> Division:
    """The cells of a profile by rules. What goes by paths cannot be told from it."""
    sure: dict[int, list[Cell]] = {}
    unsure: dict[int, list[Cell]] = {}
    doubtful: set[int] = set()
    left: list[Cell] = []
    for cell in profile.stored:
        found = plan.judge_cell(cell)
        for number, _ in found:
            (sure if len(found) == 1 else unsure).setdefault(number, []).append(cell)
        if len(found) > 1:
            left.append(cell)
            doubtful.update(number for number, fits in found if not fits)
    shares = [
        Share(rule, merged(sure.get(number, ())), merged(unsure.get(number, ())))
        for number, rule in _numbered(plan)
    ]
    idle = all(cell.idle is not None for cell in profile.stored)
    notes = profile.notes if idle else (*profile.notes, *_by_changes(plan))
    if profile.provider:
        elsewhere = f"the profile is of data at {profile.provider}, and is taken as if it were here"
        notes = (*notes, elsewhere)
    why = tuple(plan.rules[number - 1] for number in sorted(doubtful))
    source = profile.source or "a profile"
    return Division(source, shares, notes, tuple(left), why, profile.skipped)


def _numbered(plan: Plan) -> list[tuple[int, Rule | None]]:
    return [*enumerate(plan.rules, 1), (0, None)]


def _by_changes(plan: Plan) -> tuple[str, ...]:
    asks = any(rule.untouched is not None for rule in plan.rules)
    return (_CHANGES_ONLY,) if asks else ()
