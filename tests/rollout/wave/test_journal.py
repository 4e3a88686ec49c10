"""The journal of a run: whatever happens to it, nothing that was written is lost or made up."""

import errno
import json
import multiprocessing
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import ExitCode, InputError, UsageError
from opskit.rollout.wave import held
from opskit.rollout.wave import journal as journals
from opskit.rollout.wave.held import BusyError
from opskit.rollout.wave.journal import JournalError, opened, refuse_unfinished

PLAN = "a" * 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wave.yaml.journal"


def test_what_was_added_is_read_again(path: Path) -> None:
    with opened(path, PLAN, resume=False) as journal:
        journal.add("intent", cluster="a", workloads=[])
    with opened(path, PLAN, resume=True) as journal:
        assert [each["event"] for each in journal.events] == ["begin", "intent"]
        assert not journal.ended
        journal.add("end")
    with opened(path, PLAN, resume=True) as journal:
        assert journal.ended


def test_an_unfinished_run_is_not_forgotten_by_accident(path: Path) -> None:
    refuse_unfinished(path)  # there is none
    with opened(path, PLAN, resume=False):
        pass
    with pytest.raises(UsageError, match="has not ended"):
        refuse_unfinished(path)
    with pytest.raises(UsageError, match="has not ended"), opened(path, PLAN, resume=False):
        pass


def test_the_journal_of_a_run_that_ended_is_kept_beside_the_new_one(path: Path) -> None:
    with opened(path, PLAN, resume=False) as journal:
        journal.add("end")
    old = path.read_bytes()
    refuse_unfinished(path)
    with opened(path, "b" * 64, resume=False) as journal:
        assert [each["event"] for each in journal.events] == ["begin"]
    before = path.with_name(f"{path.name}.before")
    assert before.read_bytes() == old
    assert stat.S_IMODE(before.stat().st_mode) == stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_journal_that_is_kept_is_whole_or_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(path, PLAN, resume=False) as journal:
        journal.add("end")
    old, before = path.read_bytes(), path.with_name(f"{path.name}.before")
    before.write_text("of the run before")
    with monkeypatch.context() as patch, ExitStack() as stack:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="cannot be kept: No space left"):
            stack.enter_context(opened(path, PLAN, resume=False))
    assert (path.read_bytes(), before.read_text()) == (old, "of the run before")
    assert sorted(path.parent.iterdir()) == [path, before]
    with opened(path, PLAN, resume=False):
        pass
    assert before.read_bytes() == old


def test_a_changed_plan_is_not_resumed(path: Path) -> None:
    with opened(path, PLAN, resume=False):
        pass
    with pytest.raises(InputError, match="plan has changed"), opened(path, "b" * 64, resume=True):
        pass


