"""Multipart uploads that were begun and neither completed nor aborted: they are stored and billed.

Sources: Amazon S3 API Reference, "ListMultipartUploads" and "ListParts".
"""

import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opskit.clients.aws import MissingError, RefusedError
from opskit.errors import UnknownError
from opskit.storage.profile.listing import crew
from opskit.storage.profile.listing.asking import Asker, LackingError

#: Uploads whose parts are asked for; each takes a request.
MOST_SIZED = 1000


@dataclass(frozen=True)
class Uploads:
    """How many there are, the bytes of their parts, and what of them could not be counted."""

    number: int = 0
    bytes: int = 0
    skipped: tuple[str, ...] = ()


def find(asker: Asker, prefix: str, workers: int, say: Callable[[str], None]) -> Uploads:
    """The incomplete uploads below a prefix; `skipped` says where they may not be listed."""
    sized: list[tuple[str, str]] = []
    number = 0
    try:
        for each in _listed(asker, prefix):
            number += 1
            say(f"{number:,} incomplete uploads")
            if len(sized) < MOST_SIZED:
                sized.append(each)
    except (RefusedError, LackingError, MissingError) as error:
        refused = isinstance(error, RefusedError)
        why = (
            "s3:ListBucketMultipartUploads is refused"
            if refused
            else "the server does not list them"
        )
        return Uploads(skipped=(f"not counted: incomplete uploads ({why})",))
    total, skipped = _sizes(asker, sized, workers)
    if number > len(sized):
        skipped.append(
            f"not counted: the sizes of {number - len(sized):,} of {number:,} incomplete uploads"
        )
    return Uploads(number, total, tuple(skipped))


def _listed(asker: Asker, prefix: str) -> Iterator[tuple[str, str]]:
    where: dict[str, str] = {}
    while True:
        answer = asker.answer(
            "list_multipart_uploads", "s3:ListBucketMultipartUploads", Prefix=prefix, **where
        )
        for each in answer.get("Uploads", ()):
            if each["Key"].startswith(prefix):
                yield each["Key"], each["UploadId"]
        if not answer.get("IsTruncated"):
            return
        before, where = where, _next(answer)
        if where == before or not where:
            raise UnknownError(
                "the server says that there are more uploads, and not where to go on",
                where=f"s3://{asker.bucket}/{prefix}",
                hint="report it to the provider",
            )


def _next(answer: dict[str, str]) -> dict[str, str]:
    """Where to go on. Keys of this listing come encoded: botocore decodes those of objects only."""
    from urllib.parse import unquote_plus

    key, upload = answer.get("NextKeyMarker", ""), answer.get("NextUploadIdMarker", "")
    if answer.get("EncodingType") == "url":
        key = unquote_plus(key)
    return {"KeyMarker": key, "UploadIdMarker": upload} if key else {}


def _sizes(asker: Asker, found: list[tuple[str, str]], workers: int) -> tuple[int, list[str]]:
    waiting: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for each in found:
        waiting.put(each)
    sizes: list[int] = []
    refused: list[RefusedError] = []

    def work() -> None:
        while not asker.pace.stop.is_set() and not refused:
            try:
                key, upload = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                sizes.append(_parts(asker, key, upload))
            except MissingError:  # completed or aborted meanwhile
                sizes.append(0)
            except (RefusedError, LackingError) as error:
                refused.append(RefusedError(str(error)))

    crew.run(min(workers, len(found)), work, asker.pace, lambda: None)
    if refused:
        why = "s3:ListMultipartUploadParts is refused"
        return sum(sizes), [f"not counted: the sizes of incomplete uploads ({why})"]
    return sum(sizes), []


def _parts(asker: Asker, key: str, upload: str) -> int:
    """The bytes of an upload's parts."""
    total, where = 0, dict[str, int]()
    while True:
        answer = asker.answer(
            "list_parts", "s3:ListMultipartUploadParts", Key=key, UploadId=upload, **where
        )
        total += sum(int(each.get("Size", 0)) for each in answer.get("Parts", ()))
        marker = int(answer.get("NextPartNumberMarker") or 0)
        if not answer.get("IsTruncated") or marker <= where.get("PartNumberMarker", 0):
            return total
        where = {"PartNumberMarker": marker}
