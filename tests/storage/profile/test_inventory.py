"""Profiles from real inventories in all three formats, whole and damaged."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from opskit.clients import duck
from opskit.errors import InputError, UnknownError, UsageError
from opskit.storage.profile import inventory
from opskit.storage.profile.document import read_profile, to_json
from opskit.storage.profile.inventory import read
from opskit.storage.profile.manifest import read as read_manifest
from opskit.storage.profile.model import Cell, Profile
from tests.storage.profile.inventories import (
    CREATED,
    FIELDS,
    PREFIX,
    Format,
    Inventory,
    Object,
    cells,
    csv_row,
    objects,
    write,
)

LISTED = objects(3000)
FORMATS: tuple[Format, ...] = ("CSV", "ORC", "Parquet")
OLD = CREATED - timedelta(days=400)
INSIDE = "lists current versions only"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_object_is_in_its_cell(tmp_path: Path, kind: Format) -> None:
    found = read(str(write(tmp_path, LISTED, kind, files=3).manifest))
    assert found.stored == cells(LISTED)
    assert found.objects == sum(not each.marker for each in LISTED)
    assert len(found.stored) > 1000
    assert (found.provider, found.taken_on) == ("aws", CREATED.date())
    assert found.source == "inventory of lake"


def test_the_profile_can_be_read_again(tmp_path: Path) -> None:
    found = read(str(write(tmp_path, LISTED, "CSV").manifest))
    (tmp_path / "profile.json").write_text(json.dumps(to_json(found)))
    assert read_profile(tmp_path / "profile.json") == found


def notes_of(path: Path, listed: list[Object], **options: Any) -> str:
    return "\n".join(read(str(write(path, listed, "CSV", **options).manifest)).notes)


def test_what_is_not_known_is_noted(tmp_path: Path) -> None:
    listed = [Object("a", 5, OLD)]
    told = notes_of(tmp_path / "1", listed)
    assert told == (
        "inventories do not list multipart uploads that were not completed\n"
        "the region is not known: --region names it"
    )
    marked = [*listed, Object("b", None, OLD, None, marker=True)]
    assert "1 delete markers have no size" in notes_of(tmp_path / "2", marked)
    tiered = [Object("c", 5, OLD, "INTELLIGENT_TIERING")]
    assert "of 1 objects in Intelligent-Tiering is not known" in notes_of(tmp_path / "3", tiered)
    reduced = [Object("d", 5, OLD, "REDUCED_REDUNDANCY")]
    assert "1 objects are in REDUCED_REDUNDANCY, which is not in the" in notes_of(
        tmp_path / "4", reduced
    )
    assert "1 objects have no date" in notes_of(tmp_path / "5", [Object("e", 5, None)])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("left_out", "note", "change"),
    [
        ("LastModifiedDate", "no LastModifiedDate", {"modified": CREATED}),
        ("StorageClass", "no StorageClass", {"storage_class": "STANDARD", "tier": None}),
        ("IntelligentTieringAccessTier", "(no IntelligentTieringAccessTier)", {"tier": None}),
        ("IsDeleteMarker", "no IsDeleteMarker", {}),
    ],
)
def test_fields_may_be_missing(
    tmp_path: Path, kind: Format, left_out: str, note: str, change: dict[str, Any]
) -> None:
    fields = [each for each in FIELDS if each != left_out]
    listed = [each for each in LISTED[:300] if not each.marker]
    found = read(str(write(tmp_path, listed, kind, fields=fields).manifest))
    assert found.stored == cells([replace(each, **change) for each in listed])
    assert note in "\n".join(found.notes)
    assert INSIDE not in "\n".join(found.notes)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_inventory_of_current_versions_says_so(tmp_path: Path, kind: Format) -> None:
    fields = ["Bucket", "Key", "Size", "LastModifiedDate", "StorageClass"]
    listed = [Object(f"k{n}", n, OLD) for n in range(10)]
    found = read(str(write(tmp_path, listed, kind, fields=fields).manifest))
    assert found.stored == cells(listed)
    assert INSIDE in found.notes[0]


@pytest.mark.parametrize("kind", FORMATS)
def test_without_sizes_there_is_no_profile(tmp_path: Path, kind: Format) -> None:
    made = write(tmp_path, LISTED[:9], kind, fields=["Bucket", "Key", "StorageClass"])
    with pytest.raises(InputError, match="has no Size") as refused:
        read(str(made.manifest))
    assert refused.value.where == str(made.manifest)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_object_from_the_future_has_no_age(tmp_path: Path, kind: Format) -> None:
    listed = [Object("a", 5, CREATED + timedelta(days=3))]
    found = read(str(write(tmp_path, listed, kind, files=1).manifest))
    assert found.stored == (Cell("standard", 1, 5, size=1, age=0),)
    assert "1 object with a time in the future, taken as new: is a clock wrong?" in found.notes
    assert not any("no date" in note for note in found.notes)


def test_what_changes_while_s3_looks_is_not_of_the_future(tmp_path: Path) -> None:
    listed = [Object("a", 5, CREATED + timedelta(days=2)), Object("b", 5, None)]
    found = read(str(write(tmp_path, listed, "Parquet", files=1).manifest))
    assert found.stored == (Cell("standard", 2, 10, size=1, age=0),)
    assert not any("future" in note for note in found.notes)
    assert any(note.startswith("1 objects have no date") for note in found.notes)


def test_the_region_is_that_which_is_named(tmp_path: Path) -> None:
    made = str(write(tmp_path, LISTED[:5], "CSV").manifest)
    assert read(made).region == ""
    assert inventory.NO_REGION in read(made).notes
    named = read(made, region="eu-west-1")
    assert named.region == "eu-west-1"
    assert inventory.NO_REGION not in named.notes


def test_a_file_that_is_named_twice_would_count_twice(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:50], "Parquet", files=2)
    listed = json.loads(made.manifest.read_text())["files"]
    made.rewrite(files=[*listed, listed[0]])
    with pytest.raises(InputError, match=r"is files\[0\] already") as refused:
        read(str(made.manifest))
    assert "`key`: " in refused.value.message
    assert re.search(r"manifest\.json:\d+:\d+$", refused.value.where)


@pytest.mark.parametrize("name", ["a.parquet", "A.ORC", "a.csv.gz", "s3://inv/hive/symlink.txt"])
def test_a_file_of_data_is_no_manifest(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"a manifest\.json is wanted"):
        read_manifest(name if "://" in name else str(tmp_path / name))


def test_an_inventory_of_nothing_is_an_empty_profile(tmp_path: Path) -> None:
    for kind in FORMATS:
        made = write(tmp_path / kind, [], kind, files=1)
        assert read(str(made.manifest)).stored == ()
        made.rewrite(files=[])
        assert read(str(made.manifest)).stored == ()


def test_fields_may_be_in_any_order(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:200], "CSV", fields=[*reversed(FIELDS)])
    assert read(str(made.manifest)).stored == cells(LISTED[:200])


# Where the files are


@pytest.mark.parametrize(
    "kept",
    [
        PREFIX,  # the destination bucket
        "lake/daily",  # below its prefix
        "daily",
        "",  # the folder of the inventory itself
    ],
)
def test_the_files_are_found_in_a_copy_of_any_prefix(tmp_path: Path, kept: str) -> None:
    made = write(tmp_path / "all", LISTED[:50], "CSV")
    copied = tmp_path / "copy" / kept
    copied.parent.mkdir(parents=True, exist_ok=True)
    (made.root / PREFIX).rename(copied)
    folder = copied / "2026-11-22T01-00Z"
    assert read(str(folder)).stored == cells(LISTED[:50])
    (copied / "data").rename(folder / "data")
    assert read(str(folder / "manifest.json")).stored == cells(LISTED[:50])
    for path in (folder / "data").iterdir():
        path.rename(folder / path.name)
    assert read(str(folder)).stored == cells(LISTED[:50])


@pytest.mark.parametrize("kind", FORMATS)
def test_folders_may_have_any_name(tmp_path: Path, kind: Format) -> None:
    made = write(tmp_path / "a [x]*? 'é\"", LISTED[:50], kind)
    assert read(str(made.manifest)).stored == cells(LISTED[:50])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:50], "CSV")
    made.files[1].unlink()
    with pytest.raises(InputError, match=re.escape(f"{PREFIX}/data/00000001")) as refused:
        read(str(made.manifest))
    assert "s3://inventories-bucket/" in refused.value.hint


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a/../../b", ""])
def test_keys_lead_nowhere_else(tmp_path: Path, key: str) -> None:
    made = write(tmp_path, LISTED[:5], "CSV", files=1)
    made.rewrite(files=[{"key": key, "size": 1, "MD5checksum": ""}])
    with pytest.raises(InputError, match="no key of an inventory") as refused:
        read(str(made.manifest))
    assert re.search(r"manifest\.json:\d+:\d+$", refused.value.where)


# Damage


def damaged(made: Inventory, *, accept: bool = True) -> InputError:
    """What is said of it; `accept` puts the sizes and checksums of the damage in the manifest."""
    if accept:
        made.accept()
    with pytest.raises(InputError) as refused:
        read(str(made.manifest))
    assert refused.value.exit_code == 2
    assert refused.value.hint
    return refused.value


def rows(*values: Any) -> str:
    return csv_row(["lake", *values])


GOOD = rows("a", 5, OLD) * 3


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (rows("a", "5x", OLD), 4, "Size: '5x' is no number of bytes"),
        (rows("a", "9" * 30, OLD), 4, "is no number of bytes"),
        (rows("a", 5, "yesterday"), 4, "LastModifiedDate: 'yesterday' is no time"),
        (rows("a", 5), 4, "the row has 3 columns, and fileSchema of the manifest has 4"),
        (rows("a", 5, OLD, "x"), 4, "the row has 5 columns, and fileSchema"),
        (rows("a", 5, OLD) + '"lake","a","5","2026-1', 5, "quotation mark that is not closed"),
        (rows("a", -5, OLD), 4, "no size, or one below zero"),
        (rows("a", "", OLD), 4, "no size, or one below zero"),
        ("\0\1\2\n", 4, "the row has 1 columns"),
    ],
)
def test_a_broken_row_is_named_by_file_and_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    fields = ["Bucket", "Key", "Size", "LastModifiedDate"]
    made = write(tmp_path, [Object("a", 5, OLD)] * 9, "CSV", fields=fields, files=3)
    made.files[1].write_bytes(gzip.compress((GOOD + text + GOOD).encode()))
    told = damaged(made)
    assert message in told.message
    assert told.where == f"{made.files[1]}:{line}"


def test_is_latest_is_true_or_false(tmp_path: Path) -> None:
    fields = ["Bucket", "Key", "IsLatest", "Size"]
    made = write(tmp_path, [Object("a", 5, OLD)], "CSV", fields=fields, files=1)
    made.files[0].write_bytes(gzip.compress(rows("a", "perhaps", 5).encode()))
    assert "IsLatest: 'perhaps' is no true or false" in damaged(made).message


@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_file_is_damage_by_itself(tmp_path: Path, kind: Format) -> None:
    made = write(tmp_path, LISTED, kind)
    for cut in (0, 3, made.files[1].stat().st_size // 2, made.files[1].stat().st_size - 5):
        made.files[1].write_bytes(made.files[1].read_bytes()[:cut])
        assert damaged(made).where.startswith(str(made.files[1]))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_of_another_size_or_sum_is_damage(tmp_path: Path, kind: Format) -> None:
    made = write(tmp_path, LISTED[:400], kind)
    data = made.files[1].read_bytes()
    made.files[1].write_bytes(data + b"\n")
    told = damaged(made, accept=False)
    assert (f"has {len(data) + 1:,} bytes" in told.message, told.where) == (
        True,
        str(made.files[1]),
    )
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    made.files[1].write_bytes(bytes(flipped))
    told = damaged(made, accept=False)
    assert ("its MD5 is" in told.message, told.where) == (True, str(made.files[1]))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "content",
    [b"not at all\n", b"\0" * 5000, gzip.compress(b'"a"\n', mtime=0)],
    ids=["text", "zeros", "gzip"],
)
def test_something_else_is_damage(tmp_path: Path, kind: Format, content: bytes) -> None:
    made = write(tmp_path, LISTED[:40], kind)
    made.files[1].write_bytes(content)
    assert damaged(made).where.startswith(str(made.files[1]))


def test_sums_of_much_parquet_are_not_compared_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write(tmp_path, LISTED, "Parquet")
    document = json.loads(made.manifest.read_text())
    document["files"][0]["MD5checksum"] = "0" * 32
    made.rewrite(files=document["files"])
    with pytest.raises(InputError, match="its MD5 is"):
        read(str(made.manifest))
    monkeypatch.setattr("opskit.storage.profile.parts.UNASKED", 1000)
    found = read(str(made.manifest))
    assert found.stored == cells(LISTED)
    assert "the checksums of 2 files" in found.notes[0]
    with pytest.raises(InputError, match="its MD5 is"):
        read(str(made.manifest), verify=True)


def test_a_manifest_without_sums_is_noted(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:50], "CSV")
    made.rewrite(files=[{"key": path.relative_to(tmp_path).as_posix()} for path in made.files])
    found = read(str(made.manifest))
    assert found.stored == cells(LISTED[:50])
    assert "the manifest has no checksums" in found.notes[0]


def test_orc_needs_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write(tmp_path, LISTED[:50], "ORC")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UnknownError, match="not installed") as refused:
        read(str(made.manifest))
    assert "opskit[orc]" in refused.value.hint


# The manifest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fileFormat": "Avro"}, "'Avro' is no format"),
        ({"creationTimestamp": "12:10:00"}, "'12:10:00' is no time"),
        ({"creationTimestamp": "0000000000000"}, "is no time"),
        ({"creationTimestamp": "٢" * 13}, "is no time"),
        ({"files": None}, "lacks the key `files`"),
        ({"files": {}}, "files"),
        ({"sourceBucket": None}, "lacks the key `sourceBucket`"),
        ({"files": [{"size": 1}]}, "lacks the key `key`"),
        ({"files": [{"key": "a", "size": "many"}]}, "size"),
    ],
)
def test_a_broken_manifest_is_named_with_the_line(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    made = write(tmp_path, LISTED[:5], "CSV")
    made.rewrite(**changes)
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        read(str(made.manifest))
    assert re.search(r"manifest\.json:\d+:\d+$", refused.value.where)


@pytest.mark.parametrize("content", [b"", b"{", b"\x1f\x8b\0", b"[]", b'"a"', b"bucket,key\n"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(str(path))
    assert str(path) in refused.value.where


def test_other_keys_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:50], "CSV")
    made.rewrite(newKey=1, version=None)
    made.manifest.write_bytes(b"\xef\xbb\xbf" + made.manifest.read_bytes())
    assert read(str(made.manifest)).stored == cells(LISTED[:50])


def test_a_manifest_that_is_not_its_checksum_is_damaged(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:5], "CSV")
    made.manifest.write_text(made.manifest.read_text().replace("lake", "sea", 1))
    with pytest.raises(InputError, match=r"manifest\.checksum") as refused:
        read(str(made.manifest))
    assert refused.value.where == str(made.manifest)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_columns_are_those_of_the_schema(tmp_path: Path, kind: Format) -> None:
    found = read_manifest(str(write(tmp_path, LISTED[:5], kind).manifest))
    assert found.schema == tuple(FIELDS if kind == "CSV" else FIELDS.values())
    assert (found.created, found.destination) == (CREATED, "inventories-bucket")


@pytest.mark.parametrize("damaged", [False, True])
def test_the_connection_is_closed_before_its_folder_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    made: list[duck.Connection] = []
    connect = duck.connect
    monkeypatch.setattr(duck, "connect", lambda: made.append(connect()) or made[-1])
    there = write(tmp_path, LISTED[:5], "CSV")
    if damaged:
        monkeypatch.setattr("opskit.storage.profile.duck_engine.Engine.rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            read(str(there.manifest))
    else:
        read(str(there.manifest))
    with pytest.raises(duck.DuckError, match="closed"):
        duck.execute(made[0], "SELECT 1")


def test_what_is_too_large_for_a_manifest_is_not_read_to_its_end() -> None:
    class Body:
        """An object of 256 MiB."""

        read_so_far, closed = 0, False

        def read(self, size: int) -> bytes:
            if self.read_so_far >= 256 << 20:
                return b""
            self.read_so_far += size
            return bytes(size)

        def close(self) -> None:
            self.closed = True

    body = Body()
    s3 = SimpleNamespace(get_object=lambda **asked: {"Body": body})
    with pytest.raises(InputError, match="too large") as refused:
        read_manifest("s3://inventories-bucket/manifest.json", s3)
    assert refused.value.where == "s3://inventories-bucket/manifest.json"
    assert body.read_so_far <= (64 << 20) + (2 << 20)
    assert body.closed


# In S3. moto keeps objects in memory and checks no permissions: the refusal is made up.


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="inventories-bucket")
        yield client


def uploaded(s3: Any, made: Inventory) -> str:
    for path in (made.manifest, *made.files):
        key = path.relative_to(made.root).as_posix()
        s3.put_object(Bucket="inventories-bucket", Key=key, Body=path.read_bytes())
    return f"s3://inventories-bucket/{made.manifest.relative_to(made.root).as_posix()}"


@pytest.mark.parametrize("kind", FORMATS)
def test_inventories_are_read_from_s3(
    s3: Any, tmp_path: Path, kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = uploaded(s3, write(tmp_path, LISTED, kind, files=12))
    monkeypatch.setattr(inventory, "FILES", 5)
    said: list[str] = []
    found = read(uri, say=said.append)
    assert found.stored == cells(LISTED)
    assert "(12 of 12)" in "\n".join(said)
    assert read(uri.removesuffix("manifest.json")).stored == cells(LISTED)


def test_nothing_temporary_stays(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = uploaded(s3, write(tmp_path / "made", LISTED[:50], "CSV"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    read(uri)
    s3.delete_object(Bucket="inventories-bucket", Key=f"{PREFIX}/data/00000001-49b5-4b3d.csv.gz")
    with pytest.raises(InputError, match="the manifest names it, and there is none") as refused:
        read(uri)
    assert refused.value.where.startswith(f"s3://inventories-bucket/{PREFIX}/data/00000001")
    assert not list((tmp_path / "temporary").iterdir())


def test_damage_in_s3_is_named_by_its_uri(s3: Any, tmp_path: Path) -> None:
    made = write(tmp_path, LISTED, "CSV")
    made.files[1].write_bytes(made.files[1].read_bytes()[:-9])
    with pytest.raises(InputError, match="is damaged") as refused:
        read(uploaded(s3, made))
    assert refused.value.where.startswith("s3://inventories-bucket/")
    made.accept()
    with pytest.raises(InputError, match="is no whole gzip file") as refused:
        read(uploaded(s3, made))
    assert refused.value.where.startswith("s3://inventories-bucket/")


@pytest.mark.parametrize("key", ["inventories-bucket/no.json", "no-such-bucket-x/a.json", ""])
def test_a_manifest_that_is_not_in_s3_is_bad_input(s3: Any, key: str) -> None:
    with pytest.raises(InputError) as refused:
        read(f"s3://{key}")
    assert refused.value.where == f"s3://{key}"


def test_a_refusal_is_no_damage(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        denied = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}
        raise ClientError(denied, "GetObject")  # type: ignore[arg-type]

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    with pytest.raises(UnknownError, match="Access Denied") as refused:
        read("s3://inventories-bucket/manifest.json")
    assert "s3:GetObject" in refused.value.hint


# What is too large


def sized(made: Inventory, *sizes: int) -> Callable[..., None]:
    made.rewrite(files=[{"key": f"k{n}", "size": size} for n, size in enumerate(sizes)])
    manifest = read_manifest(str(made.manifest))
    return lambda **options: inventory.fits(manifest, **options)


def test_an_inventory_that_outgrows_the_machine_is_for_athena(tmp_path: Path) -> None:
    made = write(tmp_path, LISTED[:5], "CSV")
    giga = 10**9
    sized(made, *[giga] * 200)(is_remote=True, free=100 * giga)
    with pytest.raises(UsageError, match="have 201 GB") as refused:
        sized(made, *[giga] * 201)(is_remote=False, free=0)
    assert "--engine athena" in refused.value.hint
    with pytest.raises(UsageError, match="needs 9 GB of the disk at a time"):
        sized(made, 4 * giga, 5 * giga)(is_remote=True, free=17 * giga)
    sized(made, 4 * giga, 5 * giga)(is_remote=False, free=0)


def test_the_engine_can_be_insisted_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write(tmp_path, LISTED[:50], "CSV")
    monkeypatch.setattr(inventory, "LARGE", 10)
    with pytest.raises(UsageError):
        read(str(made.manifest))
    found: Profile = read(str(made.manifest), engine="duckdb")
    assert found.stored == cells(LISTED[:50])
