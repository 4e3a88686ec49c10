"""Where feeds come from: the network, or a folder of feeds that were saved.

A folder of recorded feeds has `recorded.json` with the day on which they were read
(`{"read_on": "2026-11-23"}`), and each feed in its file, as JSON or packed (`.json.gz`):

    aws/AmazonS3/us-east-1.json                     one a region
    aws/AmazonS3GlacierDeepArchive/us-east-1.json
    aws/AWSDataTransfer/us-east-1.json
    aws/page/s3.json                                the feeds of the pricing page, if there
    aws/page/s3glacierdeeparchive.json
    azure/eastus/blob-1.json, blob-2.json, ...      one a page of the answer
    azure/eastus/bandwidth-1.json, ...
    oci/B91628.json                                 one a part
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from opskit.clients import pricefeeds
from opskit.clients.aws import MissingError
from opskit.errors import InputError, UnknownError
from opskit.files import make_folder, read_bytes, write_atomic

RECORDED = "recorded.json"
_EXAMPLE = '{"read_on": "2026-11-23"}'
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Feed:
    """One document of a provider.

    `file` is its place in a folder of recordings, `source` the name that facts give to where
    they were read.
    """

    provider: str
    title: str
    file: str
    url: str
    source: str


class Library(Protocol):
    """What feeds are read from."""

    read_on: date

    def document(self, feed: Feed) -> dict[str, Any]:
        """The feed as plain objects, with exact numbers; UnknownError where it is none."""
        ...


@dataclass
class Network:
    """Feeds as the servers have them now; with `save` they are kept in that folder."""

    read_on: date
    save: Path | None = None
    say: Say = lambda text: None
    _kept: dict[str, str] = field(default_factory=dict)

    def document(self, feed: Feed) -> dict[str, Any]:
        self.say(feed.title)
        data = pricefeeds.fetch(feed.url)
        if self.save:
            target = self.save / feed.file
            make_folder(target.parent)
            write_atomic(target, data)
            self._kept[feed.file] = feed.url
            record = {"read_on": self.read_on.isoformat(), "feeds": self._kept}
            write_atomic(self.save / RECORDED, json.dumps(record, indent=2).encode() + b"\n")
        return parsed(data, feed)


class Recorded:
    """Feeds in a folder; InputError where it has none, or does not say when they were read."""

    def __init__(self, folder: Path, today: date) -> None:
        self._folder = folder
        self.read_on = _day(folder, today)

    def document(self, feed: Feed) -> dict[str, Any]:
        """MissingError where the folder has no such file."""
        for name in (feed.file, f"{feed.file}.gz"):
            path = self._folder / name
            if path.is_file():
                data = read_bytes(path, limit=pricefeeds.LIMIT)
                return parsed(pricefeeds.unpacked(data, feed.title), feed)
        raise MissingError(
            f"there is no recording of it ({feed.file})",
            where=feed.title,
            hint="record it with --save, or name only what was recorded",
        )


def _day(folder: Path, today: date) -> date:
    path = folder / RECORDED
    if not folder.is_dir():
        raise InputError("no such folder", where=str(folder), hint="--save DIR records feeds")
    if not path.is_file():
        hint = f"write {path.name} with the day on which they were read: {_EXAMPLE}"
        raise InputError("the folder does not say when its feeds were read", where=str(folder),
                         hint=hint)  # fmt: skip
    try:
        day = date.fromisoformat(json.loads(read_bytes(path))["read_on"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            "does not have a day in read_on", where=str(path), hint=f"as in {_EXAMPLE}"
        ) from None
    if day > today:
        raise InputError(
            f"{day} is in the future", where=str(path), hint="check the clock or the day"
        )
    return day


def parsed(data: bytes, feed: Feed) -> dict[str, Any]:
    """A JSON object; UnknownError for anything else, and for half of one."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text:
        raise broken(feed, "is empty")
    if text.startswith(b"<"):
        raise broken(feed, "is a web page (HTML or XML) where JSON is wanted")
    try:
        found = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(error.doc.rstrip()) - 1 and error.msg != "Extra data"
        cut = at_end or error.msg.startswith("Unterminated")
        what = "breaks off" if cut else f"is no JSON: {error.msg}"
        raise broken(feed, f"{what} (line {error.lineno}, column {error.colno})") from None
    except (ValueError, RecursionError) as error:
        raise broken(feed, f"is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise broken(feed, "is JSON, but no object")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def broken(feed: Feed, what: str, hint: str = "") -> UnknownError:
    """The error that says what is wrong with a feed."""
    return UnknownError(
        what, where=feed.title, hint=hint or "nothing of it is used; try again later"
    )
