"""What the tests of listings share: a client that waits little, and what a bucket comes to."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from opskit.clients.s3 import connect
from opskit.storage.profile.listing.pace import Patience
from opskit.storage.profile.model import Profile
from opskit.storage.profile.s3 import scan
from tests.storage.s3server import Object, Server

QUICK = Patience(first=0.001, longest=0.01)


def quiet(_: str) -> None:
    pass


def scanned(server: Server, prefix: str = "", workers: int = 16, **options: Any) -> Profile:
    client = connect(region="us-east-1", endpoint_url=server.url, workers=workers)
    options = {"say": quiet, "patience": QUICK, **options}
    return scan(client, "bucket", prefix, workers=workers, **options)


def amounts(objects: Iterable[Object], prefix: str = "") -> tuple[int, int]:
    """Objects and bytes; each key has a size of its own kind, so that no error hides another."""
    wanted = [o for o in objects if o.key.startswith(prefix) and not o.deleted]
    return len(wanted), sum(o.size for o in wanted)


def counted(found: Profile) -> tuple[int, int]:
    return found.objects, found.bytes


def classes(found: Profile) -> Counter[str]:
    counts: Counter[str] = Counter()
    for cell in found.stored:
        counts[cell.class_] += cell.objects
    return counts
