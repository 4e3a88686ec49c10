"""What a plan is: what becomes of each mapping, and the commands in their order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from shlex import quote

from opskit.emrfs.build.size import compact
from opskit.emrfs.model import RoleMapping


class Outcome(StrEnum):
    """What becomes of a mapping. CHANGES is where it moves, and means something else then."""

    MOVES = "moves"
    CHANGES = "changes"
    CANNOT = "cannot move"


@dataclass(slots=True)
class Row:
    """One mapping: what it becomes, and the reasons for what is not as it was."""

    mapping: RoleMapping
    outcome: Outcome
    becomes: str
    reasons: list[str] = field(default_factory=list)

    def lessen(self, reason: str, *, to: Outcome = Outcome.CHANGES) -> None:
        """Give a reason why it does not simply move."""
        self.reasons.append(reason)
        if self.outcome is not Outcome.CANNOT:
            self.outcome = to


@dataclass(slots=True)
class Step:
    """Something to do, and the commands that do it, quoted for a shell; none for people alone."""

    title: str
    commands: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """The whole plan. `notes` are about all mappings."""

    target: str
    rows: list[Row]
    steps: list[Step]
    notes: list[str]

    @property
    def complete(self) -> bool:
        """Whether every mapping moves, changed or not."""
        return all(row.outcome is not Outcome.CANNOT for row in self.rows)


class Variable(str):
    """The name of a shell variable whose value is not known here; the shell stops without it."""

    __slots__ = ()

    @property
    def reference(self) -> str:
        return f"${{{self}:?}}"


REGION = Variable("AWS_REGION")
_NAME = re.compile(r"[^A-Za-z0-9]+")


def word(*parts: str) -> str:
    """A word for the shell; variables in it are filled in there."""
    if not any(isinstance(part, Variable) for part in parts):
        return quote("".join(parts))
    return '"' + "".join(map(_in_quotes, parts)) + '"'


def _in_quotes(part: str) -> str:
    return part.reference if isinstance(part, Variable) else re.sub(r'(["\\$`])', r"\\\1", part)


def json_word(document: object, variables: Sequence[Variable] = ()) -> str:
    """A JSON document as a word; `variables` stand in it as `${NAME}` where they are put in."""
    text = compact(document)
    parts: list[str] = [text]
    for variable in variables:
        parts = [piece for part in parts for piece in _split(part, variable)]
    return word(*parts)


def _split(part: str, variable: Variable) -> list[str]:
    if isinstance(part, Variable):
        return [part]
    found = part.split(f"${{{variable}}}")
    return [piece for text in found for piece in (text, variable)][:-1]


def command(start: str, options: Mapping[str, str]) -> str:
    """A command line: each option on a line of its own; the words are quoted already."""
    lines = [start, *(f"--{name} {value}" for name, value in options.items())]
    return " \\\n  ".join(lines)


def shell_name(prefix: str, text: str, taken: set[str]) -> Variable:
    """A name for a shell variable, of letters, digits and `_`, and another than those taken."""
    name = "_".join(filter(None, [prefix, _NAME.sub("_", text).strip("_")])).upper()
    made, number = name, 1
    while made in taken:
        number += 1
        made = f"{name}_{number}"
    taken.add(made)
    return Variable(made)


def release(text: str) -> tuple[int, ...]:
    """`emr-6.15.0` as numbers, to be compared; empty where it is not known."""
    found = re.fullmatch(r"emr-(\d+(?:\.\d+)*)", text)
    return tuple(map(int, found[1].split("."))) if found else ()
