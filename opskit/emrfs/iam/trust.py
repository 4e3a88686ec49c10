"""Whether one role can assume another: the trust policy of one, the permissions of the other.

In one account a trust policy that names the base role's ARN is enough; one that names the account
needs `sts:AssumeRole` on the base role too, and across accounts both are needed (measured with an
independent evaluator; IAM User Guide, "Cross-account policy evaluation logic").
"""

from typing import TYPE_CHECKING

from opskit.emrfs.iam.decision import Decision

if TYPE_CHECKING:
    from opskit.emrfs.model import Role

#: The session name that EMRFS gives, always.
SESSION_NAME = "EmrFS-Session"


def assumable(base: "Role", role: "Role") -> Decision:
    """Whether the base role can assume `role`, as EMRFS asks: no ExternalId, no tags."""
    raise NotImplementedError
