"""The month's bill of a profile: the one function by which every command comes to it."""

from msgspec.structs import replace

from opskit.storage.bill.billing import bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.tiers import tiered
from opskit.storage.bill.usage import AVERAGE, Month, usage
from opskit.storage.catalog.model import Provider
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell, Profile


def monthly_bill(profile: Profile, prices: Prices, month: Month = AVERAGE) -> Bill:
    """The bill of a profile, whose classes are the provider's, uploads not completed included.

    What lies unread in a class with tiers is billed in the tier that it has come to.
    """
    used = usage(with_uploads(profile, prices.provider), prices.provider)
    return bill(prices, tiered(used, prices), month)


def with_uploads(profile: Profile, provider: Provider) -> Profile:
    """The profile with the parts of uploads that were not completed: they are paid for as stored.

    They are put into its first hot class, or its first one. Nobody reads them, so that what is
    read stays as it is.
    """
    if not profile.upload_bytes or not profile.stored:
        return profile
    names = [each.class_ for each in profile.stored]
    found = [provider.storage_class(name) for name in names]
    hot = next((each.name for each in found if each and each.access == "hot"), names[0])
    parts = Cell(hot, 0, profile.upload_bytes, noncurrent=True)
    monthly = replace(profile.monthly, retrieved=profile.retrieved)
    return replace(
        profile, stored=(*profile.stored, parts), monthly=monthly, uploads=0, upload_bytes=0
    )
