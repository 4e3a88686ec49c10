"""Which providers, regions and classes are meant, and what each of them lacks."""

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, Region, StorageClass
from opskit.storage.profile.model import Profile
from opskit.storage.regions import Home, meant, provider_of, region_of, regions

__all__ = [
    "ACCESSES",
    "Choice",
    "Place",
    "Places",
    "class_of",
    "in_classes",
    "places",
    "provider_of",
    "region_of",
]

ACCESSES = ("hot", "cool", "cold", "archive")


class Place(Struct, frozen=True):
    """Where data can be: a class of a provider in a region."""

    provider: Provider
    region: Region
    class_: StorageClass


class Choice(Struct, frozen=True):
    """What was asked for: providers (all if none), a kind of access or a class, and a region.

    The region is a name, `eu`, or names by provider: `aws=eu-west-1,gcs=eu`. `eu` is each
    provider's first region in the EU. Where none is named, it is the one of `home` (a provider and
    its region), and of other providers the first one, or the first in the EU if home is there.
    """

    providers: Sequence[str] = ()
    class_: str = "hot"
    region: str = ""
    home: Home = ("", "")

    def at(self, provider: str, region: str) -> "Choice":
        """The same for data that is in a region of a provider."""
        return replace(self, home=(provider, region))


class Places(Struct):
    """The places that are meant, and what providers lack, in words."""

    places: list[Place] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def places(catalog: Catalog, choice: Choice) -> Places:
    """Each class that is meant of each provider, in one region; UsageError for what none has."""
    names = choice.providers or tuple(catalog.providers)
    providers = [provider_of(catalog, name, "--providers") for name in dict.fromkeys(names)]
    found = Places()
    for provider, region in regions(providers, catalog, choice.region, choice.home, found.notes):
        found.places += [
            Place(provider, region, each) for each in _classes(provider, choice.class_)
        ]
    if not found.places:
        raise _no_class(providers, choice.class_)
    if choice.class_ not in (*ACCESSES, "all"):
        having = {place.provider.name for place in found.places}
        lacking = [each.name for each in providers if each.name not in having]
        if lacking:
            found.notes.append(f"without a class {choice.class_}: {', '.join(lacking)}")
    return found


def class_of(provider: Provider, name: str) -> StorageClass | None:
    """A provider's class by its name in the catalog, or by the provider's own (`STANDARD_IA`)."""
    by_api = (each for each in provider.classes if each.api and each.api == name.upper())
    return provider.storage_class(name) or next(by_api, None)


def in_classes(profile: Profile, provider: Provider) -> Profile:
    """The profile in the classes of a provider, by their names in the catalog.

    `standard` is what a profile has that names no class: it stands for the provider's first one.
    A class that the provider has not keeps its name, and so has no price.
    """
    if not class_of(provider, "standard") and {e.class_ for e in profile.stored} == {"standard"}:
        return profile.in_class(next(e.name for e in provider.classes if not e.part_of))
    names = {each.class_: class_of(provider, each.class_) for each in profile.stored}
    known = {name: found.name if found else name for name, found in names.items()}
    cells = tuple(replace(each, class_=known[each.class_]) for each in profile.stored)
    return replace(profile, stored=cells)


def _classes(provider: Provider, wanted: str) -> list[StorageClass]:
    own = [each for each in provider.classes if not each.part_of]
    if wanted == "all":
        return own
    if wanted in ACCESSES:
        return [each for each in own if each.access == wanted]
    named = class_of(provider, wanted)
    return [named] if named and not named.part_of else []


def _no_class(providers: Sequence[Provider], wanted: str) -> UsageError:
    names = list(dict.fromkeys(each.name for p in providers for each in p.classes))
    if wanted in ACCESSES:
        who = ", ".join(each.name for each in providers)
        hint = "--class all takes every class"
        return UsageError(f"{who}: no class is {wanted}", where="--class", hint=hint)
    return UsageError(
        f"no provider has a class {wanted[:40]!r}{meant(wanted, [*ACCESSES, 'all', *names])}",
        where="--class",
        hint=f"name one of {', '.join(ACCESSES)}, all, or a class such as {names[0]}",
    )
