"""Which layer of IAM a denial comes from, told by what would be allowed without it."""

from dataclasses import dataclass, replace

from opskit.emrfs import remedies
from opskit.emrfs.authorize import SESSION_NAME, Authorizer
from opskit.emrfs.denied.denial import Layer
from opskit.emrfs.denied.grant import Grant, for_s3, meant
from opskit.emrfs.iam.actions import known, s3_action
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.evaluate import evaluate
from opskit.emrfs.iam.requests import kms_request
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.keyuse import KeyUse
from opskit.emrfs.model import Bucket, Design, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.remedies import EVERYTHING

DENIED = (Effect.DENY, Effect.IMPLICIT_DENY)


@dataclass(frozen=True, slots=True)
class Fault:
    """IAM's decision in a design, the layer that made it (None where it allows), and what to
    change; `grant` is the change where that is a statement to add in S3. `unseen` are layers of
    which the design says nothing.
    """

    decision: Decision
    layer: Layer | None = None
    fix: str = ""
    grant: Grant | None = None
    unseen: tuple[Layer, ...] = ()

    @property
    def denied(self) -> bool:
        return self.decision.effect in DENIED


class Judge:
    """Answers for one design; policies are compiled once."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._desk = Authorizer(design)
        self._keys = KeyUse(design)
        self._known: dict[tuple[int, str, Path], Fault] = {}
        self._free: dict[tuple[int, bool], Role] = {}

    def s3(self, role: Role, action: str, place: Path) -> Fault:
        """Why a role may not do something at a place."""
        if not known(action):
            return Fault(Decision(Effect.UNKNOWN, why=f"{action} is not evaluated here"))
        kept = (id(role), action, place)
        found = self._known.get(kept)
        if found is None:
            bucket = self._design.buckets.get(place.bucket)
            seen = bucket is not None and bucket.policy is not None
            found = replace(self._s3(role, action, place), unseen=() if seen else (Layer.RESOURCE,))
            self._known[kept] = found
        return found

    def _s3(self, role: Role, action: str, place: Path) -> Fault:
        decision = self._desk.decide(role, action, place)
        if decision.effect not in DENIED:
            return Fault(decision)
        key = self._keys.decide(
            role,
            SESSION_NAME,
            s3_action(action),
            self._design.buckets.get(place.bucket) or Bucket(place.bucket),
        )
        if key is not None and key.effect in DENIED and key.why == decision.why:
            return Fault(decision, Layer.KEY, key_fix(role, decision, action))
        layer = self._layer(role, action, place)
        narrowed = _narrowed(decision)
        if narrowed:
            return Fault(decision, layer, narrowed)
        grant = for_s3(role, layer, action, place)
        return Fault(decision, layer, grant.text(), grant)

    def _layer(self, role: Role, action: str, place: Path) -> Layer:
        if self._desk.decide(self._with_all(role, boundary=True), action, place).allowed:
            return Layer.IDENTITY
        free = self._desk.decide(self._with_all(role, boundary=False), action, place)
        if free.allowed:
            return Layer.BOUNDARY
        return Layer.KEY if "kms:" in free.why else Layer.RESOURCE

    def _with_all(self, role: Role, *, boundary: bool) -> Role:
        """The role with a policy that allows all; with its boundary, or without."""
        kept = (id(role), boundary)
        if kept not in self._free:
            limit = role.boundary if boundary else None
            self._free[kept] = replace(role, permissions=(EVERYTHING,), boundary=limit)
        return self._free[kept]


def assume(base: Role, role: Role) -> Fault:
    """Why the base role may not assume a role."""
    decision = assumable(base, role)
    if decision.effect not in DENIED:
        return Fault(decision)
    by_trust = not remedies.trusted(base, role)
    mend = remedies.for_trust(base, role, decision, by_trust=by_trust)
    return Fault(decision, Layer.TRUST if by_trust else Layer.BASE, meant(mend))


def _narrowed(decision: Decision) -> str:
    """What to do about a statement that denies; empty where none does."""
    if decision.effect is not Effect.DENY or decision.statement is None:
        return ""
    return meant(f"narrow the denial in {decision.statement.label}")


def key_fix(role: Role, decision: Decision, action: str) -> str:
    """For a role that is no user of a key; the decision's reason names the key."""
    narrowed = _narrowed(decision)
    if narrowed:
        return narrowed
    key = decision.why.partition(" on the key ")[2].partition(": ")[0]
    return meant(remedies.for_key(role, key, writes=action == "s3:PutObject"))


def use(design: Design, role: Role, action: str, key: str) -> Fault:
    """Why a role may not use a KMS key."""
    request = kms_request(role.arn, action, key, SESSION_NAME, via_s3=True)
    described = design.keys.get(key)
    decision = evaluate(
        request,
        identity=role.permissions,
        resource=[described.policy] if described and described.policy else None,
        boundary=role.boundary,
        same_account=role.arn.account == key.split(":")[4] if role.arn.account else None,
        guarded=True,
    )
    if decision.effect not in DENIED:
        return Fault(decision)
    mend = remedies.for_key(role, key, writes=action != "kms:Decrypt")
    return Fault(decision, Layer.KEY, _narrowed(decision) or meant(mend))
