"""EMR034 and EMR035: what the base role reaches, and what a mapped role does not."""

from collections.abc import Iterator

from opskit.emrfs import prefixes, samples
from opskit.emrfs.arns import bucket_arn, object_arn
from opskit.emrfs.authorize import SESSION_NAME, Authorizer
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.evaluate import evaluate
from opskit.emrfs.iam.requests import s3_request
from opskit.emrfs.model import Design, Identifier, Kind, Role, RoleMapping
from opskit.emrfs.needs import Needs
from opskit.emrfs.places import buckets_of
from opskit.emrfs.prefixes import BUCKET, Path
from opskit.emrfs.reach import Reached, doubts, reach
from opskit.emrfs.remedies import allow, written
from opskit.emrfs.rules.broken import broken
from opskit.emrfs.rules.registry import RULES
from opskit.emrfs.rules.words import iam_known, mapped, names, place_of
from opskit.emrfs.samples import PROBE
from opskit.findings import Finding, Location, Rule, Severity

_INSTANCES = "EMR Management Guide, Service role for cluster EC2 instances (EC2 instance profile)"


@RULES.rule(
    Rule(
        "EMR034",
        Severity.ERROR,
        title="the base role reaches S3 data",
        why="Whoever no mapping is for gets the base role, without a word. It needs to write logs "
        "and to read bootstrap actions; what else it reaches is open to everybody on the cluster. "
        "What nobody but the base role reaches is a warning: it may be the cluster's own.",
        fix="take the statement away, and map a role to those who need the data",
        reference=_INSTANCES,
    )
)
def base_reaches(design: Design) -> Iterator[Finding]:
    """One finding for each pattern of a statement."""
    base = design.base_role
    if base is None or not iam_known(design):
        return
    if base.permissions is None:
        yield Finding(
            f"the policies of the base role {base.name} are not known: what it reaches was not "
            "checked",
            object=base.name,
            location=place_of(base) or Location(design.source),
            severity=Severity.UNKNOWN,
            fix="give its policies under 'permissions', or have them read with 'source: iam'",
        )
    for doubt in doubts(base):
        yield Finding(
            f"a policy of the base role {base.name} is not understood, and may reach more: {doubt}",
            object=base.name,
            location=place_of(base) or Location(design.source),
            severity=Severity.UNKNOWN,
            fix="write the policy as IAM takes it",
        )
    needs = Needs.of(design)
    for found in reach(design, base):
        left = needs.beyond(found)
        if left is not None:
            yield _reached(base, left, logs=needs.may_be_logs(left))


def _reached(base: Role, found: Reached, *, logs: bool) -> Finding:
    """`logs` says that it may be the log folder."""
    actions = found.actions or found.unsure
    may = "reaches" if found.actions else "may reach"
    told = [f"prefix s3://{each}" for each in found.prefixes]
    told += [f"bucket {each}" for each in found.buckets]
    data = f", in it the {names(told)}" if told else ""
    severity = None if found.data and not logs else Severity.WARNING
    return Finding(
        f"the base role {base.name} {may} {found.uri} ({names(actions, 6)}){data}"
        + (f": {found.why}" if not found.actions else ""),
        object=base.name,
        location=found.statement.location or place_of(base),
        observed=found.statement.label,
        expected="no S3 data",
        severity=severity if found.actions else Severity.UNKNOWN,
        fix=_name_logs(found) if logs else "",
    )


def _name_logs(found: Reached) -> str:
    folder = found.uri.rstrip("*")
    return (
        f"if this is the log folder, name it, 'cluster: {{log-uri: {folder}}}'; else take the "
        "statement away"
    )


@RULES.rule(
    Rule(
        "EMR035",
        Severity.WARNING,
        title="a role that does not reach what it is mapped to, or cannot list it",
        why="The mapping decides which role is used, and IAM what it may do: a prefix whose role "
        "does not reach it is Access Denied for everybody. EMRFS lists before it reads, and S3 "
        "answers 403 for an object that is not there to a role that may not list.",
        fix="allow the role s3:GetObject on the keys and s3:ListBucket on the bucket",
        reference="EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3; "
        "Amazon S3 API Reference, GetObject (permissions)",
    )
)
def uncovered(design: Design) -> Iterator[Finding]:
    """Prefix roles at their prefixes; other roles in the buckets that their policies name."""
    if not iam_known(design):
        return
    yield from broken(design)
    desk = Authorizer(design)
    seen: set[tuple[str, str]] = set()
    for mapping, identifier in design.identifiers(Kind.PREFIX):
        role = design.role_of(mapping)
        place = _inside(identifier)
        if role.permissions is not None and place is not None:
            seen.add((role.name, place.bucket))
            yield from _at_prefix(design, desk, role, mapping, identifier, place)
    for role, mapping in mapped(design):
        for bucket in dict.fromkeys(buckets_of(role.permissions or ())):
            if (role.name, bucket) not in seen:
                yield from _unlisted(design, desk, role, mapping, bucket)
    untold = [role.name for role, _ in mapped(design) if role.permissions is None]
    if untold:
        yield Finding(
            f"the policies of {names(untold)} are not known: what they reach was not checked",
            location=Location(design.source),
            severity=Severity.UNKNOWN,
            fix="give them under 'permissions', or have them read with 'source: iam'",
        )


