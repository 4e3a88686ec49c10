"""The registry that every rule on broker networks stands in."""

from opskit.broker.model import Network
from opskit.findings import Registry

RULES: Registry[Network] = Registry()

#: Where a fact of a rule was seen to hold: every release that the tests run.
ALL_FOUR = "measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1 and 6.1.7"
