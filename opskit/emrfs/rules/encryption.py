"""EMR036: mapped roles and the KMS keys of encrypted data."""

from collections.abc import Iterator

from opskit.emrfs import encryption, prefixes, remedies, samples
from opskit.emrfs.authorize import SESSION_NAME, Authorizer
from opskit.emrfs.iam.actions import s3_action
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.keyuse import KeyUse
from opskit.emrfs.model import Bucket, Design, Kind, Role, RoleMapping
from opskit.emrfs.places import buckets_of
from opskit.emrfs.rules.registry import RULES
from opskit.emrfs.rules.words import mapped, place_of
from opskit.findings import Finding, Rule, Severity

_ASKED = {"s3:GetObject": "read", "s3:PutObject": "write"}


@RULES.rule(
    Rule(
        "EMR036",
        Severity.WARNING,
        title="encrypted data, and a role that is no user of the key",
        why="Reading data that is encrypted with a KMS key needs kms:Decrypt on the key, writing "
        "it kms:GenerateDataKey too, for the mapped role itself: S3 answers Access Denied.",
        fix="make the role a user of the key, in the key's policy or in the role's",
        reference="EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3; "
        "KMS Developer Guide, Key policies in AWS KMS",
    )
)
def no_user_of_the_key(design: Design) -> Iterator[Finding]:
    """Roles whose policies are known, in the buckets of which a key is known."""
    keyed = {name for name, bucket in design.buckets.items() if bucket.key}
    keyed |= encryption.bucket_names(design)
    use, desk = KeyUse(design), Authorizer(design)
    for role, mapping in mapped(design):
        for name in _buckets(design, role, keyed):
            yield from _unusable(use, desk, role, mapping, design.buckets.get(name) or Bucket(name))


def _buckets(design: Design, role: Role, keyed: set[str]) -> list[str]:
    """The buckets with keys that a role is for: of its prefixes, and of its policies."""
    if role.permissions is None or not keyed:
        return []
    found = {
        prefixes.normal(identifier.text).partition("/")[0]
        for each, identifier in design.identifiers(Kind.PREFIX)
        if design.arn(each.role) == role.arn
    }
    return sorted(keyed & {*found, *buckets_of(role.permissions)})


def _unusable(
    use: KeyUse, desk: Authorizer, role: Role, mapping: RoleMapping, bucket: Bucket
) -> Iterator[Finding]:
    for action, verb in _ASKED.items():
        found = use.decide(role, SESSION_NAME, s3_action(action), bucket)
        if found is None or found.allowed or not _does(desk, role, action, bucket.name):
            continue
        key = found.why.partition(" on the key ")[2].partition(": ")[0]
        kms = "kms:Decrypt" if verb == "read" else "kms:GenerateDataKey"
        at = found.statement.location if found.statement is not None else None
        yield Finding(
            f"{mapping.label}: {role.name} cannot {verb} the encrypted data of {bucket.name}: "
            f"{found.why}"
            if found.effect is not Effect.UNKNOWN
            else f"{mapping.label}: it cannot be told whether {role.name} can {verb} the "
            f"encrypted data of {bucket.name}: {found.why}",
            object=role.name,
            location=at or bucket.location or place_of(role, mapping),
            observed=found.effect.words,
            expected=f"allow {kms} on {key}",
            severity=Severity.UNKNOWN if found.effect is Effect.UNKNOWN else None,
            fix=_fix(found, role, verb, key),
        )


def _does(desk: Authorizer, role: Role, action: str, bucket: str) -> bool:
    """Whether S3's side allows the action somewhere; where it does not, the key is no matter."""
    places = samples.named_places(role, bucket)
    return any(
        found.allowed or "kms:" in found.why
        for found in (desk.decide(role, action, at) for at in places)
    )


def _fix(found: Decision, role: Role, verb: str, key: str) -> str:
    if found.effect is Effect.DENY and found.statement is not None:
        return f"narrow the denial in {found.statement.label}"
    return remedies.for_key(role, key, writes=verb == "write")
