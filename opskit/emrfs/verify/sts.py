"""The mapped roles assumed as EMRFS assumes them."""

from collections.abc import Iterator
from typing import Any

from opskit.clients.aws import RefusedError
from opskit.emrfs.iam.trust import SESSION_NAME
from opskit.emrfs.live.asking import ask, client
from opskit.emrfs.model import Design, Role
from opskit.emrfs.verify.rows import Row, unknown
from opskit.errors import UnknownError


def assumed(design: Design) -> Iterator[Row]:
    """Each mapped role, assumed as EMRFS does; only the base role's own credentials tell."""
    sts = client("sts")
    try:
        caller = str(
            ask("caller identity", "sts:GetCallerIdentity", sts.get_caller_identity)["Arn"]
        )
    except UnknownError as error:
        yield unknown("assume", error)
        return
    why = _not_base(design, caller)
    if why:
        yield Row("assume the roles", "unknown", why=why)
        return
    for role in design.every_role():
        item = f"assume {role.name}"
        if role.arn.is_placeholder or not role.arn.account:
            yield Row(item, "unknown", str(role.arn), why="its ARN is not known")
        else:
            yield _assume(item, role, sts)


def _not_base(design: Design, caller: str) -> str:
    """Why the credentials tell nothing; empty where they are those of the base role."""
    base = design.base_role
    if base is None:
        return "the base role is not known"
    parts = caller.split(":")
    kind, _, rest = parts[-1].partition("/")
    name = rest.partition("/")[0]
    own = kind == "assumed-role" and name == base.name
    if own and base.arn.account in ("", parts[4] if len(parts) > 4 else ""):
        return ""
    return (
        f"the credentials are those of {caller}, not of the base role {base.name}: "
        "run this on an instance of the cluster"
    )


def _assume(item: str, role: Role, sts: Any) -> Row:
    documented = str(role.arn)
    try:
        ask(
            role.name,
            "sts:AssumeRole",
            sts.assume_role,
            RoleArn=documented,
            RoleSessionName=SESSION_NAME,
            DurationSeconds=900,
        )
    except RefusedError as error:
        return Row(item, "differs", documented, "refused", error.message)
    except UnknownError as error:
        return unknown(item, error, documented)
    return Row(item, "same", documented, "assumed")
