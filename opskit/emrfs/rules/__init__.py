"""The rules on role mappings, one module a subject; importing this registers them all."""

from opskit.emrfs.rules import notice
from opskit.emrfs.rules.registry import RULES

__all__ = ["RULES", "notice"]
