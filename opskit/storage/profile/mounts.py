"""Mounted file systems: where they begin, and how far they keep the times of reading.

From `/proc/self/mountinfo`, as the manual page proc_pid_mountinfo(5) describes it. What the
options say of access times is in mount(2) and mount(8).
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOUNTINFO = Path("/proc/self/mountinfo")
_DAY = 86_400
#: A server, another program or a lower layer keeps the times there, or does not (nfs(5): the
#: options on access times have no effect on NFS).
_ELSEWHERE = (
    *("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "lustre", "beegfs", "gpfs", "virtiofs"),
    *("fuse", "fuseblk", "overlay", "aufs", "squashfs", "iso9660", "erofs"),
)
#: What the kernel shows as files, and nobody stores.
_PSEUDO = (
    *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs"),
    *("securityfs", "pstore", "bpf", "configfs", "fusectl", "hugetlbfs", "mqueue", "nsfs"),
    *("binfmt_misc", "rpc_pipefs", "efivarfs", "selinuxfs", "autofs"),
)
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount: its folder, the number of its device, the type, and the options of this mount."""

    point: str
    device: int
    kind: str
    options: frozenset[str]

    @property
    def slack(self) -> int | None:
        """By how many seconds a read may be later than the access time; None if it is no guide.

        With relatime the time is set again only a day after the last one, or where the file has
        changed since.
        """
        elsewhere = self.kind in _ELSEWHERE or self.kind.startswith("fuse.")
        if elsewhere or self.options & {"noatime", "ro"}:
            return None
        return _DAY if "relatime" in self.options else 0

    @property
    def is_pseudo(self) -> bool:
        """Whether what is in it is no data, or mounted only once it is looked at."""
        return self.kind in _PSEUDO

    @property
    def note(self) -> str:
        """What people need to know of the idle times of its files."""
        where = f"times of reading on {self.point}"
        if self.slack is None:
            option = next((each for each in ("noatime", "ro") if each in self.options), "")
            why = f"it is mounted {option}" if option else f"{self.kind} keeps none to go by"
            return f"{where} are not known: {why}"
        if self.slack:
            return f"{where} are good to a day: it is mounted relatime, as is usual"
        return f"{where} are kept"


def mounts(source: Path = _MOUNTINFO) -> list[Mount]:
    """The mounts of this process, a later one over an earlier one; none where no system says."""
    try:
        text = os.fsdecode(source.read_bytes())
    except OSError:
        return []
    return [made for line in text.splitlines() if (made := _mount(line))]


def _mount(line: str) -> Mount | None:
    fields = line.split(" ")
    if "-" not in fields[6:] or len(fields) < 10:
        return None
    kind = fields[fields.index("-", 6) + 1]
    major, _, minor = fields[2].partition(":")
    if not (major.isdecimal() and minor.isdecimal()):
        return None
    device = os.makedev(int(major), int(minor))
    return Mount(_plain(fields[4]), device, kind, frozenset(fields[5].split(",")))


def _plain(text: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return text


def mount_of(path: str, known: Sequence[Mount]) -> Mount | None:
    """The mount that a path, absolute and without symbolic links, lies in."""
    around = [each for each in known if _is_within(path, each.point)]
    return max(reversed(around), key=lambda each: len(each.point), default=None)


def mounts_below(path: str, known: Sequence[Mount]) -> dict[str, Mount]:
    """The mounts inside a folder, by their paths relative to it."""
    start = path.rstrip("/") + "/"
    inside = [each for each in known if each.point.startswith(start) and each.point != start]
    return {each.point[len(start) :]: each for each in inside}


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
