"""What has to be right before anything is written for AWS. Each failure is an InputError."""

from collections.abc import Iterator

from opskit.emrfs.arns import ROLE
from opskit.emrfs.model import Design, Kind, RoleMapping
from opskit.errors import InputError

#: A role is 20 to 2048 characters in EMR's API (API Reference, "CreateSecurityConfiguration").
_HINT_ACCOUNT = "add 'account: \"111122223333\"', or write the role as an ARN"


def check(design: Design) -> None:
    """Refuse mappings that EMR would take and then misread, and roles that are no ARN."""
    for mapping in design.mappings:
        role_arn(design, mapping)
        if not mapping.identifiers:
            raise InputError(f"{mapping.label} has no identifiers", where=_where(design, mapping))
    for mapping, identifier in design.identifiers():
        problem = next(_problems(identifier.text), "")
        if problem:
            where = str(identifier.location or _where(design, mapping))
            message = f"the identifier {identifier.text!r:.80} of {mapping.label} {problem}"
            raise InputError(message, where=where, hint="'opskit emrfs lint' says more (EMR003)")


def _problems(text: str) -> Iterator[str]:
    if not text.strip():
        yield "is empty"
    elif text != text.strip():
        yield "begins or ends with a blank"
    if ";" in text:
        yield "has a ';', which parts identifiers on the cluster"
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        yield "has a control character"


def role_arn(design: Design, mapping: RoleMapping) -> str:
    """The whole ARN of a mapping's role."""
    return whole_arn(design, mapping.role, str(mapping.role_location or _where(design, mapping)))


def base_arn(design: Design) -> str:
    """The whole ARN of the base role."""
    base = design.base_role
    if base is None:
        raise InputError(
            "the base role is not known: this format has none",
            where=design.source,
            hint=f"'opskit emrfs init --from {design.source} --base-role NAME' writes a file "
            "that has one",
        )
    return whole_arn(design, base.arn.written, str(base.location or design.source))


def whole_arn(design: Design, written: str, where: str) -> str:
    """The ARN of a role; InputError where it cannot be told from what is written."""
    arn = design.arn(written)
    if arn.is_placeholder:
        raise InputError(
            f"the role {written!r:.80} is an expression of another tool",
            where=where,
            hint="write the ARN of the role",
        )
    if ROLE.fullmatch(str(arn)):
        return str(arn)
    if arn.well_formed and not arn.account:
        what = f"the account of the role {written!r:.80} is not known"
        raise InputError(what, where=where, hint=_HINT_ACCOUNT)
    raise InputError(f"{written!r:.80} is no role", where=where, hint="write its name or its ARN")


def prefixes_of(mapping: RoleMapping) -> tuple[str, ...]:
    """The prefixes of a mapping as written; none for users and groups."""
    if mapping.kind is not Kind.PREFIX:
        return ()
    return tuple(identifier.text for identifier in mapping.identifiers)


def _where(design: Design, mapping: RoleMapping) -> str:
    return str(mapping.location or design.source)
