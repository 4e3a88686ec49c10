"""Rules on the form of a file: lists, roles, types, and where a block stands."""

import re
from collections.abc import Iterator

from opskit.emrfs.arns import NAME, ROLE, RoleArn
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.rules.mappings import GUIDE, about
from opskit.emrfs.rules.registry import RULES, faults
from opskit.findings import Finding, Rule, Severity

_LABEL = re.compile(r"mappings\[\d+\]")
#: A text that can only be one identifier.
_ONE = re.compile(r"[^\s,;\[\]\"']+")
#: Other things of IAM's that are taken for roles.
_OTHERS = {
    "instance-profile": "is an instance profile: name the role in it",
    "user": "is an IAM user: EMRFS assumes roles only",
    "group": "is an IAM group: EMRFS assumes roles only",
    "policy": "is a policy: name the role that it is attached to",
    "assumed-role": "is a session of a role: name the role itself",
    "root": "is the root of an account: name a role",
}
_ARN = re.compile(r"arn:[^:]*:(?:iam|sts)::(?P<account>[^:]*):(?P<kind>[a-z-]+)(?P<rest>.*)")


def _labelled(design: Design, code: str) -> Iterator[Finding]:
    """What the reader saw, with the mapping that its message starts with."""
    for finding in faults(design, code):
        found = _LABEL.match(finding.message)
        finding.object = found[0] if found else ""
        yield finding


@RULES.rule(
    Rule(
        "EMR001",
        Severity.ERROR,
        title="Identifiers is a text, not a list",
        why="Identifiers is a list, also where it holds one name. A text with commas in it is not "
        "taken apart.",
        fix='put every identifier into a list: "Identifiers": ["admin1"]',
        reference=GUIDE,
        fixable=True,
    )
)
def text_for_a_list(design: Design) -> Iterator[Finding]:
    """Mended where the text can only be one identifier."""
    for finding in _labelled(design, "EMR001"):
        finding.fixable = bool(_ONE.fullmatch(finding.observed))
        yield finding


@RULES.rule(
    Rule(
        "EMR002",
        Severity.ERROR,
        title="a role that is no ARN of a role, or is of another partition",
        why="A mapping needs the ARN of an IAM role in the partition of the cluster. EMRFS cannot "
        "assume anything else, and everyone whom the mapping matches gets errors.",
        fix="write arn:<partition>:iam::<account>:role/<name>; a name alone does in emrfs.yaml "
        "where the account is known",
        reference=f"{GUIDE}; IAM User Guide, IAM identifiers",
        fixable=True,
    )
)
def no_role(design: Design) -> Iterator[Finding]:
    """What only another tool can fill in is not judged."""
    base = design.base_role
    # templates name an instance profile, or the role in it: there a name is right
    bare = base is not None and design.format != "emrfs" and NAME.fullmatch(base.arn.written)
    if base is not None and not bare and (trouble := _trouble(design, base.arn.written)):
        message, expected = trouble
        yield Finding(
            f"the base role {message}",
            object=base.arn.written,
            location=base.location,
            observed=base.arn.written,
            expected=expected,
        )
    for mapping in design.mappings:
        trouble = _trouble(design, mapping.role)
        if trouble is None:
            continue
        message, expected = trouble
        finding = about(
            mapping,
            f"{mapping.label}: the role {message}",
            observed=mapping.role,
            expected=expected,
            fixable=expected == mapping.role.strip(),
        )
        finding.location = mapping.role_location or finding.location
        yield finding


def _trouble(design: Design, written: str) -> tuple[str, str] | None:
    """What is wrong with a role as it is written, and what is expected; None where nothing is."""
    arn = RoleArn.parse(written)
    if arn.is_placeholder:
        return None
    if ROLE.fullmatch(written):
        if arn.partition == design.partition:
            return None
        right = written.replace(f"arn:{arn.partition}:", f"arn:{design.partition}:", 1)
        return f"is of the partition {arn.partition}, the cluster of {design.partition}", right
    if NAME.fullmatch(written):
        right = _role(design, design.account, written)
        return None if _name_does(design, written) else (_bare(design), right)
    stripped = written.strip()
    if stripped != written and RoleArn.parse(stripped).well_formed:
        return "has white space around it", stripped
    account = re.search(r"(?<!\d)\d{12}(?!\d)", written)
    return _otherwise(written), _role(design, account[0] if account else design.account)


def _role(design: Design, account: str, name: str = "<name>") -> str:
    return f"arn:{design.partition}:iam::{account or '<12 digits>'}:role/{name}"


def _name_does(design: Design, written: str) -> bool:
    """Whether a name without an ARN is enough: the file, or what it is made into, says the rest."""
    if design.format == "emrfs":
        return bool(design.account)
    return str(design.arn(written)) in design.roles


def _bare(design: Design) -> str:
    if design.format == "emrfs":
        return "is a name, and no 'account:' says which account it is in"
    return "is a name, not an ARN"


def _otherwise(written: str) -> str:
    found = _ARN.fullmatch(written)
    if not written.strip():
        return "is empty"
    if found and found["kind"] in _OTHERS:
        return _OTHERS[found["kind"]]
    if found and found["kind"] == "role" and not re.fullmatch(r"[0-9]{12}", found["account"]):
        return f"has the account {found['account']!r:.40}, which is not 12 digits"
    if found and found["kind"] == "role":
        return "has a name that IAM does not take"
    return "is no ARN of a role"


@RULES.rule(
    Rule(
        "EMR004",
        Severity.ERROR,
        title="an unknown type or key, or a block in the wrong place",
        why="CreateSecurityConfiguration takes blocks and keys by their exact names. What it does "
        "not know, or finds elsewhere, is refused or counts for nothing.",
        fix="use User, Group or Prefix, and put RoleMappings into "
        "AuthorizationConfiguration.EmrFsConfiguration",
        reference="EMR Management Guide, Create a security configuration with the Amazon EMR "
        "console or with the AWS CLI",
        fixable=True,
    )
)
def wrong_form(design: Design) -> Iterator[Finding]:
    """Mended where a type is only spelled otherwise, as in `group` or `Groups`."""
    for finding in _labelled(design, "EMR004"):
        finding.fixable = finding.expected in set(Kind) and bool(finding.observed)
        yield finding
