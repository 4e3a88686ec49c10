"""Profiles read and written: what comes back is what went out, and bad ones say where."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.errors import InputError
from opskit.storage.profile.document import read_profile, to_json
from opskit.storage.profile.model import Cell, Monthly, Profile, merged

AMOUNTS = st.integers(0, 10**15)
CELLS = st.builds(
    Cell,
    st.sampled_from(["standard", "deep-archive", "no"]),
    AMOUNTS,
    AMOUNTS,
    age=st.integers(0, 10**4),
    idle=st.none() | st.integers(0, 10**4),
    noncurrent=st.booleans(),
    kept=st.none() | st.integers(0, 10**4),
)
#: Cells that can be: none of the objects is larger than all of them.
REAL = st.builds(
    lambda cell, part: replace(cell, size=cell.bytes * part // (100 * max(cell.objects, 1))),
    CELLS,
    st.integers(0, 100),
)
PROFILES = st.builds(
    Profile,
    st.lists(REAL, max_size=4).map(tuple),
    st.builds(Monthly, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.none() | AMOUNTS),
    provider=st.sampled_from(["", "aws"]),
    region=st.sampled_from(["", "us-east-1"]),
    source=st.sampled_from(["", "s3://lake/raw", "no: yes"]),
    taken_on=st.none() | st.dates(max_value=date(2026, 11, 1)),
    uploads=st.integers(0, 10**6),
    upload_bytes=AMOUNTS,
    notes=st.lists(st.sampled_from(["a note", "# not a comment"]), max_size=2).map(tuple),
    skipped=st.lists(st.sampled_from(["not counted: a/", "b/ is refused"]), max_size=2).map(tuple),
)


@given(PROFILES)
def test_a_profile_survives_its_json(
    tmp_path_factory: pytest.TempPathFactory, one: Profile
) -> None:
    file = tmp_path_factory.mktemp("profile") / "profile.json"
    file.write_text(json.dumps(to_json(one)))
    assert read_profile(file) == one


def test_an_older_profile_has_what_was_skipped_among_its_notes(tmp_path: Path) -> None:
    found = read_profile(
        written(tmp_path, "stored: []\nnotes: [one, 'not counted: a/ (access denied)', two]\n")
    )
    assert found.notes == ("one", "two")
    assert found.skipped == ("not counted: a/ (access denied)",)


def written(tmp_path: Path, text: str, name: str = "profile.yaml") -> Path:
    file = tmp_path / name
    file.write_text(text)
    return file


def test_a_profile_as_people_write_it(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """\
stored:
  - {class: standard, objects: 2.5M, bytes: 10TB, age: 30}
  - {objects: 100, bytes: 5GiB, kept: 7, idle: 0}
