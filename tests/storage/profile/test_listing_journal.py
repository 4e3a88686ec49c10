"""A scan that is stopped goes on where it was, and counts nothing twice."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from opskit.errors import InputError, UnknownError, UsageError
from opskit.storage.profile.listing import crawl
from tests.storage.profile.listings import amounts, counted, scanned
from tests.storage.s3server import Faults, Object, generated, running

LAKE = list(generated(16_000))


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setattr(crawl, "_CHECKPOINT_PAGES", 2)


def failing(after: int) -> Faults:
    def hook(number: int, query: Mapping[str, str]) -> int | None:
        return 500 if number > after else None

    return Faults(hook=hook)


@pytest.mark.parametrize("kind", ["ranges", "prefixes", "versions"])
def test_a_scan_that_failed_goes_on(kind: str, tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    with running(LAKE, versioning="Enabled" if kind == "versions" else "") as server:
        asked = 0
        for after in (6, 6, 7):
            server.faults = failing(len(server.requests) + after)
            server.faults.ignore_start_after = kind == "prefixes"
            with pytest.raises(UnknownError):
                scanned(server, journal=journal, workers=4)
            asked = len(server.requests)
        server.faults = Faults(ignore_start_after=kind == "prefixes")
        found = scanned(server, journal=journal)
        assert counted(found) == amounts(LAKE)
        rest = len(server.requests) - asked
        again = scanned(server, journal=journal)
        assert counted(again) == amounts(LAKE)
        assert len(server.requests) - asked - rest < 5
        assert again.stored == found.stored


def test_an_interrupted_scan_keeps_what_it_had(tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"

    def interrupt(said: str) -> None:
        if "keys" in said and not said.startswith("0 "):
            raise KeyboardInterrupt

    with running(LAKE, Faults(latency=0.1)) as server:
        with pytest.raises(KeyboardInterrupt):
            scanned(server, journal=journal, workers=2, say=interrupt)
        kept = [json.loads(line) for line in journal.read_bytes().splitlines()]
        assert any("after" in line for line in kept)
        server.faults = Faults()
        assert counted(scanned(server, journal=journal)) == amounts(LAKE)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    with running(LAKE) as server:
        scanned(server, journal=journal)
        whole = journal.read_bytes()
        for cut in (3, 40, 300):
            journal.write_bytes(whole[:-cut])
            assert counted(scanned(server, journal=journal)) == amounts(LAKE)


def test_a_journal_of_something_else_is_refused(tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    with running(LAKE) as server:
        scanned(server, "lake/", journal=journal)
        before = journal.read_bytes()
        with pytest.raises(InputError, match="s3://bucket/lake/") as error:
            scanned(server, journal=journal)
        assert error.value.where == f"{journal}:1"
    assert journal.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (b"no json\n", 2),
        (b'{"after":"a","until":null,"cells":[[1]]}\n', 2),
        (b'{"after":"a","until":"c","cells":[]}\n{"after":"b","until":"d","cells":[]}\n', 3),
        (b'{"after":"c","until":"a","cells":[]}\n', 2),
    ],
)
def test_a_damaged_journal_is_refused(line: bytes, place: int, tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    with running([Object("a", 1)]) as server:
        scanned(server, journal=journal)
        header = journal.read_bytes().splitlines(keepends=True)[0]
        journal.write_bytes(header + line)
        with pytest.raises(InputError, match="damaged") as error:
            scanned(server, journal=journal)
        assert error.value.where == f"{journal}:{place}"


@pytest.mark.parametrize(
    "content", [b"objects: 5\n", b"objects: 5", b"{ ", b"[]\n", b"\xff\xfe\n", b'{"a":1}\n']
)
def test_a_file_that_is_no_journal_stays(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with running([]) as server, pytest.raises(InputError, match="no journal"):
        scanned(server, journal=path)
    assert path.read_bytes() == content


def test_a_journal_that_is_refused_is_let_go(tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    journal.write_bytes(b"objects: 5\n")
    with running([Object("a", 1)]) as server:
        with pytest.raises(InputError, match="no journal") as error:
            scanned(server, journal=journal)
        journal.write_bytes(b"")
        assert counted(scanned(server, journal=journal)) == (1, 1), error


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with running([]) as server, pytest.raises(InputError, match="cannot use the journal"):
        scanned(server, journal=tmp_path)


def test_two_scans_do_not_share_a_journal(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    journal = tmp_path / "scan.journal"
    with running(LAKE, Faults(latency=0.2)) as server:
        first = threading.Thread(target=scanned, args=(server,), kwargs={"journal": journal})
        first.start()
        while not journal.exists() or not server.requests:
            pass
        with pytest.raises(InputError, match="another process"):
            scanned(server, journal=journal)
        server.faults.latency = 0
        first.join()


def test_a_sample_has_no_journal(tmp_path: Path) -> None:
    with running([]) as server, pytest.raises(UsageError):
        scanned(server, journal=tmp_path / "j", budget=5)
