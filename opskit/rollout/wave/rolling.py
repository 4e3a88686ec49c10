"""One cluster of a wave: its images set, and put back, each as often as needed and no more.

The cluster is asked what it has before anything is changed, so that what a killed run has done is
not done again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from opskit.clients.kube import Cluster
from opskit.errors import OpskitError
from opskit.rollout import present
from opskit.rollout.changes import patching, stuck
from opskit.rollout.changes import plan as planning
from opskit.rollout.kinds import ROLLING
from opskit.rollout.targets import Target, parse, selected
from opskit.rollout.wave.document import ClusterSpec, RolloutWave
from opskit.rollout.wave.standing import Piece
from opskit.rollout.workload import images, template

Object = Mapping[str, Any]


def pieces(cluster: Cluster, spec: ClusterSpec, document: RolloutWave) -> list[Piece]:
    """What the plan wants of a cluster, as it is now. Raises what the cluster answers; InputError
    for a workload that is not there, or a container that one does not have.
    """
    place = spec.namespace or document.namespace or cluster.namespace
    if document.selector:
        targets = selected(cluster, place, document.selector, ROLLING)
    else:
        targets = [parse(word, place) for word in document.targets]
        present.check(cluster, targets)
    return [_piece(cluster, each, document.images) for each in targets]


def _piece(cluster: Cluster, target: Target, wanted: Mapping[str, str]) -> Piece:
    change = patching.plan(cluster, target, patching.Wanted(wanted))
    now = images(template(target.kind, change.before))
    after = {**change.expected}
    about = {name for name in after if name in wanted or (patching.ALL in wanted)}
    uid = change.before["metadata"]["uid"]
    return Piece(
        target,
        uid,
        {name: now[name] for name in sorted(about)},
        {name: after[name] for name in sorted(about)},
        change.warnings,
    )


def roll(cluster: Cluster, todo: Sequence[Piece]) -> None:
    """Set the images that are not set yet.

    NotDoneError where a workload has neither the image it had when this was intended nor the new
    one, and what the cluster answers; those before it stay set.
    """
    for each in todo:
        _set(cluster, each, each.before, each.after)


def back(cluster: Cluster, done: Sequence[Piece]) -> list[tuple[Piece, OpskitError]]:
    """Put the images back that the run set, the last workload first; why not, for the others.

    Pods of the new image that a StatefulSet would wait for are deleted.
    """
    troubles = []
    for each in reversed(done):
        try:
            _set(cluster, each, each.after, each.before)
            stuck.release(cluster, each.target)
        except OpskitError as error:
            troubles.append((each, error))
    return troubles


def _set(cluster: Cluster, piece: Piece, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    workload = planning.read(cluster, piece.target)
    if workload["metadata"]["uid"] != piece.uid:
        raise planning.NotDoneError(
            f"{piece.target} was deleted and made anew meanwhile", where=cluster.name
        )
    now = images(template(piece.target.kind, workload))
    for name, image in new.items():
        if now.get(name) not in (image, old.get(name)):
            raise planning.NotDoneError(
                f"{piece.target}: somebody else set {name} to {now.get(name)} meanwhile",
                where=cluster.name,
                hint="find out who did, and begin anew",
            )
    change = patching.planned(piece.target, workload, patching.Wanted(new))
    planning.carry_out(cluster, change)


def expected(todo: Sequence[Piece], *, before: bool = False) -> dict[Target, Mapping[str, str]]:
    """The images that a watch is to find."""
    return {each.target: each.before if before else each.after for each in todo}
