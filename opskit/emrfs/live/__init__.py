"""What is in AWS: roles in IAM, security configurations and clusters in EMR.

Everything is asked through `opskit.clients.aws`, with the profile and the region of `using`, or
else those that boto3 finds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opskit.emrfs.model import Role


class Account(NamedTuple):
    """How AWS is reached: the names of a profile and of a region, empty for boto3's own choice."""

    profile: str = ""
    region: str = ""


_DEFAULT = Account()
_ACCOUNT: ContextVar[Account] = ContextVar("account", default=_DEFAULT)


@contextmanager
def using(account: Account) -> Iterator[None]:
    """Ask with this profile and region, also for roles that documents take from IAM."""
    token = _ACCOUNT.set(account)
    try:
        yield
    finally:
        _ACCOUNT.reset(token)


def account() -> Account:
    """The profile and the region in use."""
    return _ACCOUNT.get()


def fill(role: "Role") -> None:
    """Read trust, permissions, boundary and longest session of a role from IAM.

    UnknownError with the permission that is missing, and for a role that is not there.
    """
    from opskit.emrfs.live import iam

    iam.shared(account()).fill(role)
