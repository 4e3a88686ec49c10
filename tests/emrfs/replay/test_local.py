"""Logs in files, in S3 and from stdin: compressed, damaged, strange. What is read is counted, what
is not is named, and nothing that is damaged is taken for an access.

S3 is moto's: its listings have pages and its objects bytes; what IAM would refuse is not shown.
"""

import bz2
import gzip
import io
import json
import os
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from opskit.emrfs.regions.atoms import Atom, Atoms
from opskit.emrfs.replay import local, sources
from opskit.emrfs.replay.ranges import Ranges
from opskit.emrfs.replay.unpack import unpacked
from opskit.errors import InputError, UnknownError
from opskit.files import STDIN
from tests.emrfs.replay.logs import arn, event, record, trail

RANGES = Ranges.of([])
LINE = record(arn("r"), "REST.GET.OBJECT", "lake", "data/part-0")
OTHER = record("-", "REST.GET.OBJECT", "lake", "data/part-0")
GET = event(arn("r"), "GetObject", {"bucketName": "lake", "key": "k"})


def lines(count: int) -> bytes:
    return f"{LINE}\n".encode() * count


def read(*words: object, s3: Any = None) -> local.Reading:
    found = sources.find([str(word) for word in words], s3)
    return local.read(found, RANGES, (), lambda source: sources.stream(source, s3))


def counts(made: local.Reading) -> tuple[int, int, int]:
    """Accesses, requests of others, and what could not be read."""
    return made.tally.accesses, made.tally.others, made.tally.unreadable


@pytest.fixture
def put(tmp_path: Path) -> Any:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write


def test_the_database_is_closed_before_its_folder_goes(
    put: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    class Connection:
        def __init__(self) -> None:
            self._real = connect()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        def close(self) -> None:
            query = "SELECT current_setting('temp_directory')"
            [(folder,)] = self._real.execute(query).fetchall()
            seen.append(Path(folder).parent.is_dir())
            self._real.close()

    connect = local.duck.connect
    monkeypatch.setattr(local.duck, "connect", Connection)
    assert read(put("a.log", lines(3))).tally.accesses == 3
    assert seen == [True]


@pytest.mark.parametrize(
    "data",
    [
        lines(3),
        lines(3).rstrip(b"\n"),
        lines(3).replace(b"\n", b"\r\n"),
        b"\n\n" + lines(3) + b"\n",
        gzip.compress(lines(3)),
        gzip.compress(lines(1)) + gzip.compress(b"") + gzip.compress(lines(2)),
        gzip.compress(lines(3)) + b"\0" * 600,
        bz2.compress(lines(3)),
        bz2.compress(lines(2)) + bz2.compress(lines(1)),
        trail(GET, GET, GET),
        gzip.compress(trail(GET, GET, GET)),
        b"\xef\xbb\xbf" + trail(GET, GET, GET),
        b"".join(json.dumps(GET).encode() + b"\n" for _ in range(3)),
    ],
    ids=lambda data: data[:4].hex(),
)
def test_whole_files_are_read_whatever_they_are_packed_in(put: Any, data: bytes) -> None:
    made = read(put("a.log", data))
    assert counts(made) == (3, 0, 0)
    assert made.troubles == []
    assert {group.place for group in made.tally.groups.values()} <= {"lake/data/part-0", "lake/k"}


def test_large_files_of_many_members_are_read_to_the_end(put: Any) -> None:
    """Members end anywhere in the parts that are read, and unpack to more than one step."""
    member = gzip.compress(os.urandom(700_000).hex().encode() + b"\n" + lines(1))
    made = read(put("a.gz", member * 5))
    assert counts(made) == (5, 0, 5)
    assert [what for _, what in made.troubles] == ["line 1 is the first that is no whole record"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.98])
def test_a_truncated_file_gives_what_is_there_and_is_named(
    put: Any, pack: Any, share: float
) -> None:
    text = b"".join(f"{LINE}{number}\n".encode() for number in range(3000))
    packed = pack(text)
    path = put("cut.gz", packed[: int(len(packed) * share)])
    made = read(path)
    accesses, others, damaged = counts(made)
    assert accesses < 3000
    assert others == 0
    assert damaged <= 1
    [(name, what)] = made.troubles
    assert name == str(path)
    assert "truncated at byte" in what
    if pack is gzip.compress and share > 0.4:
        assert accesses > 500


