"""Whose bucket it is that was listed, and where: in the words of the catalog."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.storage.catalog.model import Provider
    from opskit.storage.profile.model import Profile


def provider(name: str) -> "Provider | None":
    """The provider of that name, None for no name; UsageError for one that no catalog has."""
    from opskit.storage.catalog.load import load

    return load().provider(name.strip().lower()) if name else None


def placed(found: "Profile", own: "Provider | None") -> "Profile":
    """The profile of a bucket with its provider, the region as that one calls it, and notes."""
    from msgspec.structs import replace

    from opskit.storage.catalog.load import load

    notes = [] if found.objects else [_nothing(found)]
    if own is None and found.provider != "aws":
        own = load().providers.get(found.provider)
    if own is None:
        if not found.provider:
            notes.append(
                "the provider is not known by the endpoint: --provider names it, if "
                "'opskit storage catalog show' has it"
            )
        return replace(found, notes=(*found.notes, *notes))
    region = _region(own, found.region)
    if not region and len(own.regions) > 1:
        notes.append(
            f"the region {found.region[:40]!r} is none of {own.name} in the catalog, and is left "
            "out: --region of the commands on costs names it"
        )
    return replace(found, provider=own.name, region=region, notes=(*found.notes, *notes))


def _region(own: "Provider", name: str) -> str:
    """The catalog's name of a region; that of `us-west-004` may be us-west."""
    names = [each.name for each in own.regions]
    fitting = [each for each in names if name == each or name.startswith(f"{each}-")]
    return name if name in names or own.name == "aws" else next(iter(fitting), "")


def _nothing(found: "Profile") -> str:
    """The note on a listing that found no object."""
    prefix = found.source.removeprefix("s3://").partition("/")[2]
    return f"no object begins with {prefix!r}" if prefix else "the bucket has no objects"
