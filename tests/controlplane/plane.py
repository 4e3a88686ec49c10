"""A control plane on loopback: etcd, apiserver, controller manager, scheduler, and KWOK.

It starts in about four seconds and holds some 600 MB. Everything it writes is in one folder.
"""

from __future__ import annotations

import http.client
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import yaml

from tests.controlplane import api, audit, build, kwok
from tests.controlplane.cluster import POLL_SECONDS, READY_SECONDS, Cluster
from tests.controlplane.processes import Process
from tests.rig.ports import free_ports

PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
"""In the order in which they start; they end in the reverse order."""

_ISSUER = "https://kubernetes.default.svc.cluster.local"
_LOGS = {
    "apiVersion": "kwok.x-k8s.io/v1alpha1",
    "kind": "ClusterLogs",
    "metadata": {"name": "logs"},
}


class Plane(Cluster):
    """A control plane; ``start`` makes one that runs.

    ``parts`` are its processes by name (``PARTS``), to freeze, slow down or stop.
    """

    def __init__(self, folder: Path, name: str, flags: Sequence[str] = ()) -> None:
        ports = free_ports(len(PARTS) + 1)
        self._ports = dict(zip(PARTS, ports, strict=False))
        self._peer_port = ports[-1]
        super().__init__(folder, name, self._ports["kube-apiserver"])
        self.parts: dict[str, Process] = {}
        self._flags = flags
        internal = self.certified("internal", audit.INTERNAL_USER, "system:masters")
        api.write_kubeconfig(folder / "internal.kubeconfig", internal)
        self.say([])

    def say(self, lines: Sequence[str], previous: Sequence[str] | None = None) -> None:
        """What the log of every container says from now on, and that of its previous run.

        Both say the same unless ``previous`` is given.
        """
        for file, said in (("log", lines), ("previous-log", previous or lines)):
            text = "".join(
                f"2026-01-01T00:00:{n % 60:02}Z stderr F {line}\n" for n, line in enumerate(said)
            )
            (self.folder / file).write_text(text, encoding="utf-8")

    def requests(
        self, namespace: str = "", agent: str = "", since: float = 0
    ) -> list[audit.Request]:
        """The requests made from outside, the parts of the control plane left out.

        Only those in a namespace, of clients whose user agent contains ``agent``, and received
        after ``since`` (as of ``time.time()``), where these are given.
        """
        return [
            request
            for request in audit.read(self.folder / "audit.log")
            if namespace in ("", request.namespace)
            and agent in request.agent
            and request.at >= since
        ]

    def restart(self, part: str = "kube-apiserver", down: float = 0.0, kill: bool = True) -> None:
        """End a part, start it ``down`` seconds later on the same port, and wait for the plane."""
        self.parts[part].stop(kill)
        time.sleep(down)
        self.parts[part].start()
        self._wait(self._ready)

    def start(self, without: Collection[str] = ()) -> None:
        """Start its parts; AssertionError with the end of a log when one does not run."""
        for part in PARTS:
            if part not in without:
                command = [str(build.program(part)), *self._arguments(part)]
                self.parts[part] = Process(part, command, self.folder)
            if part == "etcd":  # the apiserver ends when it does not answer soon
                self._wait(self._etcd_ready)
            if part == "kube-apiserver":
                self._wait(self._ready)

    def stop(self) -> None:
        """End all its processes, the last one started first, and wait for each."""
        for part in reversed(self.parts.values()):
            # Nothing has to be kept, and an apiserver that is asked to end waits for its watches.
            part.stop(kill=True)

    def _wait(self, ready: Callable[[], bool]) -> None:
        server = self.parts.get("kube-apiserver", self.parts["etcd"])
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            ended = [part for part in self.parts.values() if not part.running]
            if ended or time.monotonic() > deadline:
                about = ended[0] if ended else server
                raise AssertionError(f"{about.name} is not ready: {about.log()}")
            time.sleep(POLL_SECONDS)

    def _etcd_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports["etcd"], timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _ready(self) -> bool:
        try:
            self.api.get("/readyz")
        except (OSError, http.client.HTTPException, api.ApiError):
            return False
        return True

    def _arguments(self, part: str) -> list[str]:
        port = self._ports[part]
        config = self.folder / "internal.kubeconfig"
        serving = ["--bind-address=127.0.0.1", f"--secure-port={port}"]
        client = [f"--kubeconfig={config}", "--kube-api-qps=1000", "--kube-api-burst=2000"]
        if part == "etcd":
            return self._etcd(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{self._peer_port}")
        if part == "kube-apiserver":
            return [*serving, *self._apiserver(), *self._flags]
        if part == "kube-controller-manager":
            return [
                *serving,
                *client,
                "--root-ca-file=ca.crt",
                "--service-account-private-key-file=internal.key",
                "--leader-elect=false",
            ]
        if part == "kube-scheduler":
            return [
                *serving,
                *client,
                f"--authentication-kubeconfig={config}",
                f"--authorization-kubeconfig={config}",
                "--leader-elect=false",
            ]
        return self._kwok(port, config)

    def _etcd(self, url: str, peer: str) -> list[str]:
        return [
            "--data-dir=etcd",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        ]

    def _apiserver(self) -> list[str]:
        policy = self.folder / "audit-policy.json"
        policy.write_text(json.dumps(audit.POLICY), encoding="utf-8")
        return [
            f"--etcd-servers=http://127.0.0.1:{self._ports['etcd']}",
            "--cert-dir=.",
            "--tls-cert-file=internal.crt",
            "--tls-private-key-file=internal.key",
            "--client-ca-file=ca.crt",
            "--service-account-key-file=internal.key",
            "--service-account-signing-key-file=internal.key",
            f"--service-account-issuer={_ISSUER}",
            "--authorization-mode=Node,RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged=true",
            "--kubelet-preferred-address-types=InternalIP",
            f"--audit-policy-file={policy}",
            "--audit-log-path=audit.log",
            "--audit-log-maxsize=1000",
        ]

    def _kwok(self, port: int, config: Path) -> list[str]:
        logs = {
            "logsFile": str(self.folder / "log"),
            "previousLogsFile": str(self.folder / "previous-log"),
        }
        documents = [*kwok.stages(), {**_LOGS, "spec": {"logs": [logs]}}]
        stages = self.folder / "kwok.yaml"
        stages.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        return [
            f"--kubeconfig={config}",
            "--manage-all-nodes=true",
            f"--server-address=127.0.0.1:{port}",
            f"--config={stages}",
            "--node-ip=127.0.0.1",
            f"--node-port={port}",
            "--tls-cert-file=internal.crt",
            "--tls-private-key-file=internal.key",
        ]


@contextmanager
def start(
    *,
    name: str = "plane",
    nodes: int = 1,
    without: Collection[str] = (),
    flags: Sequence[str] = (),
) -> Iterator[Plane]:
    """A new control plane that runs, with so many nodes; ended and removed afterwards.

    ``without`` names ``PARTS`` that do not start. ``flags`` are added to the apiserver's:
    ``--etcd-compaction-interval=1s`` with ``--watch-cache=false`` makes old watches 410 Gone.
    """
    folder = Path(tempfile.mkdtemp(prefix="opskit-controlplane-"))
    plane = Plane(folder, name, flags)
    try:
        plane.start(without)
        plane.add_nodes(nodes)
        yield plane
    finally:
        plane.stop()
        shutil.rmtree(folder, ignore_errors=True)


def merged_kubeconfig(file: Path, *planes: Plane) -> Path:
    """Write one kubeconfig with a context for each plane, called as the plane is."""
    texts = [plane.kubeconfig.read_text(encoding="utf-8") for plane in planes]
    return api.write_kubeconfig(file, *map(yaml.safe_load, texts))
