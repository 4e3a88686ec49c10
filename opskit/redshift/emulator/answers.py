"""What a statement comes to, and what a fault makes of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from opskit.redshift.emulator.faults import Hang
from opskit.redshift.emulator.refusals import BrokenError, SqlError
from opskit.redshift.emulator.wire_types import Column, array_column, column

Rows = Iterable[Sequence[Sequence[Any]]]


@dataclass(slots=True)
class Answer:
    """What a statement comes to: a tag, notices, and columns with rows where it is a question.

    The rows come in parts, and are to be read before the session is asked again.
    """

    tag: str
    columns: Sequence[Column] | None = None
    parts: Rows = ()
    notices: list[str] = field(default_factory=list)


def signal_column(terminates: bool) -> Column:
    return column("pg_terminate_backend" if terminates else "pg_cancel_backend", "INTEGER")


def columns_of(tree: Any, described: Sequence[tuple[str, str]]) -> list[Column]:
    """The columns of a result; the catalog's arrays, where they are selected as they are."""
    from sqlglot import exp

    found = [column(name, kind) for name, kind in described]
    selects = tree.selects if isinstance(tree, exp.Select) else []
    if len(selects) == len(found):
        for place, node in enumerate(selects):
            inner = node.unalias()
            array = array_column(inner.name.lower()) if isinstance(inner, exp.Column) else None
            if array is not None:
                found[place] = array._replace(name=found[place].name)
    return found


def with_fault(answer: Answer, hang: Hang | None) -> Answer:
    """The answer with what the fault does to its rows."""
    if hang is None or (hang.lost_after is None and hang.error is None):
        return answer
    answer.parts = _breaking(answer.parts, hang)
    return answer


def _breaking(parts: Rows, hang: Hang) -> Iterator[Sequence[Sequence[Any]]]:
    left = hang.refused_after if hang.lost_after is None else hang.lost_after
    for part in parts:
        if left <= 0:
            break
        yield part[:left]
        left -= len(part)
    if hang.error is not None:
        raise SqlError(*hang.error)
    raise BrokenError
