"""A run as verdicts, one a workload of each cluster, for reports: also where none was watched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from opskit.rollout.judge.completion import Progress
from opskit.rollout.targets import Target, parse
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.wave.document import ClusterSpec, RolloutWave
from opskit.rollout.wave.standing import Piece, Standing, Standings
from opskit.rollout.wave.told import state

_NOTHING = Progress(0, 0, 0, "")


def verdicts(
    document: RolloutWave,
    standings: Standings,
    watched: Mapping[str, Sequence[Verdict]],
    planned: Mapping[str, Sequence[Piece]],
    errors: Mapping[str, object],
) -> Iterator[Verdict]:
    """The verdicts by which a run is reported; complete is only what has the new image and serves.

    `watched` are those of this run, by the clusters' labels; what an earlier run did is in the
    standings. A cluster that was taken back, or never begun, is not complete.
    """
    for wave in document.waves:
        for spec in wave.clusters:
            standing = standings[spec.label]
            pieces = standing.pieces or planned.get(spec.label, ())
            targets = [each.target for each in pieces] or list(_named(document, spec))
            seen = {each.target: each for each in watched.get(spec.label, ())}
            for target in targets:
                found = _verdict(spec.label, target, standing, seen.get(target), errors)
                yield replace(found, rolled_back=_back(standing))


def _verdict(
    label: str,
    target: Target,
    standing: Standing,
    seen: Verdict | None,
    errors: Mapping[str, object],
) -> Verdict:
    if standing.serves:
        made = seen.progress if seen else _NOTHING
        seconds = seen.seconds if seen else standing.seconds
        return Verdict(label, target, Outcome.COMPLETE, made, seconds=seconds)
    if seen is not None and seen.outcome is not Outcome.COMPLETE:
        return seen
    outcome, why = standing.outcome or Outcome.UNKNOWN, standing.cause
    if outcome is Outcome.COMPLETE:
        outcome, why = Outcome.FAILED, "it served, and was taken back with the others"
    elif not why:
        why = str(errors.get(label, "")) or f"{state(standing)}: the run ended before"
    cause = Cause(f"wave-{outcome}", state(standing), why, str(target))
    return Verdict(label, target, outcome, _NOTHING, [cause], seconds=standing.seconds)


def _named(document: RolloutWave, spec: ClusterSpec) -> Iterator[Target]:
    """The workloads of a cluster that did not tell which it has, as the plan names them."""
    place = spec.namespace or document.namespace or "default"
    for word in document.targets:
        yield parse(word, place)
    if document.selector:
        yield Target(place, "deploy", f"with {document.selector}")


def _back(standing: Standing) -> str:
    return (standing.back or "").removeprefix("back to ") if standing.back_done else ""
