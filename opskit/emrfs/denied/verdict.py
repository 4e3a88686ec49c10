"""The answer on one denial."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from opskit.emrfs.denied.denial import Layer, Seen
from opskit.emrfs.denied.grant import Grant
from opskit.emrfs.iam.decision import Decision
from opskit.emrfs.model import Role, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.errors import ExitCode


class Verdict(StrEnum):
    """EXPLAINED: the layer is told. DIFFERS: the file says otherwise than what runs. UNTOLD:
    something is missing, and there are candidates at most.
    """

    EXPLAINED = "explained"
    DIFFERS = "differs"
    UNTOLD = "untold"


class Candidate(NamedTuple):
    """A role that it may have been: `mapping` is None for the base role. `denied` are the actions
    that the file denies it at the place, `unknown` those that cannot be told.
    """

    role: Role | None
    mapping: RoleMapping | None
    users: tuple[str, ...]
    denied: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What is behind a denial, as far as it can be told.

    `role` is the role that was refused, or that could not be assumed; `mappings` those that give
    it, none where it is the base role. `users` may have been it. `iam` is the decision in the
    file. `missing` says what would have to be known. `grant` is the change `fix` where that is a
    statement to add. `places` are those of all denials that were merged into this one.
    """

    seen: Seen
    verdict: Verdict = Verdict.UNTOLD
    layer: Layer = Layer.UNKNOWN
    why: str = ""
    fix: str = ""
    grant: Grant | None = None
    places: tuple[Path, ...] = ()
    role: Role | None = None
    fallback: bool = False
    mappings: tuple[RoleMapping, ...] = ()
    users: tuple[str, ...] = ()
    iam: Decision | None = None
    candidates: tuple[Candidate, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def exit_code(found: "list[Explained]") -> ExitCode:
    """0 when all are explained, 2 for none at all, 3 when one cannot be told."""
    if not found:
        return ExitCode.USAGE
    explained = all(each.verdict is Verdict.EXPLAINED for each in found)
    return ExitCode.OK if explained else ExitCode.UNKNOWN
