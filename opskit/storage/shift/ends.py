"""The two ends of a move: a provider, a region and a class, as `aws/deep-archive@us-east-1`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage import units
from opskit.storage.bill.lines import classes_of
from opskit.storage.bill.monthly import with_uploads
from opskit.storage.bill.usage import usage
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, Region
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import class_of, in_classes, provider_of
from opskit.storage.profile.model import Monthly, Profile
from opskit.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class End:
    """A provider's region, and a class there; no class is the classes that the profile has.

    `near` is whether nobody named the region, and it is in the EU as the data is there.
    """

    provider: Provider
    region: Region
    class_: str = ""
    near: bool = False

    def __str__(self) -> str:
        name = f"/{self.class_}" if self.class_ else ""
        return f"{self.provider.name}{name}@{self.region.name}"

    def prices(self, day: date) -> Prices:
        """What is charged there on a day."""
        return Prices(self.provider, self.region, day)


def end(
    catalog: Catalog,
    text: str,
    option: str,
    homes: Mapping[str, str] | None = None,
    *,
    eu: bool = False,
) -> End:
    """The end of `b2`, `aws/deep-archive` or `aws/standard@eu-central-1`.

    Where no region is named, it is the one in which the data is (`homes`, by provider), and with
    other providers the first, or the first in the EU if the data is there (`eu`). UsageError for
    what the catalog does not know, with what was probably meant.
    """
    before, at, region = text.strip().partition("@")
    name, slash, class_ = before.partition("/")
    if not name or (at and not region) or (slash and not class_):
        hint = "write PROVIDER[/CLASS][@REGION]: aws/deep-archive@us-east-1"
        raise UsageError(f"{text[:60]!r} is no place", where=option, hint=hint)
    provider = provider_of(catalog, name, option)
    own = _class(provider, class_, option)
    region = region or (homes or {}).get(provider.name, "")
    inside = [each for each in provider.regions if each.eu]
    if eu and inside and not region:
        return End(provider, inside[0], own, near=True)
    return End(provider, _region(provider, region, option), own)


def _region(provider: Provider, name: str, option: str) -> Region:
    found = provider.region(name) if name else provider.regions[0]
    if found:
        return found
    raise _unknown(provider, "region", name, [each.name for each in provider.regions], option)


def _class(provider: Provider, name: str, option: str) -> str:
    if not name:
        return ""
    found = class_of(provider, name)
    if found and not found.part_of:
        return found.name
    raise _unknown(provider, "class", name, [each.name for each in classes_of(provider)], option)


def _unknown(
    provider: Provider, what: str, name: str, known: Sequence[str], option: str
) -> UsageError:
    close = Suggestions(known)(name)
    meant = f"; did you mean {close}?" if close else ""
    return UsageError(
        f"{provider.name} has no {what} {name[:40]!r} in the catalog{meant}",
        where=option,
        hint=f"it has {', '.join(known)}",
    )


def check_differ(source: End, target: End) -> None:
    """UsageError for a move to where the data is."""
    if (source.provider.name, source.region) != (target.provider.name, target.region):
        return
    if source.class_ == target.class_ or not target.class_:
        raise UsageError(
            f"{source} is where the data is already",
            where="--to",
            hint="name another provider, region or class",
        )


def placed(profile: Profile, where: End) -> Profile:
    """What of a profile is moved, in the classes of the source.

    With a class it is what the profile has in it, or all of it as if it were, where it has
    nothing in it or is of another provider; a note says so. Without one it is all, in its own
    classes. One that the provider has not keeps its name, and has no price.
    """
    inside = in_classes(profile, where.provider)
    names = {each.class_ for each in inside.stored}
    if not where.class_:
        lost = sorted(each for each in names if not class_of(where.provider, each))
        return _noted(inside, f"{where.provider.name} has no class {', '.join(lost)[:200]}", lost)
    if profile.provider in ("", where.provider.name) and where.class_ in names:
        return only(inside, where.class_, where.provider)
    told = profile.provider or names != {"standard"}
    made = profile.in_class(where.class_)
    nothing = f"nothing in it is in {where.class_}: all of it is taken as if it were"
    if profile.provider not in ("", where.provider.name):
        nothing = f"it is of {profile.provider}: all of it is taken as if it were in {where}"
    return _noted(made, nothing, told and names != {where.class_})


def _noted(profile: Profile, text: str, wanted: object) -> Profile:
    return replace(profile, notes=(*profile.notes, text)) if wanted else profile


def only(profile: Profile, name: str, provider: Provider) -> Profile:
    """What a profile has in one class, with the use that falls to it as in a month's bill.

    What leaves falls to it by its share of what is stored. Uploads that were not completed are
    with the class that they are billed in.
    """
    cells = tuple(each for each in profile.stored if each.class_ == name)
    if len(cells) == len(profile.stored):
        return profile
    [use] = [each for each in usage(profile, provider).classes if each.class_ == name]
    mine = bool(profile.upload_bytes) and with_uploads(profile, provider).stored[-1].class_ == name
    own = sum(each.bytes for each in cells)
    share = profile.monthly.egress * own // profile.bytes if profile.bytes else 0
    whole = units.shown_size(profile.bytes)
    note = f"only what is in {name}: {units.shown_size(own)} of {whole}, with its share of the use"
    return replace(
        profile,
        stored=cells,
        monthly=Monthly(share, use.reads, use.writes, use.lists, use.deletes, use.retrieved),
        uploads=profile.uploads if mine else 0,
        upload_bytes=profile.upload_bytes if mine else 0,
        notes=(*profile.notes, note),
    )


def arriving(profile: Profile, source: End, target: End) -> Profile:
    """The profile as it is at the target, from the one at the source.

    Where no class is named, a move within a provider keeps the classes, any other one is into the
    target's first class.
    """
    if target.class_:
        return profile.in_class(target.class_)
    if source.provider.name == target.provider.name:
        return profile
    return profile.in_class(classes_of(target.provider)[0].name)
