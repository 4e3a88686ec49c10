"""Profiles of local trees: real files, with real times."""

import os
import random
import socket
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opskit.errors import InputError, UnknownError
from opskit.storage.profile import tree, walk
from opskit.storage.profile.edges import AGES, SIZES, age_edge, size_edge
from opskit.storage.profile.local import scan
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.profile.mounts import Mount
from opskit.storage.profile.tally import Named, Tally, Task
from tests.storage.profile.trees import (
    NONE,
    RELATIVE,
    STRICT,
    as_nobody,
    for_everybody,
    make,
    mounted,
)


def taken(path: Path, **options: object) -> Profile:
    return scan(path, say=lambda text: None, **options)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, STRICT)


def test_cells_of_size_age_and_idle_time(tmp_path: Path) -> None:
    make(tmp_path / "a", 0, changed=0)
    make(tmp_path / "b", 5000, changed=400, read=8)
    make(tmp_path / "x/c", 16383, changed=401, read=13)
    make(tmp_path / "x/y/d", 200 * 1024, changed=40, read=0)
    found = taken(tmp_path)
    assert set(found.stored) == {
        Cell("standard", 1, 0, size=0, age=0, idle=0),
        Cell("standard", 2, 21383, size=4096, age=365, idle=7),
        Cell("standard", 1, 200 * 1024, size=128 * 1024, age=30, idle=0),
    }
    assert (found.source, found.objects, found.bytes) == (str(tmp_path), 4, 226183)
    assert found.provider == ""
    assert found.taken_on is not None


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([each + d for each in SIZES for d in (-1, 0, 1) if each + d >= 0]),
            st.sampled_from([each + d for each in AGES for d in (-0.01, 0.01)]),
            st.sampled_from([each + d for each in AGES for d in (-0.01, 0.01)]),
        ),
        max_size=12,
    )
)
def test_each_file_is_in_its_cell(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[int, float, float]]
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    expected: Counter[tuple[int, int, int]] = Counter()
    for number, (size, changed, read) in enumerate(files):
        make(folder / str(number % 3) / str(number), min(size, 2**40), changed, read)
        days = [int((each * 86_400 + 60) // 86_400) for each in (changed, read)]
        expected[size_edge(min(size, 2**40)), age_edge(days[0]), age_edge(days[1])] += 1
    with pytest.MonkeyPatch.context() as patch:
        mounted(patch, STRICT)
        found = taken(folder)
    counts = {(each.size, each.age, each.idle): each.objects for each in found.stored}
    assert counts == expected


def test_relatime_is_good_to_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, RELATIVE)
    make(tmp_path / "a", changed=100, read=30.5)  # may have been read 29.5 days ago
    make(tmp_path / "b", changed=100, read=31.5)
    make(tmp_path / "c", changed=100, read=1.5)
    make(tmp_path / "d", changed=100, read=2.5)
    found = taken(tmp_path)
    assert {each.idle: each.objects for each in found.stored} == {14: 1, 30: 1, 0: 1, 1: 1}
    assert any("good to a day" in note for note in found.notes)


def test_noatime_tells_no_idle_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(monkeypatch, NONE)
    make(tmp_path / "a", changed=100, read=50)
    found = taken(tmp_path)
    assert [each.idle for each in found.stored] == [None]
    assert any("are not known" in note and "noatime" in note for note in found.notes)


def test_a_system_that_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "mounts", list)
    make(tmp_path / "a", changed=100, read=50)
    found = taken(tmp_path)
    assert [each.idle for each in found.stored] == [None]
    assert any("does not say" in note for note in found.notes)


@pytest.mark.parametrize("workers", [1, 2])
def test_hard_links_count_once(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "_FILES", 5)
    make(tmp_path / "0/a", 1000)
    for number in range(1, 40):
        folder = tmp_path / str(number)
        folder.mkdir()
        os.link(tmp_path / "0/a", folder / "again")
        make(folder / "own", 10)
    found = taken(tmp_path, workers=workers)
    assert (found.objects, found.bytes) == (40, 1390)
    assert "counted once: 1 file has several names (hard links)" in found.notes


def test_files_of_one_name_need_no_note(tmp_path: Path) -> None:
    make(tmp_path / "a", 1000)
    assert not any("hard links" in note for note in taken(tmp_path).notes)


def test_links_are_not_followed_and_other_things_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "real/a", 100)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "file").symlink_to(tmp_path / "real/a")
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(tmp_path)  # the path of a socket may have 107 bytes
        listening.bind("socket")
        found = taken(tmp_path)
    assert found.objects == 1
    assert "passed over: 3 symbolic links and 2 special files" in found.notes


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    make(tmp_path / "real/a", 100)
    (tmp_path / "link").symlink_to("real")
    assert taken(tmp_path / "link").objects == 1


def test_holes_count_as_what_would_be_stored(tmp_path: Path) -> None:
    path = make(tmp_path / "sparse", 10**12)
    assert path.stat().st_blocks * 512 < 10**6
    assert taken(tmp_path).bytes == 10**12


