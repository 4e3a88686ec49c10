"""Feeds as documents: what is no JSON, recordings and their day."""

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from opskit.clients import pricefeeds
from opskit.clients.aws import MissingError
from opskit.errors import InputError, UnknownError
from opskit.storage.refresh.feeds import Recorded, parsed
from tests.storage.refresh.parts import FEED, READ_ON

WHOLE = b'{"a": {"b": [1, 2.50]}}'


def test_numbers_are_exact() -> None:
    assert parsed(b'\xef\xbb\xbf {"a": 0.0230000000}', FEED) == {"a": Decimal("0.0230000000")}


@pytest.mark.parametrize("end", range(1, len(WHOLE)))
def test_each_prefix_is_refused(end: int) -> None:
    with pytest.raises(UnknownError, match=r"a feed: (breaks off|is no JSON)"):
        parsed(WHOLE[:end], FEED)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"<!DOCTYPE html><title>Sorry</title>", "is a web page"),
        (b"<Error><Code>NoSuchKey</Code></Error>", "is a web page"),
        (b"[]", "no object"),
        (b"7", "no object"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1} x', "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b'{"a":' * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_feed_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnknownError, match=words):
        parsed(data, FEED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "recorded.json").write_text('{"read_on": "2026-11-20"}')
    (tmp_path / "aws").mkdir()
    return tmp_path


def test_a_recording_may_be_packed(folder: Path) -> None:
    (folder / "aws/a.json.gz").write_bytes(gzip.compress(WHOLE))
    library = Recorded(folder, READ_ON)
    assert library.read_on == date(2026, 11, 20)
    assert library.document(FEED) == {"a": {"b": [1, Decimal("2.50")]}}


@pytest.mark.parametrize("end", [3, 15, 30])
def test_gzip_that_is_cut_short_is_refused(folder: Path, end: int) -> None:
    (folder / "aws/a.json.gz").write_bytes(gzip.compress(WHOLE)[:end])
    with pytest.raises(UnknownError, match=r"cut short|no whole gzip"):
        Recorded(folder, READ_ON).document(FEED)


def test_gzip_that_unpacks_to_more_than_any_feed_is_refused() -> None:
    bomb = gzip.compress(bytes(4 * 1024 * 1024))
    assert len(bomb) < 10_000
    with pytest.raises(UnknownError, match="is larger than 1 MiB"):
        pricefeeds.unpacked(bomb, "a feed", limit=1024 * 1024)


def test_what_was_not_recorded_is_missing(folder: Path) -> None:
    with pytest.raises(MissingError, match=r"no recording of it \(aws/a.json\)"):
        Recorded(folder, READ_ON).document(FEED)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not have a day"),
        ("[]", "does not have a day"),
        ("{}", "does not have a day"),
        ('{"read_on": "yesterday"}', "does not have a day"),
        ('{"read_on": 7}', "does not have a day"),
        (json.dumps({"read_on": "2026-11-24"}), "is in the future"),
    ],
)
def test_a_folder_says_when_it_was_read(folder: Path, text: str, words: str) -> None:
    (folder / "recorded.json").write_text(text)
    with pytest.raises(InputError, match=words):
        Recorded(folder, READ_ON)


def test_a_folder_without_a_day_or_without_itself_is_bad_input(folder: Path) -> None:
    (folder / "recorded.json").unlink()
    with pytest.raises(InputError, match="does not say when"):
        Recorded(folder, READ_ON)
    with pytest.raises(InputError, match="no such folder"):
        Recorded(folder / "none", READ_ON)
