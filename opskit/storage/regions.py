"""Which region of each provider is meant, and what is said of providers that have none such."""

from collections.abc import Mapping, Sequence

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, Region

#: The region that is each provider's first in the EU.
EU = "eu"
#: A provider and its region, as a profile names them; nothing where it names none.
Home = tuple[str, str]
#: How alike a name has to be to one that is known, so that it is suggested.
_ALIKE = 0.65


def provider_of(catalog: Catalog, name: str, where: str = "") -> Provider:
    """The provider of a name; UsageError with what was meant where there is none."""
    found = catalog.providers.get(name)
    if found:
        return found
    raise UsageError(
        f"{name[:40]!r} is no provider of the catalog{meant(name, list(catalog.providers))}",
        where=where,
        hint=f"the providers are {', '.join(catalog.providers)}",
    )


def region_of(provider: Provider, name: str) -> Region:
    """A provider's region, its first if no name is given; UsageError where it has none such."""
    region = provider.region(name) if name else provider.regions[0]
    if region:
        return region
    names = [each.name for each in provider.regions]
    raise UsageError(
        f"{provider.name} has no region {name[:40]!r} in the catalog{meant(name, names)}",
        where="--region",
        hint=f"its regions are {', '.join(names)}",
    )


def regions(
    providers: Sequence[Provider], catalog: Catalog, text: str, home: Home, notes: list[str]
) -> list[tuple[Provider, Region]]:
    """The region that is meant of each provider; notes say who has none, and is left out."""
    named = _by_provider(text, providers, catalog)
    if not text or named:
        return _at_home(providers, named, home_of(catalog, home), notes)
    if text == EU:
        return _in_eu(providers, home, notes)
    return _named(providers, text, notes)


def home_of(catalog: Catalog, home: Home) -> tuple[Provider, Region] | None:
    """Where a profile says that it is: the provider and its region, its first if none is named.

    None where it says nothing, or a region that the catalog has not; UsageError for a provider
    that the catalog has not.
    """
    name, region = home
    if not name:
        return None
    provider = provider_of(catalog, name, "the profile")
    found = provider.region(region) if region else provider.regions[0]
    return (provider, found) if found else None


def near(provider: Provider, home: tuple[Provider, Region] | None) -> Region | None:
    """A provider's region for data that is at home: its first, or the first in the EU if home is.

    None where home is in the EU, and the provider has no region there.
    """
    if home and home[0].name == provider.name:
        return home[1]
    if home and home[1].eu:
        return next((each for each in provider.regions if each.eu), None)
    return provider.regions[0]


def _by_provider(
    text: str, providers: Sequence[Provider], catalog: Catalog
) -> Mapping[str, Region]:
    """The regions of `aws=eu-west-1,gcs=eu`; none of any other text."""
    if "=" not in text:
        return {}
    found: dict[str, Region] = {}
    for part in text.split(","):
        name, equals, region = (each.strip() for each in part.partition("="))
        if not equals or not region or name in found:
            hint = "write one name for all, or one for each: aws=eu-west-1,gcs=eu"
            raise UsageError(f"{part[:40]!r} is no region", where="--region", hint=hint)
        provider = provider_of(catalog, name.lower(), "--region")
        if provider not in providers:
            hint = "name it in --providers, or leave it out of --region"
            raise UsageError(f"{provider.name} is not asked for", where="--region", hint=hint)
        found[provider.name] = region_of(provider, region)
    return found


def _at_home(
    providers: Sequence[Provider],
    named: Mapping[str, Region],
    home: tuple[Provider, Region] | None,
    notes: list[str],
) -> list[tuple[Provider, Region]]:
    """The regions by name, and where no name is given those that are near to home."""
    regions = [(each, named.get(each.name) or near(each, home)) for each in providers]
    found = [(each, region) for each, region in regions if region]
    lacking = [each.name for each, region in regions if not region]
    others = [each.name for each, _ in regions if each.name not in (*named, home and home[0].name)]
    if not found:
        raise _none_in_eu(lacking)
    if home and home[1].eu and others:
        left_out = f"; left out, for lack of one: {', '.join(lacking)}" if lacking else ""
        notes.append(
            f"the data is in the EU ({home[0].name} {home[1].name}), so that other providers' "
            f"first region there is taken{left_out} (--region aws=us-east-1,... names others)"
        )
    return found


def _in_eu(
    providers: Sequence[Provider], home: Home, notes: list[str]
) -> list[tuple[Provider, Region]]:
    inside = [(each, [region for region in each.regions if region.eu]) for each in providers]
    found = [(each, _home_in(own, each.name, home)) for each, own in inside if own]
    lacking = [each.name for each, own in inside if not own]
    if not found:
        raise _none_in_eu(lacking)
    if lacking:
        notes.append(f"without a region in the EU, and left out: {', '.join(lacking)}")
    return found


def _home_in(inside: Sequence[Region], provider: str, home: Home) -> Region:
    """The region of several that is the one at home, or the first."""
    own = home[1] if home[0] == provider else ""
    return next((each for each in inside if each.name == own), inside[0])


def _none_in_eu(lacking: Sequence[str]) -> UsageError:
    return UsageError(
        f"{', '.join(lacking)}: no region in the EU in the catalog",
        where="--region",
        hint=f"name one that there is: --region {lacking[0]}=NAME",
    )


def _named(
    providers: Sequence[Provider], name: str, notes: list[str]
) -> list[tuple[Provider, Region]]:
    if len(providers) == 1:
        return [(providers[0], region_of(providers[0], name))]
    found = [(each, region) for each in providers if (region := each.region(name))]
    if not found:
        names = list(dict.fromkeys(r.name for each in providers for r in each.regions))
        raise UsageError(
            f"no provider has a region {name[:40]!r} in the catalog{meant(name, names)}",
            where="--region",
            hint="'opskit storage catalog show' lists what there is; without --region, the "
            "profile's own is taken, and each other provider's first",
        )
    having = [each.name for each, _ in found]
    lacking = [each.name for each in providers if each.name not in having]
    if lacking:
        notes.append(f"without a region {name}, and left out: {', '.join(lacking)}")
    return found


def meant(name: str, names: Sequence[str]) -> str:
    """What was probably meant by a name that is not known, as the end of a sentence."""
    from opskit.suggestions import Suggestions

    close = Suggestions(names, alike=_ALIKE)(name)
    return f"; did you mean {close}?" if close else ""
