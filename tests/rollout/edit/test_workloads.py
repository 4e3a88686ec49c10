"""Images of containers: what a name means, and that the scalar changes and nothing else."""

from pathlib import Path

import pytest

from opskit.errors import InputError
from opskit.rollout.edit.plan import plan
from tests.rollout.edit.files import DEPLOYMENT, after, edited, lines

POD = "      containers: [{name: web, image: a/web:1}]\n"


def workload(kind: str, spec: str) -> str:
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: x}}\n{spec}"


@pytest.mark.parametrize(
    ("image", "old", "new"),
    [
        ("web=shop/web:1.5", "image:   shop/web:1.4.2   #", "image:   shop/web:1.5   #"),
        ("schema=shop/schema:8", "'shop/schema:7'", "'shop/schema:8'"),
        ("proxy=envoy:1.31", '"envoy:1.30"', '"envoy:1.31"'),
        ("shop/web=shop/web:1.5", "shop/web:1.4.2", "shop/web:1.5"),
        ("docker.io/shop/web=r.example/web:1", "shop/web:1.4.2", "r.example/web:1"),
        ("web=w@sha256:" + "0" * 64, "shop/web:1.4.2", "w@sha256:" + "0" * 64),
        ("web=shop/web", "shop/web:1.4.2", "shop/web"),
    ],
)
def test_the_scalar_and_nothing_else(tmp_path: Path, image: str, old: str, new: str) -> None:
    assert DEPLOYMENT.count(old) == 1
    assert after(tmp_path, DEPLOYMENT, image) == DEPLOYMENT.replace(old, new)


def test_all_containers(tmp_path: Path) -> None:
    found = edited(tmp_path, DEPLOYMENT, "*=x:1")
    assert [change.label for change in found.changes] == [
        "deployment/web schema",
        "deployment/web web",
        "deployment/web proxy",
    ]
    assert found.after.count(b"x:1") == 3


def test_a_change_says_where_and_what(tmp_path: Path) -> None:
    (change,) = edited(tmp_path, DEPLOYMENT, "web=shop/web:1.5").changes
    assert change.location == (str(tmp_path / "a.yaml"), 13, 20)
    assert change[1:] == ("deployment/web web", "image", "shop/web:1.4.2", "shop/web:1.5")


@pytest.mark.parametrize(
    "text",
    [
        *(
            workload(kind, f"spec:\n  template:\n    spec:\n{POD}")
            for kind in (
                "Deployment",
                "StatefulSet",
                "DaemonSet",
                "ReplicaSet",
                "ReplicationController",
                "Job",
            )
        ),
        workload("CronJob", f"spec:\n jobTemplate:\n  spec:\n   template:\n    spec:\n{POD}"),
        workload("Pod", f"spec:\n{POD}"),
        workload("PodTemplate", f"template:\n  spec:\n{POD}"),
        workload("List", f"items:\n- kind: Pod\n  spec:\n{POD}"),
        workload("PodList", f"items:\n- spec:\n{POD}"),
    ],
    ids=lambda text: text.split()[3],
)
def test_every_kind_of_workload(tmp_path: Path, text: str) -> None:
    assert after(tmp_path, text, "web=a/web:2") == text.replace("a/web:1", "a/web:2")


@pytest.mark.parametrize(
    "text",
    [
        workload("Service", f"spec:\n  template:\n    spec:\n{POD}"),
        workload("ConfigMap", "data: {image: a/web:1}\n"),
        workload("Deployment", "spec: {template: {spec: {containers: [{name: web}]}}}\n"),
        workload("Deployment", "spec: {template: {spec: {containers: web}}}\n"),
        workload("Deployment", "spec: []\n"),
        "- just\n- a list\n",
        "text\n",
        "# a comment\n",
    ],
)
def test_what_runs_no_image(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="holds no image") as error:
        edited(tmp_path, text, "web=a/web:2")
    assert error.value.where == str(tmp_path / "a.yaml")


