"""What tests do with a cluster: kubectl, requests, namespaces, nodes, users."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.controlplane import api, build
from tests.controlplane.certificates import ADMIN, Authority

READY_SECONDS = 60.0
POLL_SECONDS = 0.05
_RBAC = "rbac.authorization.k8s.io"


class Cluster:
    """A cluster on loopback whose administrator the tests are.

    ``kubeconfig`` is the administrator's; its one context has the cluster's ``name``.
    ``api`` makes requests, with plain dicts.
    """

    def __init__(self, folder: Path, name: str, port: int) -> None:
        self.folder = folder
        self.name = name
        self.url = f"https://127.0.0.1:{port}"
        self.authority = Authority(folder)
        self.kubeconfig = folder / "admin.kubeconfig"
        api.write_kubeconfig(self.kubeconfig, self.certified("admin", *ADMIN))
        self.api = api.Api(port, self.authority.file, folder / "admin.crt", folder / "admin.key")
        self._numbers = itertools.count(1)

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What kubectl prints, as the administrator; AssertionError when it fails."""
        done = self.run_kubectl(*arguments, stdin=stdin)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def run_kubectl(
        self,
        *arguments: str,
        stdin: str | None = None,
        kubeconfig: Path | None = None,
        timeout: float = 120.0,
    ) -> subprocess.CompletedProcess[str]:
        """kubectl, also one that may fail."""
        own = {"KUBECONFIG": str(kubeconfig or self.kubeconfig), "HOME": str(self.folder)}
        return subprocess.run(
            [str(build.program("kubectl")), *arguments],
            env={**os.environ, **own},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    def apply(self, namespace: str, *documents: Mapping[str, Any]) -> None:
        """``kubectl apply`` these objects in a namespace."""
        text = "\n---\n".join(json.dumps(document) for document in documents)
        self.kubectl("apply", "-n", namespace, "-f", "-", stdin=text)

    def make(self, namespace: str, *workloads: Mapping[str, Any]) -> None:
        """Create Deployments, StatefulSets and DaemonSets; quicker than ``apply``."""
        for workload in workloads:
            kind = f"{workload['kind'].lower()}s"
            self.api.post(f"/apis/apps/v1/namespaces/{namespace}/{kind}", workload)

    def namespace(self, prefix: str = "test") -> str:
        """The name of a new namespace, in which pods can be made already."""
        name = f"{prefix}-{next(self._numbers)}"
        self.api.post("/api/v1/namespaces", {"metadata": {"name": name}})
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        wait_until(lambda: self.exists(account), f"{name} got no service account")
        return name

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace with all that is in it, without waiting for the end of it."""
        with contextlib.suppress(api.ApiError):
            self.api.delete(f"/api/v1/namespaces/{name}")

    def exists(self, path: str) -> bool:
        """Whether there is an object at this path of the API."""
        try:
            self.api.get(path)
        except api.ApiError as error:
            if error.code == 404:
                return False
            raise
        return True

    def pods(self, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """The pods of a namespace."""
        path = f"/api/v1/namespaces/{namespace}/pods?labelSelector={selector}"
        return list(self.api.get(path)["items"])

    def add_nodes(
        self,
        count: int,
        arch: str = "amd64",
        cpu: str = "64",
        pods: int = 1000,
        labels: Mapping[str, str] | None = None,
    ) -> list[str]:
        """The names of new nodes that are ready; the real scheduler places pods on them."""
        names = [f"node-{next(self._numbers)}" for _ in range(count)]
        for name in names:
            self.api.post("/api/v1/nodes", _node(name, arch, cpu, pods, labels or {}))
        for name in names:
            wait_until(partial(self._node_ready, name), f"{name} is not ready")
            # The controller manager does it too, later: until then no pod is placed there.
            self.api.patch(f"/api/v1/nodes/{name}", {"spec": {"taints": None}})
        return names

    def kubeconfig_for(
        self,
        user: str,
        rules: Sequence[Mapping[str, Any]] = (),
        namespace: str = "default",
        token: bool = False,
        days: int = 1,
    ) -> Path:
        """A kubeconfig of a user who may do what these rules of a Role in that namespace say.

        The user has a certificate (expired with ``days`` -1); with ``token`` it is a service
        account with a token, which ends with that account.
        """
        if token:
            subject = {"kind": "ServiceAccount", "name": user, "namespace": namespace}
            accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
            self.api.post(accounts, {"metadata": {"name": user}})
            config = self._config({"token": self.token(user, namespace)}, namespace)
        else:
            subject = {"kind": "User", "apiGroup": _RBAC, "name": user}
            config = self.certified(user, user, days=days, namespace=namespace)
        roles = f"/apis/{_RBAC}/v1/namespaces/{namespace}"
        about = {"metadata": {"name": user}}
        role = {"kind": "Role", "apiGroup": _RBAC, "name": user}
        self.api.post(f"{roles}/roles", {**about, "rules": list(rules)})
        self.api.post(f"{roles}/rolebindings", {**about, "roleRef": role, "subjects": [subject]})
        return api.write_kubeconfig(self.folder / f"{namespace}-{user}.kubeconfig", config)

    def token(self, account: str, namespace: str, seconds: int = 600) -> str:
        """A new token of a service account; the apiserver grants no shorter one than 600 s."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        answer = self.api.post(path, {"spec": {"expirationSeconds": seconds}})
        return str(answer["status"]["token"])

    def certified(
        self, file: str, user: str, group: str = "", days: int = 1, namespace: str = "default"
    ) -> dict[str, Any]:
        """The kubeconfig of someone with a certificate, which is in FILE.crt and FILE.key too."""
        identity = self.authority.issue(user, group, days)
        (self.folder / f"{file}.crt").write_bytes(identity.certificate)
        (self.folder / f"{file}.key").write_bytes(identity.key)
        return self._config(api.client_certificate(identity), namespace)

    def set_pod_status(self, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        """Merge into a pod's status what no stage says; a ready pod keeps it."""
        self.api.patch(f"/api/v1/namespaces/{namespace}/pods/{name}/status", {"status": status})

    def evict(self, namespace: str, name: str) -> None:
        """End a pod as a kubelet does whose node runs out of memory."""
        message = (
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 9Mi. "
        )
        status = {"phase": "Failed", "reason": "Evicted", "message": message}
        self.set_pod_status(namespace, name, status)

    def _node_ready(self, name: str) -> bool:
        conditions = self.api.get(f"/api/v1/nodes/{name}")["status"].get("conditions", [])
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

    def _config(self, user: dict[str, Any], namespace: str) -> dict[str, Any]:
        return api.kubeconfig(self.name, self.url, self.authority.certificate, user, namespace)


def wait_until(ready: Callable[[], object], otherwise: str, seconds: float = READY_SECONDS) -> None:
    """Poll until it is true; AssertionError that says ``otherwise`` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"{otherwise} within {seconds:g} s"
        time.sleep(POLL_SECONDS)


def _node(name: str, arch: str, cpu: str, pods: int, labels: Mapping[str, str]) -> dict[str, Any]:
    size = {"cpu": cpu, "memory": "256Gi", "pods": str(pods)}
    own = {
        "kubernetes.io/arch": arch,
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
    }
    info = {"architecture": arch, "operatingSystem": "linux"}
    return {
        "metadata": {"name": name, "labels": {**own, **labels}},
        "status": {"allocatable": size, "capacity": size, "nodeInfo": info},
    }
