"""Which providers, regions and classes are meant, and what each of them lacks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import Struct, field

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, Region, StorageClass

ACCESSES = ("hot", "cool", "cold", "archive")


class Place(Struct, frozen=True):
    """Where data can be: a class of a provider in a region."""

    provider: Provider
    region: Region
    class_: StorageClass


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for: providers (all if none), a kind of access or a class, and a region.

    Where no region is named, it is the one of `home` (a provider and its region), and the first
    one of all other providers.
    """

    providers: Sequence[str] = ()
    class_: str = "hot"
    region: str = ""
    home: tuple[str, str] = ("", "")

    def at(self, provider: str, region: str) -> "Choice":
        """The same for data that is in a region of a provider."""
        return replace(self, home=(provider, region))

    def home_in(self, regions: Sequence[Region], provider: str) -> Region:
        """The region that is meant among those of a provider: the one at home, or the first."""
        own = self.home[1] if self.home[0] == provider else ""
        return next((each for each in regions if each.name == own), regions[0])


class Places(Struct):
    """The places that are meant, and what providers lack, in words."""

    places: list[Place] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def places(catalog: Catalog, choice: Choice) -> Places:
    """Each class that is meant of each provider, in one region; UsageError for what none has."""
    names = choice.providers or tuple(catalog.providers)
    providers = [catalog.provider(name) for name in dict.fromkeys(names)]
    found = Places()
    for provider, region in _regions(providers, choice, found.notes):
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


def region_of(provider: Provider, name: str) -> Region:
    """A provider's region, its first if no name is given; UsageError where it has none such."""
    region = provider.region(name) if name else provider.regions[0]
    if region:
        return region
    names = [each.name for each in provider.regions]
    raise UsageError(
        f"{provider.name} has no region {name[:40]!r} in the catalog{_meant(name, names)}",
        where="--region",
        hint=f"its regions are {', '.join(names)}",
    )


def class_of(provider: Provider, name: str) -> StorageClass | None:
    """A provider's class by its name in the catalog, or by the provider's own (`STANDARD_IA`)."""
    by_api = (each for each in provider.classes if each.api and each.api == name.upper())
    return provider.storage_class(name) or next(by_api, None)


def _regions(
    providers: Sequence[Provider], choice: Choice, notes: list[str]
) -> list[tuple[Provider, Region]]:
    name = choice.region
    if not name:
        return [(each, choice.home_in(each.regions, each.name)) for each in providers]
    found = [(each, region) for each in providers if (region := each.region(name))]
    if not found:
        names = list(dict.fromkeys(r.name for each in providers for r in each.regions))
        raise UsageError(
            f"no provider has a region {name[:40]!r} in the catalog{_meant(name, names)}",
            where="--region",
            hint="'opskit storage catalog show' lists what there is; without --region, the "
            "profile's own is taken, and each other provider's first",
        )
    having = [each.name for each, _ in found]
    lacking = [each.name for each in providers if each.name not in having]
    if lacking:
        notes.append(f"without a region {name}, and left out: {', '.join(lacking)}")
    return found


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
        f"no provider has a class {wanted[:40]!r}{_meant(wanted, [*ACCESSES, 'all', *names])}",
        where="--class",
        hint=f"name one of {', '.join(ACCESSES)}, all, or a class such as {names[0]}",
    )


def _meant(name: str, names: Sequence[str]) -> str:
    from opskit.suggestions import Suggestions

    close = Suggestions(names)(name)
    return f"; did you mean {close}?" if close else ""
