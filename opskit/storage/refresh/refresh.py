"""From feeds to the files of a catalog as they should be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from opskit.clients.pricefeeds import UnreachableError
from opskit.errors import OpskitError, UnknownError, UsageError
from opskit.storage.catalog.load import BUNDLED, Catalog, load, read
from opskit.storage.catalog.model import Provider
from opskit.storage.refresh.compare import compare
from opskit.storage.refresh.feeds import Library
from opskit.storage.refresh.folder import Copied, Rewritten, files, is_new
from opskit.storage.refresh.outcomes import Outcome
from opskit.storage.refresh.plan import planned
from opskit.storage.refresh.provided import Provided
from opskit.storage.refresh.readings import Unmapped
from opskit.storage.refresh.sources import READERS
from opskit.storage.refresh.splice import spliced


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose prices are read again, where, and by how many percent one may change."""

    providers: Sequence[str] = ()
    regions: Sequence[str] = ()
    max_change: Decimal = Decimal(50)


@dataclass(slots=True)
class Refreshed:
    """What was found. `errors` are by provider: of these nothing is written."""

    outcomes: list[Outcome] = field(default_factory=list)
    errors: dict[str, list[OpskitError]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)
    feeds: list[dict[str, object]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Outcome]:
        """The outcomes of some kinds, of providers that can be written."""
        return [e for e in self.outcomes if e.kind in kinds and e.provider not in self.errors]


def refresh(folder: Path, asked: Asked, library: Library) -> Refreshed:
    """Read the feeds and compare them with the catalog of a folder; `files` are those changed.

    Raises UsageError for a provider without a feed and a region that no provider has.
    """
    catalog = load() if folder == BUNDLED else read(folder)  # as the files are now
    found = Refreshed()
    for provider, regions in _chosen(catalog, asked, found):
        try:
            provided = READERS[provider.name](library, regions)
        except UnreachableError as error:
            provided = Provided(errors=[error])
        _note(found, provider, provided)
        compared = compare(provider, provided, library.read_on, asked.max_change)
        found.outcomes += compared.outcomes
        if compared.errors:
            found.errors[provider.name] = [*compared.errors]
        else:
            _rewrite(found, folder, provider, compared.outcomes)
    return found


def _chosen(
    catalog: Catalog, asked: Asked, found: Refreshed
) -> Sequence[tuple[Provider, Sequence[str]]]:
    """The providers with their regions that are meant; OCI has the same prices in all."""
    names = list(asked.providers) or [each for each in READERS if each in catalog.providers]
    for name in names:
        if name not in READERS:
            catalog.provider(name)
            raise UsageError(
                f"{name} has no public feed of prices",
                hint=f"these have one: {', '.join(READERS)}; other prices are written by hand",
            )
    providers = [catalog.provider(each) for each in dict.fromkeys(names)]
    known = [each.name for provider in providers for each in provider.regions]
    for region in asked.regions:
        if region not in known:
            raise UsageError(
                f"{region[:40]!r} is no region of {', '.join(each.name for each in providers)}",
                where="--region",
                hint=f"known are {', '.join(known)}",
            )
    chosen = []
    for provider in providers:
        regions = [each.name for each in provider.regions
                   if not asked.regions or each.name in asked.regions]  # fmt: skip
        if regions:
            chosen.append((provider, regions))
        else:
            found.remarks.append(f"{provider.name} has none of the regions, and is left out")
    return chosen


def _note(found: Refreshed, provider: Provider, provided: Provided) -> None:
    found.read.append(provider.name)
    found.remarks += dict.fromkeys(provided.remarks)
    for each in provided.reads:
        found.unmapped += each.unmapped
        found.feeds.append(
            {
                "provider": provider.name,
                "feed": each.feed.title,
                "url": each.feed.url,
                "file": each.feed.file,
                "published": each.published,
                "prices": len(each.readings),
                "not_mapped": len(each.unmapped),
            }
        )


def _rewrite(
    found: Refreshed, folder: Path, provider: Provider, outcomes: Sequence[Outcome]
) -> None:
    """The provider's file as it has to be; an error of it where it cannot be edited."""
    plan = planned(provider, outcomes)
    if not plan.renewed and not plan.added:
        return
    name, data = _file(folder, provider.name)
    try:
        found.files[name] = spliced(data, str(folder / name), plan)
    except OpskitError as error:
        found.errors[provider.name] = [error]


def _file(folder: Path, provider: str) -> tuple[str, bytes]:
    """The file of a provider: mostly of its name."""
    from opskit.decode import decode
    from opskit.documents import parse_document

    found = files(folder)
    first = f"{provider}.yaml"
    for name in sorted(found, key=lambda each: each != first):
        if name != "laws.yaml":
            document = parse_document(found[name], str(folder / name))
            if decode(document, Provider).name == provider:
                return name, found[name]
    raise UnknownError("its file has gone", where=str(folder / first), hint="run this again")


def rewrites(folder: Path | None, changed: Mapping[str, bytes]) -> Sequence[Rewritten | Copied]:
    """What has to be written for the files that change; for a new folder all of the files.

    Without a folder they are the bundled ones, which are shown and not written.
    """
    if folder is not None and is_new(folder):
        return [Copied(folder, {**files(BUNDLED), **changed})]
    before = files(folder or BUNDLED)
    place = folder or Path()
    return [Rewritten(place / name, before[name], data) for name, data in changed.items()]
