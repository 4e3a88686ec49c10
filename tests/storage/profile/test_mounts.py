"""Where file systems begin, and how far their access times are a guide."""

import os
from pathlib import Path

import pytest

from opskit.storage.profile.mounts import Mount, mount_of, mounts, mounts_below

INFO = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 8:2 / /srv rw,noatime shared:2 master:1 - xfs /dev/sda2 rw
24 23 0:40 / /srv/with\040space\011and\134slash rw - tmpfs tmpfs rw
25 22 0:41 / /home rw,relatime - nfs4 server:/home rw,vers=4.2
26 22 0:5 / /proc rw,nosuid - proc proc rw
27 22 8:3 /sub /srv rw - btrfs /dev/sda3 rw
not a line of it
28 22 x:y / /broken rw - ext4 none rw
"""


@pytest.fixture
def known(tmp_path: Path) -> list[Mount]:
    path = tmp_path / "mountinfo"
    path.write_text(INFO.lstrip("\n"))
    return mounts(path)


def test_the_lines_are_read(known: list[Mount]) -> None:
    assert [each.point for each in known] == [
        *("/", "/srv", "/srv/with space\tand\\slash", "/home", "/proc", "/srv")
    ]
    assert known[0] == Mount("/", os.makedev(8, 1), "ext4", frozenset({"rw", "relatime"}))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/srvother/x", "ext4"),
        ("/srv", "btrfs"),  # what was mounted last hides what was there
        ("/srv/data", "btrfs"),
        ("/home/ana", "nfs4"),
    ],
)
def test_a_path_lies_in_the_innermost_mount(known: list[Mount], path: str, kind: str) -> None:
    found = mount_of(path, known)
    assert found is not None
    assert found.kind == kind


def test_mounts_below_a_folder(known: list[Mount]) -> None:
    assert list(mounts_below("/srv", known)) == ["with space\tand\\slash"]
    assert sorted(mounts_below("/", known)) == ["home", "proc", "srv", "srv/with space\tand\\slash"]
    assert not mounts_below("/sr", known)


def test_no_system_that_says(tmp_path: Path) -> None:
    assert mounts(tmp_path / "none") == []
    assert mount_of("/srv", []) is None


@pytest.mark.parametrize(
    ("kind", "options", "slack", "words"),
    [
        ("ext4", "rw", 0, "are kept"),
        ("ext4", "rw,relatime", 86_400, "good to a day"),
        ("ext4", "rw,noatime", None, "mounted noatime"),
        ("ext4", "ro,relatime", None, "mounted ro"),
        ("nfs4", "rw,relatime", None, "nfs4 keeps none"),
        ("fuse.sshfs", "rw", None, "fuse.sshfs keeps none"),
        ("overlay", "rw,relatime", None, "overlay keeps none"),
        ("tmpfs", "rw,nosuid", 0, "are kept"),
    ],
)
def test_how_far_reads_are_known(kind: str, options: str, slack: int | None, words: str) -> None:
    mount = Mount("/srv", 1, kind, frozenset(options.split(",")))
    assert mount.slack == slack
    assert words in mount.note