def test_a_checksum_that_is_wrong_is_said(put: Any) -> None:
    packed = bytearray(gzip.compress(lines(3)))
    packed[-8] ^= 1
    made = read(put("a.gz", bytes(packed)))
    assert counts(made) == (3, 0, 0)
    [(_, what)] = made.troubles
    assert "damaged" in what


def test_bytes_that_are_wrong_inside_end_the_file_and_not_the_others(put: Any) -> None:
    noise = os.urandom(20000).hex().encode()
    packed = bytearray(gzip.compress(lines(100) + noise + b"\n" + lines(100)))
    middle = len(packed) // 2
    packed[middle : middle + 400] = b"\xff" * 400
    bad, good = put("bad.gz", bytes(packed)), put("good.gz", gzip.compress(lines(7)))
    made = read(bad, good)
    assert 7 + 100 <= made.tally.accesses <= 7 + 200
    assert [name for name, _ in made.troubles] == [str(bad)]
    assert set(made.tally.damaged) <= {str(bad)}


def test_what_follows_the_end_is_said_if_it_is_something_else(put: Any) -> None:
    made = read(put("a.gz", gzip.compress(lines(2)) + b"more text"))
    assert counts(made) == (2, 0, 0)
    assert "of another kind" in made.troubles[0][1]


def test_zstd_is_said(put: Any) -> None:
    path = put("a.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 40)
    made = read(path, put("b.log", lines(1)))
    assert counts(made) == (1, 0, 0)
    assert made.lost == 1
    assert made.troubles == [
        (str(path), "cannot be read: it is compressed with zstd: decompress it first")
    ]


@pytest.mark.parametrize("data", [b"\x28\xb5\x2f\xfd" + b"\0" * 40])
def test_zstd_is_said_wherever_it_comes_from(
    put: Any, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    made = read("-", put("[a].zst", data), put("a.zst.gz", gzip.compress(data)))
    assert counts(made) == (0, 0, 0)
    assert [what.rpartition(": ")[2] for _, what in made.troubles] == ["decompress it first"] * 3


@pytest.mark.parametrize("behind", [b"\x1f", b"x"])
def test_a_member_that_is_cut_in_its_first_bytes_is_said(put: Any, behind: bytes) -> None:
    made = read(put("a.gz", gzip.compress(lines(2)) + behind))
    assert counts(made) == (2, 0, 0)
    assert len(made.troubles) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_once(tmp_path: Path, pack: Any) -> None:
    """As from `<(zcat *.gz)` of a shell."""
    path, data = tmp_path / "pipe", pack(lines(100))
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,), daemon=True)
    writer.start()
    made = read(path)
    writer.join(10)
    assert counts(made) == (100, 0, 0)


def test_a_folder_for_temporary_files_with_a_quote(
    put: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "it's").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "it's"))
    assert counts(read(put("a.gz", gzip.compress(lines(2))))) == (2, 0, 0)
    assert os.listdir(tmp_path / "it's") == []


