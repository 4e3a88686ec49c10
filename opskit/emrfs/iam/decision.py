"""Requests to AWS, and what IAM decides about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from opskit.emrfs.iam.policy import Statement


class Effect(StrEnum):
    """What IAM decides. UNKNOWN is where something is outside of what is known or evaluated."""

    ALLOW = "allow"
    DENY = "deny"
    IMPLICIT_DENY = "implicit-deny"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return self.value.replace("-", " ")


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision, the statement that made it (None for an implicit deny), and why in words."""

    effect: Effect
    statement: Statement | None = None
    why: str = ""

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOW


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `principal` is the ARN of the role that calls; `context` maps condition keys in
    lower case to their values. A key that is missing there is absent from the request, unless
    `unknown` names it (or `keys.MODELLED` does not): then its value is not known here, and what
    hangs on it is UNKNOWN. `session` is the name of the role's session, empty where it is not
    known; `expression` is the ARN as the template writes it that makes the role.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    session: str = ""
    expression: str = ""
