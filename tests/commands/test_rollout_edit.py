"""`opskit rollout edit`: what it prints where, what it writes, and its exit status."""

import io
import json
import sys
from pathlib import Path

import pytest

from opskit.cli import run
from tests.rollout.edit.files import DEPLOYMENT

OLD, NEW = "shop/web:1.4.2", "shop/web:1.5.0"
EDITED = DEPLOYMENT.replace(OLD, NEW)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "values.yaml").write_text("image: {repository: shop/web, tag: 1.4.2}\n")
    return tmp_path


def edit(*args: str, image: str = f"web={NEW}") -> int:
    return run(["rollout", "edit", *args, "--image", image])


def test_it_writes_without_a_question_and_is_done_after_that(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit("web.yaml") == 0
    assert (folder / "web.yaml").read_text() == EDITED
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "FILE      LINE  NAME                FIELD  BEFORE          AFTER",
        f"web.yaml    13  deployment/web web  image  {OLD}  {NEW}",
    ]
    assert shown.err == ""

    assert edit("web.yaml") == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "web.yaml: no change\n"
    assert sorted(each.name for each in folder.iterdir()) == ["values.yaml", "web.yaml"]


@pytest.mark.parametrize("flag", ["--check", "--diff"])
def test_check_prints_the_change_and_makes_none(
    folder: Path, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    assert edit("web.yaml", "values.yaml", flag, image=f"shop/web={NEW}") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("--- web.yaml\n+++ web.yaml\n@@ -10,5 +10,5 @@\n")
    assert f"+          image:   {NEW}   # pinned\n" in shown.out
    assert "+image: {repository: shop/web, tag: 1.5.0}\n" in shown.out
    assert shown.err == ""
    assert (folder / "web.yaml").read_text() == DEPLOYMENT
    assert edit("web.yaml", flag, image=f"web={OLD}") == 0
    assert capsys.readouterr().out == ""


def test_json_holds_every_change_and_where_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit(".", "--check", "-o", "json", image=f"web={NEW}") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "opskit.rollout.edit/1"
    assert found["changes"] == [
        {
            "file": "web.yaml",
            "line": 13,
            "column": 20,
            "name": "deployment/web web",
            "field": "image",
            "before": OLD,
            "after": NEW,
        }
    ]
    assert found["files"] == [
        {"file": "values.yaml", "changed": False},
        {"file": "web.yaml", "changed": True},
    ]
    assert found["diff"].startswith("--- web.yaml\n")
    assert edit("web.yaml", "-o", "json", image=f"web={OLD}") == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_stdin_goes_to_stdout(
    folder: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    newline: str,
) -> None:
    for text in (DEPLOYMENT, EDITED):
        raw = b"\xef\xbb\xbf" + text.replace("\n", newline).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert edit("-") == 0
        shown = capfdbinary.readouterr()
        assert shown.out == b"\xef\xbb\xbf" + EDITED.replace("\n", newline).encode()
        assert shown.err == b""


def test_check_of_stdin(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DEPLOYMENT.encode())))
    assert edit("-", "--check") == 1
    assert capsys.readouterr().out.startswith("--- <stdin>\n")


@pytest.mark.parametrize(
    ("args", "image", "message"),
    [
        (("web.yaml",), "wbe=x:1", "hint: did you mean web? there are: web (shop/web:1.4.2)"),
        (("web.yaml",), "web=X:1", "error: --image web: 'X:1' is no image reference"),
        (("web.yaml",), "web", "is not NAME=IMAGE"),
        (("gone.yaml",), "web=x:1", "error: gone.yaml: no such file"),
        (("-", "web.yaml"), "web=x:1", "stdin is edited by itself"),
        (("-", "-o", "json"), "web=x:1", "stdout is for the edited text"),
        (("web.yaml", "bad.yaml"), "image=x:1", "error: bad.yaml:1:8: is a template"),
    ],
)
def test_bad_input_changes_nothing(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    args: tuple[str, ...],
    image: str,
    message: str,
) -> None:
    (folder / "bad.yaml").write_text("image: <%= x %>\n")
    assert edit(*args, image=image) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
    assert (folder / "web.yaml").read_text() == DEPLOYMENT


def test_an_error_as_json_has_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "web.yaml").write_text(DEPLOYMENT.replace(OLD, "{{ .Values.image }}"))
    assert edit("web.yaml", "-o", "json") == 2
    error = json.loads(capsys.readouterr().err)
    assert (error["code"], error["where"]) == ("bad-input", "web.yaml:13:20")


def test_what_a_kustomization_puts_back_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "kustomization.yaml").write_text("images: [{name: shop/web, newTag: v1}]\n")
    assert edit(".") == 0
    assert capsys.readouterr().err == (
        f"warning: kustomization.yaml:1:10: this kustomization makes shop/web:v1 of {NEW}\n"
    )


def test_what_cannot_be_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first failure is the error; a later one leaves some done: 4."""
    from opskit.errors import InputError
    from opskit.rollout.edit.edited import Edited

    save = Edited.save

    def failing(self: Edited) -> None:
        if self.name in refused:
            raise InputError("cannot write: no space", where=self.name)
        save(self)

    monkeypatch.setattr(Edited, "save", failing)
    refused = {"web.yaml"}
    image = f"shop/web={NEW}"
    assert edit("web.yaml", "values.yaml", image=image) == 2
    assert (folder / "values.yaml").read_text() == "image: {repository: shop/web, tag: 1.4.2}\n"
    assert edit("values.yaml", "web.yaml", image=image) == 4
    assert "error: web.yaml: cannot write" in capsys.readouterr().err
    assert (folder / "values.yaml").read_text() == "image: {repository: shop/web, tag: 1.5.0}\n"
    assert (folder / "web.yaml").read_text() == DEPLOYMENT
