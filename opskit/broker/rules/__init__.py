"""The rules on broker networks, one module a subject; importing this registers them all."""

from opskit.broker.rules.registry import RULES

__all__ = ["RULES"]
