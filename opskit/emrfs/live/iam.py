"""Roles as IAM has them."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam import policy
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.live import Account, account, using
from opskit.emrfs.live.asking import ask, ask_all, client
from opskit.emrfs.model import Role
from opskit.errors import UnknownError


@lru_cache(maxsize=4)
def shared(where: Account) -> "Iam":
    """One reader a profile and region: roles share their managed policies."""
    return Iam(where)


class Iam:
    """Reads roles; a managed policy is asked for once."""

    def __init__(self, where: Account | None = None) -> None:
        self._where = where or account()
        self._managed: dict[str, Policy] = {}

    @cached_property
    def _iam(self) -> Any:
        with using(self._where):
            return client("iam")

    def fill(self, role: Role) -> RoleArn:
        """Put what IAM says into a role; the ARN that it has there, with its path.

        MissingError where there is none of its name.
        """
        name = role.name
        found = ask(name, "iam:GetRole", self._iam.get_role, RoleName=name)["Role"]
        _same_account(role.arn, str(found["Arn"]))
        role.trust = policy.parse(document(found["AssumeRolePolicyDocument"]), f"trust of {name}")
        role.permissions = (*self._inline(name), *self._attached(name))
        boundary = found.get("PermissionsBoundary")
        if boundary:
            role.boundary = self.managed(boundary["PermissionsBoundaryArn"])
        role.max_session = found.get("MaxSessionDuration")
        return RoleArn.parse(str(found["Arn"]))

    def _inline(self, role: str) -> Iterator[Policy]:
        iam = self._iam
        names = ask_all(
            role, "iam:ListRolePolicies", iam.list_role_policies, "PolicyNames", RoleName=role
        )
        for name in names:
            found = ask(
                f"{role}/{name}",
                "iam:GetRolePolicy",
                iam.get_role_policy,
                RoleName=role,
                PolicyName=name,
            )
            yield policy.parse(document(found["PolicyDocument"]), name)

    def _attached(self, role: str) -> Iterator[Policy]:
        attached = ask_all(
            role,
            "iam:ListAttachedRolePolicies",
            self._iam.list_attached_role_policies,
            "AttachedPolicies",
            RoleName=role,
        )
        for each in attached:
            yield self.managed(each["PolicyArn"])

    def managed(self, arn: str) -> Policy:
        """The version of a managed policy that is in force."""
        if arn not in self._managed:
            found = ask(arn, "iam:GetPolicy", self._iam.get_policy, PolicyArn=arn)["Policy"]
            version = ask(
                arn,
                "iam:GetPolicyVersion",
                self._iam.get_policy_version,
                PolicyArn=arn,
                VersionId=found["DefaultVersionId"],
            )["PolicyVersion"]
            self._managed[arn] = policy.parse(document(version["Document"]), found["PolicyName"])
        return self._managed[arn]

    def role_of_profile(self, written: str) -> Role | None:
        """The role in an instance profile, by its name or ARN; None where it is empty."""
        name = written.rpartition("/")[2]
        found = ask(
            name, "iam:GetInstanceProfile", self._iam.get_instance_profile, InstanceProfileName=name
        )
        roles = found["InstanceProfile"]["Roles"]
        return Role(RoleArn.parse(str(roles[0]["Arn"]))) if roles else None


def document(written: str | Mapping[str, Any]) -> object:
    """A policy as IAM gives it: plain JSON, or its text with percent signs (RFC 3986)."""
    if isinstance(written, Mapping):
        return written
    try:
        return json.loads(unquote(written))
    except ValueError:
        return written


def _same_account(arn: RoleArn, found: str) -> None:
    """UnknownError where IAM's role of that name is not the one that is meant."""
    other = RoleArn.parse(found)
    if arn.account and (arn.account, arn.partition) != (other.account, other.partition):
        raise UnknownError(
            f"the role is in account {arn.account}, and IAM was asked in {other.account}",
            where=arn.written,
            hint="give the --profile of its account",
        )
