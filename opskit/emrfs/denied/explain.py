"""From a denial to the mapping that gave the role, and to the layer of IAM at fault.

What the message does not say is taken from what was asked; where the role cannot be told, there
are candidates only. What AWS says in a message counts before what the file makes of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.denied import fault
from opskit.emrfs.denied.denial import Denial, Layer, Principal, Seen
from opskit.emrfs.denied.fault import Fault, Judge
from opskit.emrfs.denied.verdict import Candidate, Explained, Verdict
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.matrix import ACTIONS, Person, everyone
from opskit.emrfs.model import Design, Kind, Role, RoleMapping
from opskit.emrfs.people import groups_for
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver, matching

#: Layers that no file of ours describes: there AWS's word stands alone.
_OUTSIDE = (Layer.ENDPOINT, Layer.ORGANIZATION, Layer.SESSION)
_RUNS = "what runs differs from the file: compare them with 'opskit emrfs verify --live'"


class Asked(NamedTuple):
    """What the caller adds: a user with groups, a place, an action."""

    user: str = ""
    groups: tuple[str, ...] = ()
    place: Path | None = None
    action: str = ""


class Explainer:
    """Explains the denials of one design."""

    def __init__(self, design: Design, asked: Asked | None = None) -> None:
        self._design = design
        self._asked = asked or Asked()
        self._judge = Judge(design)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._design)

    @cached_property
    def _people(self) -> list[Person]:
        return everyone(self._design)

    def explain(self, seen: Seen) -> Explained:
        """What is behind one denial."""
        asked = self._asked
        given = Denial("", place=asked.place, action=asked.action, user=asked.user)
        denial = seen.denial.filled(given)
        if seen.denial.service == "kms" and not denial.action.startswith("kms:"):
            denial = replace(denial, action="kms:Decrypt")
        found = Explained(replace(seen, denial=denial))
        if denial.service == "sts":
            return self._assume(found)
        return self._access(found)
