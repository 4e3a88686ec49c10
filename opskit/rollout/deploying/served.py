"""Where the API has an object of a manifest, whatever its kind: found by asking the server."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import NotFoundError
from opskit.errors import InputError

Object = Mapping[str, Any]


class NotServedError(InputError):
    """The cluster does not know this kind."""


class Served:
    """The kinds that a cluster serves. Each group and version is asked for once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: dict[str, dict[str, tuple[str, bool]]] = {}

    def path(self, thing: Object, namespace: str) -> str:
        """The path of an object; `namespace` is for one that names none, and is in one.

        Raises NotServedError for a kind that the cluster does not have.
        """
        version = str(thing.get("apiVersion") or "")
        plural, namespaced = self._kind(version, str(thing["kind"]))
        place = str(thing["metadata"].get("namespace") or namespace)
        parts = [_root(version)]
        if namespaced:
            parts += ["namespaces", quote(place, safe="")]
        return "/".join([*parts, plural, quote(str(thing["metadata"]["name"]), safe="")])

    def namespaced(self, thing: Object) -> bool:
        """Whether objects of this kind are in a namespace; errors as of `path`."""
        return self._kind(str(thing.get("apiVersion") or ""), str(thing["kind"]))[1]

    def forget(self) -> None:
        """Ask again: a kind may have been added."""
        self._known.clear()

    def _kind(self, version: str, kind: str) -> tuple[str, bool]:
        if version not in self._known:
            self._known[version] = self._ask(version)
        try:
            return self._known[version][kind]
        except KeyError:
            raise NotServedError(
                f"the cluster knows no {kind} of {version or 'no apiVersion'}", hint=_hint(version)
            ) from None

    def _ask(self, version: str) -> dict[str, tuple[str, bool]]:
        if not version:
            return {}
        try:
            found = self._cluster.get(_root(version))
        except NotFoundError:
            return {}
        return {
            str(each["kind"]): (str(each["name"]), bool(each.get("namespaced")))
            for each in found.get("resources") or ()
            if "/" not in each["name"]
        }


def _root(version: str) -> str:
    group, slash, number = version.partition("/")
    if not slash:
        return f"/api/{quote(version, safe='')}"
    return f"/apis/{quote(group, safe='')}/{quote(number, safe='')}"


def _hint(version: str) -> str:
    if version.startswith("kustomize.config.k8s.io/"):
        return "render it: kustomize build FOLDER | opskit rollout deploy -f -"
    return "check apiVersion and kind; 'kubectl api-resources' lists what there is"
