"""Sources under way at once: in their order, some ahead, none after the last that is wanted."""

import gzip
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from opskit.emrfs.replay import local, staging
from opskit.emrfs.replay.ranges import Ranges
from opskit.emrfs.replay.sources import Source, find, stream
from tests.emrfs.replay.logs import arn, record

RANGES = Ranges.of([])
LINE = record(arn("r"), "REST.GET.OBJECT", "b", "k")


def objects(count: int) -> list[Source]:
    return [Source(f"s3://b/{n}", 1, bucket="b", key=str(n)) for n in range(count)]


def content(source: Source) -> Iterator[bytes]:
    yield gzip.compress(f"{source.key}\n".encode())


def test_sources_come_in_their_order(tmp_path: Path) -> None:
    found = list(staging.staged(objects(50), tmp_path, content))
    assert [each.source.key for each in found] == [str(n) for n in range(50)]
    assert [each.path and each.path.read_text() for each in found] == [f"{n}\n" for n in range(50)]


def test_waiting_for_one_does_not_keep_others_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits for the other: one after the other they would never end."""
    monkeypatch.setattr(staging, "WORKERS", 2)
    both = threading.Barrier(2, timeout=20)

    def opener(source: Source) -> Iterable[bytes]:
        both.wait()
        return content(source)

    found = list(staging.staged(objects(2), tmp_path, opener))
    assert [each.troubles for each in found] == [(), ()]


def test_few_are_on_the_disk_ahead(tmp_path: Path) -> None:
    opened: list[str] = []

    def opener(source: Source) -> Iterable[bytes]:
        opened.append(source.key)
        return content(source)

    going = staging.staged(objects(500), tmp_path, opener)
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert len(opened) <= staging.WORKERS + 1


def test_a_failure_of_one_is_its_own(tmp_path: Path) -> None:
    def opener(source: Source) -> Iterable[bytes]:
        if source.key == "1":
            raise OSError("gone")
        return content(source)

    found = list(staging.staged(objects(3), tmp_path, opener))
    assert [each.path is None for each in found] == [False, True, False]
    assert found[1].troubles == ("cannot be read: gone",)


@pytest.mark.parametrize("name", ["a.log", "a.log.gz"])
def test_the_first_bad_line_is_named(name: str, tmp_path: Path) -> None:
    data = "\n".join([LINE, "", LINE, LINE[:90], LINE, "bad"]).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    made = local.read(find([str(path)]), RANGES, (), stream)
    assert made.troubles == [(str(path), "line 4 is the first that is no whole record")]
    assert made.tally.damaged == {str(path): 2}
    assert made.tally.accesses == 3