def test_unpacking_holds_little_in_memory() -> None:
    """30 MB of zeros in 30 KB: never more than a step at a time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(30)) + packer.flush()
    sizes = [len(part) for part in unpacked([bomb], lambda what: None)]
    assert sum(sizes) == 30 << 20
    assert max(sizes) <= 1 << 20


@pytest.mark.parametrize(
    ("data", "read_", "lost"),
    [
        (trail(GET, GET, GET)[:-2], 3, 1),
        (trail(GET, GET, GET)[:-3], 2, 1),
        (trail(GET, GET) + trail(GET), 3, 0),
        (trail(GET, GET)[:-40] + b"\n" + trail(GET), 2, 1),
        (trail({**GET, "eventSource": "@@"}).replace(b"@@", b"\xff"), 0, 1),
        (trail({**GET, "eventSource": "\ud800"}), 0, 1),
        (b'{"Records": [' + b'{"a":' * 100_000, 0, 1),
        (trail(GET, GET, GET)[:-30], 2, 1),
        (trail(GET)[:40], 0, 1),
        (b'{"Records": [' + json.dumps(GET).encode() + b", @@, {}]}", 1, 1),
        (trail(GET, {**GET, "requestParameters": {"key": "x" * 5_000_000}}, GET), 2, 1),
        (trail({**GET, "requestParameters": {"bucketName": "b", "key": "\ud800"}}), 0, 1),
        (b'{"Records": "none"}', 0, 1),
        (b'{"Records": null}', 0, 1),
        (b'{"Records": [1, null, "x"]}', 0, 3),
        (b'{"Records": []}', 0, 0),
        (b'{"no": "event"}', 0, 1),
        (b"{" * 5000, 0, 1),
        (json.dumps(GET).encode() + b"\n" + json.dumps(GET).encode()[:50], 1, 1),
        (b"{broken\n" + json.dumps(GET).encode() + b"\n{, ,\n" + json.dumps(GET).encode(), 2, 2),
        (trail(GET, {"eventName": 1, "userIdentity": "x"}, GET), 2, 1),
        (trail(GET, {**GET, "requestParameters": "text"}), 2, 0),
        (trail({**GET, "eventName": None}), 0, 1),
    ],
)
def test_cloudtrail_that_is_damaged_gives_the_events_that_are_whole(
    put: Any, data: bytes, read_: int, lost: int
) -> None:
    path = put("t.json", data)
    made = read(path)
    assert counts(made) == (read_, 0, lost)
    assert set(made.tally.damaged) == ({str(path)} if lost else set())


def test_keys_in_cloudtrail_are_as_they_are(put: Any) -> None:
    keys = ["a b", "é%2F+", "nul\0", "🦆", 'q"\\', "", "x" * 1024]
    events = [event(arn("r"), "GetObject", {"bucketName": "b", "key": key}) for key in keys]
    atoms = Atoms(frozenset(Atom(f"b/{key}", True) for key in keys), frozenset(), (), True)
    found = sources.find([str(put("t.json", trail(*events)))])
    made = local.read(found, Ranges.of([atoms]), (), sources.stream)
    places = {group.place for group in made.tally.groups.values()}
    assert places == {f"b/{key}" for key in keys}


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff\xfe\xfd binary \x80\n",
        LINE.encode().replace(b"part-0", b"part-\xff") + b"\n",
        b"\0" * 1000 + b"\n",
        b"x" * 5_000_000 + b"\n",
        LINE.encode()[:200] + b"\n",
        LINE.encode() + LINE.encode() + b"\n",
        b"\x01\x01\x01\n",
    ],
    ids=["binary", "not UTF-8", "zeros", "5 MB", "cut", "two in one", "delimiters"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_bad_line_is_counted_with_its_file_and_the_rest_is_read(
    put: Any, bad: bytes, packed: bool
) -> None:
    data = lines(3) + bad + lines(4)
    path = put("it's [a].log", gzip.compress(data) if packed else data)
    made = read(path, put("good.log", lines(2)))
    assert counts(made) == (9, 0, 1)
    assert made.tally.damaged == {str(path): 1}


def test_a_log_cut_at_any_byte_makes_no_access_of_the_rest(put: Any) -> None:
    """Until the answer of S3 is there, which says all that is needed."""
    text = LINE.encode()
    enough = text.index(b"200 -") + len(b"200")
    bad = b"\n".join(text[:size] for size in range(1, enough))
    made = read(put("cut.log", bad))
    assert counts(made) == (0, 0, enough - 1)


def test_empty_files_are_no_trouble(put: Any) -> None:
    put("x/empty.log", b"")
    put("x/empty.gz", gzip.compress(b""))
    put("x/blank.log", b"\n\n")
    made = read(put("x/a.log", lines(1)).parent)
    assert counts(made) == (1, 0, 0)
    assert made.troubles == []


def test_folders_patterns_and_names_are_found_once(put: Any, tmp_path: Path) -> None:
    for name in ("l/2026/a.log", "l/2026/b[1].log", "l/it's.log", 'l/"q" *.log', "l/ü 🦆.log"):
        put(name, lines(1))
    put("l/.hidden", lines(100))
    put("l/CloudTrail-Digest/d.json", b"{}")
    folder = tmp_path / "l"
    assert counts(read(folder)) == (5, 0, 0)
    assert counts(read(folder, folder / "it's.log")) == (5, 0, 0)
    assert counts(read(folder / "2026/b[1].log")) == (1, 0, 0)
    assert counts(read(f"{folder}/*.log")) == (3, 0, 0)
    assert counts(read(f"{folder}/**/*.log")) == (5, 0, 0)


@pytest.mark.parametrize("word", ["missing.log", "missing/*.log", "empty"])
def test_what_is_not_there_is_said_before_anything_is_read(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as error:
        read(word)
    assert error.value.where == word


def test_a_file_that_cannot_be_opened_is_named_and_lost(put: Any) -> None:
    good, gone = put("a.log", lines(2)), put("b.log", lines(2))
    found = sources.find([str(good), str(gone)])
    gone.unlink()
    made = local.read(found, RANGES, (), sources.stream)
    assert counts(made) == (2, 0, 0)
    assert made.lost == 1
    [(name, what)] = made.troubles
    assert name == str(gone)
    assert "No such file" in what


def test_all_files_lost_is_no_access(put: Any) -> None:
    paths = [put(f"{n}.zst", b"\x28\xb5\x2f\xfd") for n in range(3)]
    made = read(*paths)
    assert counts(made) == (0, 0, 0)
    assert made.lost == 3


def test_requests_of_others_are_counted(put: Any) -> None:
    made = read(put("a.log", lines(2) + f"{OTHER}\n".encode() * 5))
    assert counts(made) == (2, 5, 0)


@pytest.mark.parametrize("data", [lines(2), gzip.compress(lines(2)), trail(GET, GET), b""])
def test_stdin(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    made = read("-")
    assert counts(made) == (2 if data else 0, 0, 0)
    assert made.troubles == []


def test_stdin_has_its_name_in_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lines(1) + b"no record\n\xff\xff\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    made = read("-")
    assert counts(made) == (1, 0, 2)
    assert made.tally.damaged == {STDIN: 2}


def test_several_batches_give_what_one_gives(put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [put(f"{n}.gz", gzip.compress(lines(n) + b"\xff\nbad\n")) for n in range(1, 6)]
    whole = read(*paths)
    monkeypatch.setattr(local, "FILES", 2)
    parts = read(*paths)
    assert counts(parts) == counts(whole) == (15, 0, 10)
    assert parts.tally.groups == whole.tally.groups
    assert parts.tally.damaged == whole.tally.damaged
    assert sorted(parts.troubles) == sorted(whole.troubles)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made = boto3.client("s3", region_name="us-east-1")
        made.create_bucket(Bucket="my-logs")
        yield made


def test_many_objects_of_a_bucket(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    for number in range(35):
        s3.put_object(Bucket="my-logs", Key=f"access/{number}", Body=gzip.compress(lines(1)))
    s3.put_object(Bucket="my-logs", Key="access/folder/", Body=b"")
    s3.put_object(Bucket="my-logs", Key="access/CloudTrail-Digest/x.json", Body=b"{}")
    s3.put_object(Bucket="my-logs", Key="elsewhere", Body=lines(9))
    assert counts(read("s3://my-logs/access/", s3=s3)) == (35, 0, 0)
    assert counts(read("s3://my-logs/elsewhere", "s3://my-logs/access/1", s3=s3)) == (9 + 11, 0, 0)


def test_a_bucket_that_is_missing_and_a_prefix_with_nothing(s3: Any) -> None:
    with pytest.raises(UnknownError, match="NoSuchBucket"):
        read("s3://missing/", s3=s3)
    with pytest.raises(InputError, match="no log file"):
        read("s3://my-logs/nothing/", s3=s3)


def test_an_object_that_goes_between_listing_and_reading_is_named(s3: Any) -> None:
    for key in "ab":
        s3.put_object(Bucket="my-logs", Key=key, Body=lines(1))
    found = sources.find(["s3://my-logs/"], s3)
    s3.delete_object(Bucket="my-logs", Key="a")
    made = local.read(found, RANGES, (), lambda source: sources.stream(source, s3))
    assert counts(made) == (1, 0, 0)
    assert made.lost == 1
    assert made.troubles[0][0] == "s3://my-logs/a"
