"""The profile of a bucket, or of a prefix in it, by listing it.

Any endpoint of the S3 API will do. Ranges of keys are listed in parallel; where the endpoint or the
credentials do not allow that, prefixes are. Former versions are counted where the bucket keeps them
and they may be listed, incomplete uploads where those may.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opskit.clients.aws import RefusedError
from opskit.errors import UnknownError, UsageError
from opskit.storage.profile.listing import uploads
from opskit.storage.profile.listing.asking import Asker, LackingError
from opskit.storage.profile.listing.crawl import Crawl, UnfitError
from opskit.storage.profile.listing.estimate import sampled
from opskit.storage.profile.listing.journal import Journal
from opskit.storage.profile.listing.pace import Pace, Patience
from opskit.storage.profile.listing.page import OddKeyError
from opskit.storage.profile.listing.partitions import Partitions
from opskit.storage.profile.listing.tally import Tally
from opskit.storage.profile.model import Profile, merged

#: Ways to list, each the next best: what is counted, and how.
_RANGES, _PREFIXES = "ranges", "prefixes"
_VERSIONS = ("versions-ranges", "versions-prefixes")
_OBJECTS = ("objects-ranges", "objects-prefixes")
#: Buckets of S3 Express One Zone: no order, no start, no versions (S3 User Guide, "Directory
#: bucket naming rules" and "Differences for directory buckets").
_DIRECTORY = "--x-s3"
#: What endpoints of other providers end in, with the provider's name in the catalog.
_PROVIDERS = {
    "amazonaws.com": "aws",
    "backblazeb2.com": "b2",
    "wasabisys.com": "wasabi",
    "r2.cloudflarestorage.com": "r2",
    "storage.googleapis.com": "gcs",
    "digitaloceanspaces.com": "digitalocean",
    "linodeobjects.com": "linode",
    "scw.cloud": "scaleway",
    "storjshare.io": "storj",
    "vultrobjects.com": "vultr",
    "your-objectstorage.com": "hetzner",
}


@dataclass
class _Job:
    asker: Asker
    prefix: str
    workers: int
    journal: Journal
    say: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def scan(
    client: Any,
    bucket: str,
    prefix: str = "",
    *,
    workers: int = 64,
    budget: int | None = None,
    journal: Path | None = None,
    say: Callable[[str], None],
    patience: Patience | None = None,
) -> Profile:
    """What is stored under a prefix of a bucket.

    With a `budget` at most so many requests are sent, and a sample is taken where they do not
    suffice. With a `journal` a scan that was stopped goes on where it was. RefusedError names the
    permission that is missing, UnknownError says what else failed, InputError that the journal is
    one of another listing.
    """
    asker = Asker(client, bucket, Pace(workers), patience or Patience(), budget)
    if budget is not None:
        return _sampled(client, asker, prefix, workers, journal, say)
    about = {"bucket": bucket, "prefix": prefix, "endpoint": client.meta.endpoint_url}
    kept = Journal(journal, about, datetime.now(UTC).date())
    job = _Job(asker, prefix, workers, kept, say)
    try:
        tally = _listed(job)
        found = uploads.find(asker, prefix, workers, say)
    finally:
        kept.close()
    today = kept.record.taken_on
    return _profile(client, job, tally, found, today)


def _sampled(
    client: Any,
    asker: Asker,
    prefix: str,
    workers: int,
    journal: Path | None,
    say: Callable[[str], None],
) -> Profile:
    if journal is not None:
        raise UsageError(
            "a sample is not resumed", where="--budget-calls", hint="leave --resume out"
        )
    found = sampled(asker, prefix, workers, say)
    today = datetime.now(UTC).date()
    return Profile(
        stored=merged(found.tally.stored(today)),
        provider=_provider(client.meta.endpoint_url),
        region=asker.region or _region(client),
        source=f"s3://{asker.bucket}/{prefix}",
        taken_on=today,
        sample=found.sample,
        notes=(
            "former versions and incomplete uploads are not looked for with --budget-calls",
            *_remarks(found.tally, today),
        ),
    )


def _profile(client: Any, job: _Job, tally: Tally, found: uploads.Uploads, today: date) -> Profile:
    return Profile(
        stored=merged(tally.stored(today)),
        provider=_provider(client.meta.endpoint_url),
        region=job.asker.region or _region(client),
        source=f"s3://{job.asker.bucket}/{job.prefix}",
        taken_on=today,
        uploads=found.number,
        upload_bytes=found.bytes,
        notes=(*job.notes, *_remarks(tally, today)),
        skipped=(*job.skipped, *found.skipped),
    )


def _provider(endpoint: str) -> str:
    host = urlsplit(endpoint).hostname or ""
    fits = (name for end, name in _PROVIDERS.items() if host == end or host.endswith(f".{end}"))
    return next(fits, "")


def _region(client: Any) -> str:
    region = str(client.meta.region_name or "")
    return "" if region == "aws-global" else region


def _remarks(tally: Tally, today: date) -> list[str]:
    notes = []
    if tally.markers:
        notes.append(f"{tally.markers:,} delete markers, which store nothing but their keys")
    if undated := tally.undated():
        notes.append(f"{undated:,} objects without a readable date count as new")
    if future := tally.future(today):
        notes.append(f"{future:,} objects were changed in the future: a clock is wrong")
    if odd := tally.odd_classes():
        notes.append(f"storage classes that are not known: {', '.join(odd)}")
    return notes


def _listed(job: _Job) -> Tally:
    """All that may be counted, in the best way that works; `skipped` says what is not counted."""
    ways = _ways(job)
    first: RefusedError | None = None
    for number, way in enumerate(ways):
        if job.journal.record.mode != way:
            job.journal.restart(way)
        try:
            return _list(job, way)
        except (UnfitError, OddKeyError) as error:
            if number + 1 == len(ways):
                raise UnknownError(
                    f"the endpoint {error}",
                    where=f"s3://{job.asker.bucket}/{job.prefix}",
                    hint="report it to the provider",
                ) from None
            if way != _VERSIONS[-1]:
                job.notes.append(f"listed as {ways[number + 1]}: the endpoint {error}")
            else:
                job.skipped.append(f"not counted: former versions (the endpoint {error})")
        except (RefusedError, LackingError) as error:
            refused = isinstance(error, RefusedError)
            if isinstance(error, RefusedError) and way in _OBJECTS:
                first = first or error
            if number + 1 == len(ways):
                raise first or error from None
            if way == _VERSIONS[-1]:
                why = "s3:ListBucketVersions is refused" if refused else "the server lacks them"
                job.skipped.append(f"not counted: former versions ({why})")
        job.asker.pace.again()
    raise AssertionError("no way to list")


def _list(job: _Job, way: str) -> Tally:
    versions = way in _VERSIONS
    if way.endswith(_RANGES):
        return Crawl(job.asker, job.prefix, versions, job.journal).run(job.workers, job.say)
    parts = Partitions(job.asker, job.prefix, versions, job.journal)
    tally = parts.run(job.workers, job.say)
    job.skipped += parts.skipped
    return tally


def _ways(job: _Job) -> tuple[str, ...]:
    if job.asker.bucket.endswith(_DIRECTORY):
        return _OBJECTS[1:]
    ways = (*_VERSIONS, *_OBJECTS) if _versioned(job) else _OBJECTS
    begun = job.journal.record.mode
    if begun in _OBJECTS and begun not in ways[:2]:
        job.skipped.append("not counted: former versions (the scan began without them)")
    return ways[ways.index(begun) :] if begun in ways else ways


def _versioned(job: _Job) -> bool:
    """Whether former versions may be there; where nobody tells, `skipped` says so."""
    try:
        answer = job.asker.answer("get_bucket_versioning", "s3:GetBucketVersioning")
    except RefusedError:
        job.skipped.append("not counted: former versions (s3:GetBucketVersioning is refused)")
    except LackingError:
        pass
    else:
        return answer.get("Status") in ("Enabled", "Suspended")
    return False
