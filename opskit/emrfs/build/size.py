"""The size of policies as IAM counts it, and its quotas.

IAM User Guide, "IAM and AWS STS quotas": white space does not count. Blanks inside of a text are
counted here, for it is not said that they are not.
"""

import json
from collections.abc import Mapping
from typing import Any

#: Characters of a managed policy, of all inline policies of a role together, of a trust policy.
MANAGED = 6_144
INLINE = 10_240
TRUST = 2_048
#: Managed policies on a role.
ATTACHED = 10


def compact(document: object) -> str:
    """The policy on one line, without blanks: what is counted, and what is sent."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def size(document: Mapping[str, Any]) -> int:
    """Characters of a policy."""
    return len(compact(document))
