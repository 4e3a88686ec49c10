"""A run as programs and people read it: the waves, the clusters, and how it went with each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opskit.errors import ExitCode
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.wave.document import RolloutWave
from opskit.rollout.wave.standing import Piece, Standing, Standings

_WORDS = {
    ExitCode.OK: "complete",
    ExitCode.NO: "failed",
    ExitCode.UNKNOWN: "unknown",
    ExitCode.PARTIAL: "partial",
}


def exit_code(document: RolloutWave, standings: Standings) -> ExitCode:
    """0 where all clusters serve the new image, 4 some, 1 none and one failed, else 3."""
    found = _all(document, standings)
    serving = [each for each in found if each.serves]
    if len(serving) == len(found):
        return ExitCode.OK
    if serving:
        return ExitCode.PARTIAL
    bad = (Outcome.FAILED, Outcome.TIMED_OUT)
    return ExitCode.NO if any(each.outcome in bad for each in found) else ExitCode.UNKNOWN


def outcome(document: RolloutWave, standings: Standings) -> str:
    """One word for all, as the exit status."""
    return _WORDS[exit_code(document, standings)]


def _all(document: RolloutWave, standings: Standings) -> list[Standing]:
    return [standings[each.label] for wave in document.waves for each in wave.clusters]


def state(standing: Standing) -> str:
    """How it stands with a cluster, in a word."""
    if standing.back_done:
        return "taken-back"
    if standing.back is not None:
        return "not-taken-back"
    if standing.outcome is not None:
        return standing.outcome.value
    return "under-way" if standing.pieces else "not-begun"


def rows(
    document: RolloutWave,
    standings: Standings,
    planned: Mapping[str, Sequence[Piece]],
    errors: Mapping[str, object] | None = None,
) -> Iterator[dict[str, Any]]:
    """A row a cluster, with its workloads; `planned` is for clusters that were not begun."""
    for wave in document.waves:
        for each in wave.clusters:
            standing = standings[each.label]
            pieces = standing.pieces or planned.get(each.label, ())
            trouble = (errors or {}).get(each.label)
            cause = standing.cause or (str(trouble) if trouble else "")
            failed_back = standing.back if standing.back and not standing.back_done else ""
            yield {
                "wave": wave.name,
                "cluster": each.label,
                "outcome": state(standing),
                "cause": cause,
                "rolled_back": standing.back or "",
                "seconds": standing.seconds,
                "workloads": [piece.told() for piece in pieces],
                "note": "; ".join(text for text in (cause, failed_back) if text),
                "change": "; ".join(map(change, pieces)),
            }


def change(piece: Piece) -> str:
    """`shop/deploy/web web: nginx:1.26 -> nginx:1.27`, or that there is nothing to change."""
    changes = [
        f"{name}: {piece.before.get(name)} -> {image}"
        for name, image in piece.after.items()
        if piece.before.get(name) != image
    ]
    name = f"{piece.target.namespace}/{piece.target}"
    return f"{name} {', '.join(changes)}" if changes else f"{name} has it already"


def blocks(verdicts: Mapping[str, Sequence[Verdict]], standings: Standings) -> Iterator[str]:
    """The verdicts of what failed, in full."""
    from opskit.rollout.telling import words

    for label, found in verdicts.items():
        standing = standings[label]
        back = (standing.back or "").removeprefix("back to ") if standing.back_done else ""
        for each in found:
            if each.outcome is not Outcome.COMPLETE:
                told = replace(each, rolled_back=back)
                yield "\n".join(words.block(told, cluster=True))
