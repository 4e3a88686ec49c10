"""Whether a role may do something to a place in S3: IAM over all that a design knows.

The role's own policies and boundary, the bucket's policy, and for encrypted data the KMS key,
which the role has to be a user of.
"""

from opskit.emrfs.iam.decision import Decision
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path


def authorize(design: Design, role: Role, action: str, path: Path) -> Decision:
    """What IAM decides when `role` does `action` (`s3:GetObject`) to `path`.

    UsageError for an action that is none of S3's.
    """
    raise NotImplementedError


class Authorizer:
    """The same answers, many of them: policies are compiled once, and answers kept."""

    def __init__(self, design: Design) -> None:
        self._design = design

    def decide(self, role: Role, action: str, path: Path) -> Decision:
        """As `authorize`."""
        return authorize(self._design, role, action, path)
