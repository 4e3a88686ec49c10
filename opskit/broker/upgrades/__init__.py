"""The rules on upgrades, one module a subject; importing this registers them all.

Everything in them was read in the release tags of apache/activemq; what stops start-up was
reproduced on brokers (5.17.2, 5.18.3, 5.19.1, 6.1.7) as far as these show it.
"""

from opskit.broker.upgrades import behaviour, lint, platform, startup
from opskit.broker.upgrades.registry import MIGRATION, Migration

__all__ = ["MIGRATION", "Migration", "behaviour", "lint", "platform", "startup"]
