"""A rewritten file: the old bytes or the new ones, and the old ones kept."""

import errno
import os
from pathlib import Path

import pytest

from opskit.broker.xml.rewrite import Rewrite
from opskit.errors import InputError
from opskit.xmltree import XmlDocument

OLD = b"<a>\r\n  <b/>\r\n</a>"
NEW = b"<a>\r\n  <c/>\r\n</a>"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "activemq.xml"
    file.write_bytes(OLD)
    return file


def rewritten(file: Path) -> Rewrite:
    return Rewrite(XmlDocument(str(file), file.read_bytes()), NEW)


def test_the_backup_holds_the_old_bytes(file: Path) -> None:
    rewrite = rewritten(file)
    backup = rewrite.save()
    assert backup == file.with_name("activemq.xml.bak")
    assert backup.read_bytes() == OLD
    assert file.read_bytes() == NEW


def test_no_change_writes_nothing(file: Path) -> None:
    rewritten(file).save()
    inode = file.stat().st_ino
    assert rewritten(file).save() is None
    assert file.stat().st_ino == inode
    assert len(list(file.parent.iterdir())) == 2


def test_a_symbolic_link_stays_one(file: Path) -> None:
    link = file.with_name("link.xml")
    link.symlink_to(file.name)
    rewrite = rewritten(link)
    rewrite.save()
    assert link.is_symlink()
    assert file.read_bytes() == NEW


def test_a_file_that_changed_meanwhile_is_left_alone(file: Path) -> None:
    rewrite = rewritten(file)
    file.write_bytes(OLD + b"<!-- theirs -->")
    with pytest.raises(InputError, match="changed since it was read"):
        rewrite.save()
    assert file.read_bytes() == OLD + b"<!-- theirs -->"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("call", ["fsync", "replace", "open", "access"])
def test_a_failure_leaves_the_old_file_whole(
    file: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite = rewritten(file)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "access":  # what the system says to anyone but root of a read-only file
        monkeypatch.setattr(os, "access", lambda *_: False)
    elif call == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(InputError, match="cannot write"):
        rewrite.save()
    monkeypatch.undo()
    assert file.read_bytes() == OLD
    assert list(file.parent.iterdir()) == [file]
