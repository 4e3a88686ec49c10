"""The two ends of a move: a provider, a region and a class, as `aws/deep-archive@us-east-1`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from opskit.errors import UsageError
from opskit.storage.bill.lines import classes_of
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, Region
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import class_of
from opskit.storage.profile.model import Profile
from opskit.suggestions import Suggestions


@dataclass(frozen=True, slots=True)
class End:
    """A provider's region, and a class there; no class is the classes that the profile has."""

    provider: Provider
    region: Region
    class_: str = ""

    def __str__(self) -> str:
        name = f"/{self.class_}" if self.class_ else ""
        return f"{self.provider.name}{name}@{self.region.name}"

    def prices(self, day: date) -> Prices:
        """What is charged there on a day."""
        return Prices(self.provider, self.region, day)


def end(catalog: Catalog, text: str, option: str, homes: Mapping[str, str] | None = None) -> End:
    """The end of `b2`, `aws/deep-archive` or `aws/standard@eu-central-1`.

    Where no region is named, it is the one in which the data is (`homes`, by provider), and with
    other providers the first. UsageError for what the catalog does not know, with what was
    probably meant.
    """
    before, at, region = text.strip().partition("@")
    name, slash, class_ = before.partition("/")
    if not name or (at and not region) or (slash and not class_):
        hint = "write PROVIDER[/CLASS][@REGION]: aws/deep-archive@us-east-1"
        raise UsageError(f"{text[:60]!r} is no place", where=option, hint=hint)
    provider = catalog.provider(name)
    region = region or (homes or {}).get(provider.name, "")
    return End(provider, _region(provider, region, option), _class(provider, class_, option))


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


def placed(profile: Profile, where: End, option: str) -> Profile:
    """The profile in the classes of an end.

    Without a class its own ones stay, if the provider has them; `standard` is what a profile has
    that names no class, and stands for the provider's first one. UsageError for others.
    """
    if where.class_:
        return profile.in_class(where.class_)
    names = {each.class_: class_of(where.provider, each.class_) for each in profile.stored}
    lacking = sorted(name for name, found in names.items() if not found)
    first = classes_of(where.provider)[0].name
    if lacking and set(names) == {"standard"}:
        return profile.in_class(first)
    if lacking:
        name = where.provider.name
        raise UsageError(
            f"{name} has no class {', '.join(lacking)[:200]}, which the profile has",
            where=option,
            hint=f"say which class is meant: {name}/{first}",
        )
    known = {name: found.name for name, found in names.items() if found}
    cells = tuple(replace(each, class_=known[each.class_]) for each in profile.stored)
    return replace(profile, stored=cells)


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
