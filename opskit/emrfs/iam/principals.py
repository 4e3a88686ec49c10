"""Whom a statement of a resource policy names, as seen by one caller.

IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from opskit.emrfs.arns import PLACEHOLDER, RoleArn
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.policy import Statement
from opskit.emrfs.iam.truth import Truth


class Grade(IntEnum):
    """How a statement names the caller. Of an account, its IAM decides; a role is limited by its
    boundary and session policies; a session, or everyone, is granted the right itself.
    """

    ACCOUNT = 0
    ROLE = 1
    SESSION = 2


class Caller(NamedTuple):
    """The role that calls; `session` is empty where its name is not known. `bounded` says whether
    it has a permissions boundary.
    """

    arn: RoleArn
    session: str = ""
    bounded: Truth = Truth.NO

    @classmethod
    def of(
        cls,
        principal: str,
        session: str = "",
        bounded: Truth = Truth.NO,
        expression: str = "",
    ) -> "Caller":
        return cls(RoleArn.parse(principal)._replace(expression=expression), session, bounded)


#: For each `Grade`, whether the statement names the caller in this way.
Named = tuple[Truth, Truth, Truth]
_NOBODY: Named = (Truth.NO, Truth.NO, Truth.NO)
_EVERYONE: Named = (Truth.NO, Truth.NO, Truth.YES)
_ROLE: Named = (Truth.NO, Truth.YES, Truth.NO)
_ACCOUNT_ALONE: Named = (Truth.YES, Truth.NO, Truth.NO)
_UNSURE: Named = (Truth.NO, Truth.NO, Truth.MAYBE)

_ARN = re.compile(
    r"arn:(?P<partition>[\w-]*):(?P<service>iam|sts)::(?P<account>\d{12}):(?P<rest>.+)", re.ASCII
)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_WILD = re.compile(r"[*?]")


def named(statement: Statement, caller: Caller) -> Named:
    """How a statement names the caller; a statement that names nobody is not understood."""
    if statement.principals is not None:
        return _all(statement.principals, caller)
    if statement.not_principals is None:
        return _UNSURE
    if statement.effect == "Deny" and caller.bounded is not Truth.NO:
        # such a statement denies every role that has a boundary, whomever it leaves out (IAM User
        # Guide, "Permissions boundaries for IAM entities")
        sure = caller.bounded is Truth.YES or _but(statement.not_principals, caller) is _EVERYONE
        return _EVERYONE if sure else _UNSURE
    return _but(statement.not_principals, caller)


def _but(listed: Mapping[str, tuple[str, ...]], caller: Caller) -> Named:
    """All but those listed. AWS asks that a role be left out with its session and its account:
    what comes of less is not documented.
    """
    found = _all(listed, caller)
    if min(found) is Truth.YES or any("*" in texts for texts in listed.values()):
        return _NOBODY
    return _EVERYONE if max(found) is Truth.NO else _UNSURE


def _all(listed: Mapping[str, tuple[str, ...]], caller: Caller) -> Named:
    found = [_NOBODY]
    for kind, texts in listed.items():
        found += [_one(kind, text, caller) for text in texts]
    account, role, session = (max(column) for column in zip(*found, strict=True))
    return account, role, session


def _one(kind: str, text: str, caller: Caller) -> Named:
    if kind in ("Service", "Federated"):
        return _NOBODY
    if kind != "AWS":
        return _UNSURE  # the canonical id of an account is not known here
    if text == "*":
        return _EVERYONE
    if caller.arn.expression and text == caller.arn.expression:
        return _ROLE
    if text in _own_account(caller.arn.expression):
        return _ACCOUNT_ALONE
    if _ACCOUNT.fullmatch(text):
        return _same_account(text, caller), Truth.NO, Truth.NO
    if PLACEHOLDER.search(text) or _WILD.search(text):
        return _open(text, caller)
    parts = _ARN.fullmatch(text)
    if parts is None:
        return _NOBODY if text.startswith("AIDA") else _UNSURE
    if parts["partition"] != (caller.arn.partition or parts["partition"]):
        return _NOBODY
    return _arn(parts["account"], parts["rest"], caller)


def _own_account(expression: str) -> tuple[str, ...]:
    """How a template writes the account of a role that it makes."""
    start, role, _ = expression.partition(":role/")
    account = start.partition(":iam::")[2] if role else ""
    return (account, f"{start}:root") if account else ()


def _arn(account: str, rest: str, caller: Caller) -> Named:
    same = _same_account(account, caller)
    if rest == "root":
        return same, Truth.NO, Truth.NO
    kind, _, name = rest.partition("/")
    if kind == "role":
        return Truth.NO, min(same, _same_role(name, caller)), Truth.NO
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        known = Truth.of(session == caller.session) if caller.session else Truth.MAYBE
        return Truth.NO, Truth.NO, min(same, _same_name(role, caller), known)
    return _NOBODY


def _same_account(account: str, caller: Caller) -> Truth:
    return Truth.of(account == caller.arn.account) if caller.arn.account else Truth.MAYBE


def _same_role(path_and_name: str, caller: Caller) -> Truth:
    """A role has one path, and IAM takes no principal that does not exist: of another path either
    the policy or what is known of the role is wrong.
    """
    path, slash, name = path_and_name.rpartition("/")
    other = f"/{path}{slash}" != caller.arn.path
    return min(_same_name(name, caller), Truth.MAYBE if other else Truth.YES)


def _same_name(name: str, caller: Caller) -> Truth:
    return Truth.MAYBE if caller.arn.is_placeholder else Truth.of(name == caller.arn.name)


def _open(text: str, caller: Caller) -> Named:
    """A text that another tool fills in, or that has wildcards, which IAM refuses here."""
    pattern = re.sub(r"[$#]\{[^}]*\}|\{\{.*?\}\}", "*", text)
    arn, account = caller.arn, caller.arn.account
    if not account or arn.is_placeholder:
        return _UNSURE
    partition = arn.partition or "aws"
    session = caller.session or "*"
    own = (
        account,
        f"arn:{partition}:iam::{account}:root",
        str(arn),
        f"arn:{partition}:sts::{account}:assumed-role/{arn.name}/{session}",
    )
    return _UNSURE if any(matches(pattern, each) for each in own) else _NOBODY
