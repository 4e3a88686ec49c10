"""The registry that every rule of the preflight stands in.

Codes up to ROL059 are the preflight's.
"""

from opskit.findings import Registry
from opskit.rollout.preflight.facts import Facts

RULES: Registry[Facts] = Registry()
