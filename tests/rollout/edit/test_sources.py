"""Which files an edit is about."""

from pathlib import Path

import pytest

from opskit.errors import InputError, UsageError
from opskit.rollout.edit.plan import plan
from opskit.rollout.edit.sources import files
from opskit.rollout.edit.wanted import parse_wanted
from tests.rollout.edit.files import DEPLOYMENT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("k8s/b.yaml", "k8s/a.yml", "k8s/c.JSON", "k8s/Kustomization", "k8s/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "k8s/sub").mkdir()
    (tmp_path / "k8s/sub/d.yaml").write_text(DEPLOYMENT)
    return tmp_path


def test_a_folder_stands_for_its_manifests(folder: Path) -> None:
    names = ["k8s/Kustomization", "k8s/a.yml", "k8s/b.yaml", "k8s/c.JSON"]
    assert list(files(["k8s"])) == [(name, False) for name in names]
    assert [name for name, _ in files(["k8s"], recursive=True)] == [*names, "k8s/sub/d.yaml"]


def test_a_file_is_taken_once_by_the_name_that_comes_first(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("k8s/b.yaml")
    found = list(files(["link.yaml", "k8s/sub/d.yaml", "k8s", "k8s/sub/../b.yaml"]))
    assert found[:2] == [("link.yaml", True), ("k8s/sub/d.yaml", True)]
    assert [name for name, _ in found[2:]] == ["k8s/Kustomization", "k8s/a.yml", "k8s/c.JSON"]


def test_empty_files_in_a_folder_are_passed_over(folder: Path) -> None:
    (found,) = plan(["k8s"], ["web=x:1"], recursive=True)
    assert found.name == "k8s/sub/d.yaml"


def test_a_folder_with_a_file_that_cannot_be_edited_is_refused(folder: Path) -> None:
    (folder / "k8s/sub/bad.yaml").write_text("{{- if .x }}\na: b\n")
    with pytest.raises(InputError, match="is a template") as error:
        plan(["k8s"], ["web=x:1"], recursive=True)
    assert error.value.where == "k8s/sub/bad.yaml:1:1"


def test_what_is_not_there(folder: Path) -> None:
    (folder / "none").mkdir()
    with pytest.raises(InputError, match="holds no") as error:
        list(files(["none"], recursive=False))
    assert "-R" in error.value.hint
    with pytest.raises(InputError, match="holds no") as error:
        list(files(["none"]))  # of a command that has no -R
    assert "-R" not in error.value.hint
    with pytest.raises(InputError, match="no such file"):
        plan(["k8s/sub/e.yaml"], ["web=x:1"])
    (folder / "k8s/a.yml").write_text("a: b\n")
    (folder / "k8s/b.yaml").write_text("a: b\n")
    with pytest.raises(InputError, match="no file holds an image"):
        plan(["k8s"], ["web=x:1"])
    with pytest.raises(UsageError, match="stdin"):
        list(files(["-", "k8s"]))


@pytest.mark.parametrize("text", ["web", "=x:1", " web=x:1", ""])
def test_what_is_no_wish(text: str) -> None:
    with pytest.raises(UsageError, match="is not NAME=IMAGE"):
        parse_wanted([text])


@pytest.mark.parametrize("image", ["", "X:1", "x:", "x y", "x:1=2", "{{x}}", "a" * 300, "x\n"])
def test_what_is_no_image(image: str) -> None:
    with pytest.raises(InputError, match="no image reference") as error:
        parse_wanted([f"web={image}"])
    assert error.value.where == "--image web"


def test_names_once_and_at_least_one() -> None:
    with pytest.raises(UsageError, match="named twice"):
        parse_wanted(["a=x:1", "b=x:1", "a=x:1"])
    with pytest.raises(UsageError, match="no image is named"):
        parse_wanted([])
