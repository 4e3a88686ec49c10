"""Images set in a workload: what is wanted, and the change that it takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal

from opskit.clients.kube import Cluster
from opskit.errors import InputError, UsageError
from opskit.rollout.changes import managers, stuck, switches
from opskit.rollout.changes.jsonpatch import Operation, annotated, pointer, test
from opskit.rollout.changes.plan import Change, NotDoneError, read
from opskit.rollout.images import parse, same
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT
from opskit.rollout.targets import Target
from opskit.rollout.workload import CHANGE_CAUSE, Container, annotations, containers, template

Object = Mapping[str, Any]
IfUnchanged = Literal["noop", "restart", "fail"]

ALL = "*"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The images wanted, by container; `*` stands for all that are not named.

    `init` lets `*` mean init containers too; by its name one is always found. `expect` is the image
    that has to be there now. `cause` is written down as the revision's change cause.
    """

    images: Mapping[str, str]
    init: bool = False
    cause: str = ""
    expect: str = ""
    if_unchanged: IfUnchanged = "noop"
    now: datetime | None = field(default=None, compare=False)


def assignments(words: Iterable[str]) -> dict[str, str]:
    """`CONTAINER=IMAGE` words as a dict. UsageError or InputError for one that is none."""
    found: dict[str, str] = {}
    for word in words:
        container, _, image = word.partition("=")
        if not container or not image:
            raise UsageError(
                f"{word[:80]!r} sets no image", hint="write CONTAINER=IMAGE, as web=nginx:1.27"
            )
        parse(image, where=container)
        if found.setdefault(container, image) != image:
            raise UsageError(
                f"{container} is given two images: {found[container]} and {image}",
                hint="give one for each container",
            )
    return found


def plan(cluster: Cluster, target: Target, wanted: Wanted) -> Change:
    """The change that sets the images of a workload, planned on how it is now.

    InputError where a container is not there; NotDoneError where `expect` or `if_unchanged` say
    that nothing is to be done.
    """
    workload = read(cluster, target)
    change = planned(target, workload, wanted)
    if change.needed and (waits := stuck.warning(cluster, target, workload)):
        change = replace(change, warnings=[*change.warnings, *waits])
    return change


def planned(target: Target, workload: Object, wanted: Wanted) -> Change:
    """As `plan`, for a workload that was read."""
    there = _chosen(target, workload, wanted)
    changing = {each.name: each for each in there if each.image != wanted_image(wanted, each)}
    _expected(target, there, wanted)
    if not changing:
        return _unchanged(target, workload, wanted)
    shown = {name: each.image for name, each in changing.items()}
    warnings = managers.put_back(target.kind, workload, changing)
    note = ""
    if target.kind is DEPLOYMENT and workload["spec"].get("paused"):
        note = "it is paused: the image waits until 'opskit rollout resume'"
    elif target.kind is CRON_JOB:
        note = "its next run takes the image"
    return Change(
        "set",
        target,
        workload,
        _operations(target, workload, list(changing.values()), wanted),
        partial(_again, target, wanted, shown),
        note,
        warnings,
    )


def wanted_image(wanted: Wanted, container: Container) -> str:
    return wanted.images.get(container.name, wanted.images.get(ALL, ""))


def _chosen(target: Target, workload: Object, wanted: Wanted) -> list[Container]:
    """The containers that the change is about, those that have the image already included."""
    there = list(containers(template(target.kind, workload)))
    names = {each.name for each in there}
    missing = [name for name in wanted.images if name != ALL and name not in names]
    if missing:
        raise InputError(
            f"there is no container {', '.join(missing)}",
            where=str(target),
            hint=f"there is {', '.join(each.name for each in there)}",
        )
    return [
        each
        for each in there
        if each.name in wanted.images or (ALL in wanted.images and (wanted.init or not each.init))
    ]


def _expected(target: Target, chosen: Iterable[Container], wanted: Wanted) -> None:
    """NotDoneError where a container has another image.

    The wanted one is no change, so that a pipeline may try again; to restart it there is one.
    """
    if not wanted.expect:
        return
    for each in chosen:
        there = each.image == wanted_image(wanted, each)
        if not same(each.image, wanted.expect) and not (there and wanted.if_unchanged == "noop"):
            already = " already" if there else ""
            raise NotDoneError(
                f"{each.name} has {each.image}{already}, not {wanted.expect}; nothing was changed",
                where=str(target),
                hint="'opskit rollout history' shows who was faster",
            )


def _unchanged(target: Target, workload: Object, wanted: Wanted) -> Change:
    if wanted.if_unchanged == "fail":
        raise NotDoneError(
            "has the image already; nothing was changed",
            where=str(target),
            hint="build under another tag, or give --if-unchanged restart",
        )
    if wanted.if_unchanged == "restart":
        return switches.planned_restart(target, workload, wanted.now)
    return Change("set", target, workload, (), partial(planned, target, wanted=wanted))


def _operations(
    target: Target, workload: Object, changing: Sequence[Container], wanted: Wanted
) -> list[Operation]:
    """Each image guarded by the container's name and its old image; then the change cause.

    A cause that is there was that of the revision before: without a new one it goes, or the
    controllers would write it on the new revision as well.
    """
    operations = []
    for each in changing:
        path: tuple[str | int, ...] = (*target.kind.template, "spec", each.list_name, each.index)
        operations += [
            test((*path, "name"), each.name),
            test((*path, "image"), each.image),
            {
                "op": "replace",
                "path": pointer((*path, "image")),
                "value": wanted_image(wanted, each),
            },
        ]
    return [*operations, *cause_operations(workload, wanted.cause)]


def cause_operations(workload: Object, cause: str) -> list[Operation]:
    """The operations that leave this change cause on a workload; none for an empty one."""
    if not cause and CHANGE_CAUSE not in annotations(workload):
        return []
    return annotated(workload, {CHANGE_CAUSE: cause or None})


def _again(target: Target, wanted: Wanted, shown: Mapping[str, str], workload: Object) -> Change:
    """The change on a later reading, if each image is still the one shown, or the new one."""
    for each in _chosen(target, workload, wanted):
        new = wanted_image(wanted, each)
        if each.image not in (new, shown.get(each.name, new)):
            raise NotDoneError(
                f"somebody else set {each.name} to {each.image} meanwhile; nothing was changed",
                where=str(target),
                hint="look at it with 'opskit rollout history', and set it again if it is wrong",
            )
    change = planned(target, workload, Wanted(wanted.images, wanted.init, wanted.cause))
    return Change(
        change.action, target, workload, change.operations, partial(_again, target, wanted, shown)
    )
