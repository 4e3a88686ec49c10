"""Facts for the rules, as short as a test wants to have them."""

import base64
import json
from dataclasses import replace
from typing import Any

from opskit.findings import Finding
from opskit.rollout.images import parse
from opskit.rollout.kinds import kind_of
from opskit.rollout.preflight.facts import Absent, Facts, Image, Unseen, Workload
from opskit.rollout.preflight.rules import RULES
from opskit.rollout.targets import Target
from opskit.rollout.workload import template

DIGEST = "sha256:" + "a" * 64
UNSEEN = Unseen("nodes is forbidden", "ask for this permission")
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"


def run(facts: Facts, code: str) -> list[Finding]:
    """The findings of one rule."""
    return RULES.run(facts, select=[code])


def facts(
    text: str = "ghcr.io/team/web:1",
    image: Image | Absent | Unseen | None = None,
    workload: Workload | None = None,
    **more: Any,
) -> Facts:
    reference = parse(text)
    return Facts(reference, image, workload, ecr=".ecr." in reference.domain, **more)


def image(*platforms: str, **more: Any) -> Image:
    """An image of platforms such as `linux/arm64`."""
    named = []
    for each in platforms:
        system, architecture, *variant = each.split("/")
        named.append({"os": system, "architecture": architecture, "variant": "".join(variant)})
    return Image(DIGEST, named, **more)


def pod(**spec: Any) -> dict[str, Any]:
    return {"containers": [{"name": "web", "image": "ghcr.io/team/web:0"}], **spec}


def workload(
    kind: str = "deploy", pod_spec: dict[str, Any] | None = None, **spec_and_more: Any
) -> Workload:
    """A workload `web` with labels app=web. Keywords that `Workload` has are its own, `status` is
    the object's, all others are of the spec.
    """
    own = {name: spec_and_more.pop(name) for name in list(spec_and_more) if name in _FIELDS}
    status = spec_and_more.pop("status", {})
    inner = {"metadata": {"labels": {"app": "web"}}, "spec": pod_spec or pod()}
    spec = {"replicas": 3, **spec_and_more}
    if kind == "cronjob":
        spec = {**spec, "jobTemplate": {"spec": {"template": inner, **spec.pop("job", {})}}}
    else:
        spec["template"] = inner
    made = kind_of(kind)
    assert made is not None
    thing = {"kind": made.name, "metadata": {"name": "web"}, "spec": spec, "status": status}
    target = Target("shop", made.short, "web")
    found = Workload(target, thing, template(made, thing), "web")
    return replace(found, **own)


_FIELDS = set(Workload.__dataclass_fields__) - {"target", "object", "template"}


def node(architecture: str = "amd64", name: str = "n", **spec: Any) -> dict[str, Any]:
    labels = {"kubernetes.io/arch": architecture, "kubernetes.io/os": "linux"}
    labels |= spec.pop("labels", {})
    return {"metadata": {"name": name, "labels": labels}, "spec": spec}


def secret(*registries: str, kind: str = "kubernetes.io/dockerconfigjson") -> dict[str, Any]:
    document: dict[str, Any] = {each: {"auth": "b3BzOnM="} for each in registries}
    name = ".dockercfg"
    if kind != "kubernetes.io/dockercfg":
        document, name = {"auths": document}, ".dockerconfigjson"
    data = base64.b64encode(json.dumps(document).encode()).decode()
    return {"type": kind, "data": {name: data}}


def quota(name: str = "team", used: dict[str, str] | None = None, **hard: str) -> dict[str, Any]:
    """`requests_cpu="2"` is the limit of `requests.cpu`."""
    limits = {each.replace("__", "/").replace("_", "."): value for each, value in hard.items()}
    return {
        "metadata": {"name": name},
        "spec": {"hard": limits},
        "status": {"hard": limits, "used": used or {}},
    }


def budget(name: str = "web", labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    status = spec.pop("status", {})
    selector = {"matchLabels": {"app": "web"} if labels is None else labels}
    return {
        "metadata": {"name": name},
        "spec": {"selector": selector, **spec},
        "status": status,
    }


def resources(**requests: str) -> dict[str, Any]:
    """A pod with one container that requests these."""
    return pod(containers=[{"name": "web", "image": "x", "resources": {"requests": requests}}])
