"""The diff: what `patch` can apply, and nothing that somebody could log in with."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.broker.xml.diff import unified
from opskit.xmltree import XmlDocument


def diff(before: str, after: str) -> str:
    return unified(XmlDocument("a.xml", before.encode()), after.encode())


def test_no_change_is_no_diff() -> None:
    assert diff("<a/>", "<a/>") == ""


def test_hunks_have_three_lines_of_context_and_count_from_one() -> None:
    lines = ["<a>", *(f"<b{n}/>" for n in range(2, 30)), "</a>", ""]
    changed = list(lines)
    changed[14] = "<c/>"
    changed.insert(4, "<new/>")
    assert diff("\n".join(lines), "\n".join(changed)).splitlines() == [
        "--- a.xml",
        "+++ a.xml",
        *("@@ -2,6 +2,7 @@", " <b2/>", " <b3/>", " <b4/>", "+<new/>", " <b5/>", " <b6/>"),
        " <b7/>",
        *("@@ -12,7 +13,7 @@", " <b12/>", " <b13/>", " <b14/>", "-<b15/>", "+<c/>", " <b16/>"),
        *(" <b17/>", " <b18/>"),
    ]


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch(1) is not installed")
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@settings(max_examples=40, deadline=None)  # each starts a process
@given(
    before=st.lists(st.sampled_from("abcd"), max_size=25),
    after=st.lists(st.sampled_from("abcd"), max_size=25),
)
def test_patch_applies_it(
    tmp_path_factory: pytest.TempPathFactory, end: str, before: list[str], after: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("diff")
    newline = end or "\n"
    old, new = (
        f"<r>{newline}" + "".join(f"<{n}/>{newline}" for n in names) + f"</r>{end}"
        for names in (before, after)
    )
    (folder / "a.xml").write_bytes(old.encode())
    if change := diff(old, new):
        subprocess.run(
            ["patch", "--binary", "-s", "a.xml"], cwd=folder, input=change.encode(), check=True
        )
    assert (folder / "a.xml").read_bytes() == new.encode()


def test_changes_at_both_ends_of_a_large_file_take_no_time() -> None:
    middle = "".join(f"<policyEntry queue='{n}'>\n</policyEntry>\n" for n in range(50_000))
    began = time.monotonic()
    change = diff(f"<r>\n<a/>\n{middle}<b/>\n</r>\n", f"<r>\n<A/>\n{middle}<B/>\n</r>\n")
    assert time.monotonic() - began < 10
    assert change.count("\n") < 25


def test_a_change_of_a_password_alone_shows_as_one() -> None:
    change = diff('<a\n password="one"/>\n', '<a\n password="two"/>\n')
    assert '\n- password="***"/>\n+ password="***"/>\n' in change


def test_a_file_in_utf_16_is_shown_as_text(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>\n<a n="é"/>\n'
    document = XmlDocument("a.xml", b"\xff\xfe" + text.encode("utf-16-le"))
    change = unified(document, document.encode(text.replace("é", "ü").encode()))
    assert change.endswith('-<a n="é"/>\n+<a n="ü"/>\n')
