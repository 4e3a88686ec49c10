"""IAM's evaluation of one request over all policies that bear on it.

IAM User Guide, "Policy evaluation logic".
"""

from collections.abc import Sequence

from opskit.emrfs.iam.decision import Decision, Request
from opskit.emrfs.iam.policy import Policy


def evaluate(
    request: Request,
    *,
    identity: Sequence[Policy] | None,
    resource: Sequence[Policy] = (),
    boundary: Policy | None = None,
    session: Sequence[Policy] | None = None,
    same_account: bool | None = True,
) -> Decision:
    """What IAM decides about `request`.

    `identity` are the policies attached to the role, None where they are not known. `boundary`
    and `session` limit where they are given. `same_account` says whether role and resource are of
    one account (None: not known): across accounts both sides have to allow.
    """
    raise NotImplementedError
