"""Files are written whole or not at all."""

import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit import files
from opskit.errors import ExitCode, InputError
from opskit.files import make_folder, replace, write_atomic


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_new_file_obeys_the_umask(tmp_path):
    old = os.umask(0o027)
    try:
        assert write_atomic(tmp_path / "a", b"x", backup=True) is None
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
    assert names(tmp_path) == ["a"]


def test_keeps_mode_and_backups(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"0")
    path.chmod(0o600)
    backups = [write_atomic(path, b"%d" % n, backup=True) for n in (1, 2, 3)]
    assert [backup.name for backup in backups] == ["a.bak", "a.bak.1", "a.bak.2"]
    assert [backup.read_bytes() for backup in backups] == [b"0", b"1", b"2"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in (path, *backups)} == {0o600}
    assert path.read_bytes() == b"3"


def test_same_content_is_left_alone(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x")
    before = path.stat()
    assert write_atomic(path, b"x", backup=True) is None
    assert path.stat().st_ino == before.st_ino
    assert names(tmp_path) == ["a"]


def test_symbolic_link_stays(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real/a")
    backup = write_atomic(tmp_path / "link", b"new", backup=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_bytes() == b"new"
    assert backup == tmp_path / "real" / "a.bak"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_owner_stays(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    os.chown(path, 12345, 12346)
    path.chmod(0o4750)
    write_atomic(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)
    assert stat.S_IMODE(path.stat().st_mode) == 0o4750


def test_not_allowed_to_keep_the_owner(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError

    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "chown", refuse)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"


def test_long_name(tmp_path):
    path = tmp_path / ("n" * 250)
    path.write_bytes(b"old")
    write_atomic(path, b"new")
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "os.open"])
def test_failure_changes_nothing(tmp_path, monkeypatch, step):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_args, **_options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(InputError, match="No space left") as caught:
            write_atomic(path, b"new", backup=True)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "space" in caught.value.hint
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def interrupt(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, b"new", backup=True)
    assert names(tmp_path) == ["a"]


def test_write_protected_file(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="write-protected"):
        write_atomic(path, b"new")


@pytest.mark.parametrize("name", ["folder", "loop", "missing/a", "n" * 300, "a\0"])
def test_impossible_targets(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="cannot write"):
        write_atomic(tmp_path / name, b"x")
    assert names(tmp_path) == ["folder", "loop"]


@given(old=st.none() | st.binary(), new=st.binary(), backup=st.booleans())
@settings(deadline=None, max_examples=30)  # each writes and syncs
def test_content(tmp_path_factory, old, new, backup):
    path = tmp_path_factory.mktemp("content") / "a"
    if old is not None:
        path.write_bytes(old)
    kept = write_atomic(path, new, backup=backup)
    assert path.read_bytes() == new
    assert (kept is not None) == (backup and old is not None and old != new)
    assert kept is None or kept.read_bytes() == old


def test_only_the_file_that_was_read_is_replaced(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"theirs")
    with pytest.raises(InputError, match="changed since it was read") as caught:
        replace(path, b"old", b"new")
    assert caught.value.where == str(path)
    assert path.read_bytes() == b"theirs"
    assert replace(path, b"theirs", b"new") == tmp_path / "a.bak"
    assert path.read_bytes() == b"new"


def test_what_somebody_saves_in_the_meantime_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    create = files._create

    def saves(temporary, data, like):
        create(temporary, data, like)
        path.write_bytes(b"theirs")

    monkeypatch.setattr(files, "_create", saves)
    with pytest.raises(InputError, match="changed since it was read"):
        replace(path, b"old", b"new")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"a": b"theirs"}


def test_a_file_that_went_away_is_not_made_again(tmp_path):
    with pytest.raises(InputError, match="changed since it was read"):
        replace(tmp_path / "a", b"", b"new")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_made_once_and_a_file_in_its_way_is_said(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="a file is in the way") as error:
            make_folder(path)
        assert error.value.where == str(path)
