"""The objects of a manifest in an artifact; what is on a cluster is in `test_on_a_cluster`."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from opskit.errors import InputError
from opskit.rollout.codepipeline import changes
from opskit.rollout.codepipeline.parameters import read
from opskit.rollout.codepipeline.protocol import Request
from tests.rollout.codepipeline.pipeline import PARAMETERS

CLUSTER: Any = SimpleNamespace(namespace="shop")


@pytest.mark.parametrize("name", [f"Build::{'m' * 300}.yaml", "Build::k8s/.", "Build::a\0b"])
def test_a_manifest_may_have_any_name_that_an_archive_permits(name: str) -> None:
    parameters = read(json.dumps({**PARAMETERS, "targets": [], "manifest": "Build::a.yaml"}))
    text = b"kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n"
    with pytest.raises(InputError, match="holds no workload") as caught:
        changes.items(CLUSTER, parameters, Request("1", {"web": "web:2"}, text, name))
    assert caught.value.where == name
    with pytest.raises(InputError) as caught:
        changes.items(CLUSTER, parameters, Request("1", {"web": "web:2"}, b"a: [", name))
    assert caught.value.where.startswith(f"{name}:")
