"""The programs of the control plane: found, or built once into the tests' cache.

The Go modules beside this file name the versions: etcd 3.6.8, Kubernetes 1.36.3, KWOK 0.8.0.
The folder that ``KUBEBUILDER_ASSETS`` names (as for controller-runtime's envtest) is looked into
first; what it lacks is built. A cold build takes about seven minutes on two cores, and another
one with a warm build cache 20 seconds.

``python -m tests.controlplane.build`` builds everything beforehand.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from tests import cache
from tests.cache import MissingComponentError

MODULES = {
    "etcd": ("etcd",),
    "kwok": ("kwok",),
    "kubernetes": ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"),
}
"""The programs of each Go module."""
BUILD_SECONDS = 2400

_HERE = Path(__file__).parent
_GO = """Go 1.26 is needed to build it: https://go.dev/doc/install, \
or .venv/bin/python -m pip install --group go"""


def program(name: str) -> Path:
    """The path of one program, built now if need be; MissingComponentError if that fails."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets and (found := Path(assets) / name).is_file():
        return found
    module = next(module for module, names in MODULES.items() if name in names)
    return _built(module) / name


def programs() -> dict[str, Path]:
    """All programs of the control plane, by name."""
    return {name: program(name) for names in MODULES.values() for name in names}


@functools.cache
def available() -> str | None:
    """None when the control plane can run here (built now if need be), else why not."""
    try:
        programs()
    except MissingComponentError as missing:
        return f"no control plane: {missing}"
    return None


def require() -> None:
    """Skip the running test when there is no control plane to be had; in CI fail it."""
    cache.require(available())


def _built(module: str) -> Path:
    sources = [_HERE / module / "go.mod", _HERE / module / "go.sum"]
    name = f"controlplane-{module}-{cache.digest(sources)}"
    return cache.made_once(name, lambda folder: _build(module, folder))


def _build(module: str, folder: Path) -> None:
    source = _HERE / module
    go = _go()
    flags = "-s"
    if module == "kubernetes":
        # Without it they say v0.0.0-master+$Format:%H$, which clients cannot read.
        version = cache.run(
            [go, "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes"], 300, source
        ).strip()
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
            flags += f" -X {package}.gitVersion={version}"
    options = ["-mod=readonly", "-trimpath", "-buildvcs=false", f"-ldflags={flags}"]
    cache.run([go, "build", *options, "-o", f"{folder}/", "tool"], BUILD_SECONDS, source)
    if module == "etcd":
        (folder / "server").rename(folder / "etcd")


def _go() -> str:
    beside = Path(sys.executable).with_name("go")
    if beside.is_file():
        return str(beside)
    try:
        cache.run(["go", "version"], 60)
    except MissingComponentError as missing:
        raise MissingComponentError(f"{missing}. {_GO}") from None
    return "go"


def main() -> int:
    """Build what is missing; 0 when all is there."""
    for names in MODULES.values():
        print(f"{', '.join(names)}: ", end="", flush=True)
        try:
            paths = [program(name) for name in names]
        except MissingComponentError as missing:
            print(missing)
            return 1
        print(f"ready in {', '.join(sorted({str(path.parent) for path in paths}))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
