"""EMR032, EMR033 and EMR037: whom trust policies let in, under what conditions, for how long."""

from collections.abc import Iterator

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam.conditions import holds
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.policy import Condition, Statement
from opskit.emrfs.iam.requests import assume_request
from opskit.emrfs.iam.trust import SESSION_NAME
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.model import Design
from opskit.emrfs.rules.registry import RULES
from opskit.emrfs.rules.words import example, mapped, place_of, statement_place, with_trust
from opskit.findings import Finding, Rule, Severity

_GUIDE = "EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3"
_FORM = "IAM User Guide, AWS JSON policy elements: Principal"
#: The longest session of a role that a role assumes, in seconds.
CHAINED = 3600


@RULES.rule(
    Rule(
        "EMR032",
        Severity.ERROR,
        title="a trust policy that lets in anyone, or a whole account",
        why="Whoever the trust policy lets in gets what the role may do. Trust in an account's "
        "root leaves it to that account which of its users and roles may.",
        fix="name the base role's ARN alone",
        reference=_FORM,
    )
)
def too_wide(design: Design) -> Iterator[Finding]:
    """A condition may narrow it; that is a warning, for conditions are easily lost."""
    base = design.base_role
    for role, trust in with_trust(design):
        narrow = "EC2 alone" if role is base else (str(base.arn) if base else "the base role")
        for statement in trust.statements:
            whom = _whom(statement)
            if whom is None or statement.effect != "Allow":
                continue
            also = ", unless a condition keeps them out" if statement.conditions else ""
            yield Finding(
                f"the trust policy of {role.name} lets {whom[0]} assume it{also}",
                object=role.name,
                location=statement_place(role, trust, statement),
                observed=whom[1],
                expected=narrow,
                severity=Severity.WARNING if statement.conditions else None,
                fix="" if role is base else f"write {example(design)}",
            )


def _whom(statement: Statement) -> tuple[str, str] | None:
    """Whom a statement lets in that is more than a role, in words and as written."""
    if statement.not_principals is not None:
        return "all but a few", "NotPrincipal"
    for text in (statement.principals or {}).get("AWS", ()):
        if text == "*":
            return "anyone at all", text
        account = text.split(":")[4] if text.count(":") == 5 else text
        if (text == account or text.endswith(":root")) and account.isdigit():
            return f"whomever the account {account} chooses", text
    return None


@RULES.rule(
    Rule(
        "EMR033",
        Severity.WARNING,
        title="a trust policy that asks for what EMRFS does not send",
        why=f"EMRFS assumes roles under the session name {SESSION_NAME}, always, and sends no "
        "ExternalId, source identity, tags or second factor: the statement never applies.",
        fix="take the condition away",
        reference=f"{_GUIDE}; IAM User Guide, IAM and AWS STS condition context keys",
    )
)
def not_sent(design: Design) -> Iterator[Finding]:
    """Conditions on keys whose value is the same whichever role asks."""
    base = design.base_role
    for role, _ in mapped(design):
        trust = role.trust
        for statement in trust.statements if trust is not None else ():
            if trust is None or statement.effect != "Allow" or not _for_roles(statement):
                continue
            for condition in statement.conditions:
                if _never(condition, trust.version, (base or role).arn, role.arn):
                    yield Finding(
                        f"the trust policy of {role.name}: {statement.label} asks for "
                        f"{condition.key}, and EMRFS {_sends(condition)}",
                        object=role.name,
                        location=statement_place(role, trust, statement),
                        observed=f"{condition.operator} {condition.key} "
                        f"{', '.join(condition.values)}",
                        expected=f"no condition on {condition.key}",
                    )


def _for_roles(statement: Statement) -> bool:
    return bool((statement.principals or {}).get("AWS")) or statement.not_principals is not None


def _sends(condition: Condition) -> str:
    if condition.key.lower() == "sts:rolesessionname":
        return f"calls its sessions {SESSION_NAME}"
    return "sends none"


_CHECKED = ("sts:externalid", "sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys")


def _never(condition: Condition, version: str, base: RoleArn, role: RoleArn) -> bool:
    key = condition.key.lower()
    if key not in (*_CHECKED, "aws:multifactorauthpresent") and not key.startswith(
        "aws:requesttag/"
    ):
        return False
    request = assume_request(base, role, SESSION_NAME)
    absent = (*_CHECKED, "aws:multifactorauthpresent")

    def lookup(name: str) -> tuple[str, ...] | None:
        found = values(request, name)
        return () if found is None and name.lower() in absent else found

    return holds(condition, version, lookup) is Truth.NO


@RULES.rule(
    Rule(
        "EMR037",
        Severity.WARNING,
        title="a role whose sessions are to last longer than an hour",
        why="EMRFS assumes roles with the credentials of a role, and such chained sessions end "
        "after an hour, whatever the role allows; asking for more fails.",
        fix="set the role's maximum session duration to 3600, and count on one hour",
        reference="IAM User Guide, Methods to assume a role (role chaining)",
    )
)
def long_session(design: Design) -> Iterator[Finding]:
    """Of mapped roles only: EC2 renews the base role's by itself."""
    for role, mapping in mapped(design):
        if role.max_session is not None and role.max_session > CHAINED:
            yield Finding(
                f"{role.name} allows sessions of {role.max_session} seconds; EMRFS gets "
                f"{CHAINED} at most",
                object=role.name,
                location=place_of(role, mapping),
                observed=str(role.max_session),
                expected=str(CHAINED),
            )
