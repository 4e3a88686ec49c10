"""Which layer of IAM a denial comes from, told by what would be allowed without it."""

from dataclasses import dataclass, replace

from opskit.emrfs import remedies
from opskit.emrfs.arns import bucket_arn, object_arn
from opskit.emrfs.authorize import SESSION_NAME, Authorizer
from opskit.emrfs.denied.denial import Layer
from opskit.emrfs.iam.actions import Level, s3_action
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.evaluate import evaluate
from opskit.emrfs.iam.requests import kms_request
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.keyuse import KeyUse
from opskit.emrfs.model import Bucket, Design, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.remedies import EVERYTHING, allow, written

DENIED = (Effect.DENY, Effect.IMPLICIT_DENY)


@dataclass(frozen=True, slots=True)
class Fault:
    """IAM's decision in a design, the layer that made it (None where it allows), and what to
    change.
    """

    decision: Decision
    layer: Layer | None = None
    fix: str = ""

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
        """Why a role may not do something at a place. UsageError for no action of S3."""
        kept = (id(role), action, place)
        found = self._known.get(kept)
        if found is None:
            found = self._known[kept] = self._s3(role, action, place)
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
        return Fault(decision, layer, s3_fix(role, layer, decision, action, place))

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
    return Fault(decision, Layer.TRUST if by_trust else Layer.BASE, mend)


def s3_fix(role: Role, layer: Layer, decision: Decision, action: str, place: Path) -> str:
    """The statement to write, or to narrow."""
    if decision.effect is Effect.DENY and decision.statement is not None:
        return f"narrow the denial in {decision.statement.label}"
    partition = role.arn.partition or "aws"
    if s3_action(action).level is Level.OBJECT:
        folder = place.key.rpartition("/")[0]
        resource = object_arn(place.bucket, f"{folder}/*" if folder else "*", partition)
    else:
        resource = bucket_arn(place.bucket, partition)
    statement = allow(action, resource)
    if layer is Layer.RESOURCE:
        named = {"Effect": "Allow", "Principal": {"AWS": str(role.arn)}, **statement}
        return f"add to the policy of the bucket {place.bucket}: {written(named)}"
    where = "the permissions boundary" if layer is Layer.BOUNDARY else "a policy"
    return f"add to {where} of {role.name}: {written(statement)}"


def key_fix(role: Role, decision: Decision, action: str) -> str:
    """For a role that is no user of a key; the decision's reason names the key."""
    if decision.effect is Effect.DENY and decision.statement is not None:
        return f"narrow the denial in {decision.statement.label}"
    key = decision.why.partition(" on the key ")[2].partition(": ")[0]
    return remedies.for_key(role, key, writes=action == "s3:PutObject")


def use(design: Design, role: Role, action: str, key: str) -> Fault:
    """Why a role may not use a KMS key."""
    request = kms_request(role.arn, action, key, SESSION_NAME, via_s3=True)
    known = design.keys.get(key)
    decision = evaluate(
        request,
        identity=role.permissions,
        resource=None if known is None or known.policy is None else [known.policy],
        boundary=role.boundary,
        same_account=role.arn.account == key.split(":")[4] if role.arn.account else None,
        guarded=True,
    )
    if decision.effect not in DENIED:
        return Fault(decision)
    if decision.effect is Effect.DENY and decision.statement is not None:
        return Fault(decision, Layer.KEY, f"narrow the denial in {decision.statement.label}")
    mend = remedies.for_key(role, key, writes=action != "kms:Decrypt")
    return Fault(decision, Layer.KEY, mend)