def test_there_has_to_be_something_to_resume(path: Path) -> None:
    with pytest.raises(UsageError, match="no run to go on with"), opened(path, PLAN, resume=True):
        pass
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"images: {web: x}\n",
        b"\x00\xff\n",
        b'{"event": "begin", "version": 99}\n',
        b'{"event": "intent"}\n',
        b"[]\n",
        b"not even a line",
    ],
)
def test_another_file_is_not_overwritten(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for resume in (False, True):
        with pytest.raises(InputError), opened(path, PLAN, resume=resume):
            pass
    assert path.read_bytes() == content


def test_a_line_in_the_middle_that_is_broken_is_said(path: Path) -> None:
    with opened(path, PLAN, resume=False) as journal:
        journal.add("intent", cluster="a", workloads=[])
        journal.add("applied", cluster="a")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"event": "int\n' + lines[2])
    with pytest.raises(InputError, match=r"journal:2: "), opened(path, PLAN, resume=True):
        pass


@given(st.floats(0, 1))
def test_cut_off_anywhere_it_holds_what_was_written_before(
    tmp_path_factory: pytest.TempPathFactory, part: float
) -> None:
    path = tmp_path_factory.mktemp("cut") / "journal"
    with opened(path, PLAN, resume=False) as journal:
        for number in range(4):
            journal.add("applied", cluster=f"c{number}")
        whole = list(journal.events)
    text = path.read_bytes()
    begin = text.index(b"\n") + 1
    cut = begin + round(part * (len(text) - begin))
    path.write_bytes(text[:cut])
    with opened(path, PLAN, resume=True) as journal:
        kept = text[:cut].count(b"\n")
        assert journal.events == whole[:kept]
        journal.add("end")
    assert [json.loads(line) for line in path.read_text().splitlines()][:-1] == whole[:kept]


LINES: list[dict[str, Any]] = [
    {"event": "intent", "cluster": "a"},
    {"event": "intent", "cluster": "a", "workloads": [{"target": "deploy/web"}]},
    {"event": "intent", "cluster": "a", "workloads": [3]},
    {"event": "verdict", "cluster": "a"},
    {"event": "verdict", "cluster": "a", "outcome": "good", "cause": "", "seconds": 1},
    {"event": "verdict", "cluster": "a", "outcome": "failed", "cause": "", "seconds": "1"},
    {"event": "soaked", "cluster": "a", "outcome": []},
    {"event": "soaking", "cluster": "a"},
    {"event": "back", "cluster": "a", "note": ""},
    {"event": "applied", "cluster": 3},
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_lacks_a_field_is_said_with_its_number(
    path: Path, line: dict[str, Any]
) -> None:
    with opened(path, PLAN, resume=False):
        pass
    with path.open("a") as stream:
        stream.write(json.dumps(line) + "\n")
    with ExitStack() as stack, pytest.raises(InputError, match="is no line of") as caught:
        stack.enter_context(opened(path, PLAN, resume=True))
    assert str(caught.value).startswith(f"{path}:2: ")


def test_a_journal_that_is_replaced_ends_the_run_that_wrote_it(path: Path) -> None:
    with opened(path, PLAN, resume=False) as journal:
        path.unlink()
        with opened(path, PLAN, resume=False) as other:  # nothing keeps a new run from beginning
            with pytest.raises(JournalError, match="was removed or replaced"):
                journal.add("applied", cluster="a")
            other.add("end")


def _hold(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    with opened(path, PLAN, resume=False):
        ready.set()
        multiprocessing.Event().wait()


def test_one_run_at_a_time_and_a_killed_one_holds_nothing(path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    other = context.Process(target=_hold, args=(path, ready))
    other.start()
    assert ready.wait(10)
    with ExitStack() as stack, pytest.raises(BusyError) as caught:
        stack.enter_context(opened(path, PLAN, resume=True))
    assert caught.value.exit_code is ExitCode.UNKNOWN
    with pytest.raises(BusyError):  # it is not to be resumed, nor forgotten
        refuse_unfinished(path)
    other.kill()
    other.join()
    with opened(path, PLAN, resume=True) as journal:
        assert [each["event"] for each in journal.events] == ["begin"]


def test_a_disk_without_locks_is_said_and_not_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    path.touch()
    monkeypatch.setattr(held, "_system_lock", lambda: none)
    with ExitStack() as stack, pytest.raises(InputError, match="cannot be locked: No locks"):
        stack.enter_context(opened(path, PLAN, resume=False))
    with pytest.raises(InputError, match="cannot be locked: No locks"):
        refuse_unfinished(path)


def test_the_file_is_open_for_writing_when_it_is_locked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over NFS flock is a lock of fcntl, and EBADF otherwise: flock(2), "NFS details"."""

    def nfs(number: int) -> None:
        if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDWR:
            raise OSError(errno.EBADF, "Bad file descriptor")

    fcntl = pytest.importorskip("fcntl")
    path.touch()
    monkeypatch.setattr(held, "_system_lock", lambda: nfs)
    refuse_unfinished(path)


def test_a_file_that_is_too_large_is_not_cut_off(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path, PLAN, resume=False) as journal:
        for number in range(5):
            journal.add("applied", cluster=f"c{number}")
    text = path.read_bytes()
    monkeypatch.setattr(journals, "MAX_BYTES", len(text) - 1)
    for resume in (True, False):
        with ExitStack() as stack, pytest.raises(InputError, match="is larger than"):
            stack.enter_context(opened(path, PLAN, resume=resume))
    assert path.read_bytes() == text
    monkeypatch.setattr(journals, "MAX_BYTES", len(text))
    with opened(path, PLAN, resume=True) as journal:
        assert len(journal.events) == 6


def test_a_journal_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "journal", tmp_path, Path("/dev/full")):
        with pytest.raises(InputError) as caught, opened(path, PLAN, resume=False):
            pass
        assert str(path) in str(caught.value)


def test_a_full_disk_is_said_and_what_was_written_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(path, PLAN, resume=False) as journal:
        journal.add("applied", cluster="a")
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(JournalError, match="No space left") as caught:
            journal.add("applied", cluster="b")
        assert len(journal.events) == 2
        assert "--resume" in caught.value.hint
