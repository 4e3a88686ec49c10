"""The catalog for an account whose free amounts are used up by other data."""

from msgspec.structs import replace

from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider

_FREE = ("free-storage", "free-egress", "free-writes", "free-reads", "free-lists")


def without_free(catalog: Catalog) -> Catalog:
    """The catalog without the amounts that are free to an account.

    What a base fee includes is paid for and stays, and so does what is free in proportion to what
    is stored.
    """
    providers = {name: _without(each) for name, each in catalog.providers.items()}
    return replace(catalog, providers=providers)


def _without(provider: Provider) -> Provider:
    if any(each.item == "base-fee" for each in provider.facts):
        return provider
    facts = tuple(each for each in provider.facts if each.item not in _FREE)
    return replace(provider, facts=facts)
