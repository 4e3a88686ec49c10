"""The statements that give a role something, in its own policies and in those of buckets."""

from collections.abc import Iterator
from typing import NamedTuple

from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.principals import Caller, named
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.model import Design, Role


class Source(NamedTuple):
    """A statement that allows; `bucket` is empty for those of the role's own policies."""

    policy: Policy
    statement: Statement
    bucket: str


def sources(design: Design, role: Role) -> Iterator[Source]:
    """The statements that allow: the role's own, and those of buckets' policies that name it."""
    for policy in role.permissions or ():
        for statement in policy.statements:
            if statement.effect == "Allow" or statement.effect_unknown:
                yield Source(policy, statement, "")
    caller = Caller.of(str(role.arn))
    for bucket in design.buckets.values():
        if bucket.policy is None:
            continue
        for statement in bucket.policy.statements:
            allows = statement.effect == "Allow" or statement.effect_unknown
            if allows and max(named(statement, caller)) is not Truth.NO:
                yield Source(bucket.policy, statement, bucket.name)
