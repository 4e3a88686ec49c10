"""What policies say about a role whose ARN a deployment still has to fill in.

The same expression is the same ARN. Of all else it is only told what can match no filling.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam.policy import Policy

_HOLE = re.compile(r"[$#]\{[^}]*\}|\{\{.*?\}\}|[*?]")
#: A resource of which it is not known whether it is the role: see `variables.substitute`.
_PERHAPS = "{{role}}"


def all_about(policies: Sequence[Policy] | None, arn: RoleArn) -> Sequence[Policy] | None:
    """As `about`, for all policies; None where they are not known."""
    return None if policies is None else [about(each, arn) for each in policies]


def about(policy: Policy, arn: RoleArn) -> Policy:
    """The policy, to be asked about the role alone; as it is where the ARN is known."""
    if not arn.expression or (arn.account and not arn.is_placeholder):
        return policy
    return replace(
        policy,
        statements=tuple(
            replace(
                each,
                resources=_told(each.resources, arn.expression),
                not_resources=_told(each.not_resources, arn.expression),
            )
            for each in policy.statements
        ),
    )


def _told(texts: tuple[str, ...] | None, arn: str) -> tuple[str, ...] | None:
    """The resources: `*` for what is the role, `_PERHAPS` for what may be."""
    if texts is None:
        return None
    return tuple("*" if t in ("*", arn) else _PERHAPS if _may_match(t, arn) else t for t in texts)


def _may_match(text: str, arn: str) -> bool:
    """Whether two texts with holes can come to the same, by how they begin and end."""
    one, other = _HOLE.split(text), _HOLE.split(arn)
    starts, ends = (one[0], other[0]), (one[-1], other[-1])
    return (starts[0].startswith(starts[1]) or starts[1].startswith(starts[0])) and (
        ends[0].endswith(ends[1]) or ends[1].endswith(ends[0])
    )
