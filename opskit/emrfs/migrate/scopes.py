"""What a role may read and write in S3, as prefixes: what a grant can give.

A grant is on a bucket, a prefix or an object, for reading, writing or both (Amazon S3 User Guide,
"Create grants"). IAM says more: denials, conditions, wildcards inside. The role is asked what it
may do at each prefix of its policies, and what no grant can say is told.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.iam.glob import plain
from opskit.emrfs.model import Role
from opskit.emrfs.prefixes import BUCKET, Path

READ, WRITE = "s3:GetObject", "s3:PutObject"
#: A name below a prefix that no policy is likely to know.
_PROBE = "opskit-probe-0"
#: What a grant for reading or for writing gives (Amazon S3 User Guide, "S3 Access Grants").
_GIVEN = frozenset(
    "s3:" + name.lower()
    for name in (
        *("GetObject", "GetObjectVersion", "GetObjectAcl", "GetObjectVersionAcl", "ListBucket"),
        *("ListMultipartUploadParts", "PutObject", "PutObjectAcl", "PutObjectVersionAcl"),
        *("DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload", "GetBucketLocation"),
    )
)


_FORM = "a grant is on one bucket, and has a star at its end only"


class Scope(NamedTuple):
    """A place, as `bucket/prefix*` or `bucket/object`, and what may be done there."""

    place: str
    permission: str

    @property
    def uri(self) -> str:
        return f"s3://{self.place}"

    @property
    def is_object(self) -> bool:
        return not self.place.endswith("*")


class Scopes(NamedTuple):
    """The places, what is not known of them, and what no grant can say."""

    granted: list[Scope]
    lost: list[str]


def scopes(authorizer: Authorizer, role: Role) -> Scopes:
    """What a role may read and write."""
    if role.permissions is None:
        return Scopes([], [f"what {role.name} may do is not known"])
    patterns = sorted(
        {pattern for action in (READ, WRITE) for pattern in authorizer.cuts(role, action).places}
    )
    found: list[Scope] = []
    lost = list(dict.fromkeys(_lost(role)))
    for pattern in patterns:
        simple = plain(pattern)
        if simple is None:
            lost.append(f"it reaches {pattern}; {_FORM}")
            continue
        bucket, slash, key = simple.text.partition("/")
        if slash and BUCKET.fullmatch(bucket):
            probe = _PROBE if simple.open_ended else ""
            place = f"{simple.text}*" if simple.open_ended else simple.text
            permission, unknown = _permission(authorizer, role, Path(bucket, key + probe))
            if permission:
                found.append(Scope(place, permission))
            if unknown:
                lost.append(f"{place}: {unknown}")
        elif simple.open_ended and any(
            _permission(authorizer, role, Path(bucket + _PROBE, _PROBE))
        ):
            lost.append(f"it reaches {pattern}; {_FORM}")
    return Scopes(_broadest(found), lost)


def _permission(authorizer: Authorizer, role: Role, place: Path) -> tuple[str, str]:
    """READ, WRITE, READWRITE or nothing: what the role may do at a place; and what is not known
    about it.
    """
    names = {READ: "READ", WRITE: "WRITE"}
    found = {name: authorizer.decide(role, action, place) for action, name in names.items()}
    unknown = (each.why for each in found.values() if each.effect is Effect.UNKNOWN)
    return "".join(name for name, each in found.items() if each.allowed), next(unknown, "")


def _broadest(found: Iterable[Scope]) -> list[Scope]:
    """Without those that another one with the same permission holds."""
    kept: list[Scope] = []
    for scope in sorted(set(found), key=lambda each: (len(each.place), each)):
        inside = any(
            not other.is_object
            and other.permission == scope.permission
            and scope.place.startswith(other.place[:-1])
            for other in kept
        )
        if not inside:
            kept.append(scope)
    return sorted(kept)


def _lost(role: Role) -> Iterator[str]:
    """What the policies say and no grant can."""
    for policy in role.permissions or ():
        for statement in policy.statements:
            if statement.effect == "Deny":
                yield f"{statement.label} denies; a grant allows only"
            elif any(each.key.lower() != "s3:prefix" for each in statement.conditions):
                yield f"{statement.label} has a condition; a grant has none"
            others = [each for each in statement.actions or () if not _is_given(each)]
            if statement.effect == "Allow" and others:
                yield f"{statement.label} allows {others[0]}; a grant is to read and write only"
    if role.boundary is not None:
        yield f"the permissions boundary of {role.name} does not limit a grant"


def _is_given(action: str) -> bool:
    """Whether grants give the action, or a pattern that is about S3 in the first place. The use of
    keys is the location's role's.
    """
    text = action.lower()
    if text.startswith("kms:"):
        return True
    if "*" in text or "?" in text:
        return text.startswith("s3:") or text == "*"
    return text in _GIVEN