def test_times_in_the_future_are_new(tmp_path: Path) -> None:
    make(tmp_path / "a", changed=-400)
    make(tmp_path / "b", changed=0)
    found = taken(tmp_path)
    assert {(each.age, each.idle) for each in found.stored} == {(0, 0)}
    assert any(note.startswith("1 file with a time in the future") for note in found.notes)


def test_a_file_written_now_is_not_of_the_future(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    os.utime(path, (time.time() + 20, time.time() + 20))
    assert not any("future" in note for note in taken(tmp_path).notes)


def test_times_before_1970(tmp_path: Path) -> None:
    path = make(tmp_path / "a")
    os.utime(path, (-1e9, -1e9))
    [cell] = taken(tmp_path).stored
    assert (cell.age, cell.idle) == (3650, 3650)


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b"f\xff\xfe")
    os.mkdir(folder)
    for name in (b"\xff", b"new\nline", "ü".encode()):
        with open(os.path.join(folder, name), "wb") as stream:
            stream.write(b"12345")
    found = taken(tmp_path)
    assert (found.objects, found.bytes) == (3, 15)


def test_deeper_and_longer_than_systems_take_a_path() -> None:
    with for_everybody() as root:
        descriptor = os.open(root, os.O_RDONLY)
        for number in range(1200):
            name = "d" * 200 if number % 3 == 0 else "s"
            os.mkdir(name, dir_fd=descriptor)
            below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)
        assert taken(root, workers=1).objects == 1


@pytest.mark.parametrize("workers", [1, 3])
def test_processes_share_the_work(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "_FILES", 20)
    dice = random.Random(7)
    sizes = [dice.randrange(10**6) for _ in range(1500)]
    for number, size in enumerate(sizes):
        name = "/".join(str(dice.randrange(4)) for _ in range(dice.randrange(6)))
        make(tmp_path / name / f"f{number}", size, changed=dice.randrange(4000))
    found = taken(tmp_path, workers=workers)
    assert (found.objects, found.bytes) == (1500, sum(sizes))
    assert sum(each.objects for each in found.stored if each.size >= 4096) == sum(
        size >= 4096 for size in sizes
    )


def test_a_process_that_is_ended_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_FILES", 1)
    for number in range(6):
        make(tmp_path / str(number) / "f")
    me = os.getpid()

    def judge(file: Named) -> int:
        if os.getpid() != me:
            os._exit(9)
        return 0

    with pytest.raises(UnknownError, match="was ended"):
        tree.read(tmp_path, say=lambda text: None, judge=judge, workers=2)


def test_what_may_not_be_read_is_named() -> None:
    with for_everybody() as root:
        make(root / "open/a", 10)
        make(root / "closed/b", 10)
        make(root / "listed/c", 10)
        (root / "closed").chmod(0)
        (root / "listed").chmod(0o744)  # the names may be read, the files not looked at
        told = as_nobody(lambda: f"{taken(root).objects} {' | '.join(taken(root).skipped)}")
        (root / "closed").chmod(0o755)
    assert told.startswith("1 not counted: 1 folder and 1 file that could not be read: ")
    assert "closed (permission denied)" in told
    assert "listed/c (permission denied)" in told


def test_a_root_that_may_not_be_read() -> None:
    with for_everybody() as root:
        make(root / "closed/b", 10)
        (root / "closed").chmod(0)
        assert "UnknownError('cannot be read: Permission denied')" in as_nobody(
            lambda: str(taken(root / "closed"))
        )
        (root / "closed").chmod(0o755)


def test_a_link_in_place_of_a_folder_is_not_entered(tmp_path: Path) -> None:
    make(tmp_path / "elsewhere/a", 10)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/was").symlink_to(tmp_path / "elsewhere")
    device = tmp_path.stat().st_dev
    left, tally = walk.part(Task(str(tmp_path / "tree"), 0, device, 0), ["was", "gone"])
    assert (left, tally) == ([], Tally())


def test_other_file_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "own", 10)
    make(tmp_path / "disk/a", 10)
    make(tmp_path / "kernel/b", 10)
    mounted(
        monkeypatch,
        STRICT,
        Mount(f"{tmp_path}/disk", 1, "ext4", NONE),
        Mount(f"{tmp_path}/kernel", 2, "sysfs", STRICT),
    )
    found = taken(tmp_path)
    assert found.objects == 1
    assert "not entered, being other file systems: disk, kernel" in found.notes
    crossing = taken(tmp_path, cross=True)
    assert crossing.objects == 2
    assert "not entered, being other file systems: kernel" in crossing.notes
    assert any("noatime" in note for note in crossing.notes)


@pytest.mark.parametrize(("name", "words"), [("file", "is a file"), ("none", "no such folder")])
def test_what_is_no_folder(tmp_path: Path, name: str, words: str) -> None:
    make(tmp_path / "file")
    with pytest.raises(InputError, match=words):
        taken(tmp_path / name)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert taken(tmp_path).stored == ()


def test_progress_is_told(tmp_path: Path) -> None:
    make(tmp_path / "a", 1500)
    said: list[str] = []
    scan(tmp_path, say=said.append)
    assert said == [f"{tmp_path}: 1 file, 1.5 KB"]
