"""What a law takes off the charge for leaving a provider.

Regulation (EU) 2023/2854 (Data Act): Article 29(1) forbids switching charges from 2027-01-12, and
Article 2(36) counts the fees for egress among them; it excepts standard service fees and penalties
for an early end.
"""

from datetime import date

from opskit.storage.catalog.model import Fact, Law, Region

#: What the law leaves open, and how it is counted here.
NOT_SETTLED = (
    "whether fees for retrieval and requests are standard service fees, which stay, or switching "
    "charges, which go: they are counted, as is early deletion",
    "the act protects customers in the EU (Article 1(3)); here the region stands for the customer",
    "it is for a switch to another provider or to one's own premises; use of several providers in "
    "parallel may still be billed at cost (Article 34)",
    "what providers ask for before egress is free (a notice, closing the account) was not verified",
)


def zero_charge(law: Law) -> Fact | None:
    """The fact by which egress of a switch costs nothing, from its day on; None without one."""
    found = [each for each in law.facts if each.item == "switching-egress" and not each.value]
    return min(found, key=lambda each: each.effective_from, default=None)


def is_free(law: Law, region: Region, day: date) -> bool:
    """Whether egress of a switch that begins on a day costs nothing, by law."""
    fact = zero_charge(law)
    return bool(region.eu and fact and fact.effective_from <= day)
