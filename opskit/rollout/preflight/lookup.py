"""An image looked up in its registry: Amazon ECR through its API, any other as a registry."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import NamedTuple, TypeVar

from opskit.clients import ecr
from opskit.clients.aws import MissingError
from opskit.errors import UnknownError, UsageError
from opskit.rollout.images import Reference
from opskit.rollout.preflight.facts import Absent, Image, Object, Unseen

T = TypeVar("T")
#: The states of a scan whose findings count (Amazon ECR API reference, ImageScanStatus); ACTIVE is
#: that of a continuous scan.
DONE = ("COMPLETE", "ACTIVE")
#: The most images of an index whose scans are asked for.
_MOST_SCANS = 12


class Access(NamedTuple):
    """How registries are reached: the AWS profile for ECR, and whether plain HTTP is spoken."""

    profile: str = ""
    plain_http: bool = False


USUAL = Access()


def look(reference: Reference, access: Access = USUAL) -> Image | Absent | Unseen:
    """What the registry has for a reference; raises nothing that a registry could be the cause of.

    UsageError for plain HTTP to another machine.
    """
    refuse_plain_http(reference, access)
    try:
        if ecr.host(reference.domain):
            return _in_ecr(reference, access)
        return _in_registry(reference, access)
    except MissingError as error:
        return Absent(error.message)
    except UnknownError as error:
        return Unseen.because(error)


def pinned(reference: Reference, access: Access = USUAL) -> Reference:
    """The reference with the digest that its tag stands for now; itself where it has one.

    MissingError where there is no such image; UnknownError where the registry cannot be asked.
    """
    if reference.digest:
        return reference
    refuse_plain_http(reference, access)
    if ecr.host(reference.domain):
        repository = ecr.Repository(reference.domain, reference.path, profile=access.profile)
        return reference.pinned(repository.image(reference.wanted)["digest"])
    from opskit.clients import registry

    return reference.pinned(
        registry.digest(
            reference.domain, reference.path, reference.wanted, plain_http=access.plain_http
        )
    )


def refuse_plain_http(reference: Reference, access: Access) -> None:
    """UsageError where plain HTTP is asked for, and the registry is not on this machine."""
    if access.plain_http and not is_loopback(reference.domain):
        raise UsageError(
            f"{reference.domain} is not on this machine",
            where="--insecure-registry",
            hint="plain HTTP is for 127.0.0.1, [::1] and localhost only; use TLS",
        )


def is_loopback(domain: str) -> bool:
    """Whether a registry's domain is this machine's own."""
    host = domain.rpartition(":")[0] if ":" in domain.rpartition("]")[2] else domain
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _in_registry(reference: Reference, access: Access) -> Image:
    from opskit.clients import registry

    found = registry.image(
        reference.domain, reference.path, reference.wanted, plain_http=access.plain_http
    )
    tags = None
    if reference.digest and reference.tag:
        tags = _tags(reference, access)
    return Image(found["digest"], found["platforms"], found["public"], tags)


def _tags(reference: Reference, access: Access) -> list[str] | None:
    """The tag, if it stands for the digest that is written behind it."""
    from opskit.clients import registry

    try:
        digest = registry.digest(
            reference.domain, reference.path, reference.tag, plain_http=access.plain_http
        )
    except MissingError:
        return []
    except UnknownError:
        return None
    return [reference.tag] if digest == reference.digest else []


def _in_ecr(reference: Reference, access: Access) -> Image:
    repository = ecr.Repository(reference.domain, reference.path, profile=access.profile)
    found = repository.image(reference.wanted)
    archived = found["status"] not in ("", "ACTIVE")
    platforms: Sequence[Object] | Unseen = ()
    if not archived:
        platforms = _told(lambda: repository.platforms(found["digest"]))
    return Image(
        found["digest"],
        platforms,
        public=False,
        tags=found["tags"],
        status=found["status"],
        mutability=_told(repository.mutability),
        scan=_told(lambda: _scan(repository, found["scan"], found["digest"], platforms)),
    )


def _scan(
    repository: ecr.Repository,
    own: Object | None,
    digest: str,
    platforms: Sequence[Object] | Unseen,
) -> Object | None:
    """The scan of an image; where an index has none that is done, those of its images as one.

    None where nothing was scanned. `own` is what DescribeImages tells, which newer kinds of scan
    do not use (Amazon ECR API reference, DescribeImages).
    """
    if own is None:
        own = _one(repository, digest)
    if own is not None and own["status"] in DONE:
        return own
    parts = () if isinstance(platforms, Unseen) else platforms
    digests = [str(each["digest"]) for each in parts if each.get("digest")]
    scans = [_one(repository, each) for each in digests[:_MOST_SCANS]]
    return _together([each for each in scans if each is not None], len(digests)) or own


def _one(repository: ecr.Repository, digest: str) -> Object | None:
    try:
        return repository.scan(digest)
    except MissingError:
        return None


def _together(scans: Sequence[Object], wanted: int) -> Object | None:
    """Scans as one: the largest count of each severity, and the first state that is no end."""
    if not scans:
        return None
    counts: dict[str, int] = {}
    for each in scans:
        for name, number in each["counts"].items():
            counts[name] = max(counts.get(name, 0), number)
    unfinished = [each for each in scans if each["status"] not in DONE]
    if not unfinished and len(scans) < wanted:
        said = f"{len(scans)} of the {wanted} images of the index were scanned"
        return {"status": "INCOMPLETE", "description": said, "counts": counts}
    return {**(unfinished or scans)[0], "counts": counts}


def _told(ask: Callable[[], T]) -> T | Unseen:
    try:
        return ask()
    except UnknownError as error:
        return Unseen.because(error)
