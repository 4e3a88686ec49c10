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


class RoleArn(NamedTuple):
    """A role: the parts of its ARN. `written` is what stood in the file.

    Partition and account are empty where neither the text nor the design says them.
    """

    written: str
    partition: str
    account: str
    path: str
    name: str

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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RoleArn) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        """The whole ARN where it can be told, else what was written."""
        if not self.account or self.is_placeholder or not self.well_formed:
            return self.written
        return f"arn:{self.partition or 'aws'}:iam::{self.account}:role{self.path}{self.name}"


def bucket_arn(bucket: str, partition: str = "aws") -> str:
    return f"arn:{partition}:s3:::{bucket}"


def object_arn(bucket: str, key: str, partition: str = "aws") -> str:
    return f"arn:{partition}:s3:::{bucket}/{key}"