monthly: {egress: 2TB, reads: 1M}
provider: aws
taken_on: 2026-11-01
""",
    )
    found = read_profile(file)
    assert found.stored == (
        Cell("standard", 2_500_000, 10**13, age=30),
        Cell("standard", 100, 5 * 2**30, kept=7, idle=0),
    )
    assert found.monthly == Monthly(egress=2 * 10**12, reads=10**6)
    assert found.taken_on == date(2026, 11, 1)
    assert found.objects == 2_500_100


@pytest.mark.parametrize(
    ("monthly", "read"),
    [
        (Monthly(), 0),
        (Monthly(egress=5), 5),
        (Monthly(reads=3), 300),
        (Monthly(egress=500, reads=3), 500),
        (Monthly(egress=500, reads=3, retrieved=7), 7),
        (Monthly(egress=500, retrieved=0), 0),
    ],
)
def test_what_is_read_in_a_month(monthly: Monthly, read: int) -> None:
    assert Profile((Cell("standard", 10, 1000),), monthly).retrieved == read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "profile.yaml: is empty"),
        ("[1]", "profile.yaml:1:1: the document: expected a mapping"),
        ("provider: aws\n", "profile.yaml:1:1: the document lacks the key `stored`"),
        ("stored:\n  - {bytes: 1GB}\n", "profile.yaml:2:5: `stored[0]` lacks the key `objects`"),
        (
            "stored:\n  - {objects: 1, bytes: 1GB, clas: x}\n",
            "profile.yaml:2:30: unknown key `clas` in `stored[0]`; did you mean `class`?",
        ),
        ("stored:\n  - {objects: -1, bytes: 1GB}\n", "profile.yaml:2:15: `stored[0].objects`"),
        ("stored:\n  - {objects: 1, bytes: 1GB, age: -1}\n", "profile.yaml:2:35:"),
        ("stored:\n  - {objects: 1, bytes: -1GB}\n", "profile.yaml:2:25: `stored[0].bytes`"),
        ("stored:\n\t- x\n", "profile.yaml:2:1"),
        ("stored: [\n", "profile.yaml"),
    ],
)
def test_bad_documents_say_where(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_profile(written(tmp_path, text))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("stored:\n  - {objects: 1, bytes: 10T}\n", "2:25", "10TB counts in powers of 1000"),
        ("stored: []\nmonthly:\n  egress: 2T\n", "3:11", "2TiB in powers of 1024"),
        ("stored: []\nmonthly: {reads: 1MB}\n", "2:18", "they count things"),
        ("stored: []\nincomplete: {bytes: 5X}\n", "2:21", "units are B, KB"),
        (f"stored:\n  - {{objects: 1, bytes: {'9' * 5000}}}\n", "2:25", "add the unit"),
        ("stored:\n  - {objects: 1, bytes: 10}\n", "2:25", "10GiB is 10 x 2^30"),
        ("stored: []\nmonthly: {egress: 2_000}\n", "2:19", "add the unit"),
        ("stored:\n  - {objects: 1.5, bytes: 1GB}\n", "2:15", "1.5M is 1,500,000"),
    ],
)
def test_amounts_are_read_as_elsewhere(tmp_path: Path, text: str, place: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_profile(written(tmp_path, text))
    assert f"profile.yaml:{place}: " in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("-5TB", "`stored[0].bytes`: '-5TB' is negative"),
        ("1e13", "`stored[0].bytes`: '1e13' is not a size such as 10TB or 4MiB"),
        ("1,5TB", "has a comma"),
    ],
)
def test_amounts_are_refused_in_words(tmp_path: Path, amount: str, message: str) -> None:
    text = f'stored:\n  - objects: 1\n    bytes: "{amount}"\n'
    with pytest.raises(InputError) as caught:
        read_profile(written(tmp_path, text))
    assert message in str(caught.value)
    assert "regex" not in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = "stored:\n  - {objects: 1.5, bytes: 10}\n  - {objects: 2, bytes: -1GB, size: 1GB}\n"
    with pytest.raises(InputError) as caught:
        read_profile(written(tmp_path, text))
    assert [line.count("`stored[") for line in caught.value.message.splitlines()] == [1, 1, 1]


def test_numbers_without_a_unit_are_bytes_where_opskit_wrote_them(tmp_path: Path) -> None:
    text = "stored:\n  - {objects: 1, bytes: 10}\n"
    file = written(tmp_path, f"schema: opskit.storage.profile/1\n{text}")
    assert read_profile(file).stored == (Cell("standard", 1, 10),)
    assert read_profile(written(tmp_path, "stored: [{objects: 0, bytes: 0}]\n")).bytes == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("opskit.storage.profile/99", "is another version of profiles"),
        ("opskit.storage.estimate/1", "is no profile"),
        ("[1]", "is no profile"),
    ],
)
def test_other_schemas_are_refused(tmp_path: Path, name: str, message: str) -> None:
    file = written(tmp_path, f"rows: []\nschema: {name}\n")
    with pytest.raises(InputError) as caught:
        read_profile(file)
    assert "profile.yaml:2:9: `schema`: " in str(caught.value)
    assert message in str(caught.value)
    assert "opskit storage profile -o json" in caught.value.hint


def test_objects_are_not_larger_than_all_together(tmp_path: Path) -> None:
    text = "stored:\n  - {objects: 10, bytes: 10TB, size: 5TB}\n"
    with pytest.raises(InputError) as caught:
        read_profile(written(tmp_path, text))
    assert "profile.yaml:2:38: `stored[0].size`: 10 objects of 5 TB at least" in str(caught.value)
    sampled = read_profile(written(tmp_path, f"{text}sample: {{calls: 5}}\n"))
    assert sampled.bytes == 10**13
    exact = "stored:\n  - {objects: 10, bytes: 10TB, size: 1TB}\n"
    assert read_profile(written(tmp_path, exact)).stored[0].size == 10**12


def test_a_profile_of_the_future_is_noted(tmp_path: Path) -> None:
    def notes(day: date) -> tuple[str, ...]:
        return read_profile(written(tmp_path, f"stored: []\ntaken_on: {day}\n")).notes

    today = date.today()
    assert notes(today) == notes(today + timedelta(days=1)) == ()
    (note,) = notes(today + timedelta(days=3))
    assert "a clock is wrong" in note


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfe\x00", b"\x80abc"])
def test_binary_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "profile.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError):
        read_profile(file)


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_bytes(b"\xef\xbb\xbfstored:\r\n  - {objects: 1, bytes: 1GB}\r\n")
    assert read_profile(file).bytes == 10**9


def test_cells_that_are_alike_become_one() -> None:
    cells = [Cell("b", 1, 10), Cell("a", 1, 10, idle=3), Cell("b", 2, 5), Cell("a", 1, 1)]
    assert merged(cells) == (Cell("a", 1, 1), Cell("a", 1, 10, idle=3), Cell("b", 3, 15))
    assert merged([]) == ()


@given(st.lists(CELLS, max_size=6))
def test_merging_loses_nothing(cells: list[Cell]) -> None:
    found = merged(cells)
    assert sum(each.bytes for each in found) == sum(each.bytes for each in cells)
    assert sum(each.objects for each in found) == sum(each.objects for each in cells)
    assert merged(reversed(cells)) == found
