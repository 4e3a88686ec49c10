"""Whether one role can assume another: the trust policy of one, the permissions of the other.

In one account a trust policy that names the base role's ARN is enough; one that names the account
needs `sts:AssumeRole` on the base role too, and across accounts both are needed (measured with an
independent evaluator; IAM User Guide, "Cross-account policy evaluation logic").
"""

from typing import TYPE_CHECKING

from opskit.emrfs.iam import unfilled
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.evaluate import Layers, Rules, combine, request_lookup
from opskit.emrfs.iam.layer import Kind
from opskit.emrfs.iam.requests import assume_request

if TYPE_CHECKING:
    from opskit.emrfs.model import Role

#: The session name that EMRFS gives, always.
SESSION_NAME = "EmrFS-Session"


def assumable(base: "Role", role: "Role") -> Decision:
    """Whether the base role can assume `role`, as EMRFS asks: no ExternalId, no tags.

    UNKNOWN where the trust policy is not known, or where an ARN is another tool's to fill in and
    no role that the same template makes. The policies of the base role count also where the trust
    policy is enough: they may deny.
    """
    for each in (base, role):
        if each.arn.is_placeholder and not each.arn.expression:
            return Decision(Effect.UNKNOWN, why=f"{each.arn} is filled in by another tool")
    if role.trust is None:
        return Decision(Effect.UNKNOWN, why=f"the trust policy of {role.name} is not known")
    request = assume_request(base.arn, role.arn, SESSION_NAME)
    layers = Layers.of(
        request,
        identity=unfilled.all_about(base.permissions, role.arn),
        resource=[role.trust],
        boundary=base.boundary and unfilled.about(base.boundary, role.arn),
        kind=Kind.TRUST,
    )
    found = layers.ask(request.resource, request_lookup(request))
    same = base.arn.of_one_account(role.arn)
    rules = Rules(same, True, "the trust policy", Kind.TRUST, "the base role")
    return combine(found, rules, request)
