"""IAM's evaluation of one request over all policies that bear on it.

IAM User Guide, "Policy evaluation logic", "Policy evaluation for requests within a single
account", "Cross-account policy evaluation logic" and "Permissions boundaries for IAM entities".
Service and resource control policies and the policies of VPC endpoints are not seen here.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from opskit.emrfs.iam.decision import Decision, Effect, Request
from opskit.emrfs.iam.doubt import doubt
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.layer import NOTHING, UNKNOWN, Ask, Kind, Layer, Verdict
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.principals import Caller, Grade, named
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.iam.variables import Lookup


class Rules(NamedTuple):
    """How the layers come together. `same_account` is None where it is not known; `guarded` says
    that the resource's policy has to allow in any case, as KMS keys and trust policies do.
    """

    same_account: bool | None = True
    guarded: bool = False
    resource: str = "the resource's policy"
    kind: Kind = Kind.RESOURCE
    role: str = "the role"

    @property
    def own(self) -> str:
        return f"{self.role}'s policy"


class Found(NamedTuple):
    """What each layer says. `limits` are the boundary and the session policies that there are;
    `grants` is what the resource's policies say to the account, the role and the session.
    """

    identity: Verdict
    limits: tuple[tuple[str, Verdict], ...] = ()
    grants: tuple[Verdict, Verdict, Verdict] = (NOTHING, NOTHING, NOTHING)

    def verdicts(self, rules: Rules) -> Iterator[tuple[str, Verdict]]:
        """All, with their names."""
        yield rules.own, self.identity
        for grant in self.grants:
            yield rules.resource, grant
        yield from self.limits


def evaluate(
    request: Request,
    *,
    identity: Sequence[Policy] | None,
    resource: Sequence[Policy] | None = (),
    boundary: Policy | None = None,
    session: Sequence[Policy] | None = None,
    same_account: bool | None = True,
    guarded: bool = False,
) -> Decision:
    """What IAM decides about `request`.

    `identity` are the policies attached to the role, `resource` those of the resource; None where
    they are not known. `boundary` and `session` limit where they are given. `same_account` says
    whether role and resource are of one account (None: not known): across accounts both sides
    have to allow. `guarded` is for resources whose policy has to allow in one account too: KMS
    keys, and the trust of roles.
    """
    kind = Kind.TRUST if request.action.lower().startswith("sts:assumerole") else Kind.RESOURCE
    rules = Rules(same_account, guarded, kind=kind)
    layers = Layers.of(
        request, identity=identity, resource=resource, boundary=boundary, session=session, kind=kind
    )
    return combine(layers.ask(request.resource, request_lookup(request)), rules, request)


def request_lookup(request: Request) -> Lookup:
    return lambda key: values(request, key)


class Layers(NamedTuple):
    """All layers that bear on a request, ready to be asked; None for policies not known."""

    identity: Layer | None
    limits: tuple[tuple[str, Layer], ...]
    grants: tuple[Layer | None, ...]

    @classmethod
    def of(
        cls,
        request: Request,
        *,
        identity: Sequence[Policy] | None,
        resource: Sequence[Policy] | None = (),
        boundary: Policy | None = None,
        session: Sequence[Policy] | None = None,
        kind: Kind = Kind.RESOURCE,
        varying: frozenset[str] = frozenset(),
    ) -> "Layers":
        limits = [("the permissions boundary", [boundary])] if boundary else []
        if session is not None:
            limits.append(("the session policy", list(session)))
        return cls(
            None if identity is None else Layer(identity, request, varying=varying),
            tuple((name, Layer(each, request, varying=varying)) for name, each in limits),
            grants(request, resource, kind, bounded(identity, boundary), varying),
        )

    @property
    def asks(self) -> list[Ask]:
        """As `Layer.asks`, of all layers."""
        layers = (self.identity, *(layer for _, layer in self.limits), *self.grants)
        return [ask for layer in layers if layer is not None for ask in layer.asks]

    def ask(self, resource: str, lookup: Lookup) -> Found:
        identity = UNKNOWN if self.identity is None else self.identity.ask(resource, lookup)
        limits = tuple((name, layer.ask(resource, lookup)) for name, layer in self.limits)
        if not self.grants:
            return Found(identity, limits)
        account, role, session = (
            UNKNOWN if layer is None else layer.ask(resource, lookup) for layer in self.grants
        )
        return Found(identity, limits, (account, role, session))


def bounded(identity: Sequence[Policy] | None, boundary: Policy | None) -> Truth:
    """Whether a role has a boundary: of one whose policies are not known that is not known."""
    if boundary is not None:
        return Truth.YES
    return Truth.MAYBE if identity is None else Truth.NO


def grants(
    request: Request,
    policies: Sequence[Policy] | None,
    kind: Kind,
    limited: Truth,
    varying: frozenset[str] = frozenset(),
) -> tuple[Layer | None, ...]:
    """The policies of a resource, once for each way in which they may name the caller. Denials
    are all in the last. Empty where there are none. `limited` is whether the role has a boundary.
    """
    if policies is not None and not policies:
        return ()
    if policies is None:
        return (None, None, None)
    caller = Caller.of(request.principal, request.session, limited, request.expression)

    def naming(grade: Grade) -> Callable[[Statement], Truth]:
        def names(statement: Statement) -> Truth:
            found = named(statement, caller)
            if grade is Grade.SESSION and (statement.effect == "Deny" or statement.effect_unknown):
                return max(found)
            return found[grade] if statement.effect == "Allow" else Truth.NO

        return names

    return tuple(Layer(policies, request, kind, naming(grade), varying) for grade in Grade)


def combine(found: Found, rules: Rules, request: Request) -> Decision:
    """The decision that the layers come to: a denial wins, then what is not known counts."""
    layers = list(found.verdicts(rules))
    for name, verdict in layers:
        if verdict.deny is Truth.YES:
            return Decision(Effect.DENY, verdict.denier, f"{name} denies it")
    allowed = _allowed(found, rules)
    if allowed is Truth.NO:
        return Decision(Effect.IMPLICIT_DENY, None, _lacking(found, rules))
    for name, verdict in layers:
        if verdict.deny is Truth.MAYBE:
            return _unsure(verdict.denier, name, "deny", rules, request)
    if allowed is Truth.YES:
        name, statement = _granting(found, rules)
        return Decision(Effect.ALLOW, statement, f"{name} allows it")
    for name, verdict in layers:
        if verdict.allow is Truth.MAYBE:
            return _unsure(verdict.allower, name, "allow", rules, request)
    why = "it is not known whether the role and the resource are of one account"
    return Decision(Effect.UNKNOWN, None, why)


def _unsure(
    statement: Statement | None, name: str, effect: str, rules: Rules, request: Request
) -> Decision:
    if statement is None:
        return Decision(Effect.UNKNOWN, None, f"{name} is not known")
    kind = rules.kind if name == rules.resource else Kind.IDENTITY
    why = f"{name} may {effect} it: {doubt(statement, kind, request)}"
    return Decision(Effect.UNKNOWN, statement, why)


def _allowed(found: Found, rules: Rules) -> Truth:
    limits = min((verdict.allow for _, verdict in found.limits), default=Truth.YES)
    identity = found.identity.allow
    account, role, session = (grant.allow for grant in found.grants)
    across = min(limits, identity, max(account, role, session))
    own = max(role, min(account, identity) if rules.guarded else identity)
    # what is granted to a session, or to everyone, no boundary takes away
    within = max(session, min(limits, own))
    if rules.same_account is None:
        return within if within is across else Truth.MAYBE
    return within if rules.same_account else across


def _lacking(found: Found, rules: Rules) -> str:
    """Which layer does not allow what was asked."""
    granted = max(grant.allow for grant in found.grants)
    if granted is Truth.NO and (rules.guarded or rules.same_account is False):
        apart = "" if rules.guarded else ", and it is of another account"
        return f"nothing in {rules.resource} allows it{apart}"
    for name, verdict in found.limits:
        if verdict.allow is Truth.NO:
            return f"{name} does not allow it"
    left = ""
    if rules.guarded and rules.same_account:
        left = f"{rules.resource} leaves it to IAM, and "
    return f"{left}no policy of {rules.role} allows it"


def _granting(found: Found, rules: Rules) -> tuple[str, Statement | None]:
    """The layer and the statement that an allow is told with: the role's own where it is enough."""
    account, role, session = found.grants
    limited = any(verdict.allow is not Truth.YES for _, verdict in found.limits)
    own = found.identity.allow is Truth.YES and not limited
    for grant in (session, role):
        if grant.allow is Truth.YES and (rules.guarded or not own):
            return rules.resource, grant.allower
    if own:
        return rules.own, found.identity.allower
    return rules.resource, account.allower
