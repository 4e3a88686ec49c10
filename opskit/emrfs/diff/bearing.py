"""What a decision that is not known hangs on. Where that is not the same in two files, access may
have changed, though neither of them tells how.
"""

from collections.abc import Iterator

from opskit.emrfs.arns import bucket_arn, object_arn
from opskit.emrfs.iam.actions import READING, WRITING, Level, s3_action
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.layer import acts
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.iam.variables import substitute
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import is_open


def bearing(
    design: Design, mapping: int | None, role: Role | None, action: str, path: Path
) -> object:
    """All that may bear on what a mapping's role (None: the base role's) may do at a place, to be
    compared with `==`. There may be more in it than needed, never less.
    """
    last = len(design.mappings) if mapping is None else mapping
    above = [
        (each.kind, [one.text for one in each.identifiers], str(design.arn(each.role)))
        for each in design.mappings[:last]
        if is_open(each)
    ]
    if role is None:
        return above
    resource = _resource(role.arn.partition or design.partition, action, path)
    found: list[object] = [above, design.account, _role(role, action, resource)]
    base = design.base_role
    if mapping is not None and base is not None:
        found += [_told(role.trust), str(base.arn), _role(base, "sts:AssumeRole")]
    bucket = design.buckets.get(path.bucket)
    if bucket is not None:
        found += [bucket.account, bucket.key, _told(bucket.policy, action, resource)]
    if action in READING or action in WRITING:
        found += [design.blocks.get("EncryptionConfiguration")]
        found += [{arn: _told(key.policy) for arn, key in design.keys.items()}]
        found += [_role(role, each) for each in ("kms:Decrypt", "kms:GenerateDataKey")]
    return found


def _resource(partition: str, action: str, path: Path) -> str:
    """The ARN that an action is about; empty where it is about none."""
    level = s3_action(action).level
    if level is Level.OBJECT:
        return object_arn(path.bucket, path.key, partition)
    return bucket_arn(path.bucket, partition) if level is Level.BUCKET else ""


def _role(role: Role, action: str, resource: str = "") -> object:
    """A role's own policies; those that say nothing of it make no difference."""
    listed = role.permissions
    own = None if listed is None else [_told(policy, action, resource) for policy in listed]
    return [each for each in own if each] if own else own, _told(role.boundary, action, resource)


def _told(policy: Policy | None, action: str = "", resource: str = "") -> tuple[object, ...] | None:
    """The statements that may be about an action and a resource; without them, of all."""
    if policy is None:
        return None
    found = [_plain(each) for each in _about(policy, action.lower(), resource)]
    return (policy.version, policy.faults, found) if found or policy.faults else ()


def _about(policy: Policy, action: str, resource: str) -> Iterator[Statement]:
    known: dict[tuple[str, ...], Truth] = {}
    for statement in policy.statements:
        if action and acts(statement, action, known) is Truth.NO:
            continue
        if not resource or statement.resources is None:
            yield statement
            continue
        patterns = (substitute(e, policy.version, _open, wild=True) for e in statement.resources)
        if any(pattern and matches(pattern.text, resource) for pattern in patterns):
            yield statement


def _open(key: str) -> None:
    """No value is known, so that a variable in a resource is a star."""


def _plain(statement: Statement) -> tuple[object, ...]:
    """What decides in a statement: not what it is called, nor where it stands."""
    return (
        statement.effect,
        statement.effect_unknown,
        (statement.actions, statement.not_actions),
        (statement.resources, statement.not_resources),
        (statement.principals, statement.not_principals),
        statement.conditions,
        statement.faults,
    )
