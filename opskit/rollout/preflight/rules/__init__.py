"""The rules of the preflight, one module a subject; importing this registers them all."""

from opskit.rollout.preflight.rules import (
    budgets,
    nodes,
    quotas,
    registry,
    scans,
    secrets,
    text,
    workloads,
)
from opskit.rollout.preflight.rules.rules import RULES

__all__ = ["RULES", "budgets", "nodes", "quotas", "registry", "scans", "secrets", "text"]
__all__ += ["workloads"]
