"""The rules on role mappings, one module a subject; importing this registers them all."""

from opskit.emrfs.rules import (
    assume,
    encryption,
    form,
    groups,
    identifiers,
    kerberos,
    launch,
    notice,
    order,
    prefixes,
    reach,
    secrets,
    slashes,
    trust,
    trustees,
)
from opskit.emrfs.rules.registry import RULES

__all__ = ["RULES", "assume", "encryption", "form", "groups", "identifiers", "kerberos"]
__all__ += [
    "launch",
    "notice",
    "order",
    "prefixes",
    "reach",
    "secrets",
    "slashes",
    "trust",
    "trustees",
]
