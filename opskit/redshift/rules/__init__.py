"""The rules on Redshift, one module a subject; importing this registers them all."""

from opskit.redshift.rules import lookups, tables
from opskit.redshift.rules.registry import RULES

__all__ = ["RULES", "lookups", "tables"]
