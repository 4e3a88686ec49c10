"""The statements that would mend a denial, as they are to be written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.model import Role


def trust_statement(base: Role) -> dict[str, Any]:
    """What a mapped role's trust policy has to hold."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": str(base.arn)},
        "Action": "sts:AssumeRole",
    }


def allow(actions: str | Sequence[str], resources: str | Sequence[str]) -> dict[str, Any]:
    """A statement for a role's own policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def written(statement: Mapping[str, Any]) -> str:
    """A statement on one line, as it is to be written."""
    return json.dumps(statement, ensure_ascii=False)


#: A policy that allows everything: with it, what is still refused is another layer's doing.
EVERYTHING = parse({"Version": "2012-10-17", "Statement": allow("*", "*")}, "everything")


def trusted(base: Role, role: Role) -> bool:
    """Whether the trust policy would do if the base role were allowed everything."""
    return assumable(replace(base, permissions=(EVERYTHING,), boundary=None), role).allowed


def for_trust(base: Role, role: Role, found: Decision, *, by_trust: bool) -> str:
    """What to write where; `by_trust` says that the trust policy is what refuses."""
    if found.effect is Effect.DENY and found.statement is not None:
        return f"take the denial away: {found.statement.label}"
    across = base.arn.account != role.arn.account
    own = f"add to a policy of {base.name}: {written(allow('sts:AssumeRole', str(role.arn)))}"
    if by_trust:
        trust = f"add to the trust policy of {role.name}: {written(trust_statement(base))}"
        return f"{trust}; and {own}" if across else trust
    return own if across else f"{own}; or name {base.arn} in the trust policy, not the account"


def for_key(role: Role, key: str, *, writes: bool) -> str:
    """The statements that make a role a user of a key: in its own policy, or in the key's."""
    actions = ["kms:GenerateDataKey", "kms:Decrypt"] if writes else ["kms:Decrypt"]
    in_key = {
        "Effect": "Allow",
        "Principal": {"AWS": str(role.arn)},
        "Action": actions,
        "Resource": "*",
    }
    own = written(allow(actions, key or "the ARN of the key"))
    return f"add to a policy of {role.name}: {own}; or to the key's policy: {written(in_key)}"
