"""The objects that a request changes: its manifest's, or the workloads that it names."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from opskit.clients.kube import Cluster
from opskit.errors import InputError
from opskit.findings import Report
from opskit.rollout import targets
from opskit.rollout.changes.plan import NotDoneError, read
from opskit.rollout.codepipeline.parameters import Parameters
from opskit.rollout.codepipeline.protocol import Request
from opskit.rollout.deploying import deploy
from opskit.rollout.deploying.apply import Item, Manifest
from opskit.rollout.deploying.checked import refused
from opskit.rollout.images import parse, same
from opskit.rollout.kinds import kind_of
from opskit.rollout.targets import Target
from opskit.rollout.workload import containers, template

Object = Mapping[str, Any]
#: The rule that an image is not in its registry.
_ABSENT = "ROL010"


class PreflightError(InputError):
    """The image, or the place that it is meant for, does not fit; nothing was changed."""


class GoneError(NotDoneError):
    """The image is not in its registry; nothing was changed."""


def items(cluster: Cluster, parameters: Parameters, request: Request) -> list[Item]:
    """All objects, each tried on the server; nothing is changed.

    InputError for what does not fit, NotDoneError where a workload has another image than
    `expect` or somebody else owns a field, and what the server answers.
    """
    for container, image in request.images.items():
        parse(image, where=container)
    place = parameters.namespace or cluster.namespace
    named = [targets.parse(word, place) for word in parameters.targets]
    if parameters.manifest:
        return _of_manifest(cluster, parameters, request, named, place)
    found = []
    for target in dict.fromkeys(named):
        workload = read(cluster, target)
        wanted = fitting(target, workload, request.images)
        _expect(target, workload, wanted, parameters.expect)
        cause = f"CodePipeline, job {request.key}"
        found += deploy.of_targets(cluster, [target], wanted, cause=cause)
    return found


def refuse(reports: Sequence[Report]) -> None:
    """Raise what the preflight found, if that stops a rollout."""
    found = refused(reports)
    if not found:
        return
    lines = [f"{each.rule} {each.message}" for each in found]
    kind = GoneError if any(each.rule == _ABSENT for each in found) else PreflightError
    raise kind("\n".join([*lines, "nothing was changed"]), hint=found[0].fix)


def fitting(target: Target, workload: Object, images: Mapping[str, str]) -> dict[str, str]:
    """The images for the containers of one workload; `""` is the only one that it has.

    InputError where it has several, or none of those that are named.
    """
    there = list(containers(template(target.kind, workload)))
    names = [each.name for each in there]
    if "" in images:
        main = [each.name for each in there if not each.init]
        if len(main) != 1:
            raise InputError(
                f"has several containers: {', '.join(main)}",
                where=str(target),
                hint="name one as `container` in the UserParameters",
            )
        return {main[0]: images[""]}
    found = {name: image for name, image in images.items() if name in names}
    if not found:
        raise InputError(
            f"has no container {', '.join(images)}",
            where=str(target),
            hint=f"it has {', '.join(names)}",
        )
    return found


def _expect(target: Target, workload: Object, wanted: Mapping[str, str], expect: str) -> None:
    """NotDoneError where a container has neither the image that is expected nor the new one."""
    for each in containers(template(target.kind, workload)):
        new = wanted.get(each.name)
        if expect and new and not same(each.image, expect) and each.image != new:
            raise NotDoneError(
                f"{each.name} has {each.image}, not {expect}; nothing was changed",
                where=str(target),
                hint="another pipeline or person was faster: release the change again",
            )


def _of_manifest(
    cluster: Cluster,
    parameters: Parameters,
    request: Request,
    named: Sequence[Target],
    place: str,
) -> list[Item]:
    things = _objects(request)
    workloads = {
        targets.of_object(thing, place): thing for thing in things if kind_of(str(thing["kind"]))
    }
    missing = [str(target) for target in named if target not in workloads]
    if missing or not workloads:
        raise InputError(
            f"holds no {', '.join(missing) or 'workload'}",
            where=request.manifest_name,
            hint="check `targets` and `namespace` in the UserParameters",
        )
    for target in named or workloads:
        thing = workloads[target]
        wanted = fitting(target, thing, request.images)
        if parameters.expect:
            _expect(target, read(cluster, target), wanted, parameters.expect)
        _put(target, thing, wanted)
    manifests = [Manifest(thing, request.manifest_name) for thing in things]
    return deploy.of_manifests(cluster, manifests, parameters.namespace)


def _objects(request: Request) -> list[dict[str, Any]]:
    """The objects of the manifest; errors name it as the UserParameters do."""
    found = targets.parse_manifests(request.manifest, request.manifest_name)
    return [deepcopy(each) for each in found]


def _put(target: Target, thing: dict[str, Any], wanted: Mapping[str, str]) -> None:
    """Set the images in an object of ours: each was copied, so that no alias leads to another."""
    node: Any = thing
    for step in (*target.kind.template, "spec"):
        node = node[step]
    for each in containers(template(target.kind, thing)):
        if each.name in wanted:
            node[each.list_name][each.index]["image"] = wanted[each.name]
