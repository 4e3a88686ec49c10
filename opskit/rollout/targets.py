"""What a rollout is about: `deploy/web` on a command line, workloads in manifests, a selector."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opskit.errors import InputError, UsageError
from opskit.rollout.kinds import KINDS, ROLLING, Kind, kind_of

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_FORMS = "deploy/NAME, sts/NAME, ds/NAME or cronjob/NAME"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One workload in one namespace, e.g. `deploy/web`."""

    namespace: str
    short: str
    name: str

    @property
    def kind(self) -> Kind:
        found = kind_of(self.short)
        assert found is not None
        return found

    @property
    def path(self) -> str:
        """Its path in the API."""
        return self.kind.path(self.namespace, self.name)

    def __str__(self) -> str:
        return f"{self.short}/{self.name}"


def parse(text: str, namespace: str) -> Target:
    """The workload that a word of the command line names; UsageError where it names none."""
    word, slash, name = text.partition("/")
    kind = kind_of(word)
    if kind is None or not slash:
        raise UsageError(f"{text[:80]!r} names no workload", hint=f"write {_FORMS}")
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise UsageError(
            f"{name[:80]!r} is no name of a workload",
            hint="names have a-z, 0-9, - and . and start and end with a letter or a digit",
        )
    return Target(namespace, kind.short, name)


def check_namespace(namespace: str) -> None:
    """UsageError for what no namespace can be called.

    A namespace is a label of DNS: Kubernetes documentation, "Object Names and IDs".
    """
    if not _LABEL.fullmatch(namespace) or len(namespace) > 63:
        raise UsageError(
            f"{namespace[:80]!r} is no name of a namespace",
            where="--namespace",
            hint="names have a-z, 0-9 and - and start and end with a letter or a digit",
        )


def of_object(workload: dict[str, Any], namespace: str) -> Target:
    """The target that an object of the API, or a manifest, is."""
    kind = kind_of(str(workload.get("kind")))
    assert kind is not None
    meta = workload["metadata"]
    return Target(meta.get("namespace") or namespace, kind.short, meta["name"])


def selected(
    cluster: "Cluster", namespace: str, selector: str, kinds: Sequence[Kind] = ROLLING
) -> list[Target]:
    """The workloads of a namespace (of all, for an empty one) that a label selector matches.

    UsageError for a selector that the server does not take, InputError for one that matches
    nothing.
    """
    from opskit.clients.kubeerrors import ApiError
    from opskit.rollout import present

    found = []
    for kind in kinds:
        try:
            items, _ = cluster.list(kind.path(namespace), {"labelSelector": selector})
        except ApiError as error:
            if error.status != 400:
                raise
            raise UsageError(error.message, where="--selector", hint="as app=web,tier!=db") from (
                None
            )
        for item in items:
            meta = item["metadata"]
            found.append(Target(meta["namespace"], kind.short, meta["name"]))
    if not found:
        if namespace and not present.has_namespace(cluster, namespace):
            raise present.no_namespace(cluster, namespace)
        place = present.place(cluster, namespace) if namespace else "any namespace"
        names = ",".join(kind.short for kind in kinds)
        space = f"-n {namespace}" if namespace else "-A"
        raise present.NotThereError(
            f"no workload in {place} matches {selector!r}",
            hint=f"check the labels: kubectl get {names} {space} --show-labels",
        )
    return sorted(found)


def in_manifests(
    files: Iterable[str | Path], namespace: str, *, given: bool = False
) -> list[Target]:
    """The workloads that manifests hold, those in Lists included; other objects are passed over.

    `namespace` is for those that name none; where it was `given`, one that names another is
    refused, as kubectl does. InputError with the file and line for what is no manifest, and where
    there is no workload.
    """
    found: list[Target] = []
    names = []
    for file in files:
        names.append(str(file))
        for manifest in read_manifests(file):
            kind = kind_of(str(manifest.get("kind")))
            if kind is not None:
                target = of_object(manifest, namespace)
                if given:
                    check_place(target, namespace, str(file))
                found += [] if target in found else [target]
    if not found:
        known = ", ".join(kind.name for kind in KINDS)
        raise InputError("holds no workload", where=", ".join(names), hint=f"wanted is a {known}")
    return found


def check_place(target: Target, namespace: str, file: str) -> None:
    """InputError for a workload of a manifest that names another namespace than was given."""
    if target.namespace != namespace:
        raise InputError(
            f"{target} is in namespace {target.namespace}, and -n says {namespace}",
            where=file,
            hint="leave -n out, or the namespace in the manifest",
        )


def read_manifests(file: str | Path) -> list[dict[str, Any]]:
    """The objects of a manifest file, `-` for stdin; the items of a List one by one."""
    from opskit.files import display_name, read_bytes

    return parse_manifests(read_bytes(file), display_name(file))


def parse_manifests(data: bytes, name: str) -> list[dict[str, Any]]:
    """The objects in the bytes of a manifest; messages call it `name`."""
    import yaml

    from opskit.clients.kubeyaml import LOADER, refuse_many_aliases
    from opskit.documents import decode_text

    text = decode_text(data, name)
    if (whole := _as_json(text)) is not None:
        return list(_objects([whole], name))
    try:
        refuse_many_aliases(text, name)
        documents = [each for each in yaml.load_all(text, Loader=LOADER) if each is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise InputError(
            error.problem or "is no YAML", where=where, hint="a manifest is wanted, not a template"
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # ValueError: 2026-13-45
        raise InputError(f"is no YAML: {error}", where=name, hint="mend the file") from None
    return list(_objects(documents, name))


def _as_json(text: str) -> Any:
    """What one document of JSON holds; None where it is YAML, which then says what is wrong."""
    import msgspec

    if not text.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _objects(
    documents: Iterable[Any], name: str, *, listed: bool = False
) -> Iterable[dict[str, Any]]:
    for number, document in enumerate(documents, 1):
        if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
            raise InputError(
                f"document {number} is no object of Kubernetes",
                where=name,
                hint="a manifest has apiVersion, kind and metadata",
            )
        if document["kind"].endswith("List") and isinstance(document.get("items"), list):
            if listed:  # with aliases, it might have no end
                raise InputError("a List in a List", where=name, hint="write its items out")
            yield from _objects(document["items"], name, listed=True)
            continue
        meta = document.get("metadata")
        if not isinstance(meta, dict) or not isinstance(meta.get("name"), str):
            raise InputError(
                f"document {number}: a {document['kind']} without metadata.name",
                where=name,
                hint="name it; generateName is of no use for a rollout",
            )
        yield document
