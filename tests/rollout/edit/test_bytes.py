"""Every byte that is not the image stays: encodings, line ends, sizes; how files are written."""

import re
from pathlib import Path

import pytest

from opskit.errors import InputError
from opskit.rollout.edit import plan as planning
from opskit.rollout.edit.plan import plan
from tests.rollout.edit.files import DEPLOYMENT, edited

MARKS = DEPLOYMENT.replace("# the shop", "# the shöp 💡")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\0\0", "utf-32-le"),
    ],
)
@pytest.mark.parametrize("ends", [True, False])
def test_encodings_and_line_ends(
    tmp_path: Path, newline: str, mark: bytes, encoding: str, ends: bool
) -> None:
    text = MARKS + "---\n" + MARKS if ends else MARKS.rstrip("\n")
    text = text.replace("\n", newline)
    found = edited(tmp_path, mark + text.encode(encoding), "proxy=envoy:1.31")
    wanted = text.replace("envoy:1.30", "envoy:1.31")
    assert found.after == mark + wanted.encode(encoding)
    assert len(found.changes) == (2 if ends else 1)


def test_directives_tie_a_document_to_what_stands_before_it(tmp_path: Path) -> None:
    text = f"%YAML 1.1\n---\n{DEPLOYMENT}...\n%YAML 1.1\n--- # again\n{DEPLOYMENT}"
    assert edited(tmp_path, text, "web=x:1").after.decode() == text.replace("shop/web:1.4.2", "x:1")


def test_what_only_looks_like_a_marker(tmp_path: Path) -> None:
    text = f"# x\n----\n---\n{DEPLOYMENT}---x: y\n"
    assert edited(tmp_path, text.replace("----\n", "#---\n"), "web=x:1").changed
    key = "a: |\n  ---\n  b\nimage: x:1\n---x: y\n"
    assert edited(tmp_path, key, "image=x:2").after.decode() == key.replace("x:1", "x:2")


@pytest.mark.parametrize("whole", [planning.WHOLE, 0])
def test_many_changes_are_proved_whole_and_by_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(planning, "WHOLE", whole)
    json = DEPLOYMENT.partition("spec")[0] + (
        'spec: {template: {spec: {containers: [{"name": "web",\n  "image": "shop/web:1"\n}]}}}\n'
    )
    entry = "kind: Kustomization\nimages:\n- name: shop/web\n- name: web\n  newTag: v1\n"
    text = "---\n".join([DEPLOYMENT, json, entry] * 150)
    found = edited(tmp_path, text, "web=shop/web:v2", "shop/web=shop/web:v2")
    wanted = (
        text.replace("shop/web:1.4.2", "shop/web:v2")
        .replace("shop/web:1", "shop/web:v2")
        .replace("- name: shop/web\n", "- name: shop/web\n  newTag: v2\n")
        .replace("- name: web\n  newTag: v1", "- name: web\n  newName: shop/web\n  newTag: v2")
    )
    assert found.after.decode() == wanted
    assert patched(text, found.diff()) == wanted


def patched(text: str, diff: str) -> str:
    """The text with a unified diff applied to it, whose context and old lines must be there."""
    old, new, at = text.splitlines(keepends=True), [], 0
    for hunk in re.split(r"^@@ -(?=\d)", diff, flags=re.MULTILINE)[1:]:
        start, body = int(hunk.partition(",")[0]), hunk.splitlines(keepends=True)[1:]
        start -= any(line[0] in " -" for line in body)  # an empty range names the line before
        new += old[at:start]
        at = start
        for line in body:
            if line[0] in " -":
                assert old[at] == line[1:]
                at += 1
            if line[0] in " +":
                new.append(line[1:])
    return "".join([*new, *old[at:]])


def test_the_diff_of_ten_thousand_changes_needs_no_search(tmp_path: Path) -> None:
    text = "---\n".join([DEPLOYMENT] * 2000)
    found = edited(tmp_path, text, "web=x:1")
    diff = found.diff()
    assert diff.count("\n@@ ") == 2000
    assert diff.count("\n-") == diff.count("\n+") - 1 == 2000


def test_a_file_is_written_whole_without_a_backup(tmp_path: Path) -> None:
    file, link = tmp_path / "a.yaml", tmp_path / "link.yaml"
    file.write_text(DEPLOYMENT)
    file.chmod(0o640)
    link.symlink_to(file)
    (found,) = plan([link], ["web=x:1"])
    assert found.save() is None
    assert file.read_text() == DEPLOYMENT.replace("shop/web:1.4.2", "x:1")
    assert file.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.yaml", "link.yaml"]


def test_a_file_that_somebody_else_changed_is_left(tmp_path: Path) -> None:
    found = edited(tmp_path, DEPLOYMENT, "web=x:1")
    (tmp_path / "a.yaml").write_text("theirs\n")
    with pytest.raises(InputError, match="has changed since it was read"):
        found.save()
    assert (tmp_path / "a.yaml").read_text() == "theirs\n"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as stream:
        stream.truncate(65 * 2**20)
    with pytest.raises(InputError, match="larger than 64 MiB"):
        plan([tmp_path / "a.yaml"], ["web=x:1"])
