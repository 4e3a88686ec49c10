"""Who asked, as S3's logs name it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.

EMRFS's session of a mapped role is always `EmrFS-Session`; with the base role a node asks with
the session that it has for itself, which has the instance's id for a name.
"""

import re
from typing import NamedTuple

from opskit.emrfs.arns import RoleArn

_ARN = re.compile(
    r"arn:(?P<partition>[^:]*):sts::(?P<account>[^:]*):assumed-role/(?P<role>[^/]+)/(?P<name>.*)"
)


class Session(NamedTuple):
    """A session of a role. An `instance` is a node with the base role; else it is EMRFS."""

    partition: str
    account: str
    role: str
    instance: bool

    @property
    def label(self) -> str:
        return self.role

    def of(self, arn: RoleArn) -> bool:
        """Whether it may be a session of this role. The path of a role is not in its sessions,
        and names are unique in an account.
        """
        return arn.name == self.role and (not arn.account or arn.account == self.account)


def session(who: str) -> Session | None:
    """The session in a requester's ARN; None where it is none."""
    found = _ARN.fullmatch(who)
    if found is None:
        return None
    return Session(found["partition"], found["account"], found["role"], found["name"] == "i-")
