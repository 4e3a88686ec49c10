"""Entries of kustomizations: what `kustomize edit set image` would make of them, in place."""

from pathlib import Path

import pytest

from opskit.errors import InputError
from opskit.rollout.edit.plan import plan
from tests.rollout.edit.files import DEPLOYMENT, after, edited, lines

FILE = "kustomization.yaml"
ONE, TWO = ("sha256:" + digit * 64 for digit in "12")


def entry(*fields: str) -> str:
    first, *rest = fields
    return "".join(["images:\n", f"- {first}\n", *(f"  {field}\n" for field in rest)])


@pytest.mark.parametrize(
    ("fields", "image", "wanted"),
    [
        (("name: web", "newTag: v1"), "web=web:v2", ("name: web", "newTag: v2")),
        (("newTag: 'v1'", "name: web"), "web=web:v2", ("newTag: 'v2'", "name: web")),
        (
            ("name: web", "newTag: v1  # ours"),
            "web=web:1.10",
            ("name: web", 'newTag: "1.10"  # ours'),
        ),
        (("name: web", "newTag: 1.10"), "web=web:1.10", ("name: web", 'newTag: "1.10"')),
        (("name: web  # new",), "web=web:v2", ("name: web  # new", "newTag: v2")),
        (
            ("name: web", "newName: r.example/web", "newTag: v1"),
            "web=q.example/web:v2",
            ("name: web", "newName: q.example/web", "newTag: v2"),
        ),
        (
            ("name: web", "newTag: v1"),
            "web=r.example/web:v2",
            ("name: web", "newName: r.example/web", "newTag: v2"),
        ),
        (("name: web", f"digest: {ONE}"), f"web=web@{TWO}", ("name: web", f"digest: {TWO}")),
        (("name: web", "newTag: v1"), f"web=web@{TWO}", ("name: web", f"digest: {TWO}")),
        (("name: web", f"digest: {ONE}"), "web=web:v2", ("name: web", "newTag: v2")),
        (
            ("name: web", "newTag: v1"),
            f"web=web:v2@{TWO}",
            ("name: web", f"digest: {TWO}", "newTag: v2"),
        ),
        (("name: web", "newTag: v1"), "web=docker.io/library/web:v2", ("name: web", "newTag: v2")),
        (
            ("name: nginx", "newTag: v1"),
            "docker.io/library/nginx=nginx:v2",
            ("name: nginx", "newTag: v2"),
        ),
    ],
)
def test_an_entry(
    tmp_path: Path, fields: tuple[str, ...], image: str, wanted: tuple[str, ...]
) -> None:
    assert after(tmp_path, entry(*fields), image, name=FILE) == entry(*wanted)


def test_in_brackets_and_in_json(tmp_path: Path) -> None:
    text = "images: [{name: web, newTag: v1}, {name: db}]\n"
    assert after(tmp_path, text, "web=web:v2", "db=db:16", name=FILE) == (
        'images: [{name: web, newTag: v2}, {name: db, newTag: "16"}]\n'
    )
    json = '{"images": [{"name": "web"}]}'
    assert after(tmp_path, json, "web=web:v2", name=FILE) == (
        '{"images": [{"name": "web", "newTag": "v2"}]}'
    )


def test_what_is_put_in_has_the_line_ends_and_the_indentation_of_the_file(tmp_path: Path) -> None:
    text = "images:\r\n  -   name: web"
    assert after(tmp_path, text, "web=q/web:v2", name=FILE) == (
        "images:\r\n  -   name: web\r\n      newName: q/web\r\n      newTag: v2"
    )


def test_the_change_says_what_was_put_in(tmp_path: Path) -> None:
    (change,) = edited(tmp_path, entry("name: web"), "web=q/web:v2", name=FILE).changes
    assert change[1:] == ("web", "newName, newTag", "", "q/web, v2")
    assert change.location.line == 2


@pytest.mark.parametrize(
    ("fields", "image", "message", "line"),
    [
        (("name: web", "newTag: v1", f"digest: {ONE}"), "web=web:v2", "has a digest too", 4),
        (("name: web", "newTag: v1", f"digest: {ONE}"), f"web=web@{TWO}", "has a newTag too", 3),
        (("name: web", "newTag: v1"), "web=web", "has neither tag nor digest", 2),
        (("name: web", "newTag: >-\n    v1"), "web=web:v2", "several lines", 3),
        (("name: web", "newTag: {{ .tag }}"), "web=web:v2", "is a template", 3),
        (("name: web", "newTag: v1", "newTag: v2"), "web=web:v2", "stands twice", 4),
    ],
)
def test_what_is_refused(
    tmp_path: Path, fields: tuple[str, ...], image: str, message: str, line: int
) -> None:
    with pytest.raises(InputError, match=message) as error:
        edited(tmp_path, entry(*fields), image, name=FILE)
    assert error.value.where.startswith(f"{tmp_path / FILE}:{line}:")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (entry("name: web", "newTag: v1"), "kustomization.yml"),
        (entry("name: web", "newTag: v1"), "Kustomization"),
        (entry("name: web", "newTag: v1"), "base.yaml"),
        ("kind: Kustomization\n" + entry("name: web"), "base.yaml"),
        (
            "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n" + entry("name: web"),
            "c",
        ),
    ],
)
def test_how_a_kustomization_is_known(tmp_path: Path, text: str, name: str) -> None:
    assert lines(tmp_path, text, "web=web:v2", name=name) == ["newTag: v2"]


def test_another_kind_is_none(tmp_path: Path) -> None:
    text = "kind: Component\napiVersion: other/v1\n" + entry("name: web")
    with pytest.raises(InputError, match="holds no image"):
        edited(tmp_path, text, "web=web:v2")


def test_an_entry_that_undoes_the_edit_of_a_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / FILE).write_text(entry("name: shop/web", "newTag: v1"))
    first, second = plan([tmp_path], ["web=shop/web:v2"])
    (note,) = first.notes
    assert note == f"{tmp_path / FILE}:2:3: this kustomization makes shop/web:v1 of shop/web:v2"
    assert second.notes == ()
    assert not any(each.notes for each in plan([tmp_path / "web.yaml"], ["web=shop/web:v2"]))
    assert not any(each.notes for each in plan([tmp_path], ["shop/web=shop/web:v2"]))
    assert not any(each.notes for each in plan([tmp_path], ["web=shop/web:v1"]))