def _inside(identifier: Identifier) -> Path | None:
    """A place below a prefix; None where no bucket can be told."""
    bucket, _, key = prefixes.normal(identifier.text).partition("/")
    if not BUCKET.fullmatch(bucket):
        return None
    return Path(bucket, f"{key.rstrip('/')}/{PROBE}".lstrip("/"))


def _at_prefix(
    design: Design,
    desk: Authorizer,
    role: Role,
    mapping: RoleMapping,
    identifier: Identifier,
    place: Path,
) -> Iterator[Finding]:
    folder = place.key.removesuffix(PROBE)
    partition = role.arn.partition or "aws"
    wanted = {
        "s3:GetObject": object_arn(place.bucket, f"{folder}*", partition),
        "s3:ListBucket": bucket_arn(place.bucket, partition),
    }
    for action, resource in wanted.items():
        found = desk.decide(role, action, place)
        if not found.allowed and "KMS" not in found.why and "kms:" not in found.why:
            yield Finding(
                f"{mapping.label}: {_whether(found, role)} {action} below {identifier.text}: "
                f"{found.why}",
                object=role.name,
                location=_place(found, role, identifier.location or mapping.location),
                observed=found.effect.words,
                expected=f"allow {action} on {resource}",
                severity=Severity.UNKNOWN if found.effect is Effect.UNKNOWN else None,
                fix=_fix(design, place.bucket, found, role, action, resource),
            )


def _whether(found: Decision, role: Role) -> str:
    if found.effect is Effect.UNKNOWN:
        return f"it cannot be told whether {role.name} may do"
    return f"{role.name} may not do"


def _place(found: Decision, role: Role, other: Location | None) -> Location | None:
    """The statement that denies, else the prefix or mapping."""
    own = found.statement.location if found.statement is not None else None
    return own or other or place_of(role)


def _fix(design: Design, name: str, found: Decision, role: Role, action: str, resource: str) -> str:
    """What to write; across accounts the bucket's policy has to allow it too."""
    if found.effect is Effect.DENY and found.statement is not None:
        return f"narrow the denial in {found.statement.label}"
    statement = allow(action, resource)
    own = f"add to a policy of {role.name}: {written(statement)}"
    bucket = design.buckets.get(name)
    owner = bucket.account if bucket is not None else ""
    if not owner or owner == role.arn.account:
        return own
    if bucket is not None and bucket.policy is None:
        return (
            f"give the policy of the bucket {name}, which is of the account {owner}, under "
            "'buckets'; both it and the role's have to allow it"
        )
    enough = evaluate(
        s3_request(role.arn, action, resource, {}, SESSION_NAME), identity=role.permissions
    ).allowed
    start = "add" if enough else f"{own}; and"
    theirs = written({**statement, "Principal": {"AWS": str(role.arn)}})
    return f"{start} to the policy of the bucket {name}, of the account {owner}: {theirs}"


def _unlisted(
    design: Design, desk: Authorizer, role: Role, mapping: RoleMapping, bucket: str
) -> Iterator[Finding]:
    """A bucket whose objects a role reaches somewhere and which it may not list anywhere."""
    arn = bucket_arn(bucket, role.arn.partition or "aws")
    places = samples.named_places(role, bucket)
    reads = any(desk.decide(role, "s3:GetObject", at).allowed for at in places)
    lists = [desk.decide(role, "s3:ListBucket", at) for at in [*places, Path(bucket, "")]]
    denied = (Effect.DENY, Effect.IMPLICIT_DENY)
    if reads and all(each.effect in denied for each in lists):
        yield Finding(
            f"{mapping.label}: {role.name} reads objects of {bucket} and may not list them: "
            f"{lists[0].why}",
            object=role.name,
            location=_place(lists[0], role, mapping.role_location),
            observed=lists[0].effect.words,
            expected=f"allow s3:ListBucket on {arn}",
            fix=_fix(design, bucket, lists[0], role, "s3:ListBucket", arn),
        )