def test_unchanged_is_the_same_bytes(tmp_path: Path) -> None:
    found = edited(tmp_path, DEPLOYMENT, "web=shop/web:1.4.2", "proxy=envoy:1.30")
    assert not found.changed
    assert found.changes == ()
    assert found.diff() == ""


def test_an_unknown_name_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image is called 'wbe'") as error:
        edited(tmp_path, DEPLOYMENT, "web=x:1", "wbe=x:1")
    assert "did you mean web?" in error.value.hint
    there = "there are: web (shop/web:1.4.2), proxy (envoy:1.30), schema (shop/schema:7)"
    assert there in error.value.hint


def test_a_bare_name_is_a_container_never_an_image(tmp_path: Path) -> None:
    text = workload("Pod", "spec: {containers: [{name: web, image: nginx:1}]}\n")
    with pytest.raises(InputError, match="no image is called 'nginx'"):
        edited(tmp_path, text, "nginx=nginx:2")


def test_two_wishes_for_one_container_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two images: web=a:1 and shop/web=b:1") as error:
        edited(tmp_path, DEPLOYMENT, "web=a:1", "shop/web=b:1")
    assert error.value.where == f"{tmp_path / 'a.yaml'}:13:20"
    assert after(tmp_path, DEPLOYMENT, "web=a:1", "shop/web=a:1").count("a:1") == 1


def test_one_name_on_images_of_two_repositories_is_refused(tmp_path: Path) -> None:
    for name in ("api", "web"):
        text = DEPLOYMENT.replace("name: web ", "name: app ").replace("shop/web", f"shop/{name}")
        (tmp_path / f"{name}.yaml").write_text(text)
    with pytest.raises(InputError, match="'app' means images of 2 repositories") as error:
        plan([tmp_path], ["app=shop/web:2"])
    assert f"{tmp_path / 'api.yaml'}:13:20: deployment/web app runs docker.io/shop/api" in str(
        error.value
    )
    assert "--image docker.io/shop/api=" in error.value.hint
    changed = [each.changed for each in plan([tmp_path], ["shop/web=shop/web:2"])]
    assert changed == [False, True]


def test_one_name_on_one_repository_means_all(tmp_path: Path) -> None:
    text = f"{DEPLOYMENT}---\n{DEPLOYMENT.replace('shop/web:1.4.2', 'docker.io/shop/web:1')}"
    assert after(tmp_path, text, "web=shop/web:2").count("shop/web:2 ") == 2


def test_placeholders_are_replaced_and_their_repository_is_known(tmp_path: Path) -> None:
    text = DEPLOYMENT.replace("shop/web:1.4.2", "123.dkr.ecr.eu-west-1.amazonaws.com/web:$TAG")
    assert lines(tmp_path, text, "123.dkr.ecr.eu-west-1.amazonaws.com/web=w:1") == [
        "image:   w:1   # pinned"
    ]


def test_many_documents(tmp_path: Path) -> None:
    text = f"---\n{DEPLOYMENT}---\n---\n# nothing\n---\n{workload('Service', 'spec: {}')}\n...\n"
    assert after(tmp_path, text, "web=x:1") == text.replace("shop/web:1.4.2", "x:1")


def test_a_pod_template_of_a_kind_that_is_not_known_is_said_with_its_line(tmp_path: Path) -> None:
    spec = f"spec:\n  template:\n    spec:\n{POD}"
    text = f"{DEPLOYMENT}---\n{workload('Rollout', spec)}"
    line = text.splitlines().index(POD.rstrip(), DEPLOYMENT.count("\n")) + 1
    found = edited(tmp_path, text, "web=shop/web:1.5")
    [note] = found.notes
    assert note.startswith(f"{tmp_path / 'a.yaml'}:{line}:")
    assert "rollout/x web is not edited" in note
    assert edited(tmp_path, text, "proxy=envoy:1.31").notes == ()
