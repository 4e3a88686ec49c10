"""Who puts images back: told by field managers, labels and annotations."""

from typing import Any

import pytest

from opskit.rollout.changes.managers import image_owners, put_back
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT
from opskit.rollout.targets import Target
from tests.controlplane.plane import Plane
from tests.rollout.onplane import connected, workload

FLUX = "kustomize.toolkit.fluxcd.io/name"


def marked(**meta: Any) -> dict[str, Any]:
    thing = workload(web="w:1")
    for name, value in meta.items():
        thing["metadata"].setdefault(name, {}).update(value)
    return thing


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({}, []),
        ({"labels": {"app.kubernetes.io/managed-by": "kustomize"}}, []),
        ({"annotations": {"argocd.argoproj.io/tracking-id": "a:apps/Deployment:b/c"}}, ["Argo CD"]),
        ({"labels": {FLUX: "apps"}}, ["Flux"]),
        ({"annotations": {"meta.helm.sh/release-name": "web"}}, ["Helm"]),
        (
            {
                "labels": {"helm.toolkit.fluxcd.io/name": "web"},
                "annotations": {"meta.helm.sh/release-name": "web"},
            },
            ["Flux"],
        ),
    ],
)
def test_marks(meta: dict[str, Any], words: list[str]) -> None:
    found = put_back(DEPLOYMENT, marked(**meta), ["web"])
    assert [text.split(" looks")[0] for text in found] == words


@pytest.mark.parametrize(
    ("manager", "tool"),
    [
        ("argocd-controller", "Argo CD"),
        ("kustomize-controller", "Flux"),
        ("helm", "Helm"),
        ("ci", ""),
    ],
)
def test_the_owner_of_the_image_is_read_from_the_server(
    manager: str, tool: str, plane: Plane, namespace: str
) -> None:
    """Another container's owner does not count, nor does who owns another field."""
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    cluster.request(
        "PATCH",
        target.path,
        {"fieldManager": manager, "force": True},
        workload(replicas=0, web="w:1", log="l:1"),
        "application/apply-patch+yaml",
    )
    plane.kubectl("set", "image", "deploy/web", "-n", namespace, "log=l:2")
    thing = cluster.get(target.path)
    assert manager in image_owners(DEPLOYMENT, thing, "web")
    assert image_owners(DEPLOYMENT, thing, "log") == ["kubectl-set"]
    found = put_back(DEPLOYMENT, thing, ["web"])
    assert [f"field manager {manager}" in text and tool in text for text in found] == [True] * bool(
        tool
    )
    assert put_back(DEPLOYMENT, thing, ["log"]) == []


def test_the_image_of_a_cronjob_is_deeper() -> None:
    fields: dict[str, Any] = {"f:image": {}}
    for part in ('k:{"name":"web"}', "f:containers", "f:spec", "f:template", "f:spec"):
        fields = {part: fields}
    fields = {"f:spec": {"f:jobTemplate": fields}}
    thing = {"metadata": {"managedFields": [{"manager": "helm", "fieldsV1": fields}]}}
    assert image_owners(CRON_JOB, thing, "web") == ["helm"]
    assert image_owners(CRON_JOB, thing, "log") == []
    assert image_owners(DEPLOYMENT, thing, "web") == []
