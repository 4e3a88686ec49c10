"""A change of one workload: planned, shown as a diff, and made as long as it is what was shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import ApiError, ConflictError, InvalidError
from opskit.errors import ExitCode, OpskitError, UnknownError
from opskit.redact import masked_value
from opskit.rollout.changes.jsonpatch import NO_MATCH, Operation, applied
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.rollout.workload import images, template

Object = Mapping[str, Any]
Action = Literal["set", "undo", "restart", "pause", "resume"]

ATTEMPTS = 6
_CHANGES_BY_ITSELF = ("managedFields", "resourceVersion", "generation")
#: Annotations that repeat what stands elsewhere, in one long line.
_BOOKKEEPING = (
    "kubectl.kubernetes.io/last-applied-configuration",
    "opskit.dev/last-good",
    "opskit.dev/outcome",
)


class NotDoneError(OpskitError):
    """The change was not made: the workload is not as it was said to be, or does not allow it."""

    exit_code = ExitCode.NO
    code = "not-done"


class ImageChange(NamedTuple):
    """A container whose image changes; `before` or `after` is empty where there is no such one."""

    container: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done to one workload; nothing, where there are no operations.

    `before` is the workload as it was read. `again` plans the same change on a later reading, and
    raises NotDoneError where the workload no longer is what was shown. `note` says in a sentence
    what people should know of it, `warnings` what may spoil it.
    """

    action: Action
    target: Target
    before: Object
    operations: Sequence[Operation]
    again: "Callable[[Object], Change]"
    note: str = ""
    warnings: Sequence[str] = field(default=())

    @property
    def needed(self) -> bool:
        return bool(self.operations)

    @property
    def after(self) -> Object:
        """The workload as it will be, as far as the client can tell."""
        return applied(self.before, self.operations)

    @property
    def images(self) -> list[ImageChange]:
        """The containers whose image changes."""
        kind = self.target.kind
        return image_changes(template(kind, self.before), template(kind, self.after))

    @property
    def expected(self) -> dict[str, str]:
        """The image of each container once the change is made: what a watch expects."""
        return images(template(self.target.kind, self.after))

    def diff(self, after: Object | None = None) -> str:
        """The change as a unified diff of YAML; `after` is what the server made of it."""
        return diff(str(self.target), self.before, self.after if after is None else after)


def image_changes(before: Object, after: Object) -> list[ImageChange]:
    """The containers whose image differs between two pod templates."""
    old, new = images(before), images(after)
    return [
        ImageChange(name, old.get(name, ""), new.get(name, ""))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def read(cluster: Reader, target: Target) -> Object:
    """The workload as it is now. `NotFoundError`, `ForbiddenError` and what else there is."""
    return cluster.get(target.path)


def tried(cluster: Cluster, change: Change) -> Object:
    """What the server would make of the change, with its defaults and webhooks (dryRun=All)."""
    if not change.needed:
        return change.before
    return cluster.patch(change.target.path, list(change.operations), query={"dryRun": "All"})


def carry_out(cluster: Cluster, change: Change) -> Object:
    """Make the change; the workload as it is then.

    What others change in the meantime stays: each part is tested on the server, read again where
    that fails, and planned anew a few times. NotDoneError where the workload is no longer what was
    shown. An answer that is lost leads to another reading, too: whether the change was made is then
    seen.
    """
    for _ in range(ATTEMPTS):
        if not change.needed:
            return change.before
        try:
            return cluster.patch(change.target.path, list(change.operations))
        except UnknownError as error:
            if not _worth_another(error):
                raise
        change = change.again(read(cluster, change.target))
    raise NotDoneError(
        f"somebody else changed it {ATTEMPTS} times while it was to be changed; nothing was done",
        where=str(change.target),
        hint="find out who: kubectl get --show-managed-fields -o yaml",
    )


def _worth_another(error: UnknownError) -> bool:
    if isinstance(error, InvalidError):
        return error.message == NO_MATCH
    return isinstance(error, ConflictError) or not isinstance(error, ApiError)


def diff(name: str, before: Object, after: Object) -> str:
    """The difference of two objects as a unified diff of YAML, without what changes by itself.

    Values of the environment whose name says that they are secret are masked.
    """
    from opskit.unified import unified

    old = _shown(before, None)
    new = _shown(after, before)
    if old == new:
        return ""
    return unified(name, _yaml(old), _yaml(_ordered(new, old)))


def _ordered(node: Any, like: Any) -> Any:
    """`node` with its keys in the order of `like`: a ControllerRevision has them sorted."""
    if isinstance(node, Mapping):
        there = like if isinstance(like, Mapping) else {}
        keys = [*(key for key in there if key in node), *(key for key in node if key not in there)]
        return {key: _ordered(node[key], there.get(key)) for key in keys}
    if isinstance(node, list) and isinstance(like, list):
        named = {each.get("name"): each for each in like if isinstance(each, Mapping)}
        return [
            _ordered(each, named.get(each.get("name")) if isinstance(each, Mapping) else None)
            for each in node
        ]
    return node


def _yaml(node: object) -> str:
    import yaml

    return str(yaml.safe_dump(node, sort_keys=False, width=1_000_000))


def _shown(thing: Object, other: Object | None) -> object:
    meta = {
        name: value for name, value in thing["metadata"].items() if name not in _CHANGES_BY_ITSELF
    }
    if notes := {
        name: value
        for name, value in (meta.get("annotations") or {}).items()
        if name not in _BOOKKEEPING
    }:
        meta["annotations"] = notes
    else:
        meta.pop("annotations", None)
    kept = {name: value for name, value in thing.items() if name != "status"}
    return masked({**kept, "metadata": meta}, other)


def masked(node: Any, other: Any = None) -> Any:
    """`node` with secrets masked; one that differs from `other`'s at the same place says so."""
    if isinstance(node, list):
        others = (
            other if isinstance(other, list) and len(other) == len(node) else [None] * len(node)
        )
        return [masked(each, one) for each, one in zip(node, others, strict=True)]
    if not isinstance(node, Mapping):
        return node
    there = other if isinstance(other, Mapping) else {}
    result = {key: masked(value, there.get(key)) for key, value in node.items()}
    name, value = node.get("name"), node.get("value")
    if isinstance(name, str) and isinstance(value, str):
        result["value"] = masked_value(name, value)
        if result["value"] != value and there and there.get("value") != value:
            result["value"] += " (another one)"
    return result
