"""The registry that every rule on broker networks stands in."""

from opskit.broker.model import Network
from opskit.findings import Registry

RULES: Registry[Network] = Registry()
