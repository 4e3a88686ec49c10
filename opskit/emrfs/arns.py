"""ARNs of IAM roles, and of what is in S3."""

import re
from typing import NamedTuple

#: `arn:<partition>:iam::<12 digits>:role/<path/><name>`; a name has up to 64 of these characters
#: (IAM User Guide, "IAM and AWS STS quotas", name requirements).
ROLE = re.compile(
    r"arn:(?P<partition>aws(?:-[a-z]+)*):iam::(?P<account>\d{12}):"
    r"role(?P<path>/(?:[\x21-\x7e]{1,510}/)?)(?P<name>[\w+=,.@-]{1,64})",
    re.ASCII,
)
NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
#: `${var.role}`, `#{...}` and `{{resolve:...}}`: what only another tool can fill in.
PLACEHOLDER = re.compile(r"[$#]\{|\{\{")
#: The ARN of a role in which placeholders may stand for account and partition.
_UNFILLED = re.compile(
    r"arn:(?:[^:$]|\$\{[^}]*\})*+:iam::(?:[^:$]|\$\{[^}]*\})*+:role/(?:[^${}]*/)?(?P<name>.+)"
)
#: What may stand for another text in each place: what is left of a call that is not understood,
#: what loops name, and functions that give another text each time.
_VARYING = re.compile(
    r"\$\{(?:Fn::\w+\}|[^}]*\b(?:each|count|self|uuid|timestamp|plantimestamp|bcrypt)\b)"
)


class RoleArn(NamedTuple):
    """A role: the parts of its ARN. `written` is what stood in the file.

    Partition and account are empty where neither the text nor the design says them. `expression`
    is the ARN in the words of the template that makes the role: where the template says the same
    elsewhere it means this role, and all roles that have one are of the template's account.
    """

    written: str
    partition: str
    account: str
    path: str
    name: str
    expression: str = ""

    @classmethod
    def parse(cls, written: str, *, partition: str = "", account: str = "") -> "RoleArn":
        """The parts of an ARN or of a bare name; a text that is neither is all name."""
        found = ROLE.fullmatch(written)
        if found:
            return cls(written, found["partition"], found["account"], found["path"], found["name"])
        unfilled = _UNFILLED.fullmatch(written) if PLACEHOLDER.search(written) else None
        name = unfilled["name"] if unfilled else written
        return cls(written, partition, account, "/", name)

    @property
    def well_formed(self) -> bool:
        """Whether this is an ARN or a name that IAM would take."""
        return bool(ROLE.fullmatch(self.written) or NAME.fullmatch(self.written))

    @property
    def is_placeholder(self) -> bool:
        """Whether another tool still has to fill it in."""
        return bool(PLACEHOLDER.search(self.written))

    def made_as(self, expression: str) -> "RoleArn":
        """The same role, which a template makes and calls by an expression."""
        return self._replace(expression="" if is_varying(expression) else expression)

    def of_one_account(self, other: "RoleArn") -> bool | None:
        """Whether both roles are of one account; None where that is not known."""
        if self.expression and other.expression:
            return True
        if not (self.expression or other.expression) or (self.account and other.account):
            return self.account == other.account
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RoleArn) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        """The whole ARN where it can be told, else what was written."""
        if not self.account or self.is_placeholder or not self.well_formed:
            return self.written
        return f"arn:{self.partition or 'aws'}:iam::{self.account}:role{self.path}{self.name}"


def is_varying(expression: str) -> bool:
    """Whether an expression may stand for another text in each place where it is written."""
    return bool(_VARYING.search(expression))


def bucket_arn(bucket: str, partition: str = "aws") -> str:
    return f"arn:{partition}:s3:::{bucket}"


def object_arn(bucket: str, key: str, partition: str = "aws") -> str:
    return f"arn:{partition}:s3:::{bucket}/{key}"
