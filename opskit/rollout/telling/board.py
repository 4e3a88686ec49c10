"""How far each of several rollouts is, for a table that changes and for lines of a log."""

from collections.abc import Sequence
from dataclasses import dataclass

from opskit.rollout.targets import Target
from opskit.rollout.telling.words import WORDS, title
from opskit.rollout.verdict import UNVERIFIED, Outcome, Verdict
from opskit.rollout.watch.watching import Step

Key = tuple[str, Target]

HEADINGS = ("Workload", "Serve", "New", "State", "What is wrong")
_WAITS, _TROUBLED = "rolling", "in trouble"
_RANKS = {
    WORDS[Outcome.FAILED]: 0,
    WORDS[Outcome.UNKNOWN]: 1,
    WORDS[Outcome.TIMED_OUT]: 1,
    _TROUBLED: 2,
    _WAITS: 3,
    WORDS[Outcome.COMPLETE]: 4,
}
#: How long after a line on the progress of a workload the next one has to wait, in seconds.
SPACING = 5.0
#: From so many workloads on, lines tell of troubles and ends only.
MANY = 20


@dataclass(slots=True)
class _Row:
    label: str
    serve: str = ""
    new: str = ""
    state: str = _WAITS
    wrong: str = ""


class Board:
    """Takes steps in, and says how things are; one thread at a time."""

    def __init__(self, keys: Sequence[Key]) -> None:
        clusters = {cluster for cluster, _ in keys}
        spaces = {target.namespace for _, target in keys}
        self._clusters, self._spaces = len(clusters) > 1, len(spaces) > 1
        self._rows = {key: _Row(self.label(*key)) for key in keys}
        self._said: set[tuple[str, Target | None, str]] = set()
        self._told_at: dict[tuple[str, Target | None], float] = {}
        self._kept: dict[tuple[str, Target | None], str] = {}

    def label(self, cluster: str, target: Target | None) -> str:
        """What tells a workload from the others that are watched."""
        parts = [cluster] if self._clusters else []
        if target is not None:
            parts.append(f"{target.namespace}/{target}" if self._spaces else str(target))
        return " ".join(parts)

    def put(self, step: Step, cluster: str) -> None:
        """Take a step in."""
        row = self._rows.get((cluster, step.target)) if step.target else None
        if row is None:
            return
        if step.progress is not None and step.progress.desired:
            made = step.progress
            row.serve = f"{made.available}/{made.desired}"
            row.new = f"{made.updated}/{made.desired}"
        if step.verdict is not None:
            row.state = WORDS[step.verdict.outcome]
            row.wrong = _root(step.verdict)
        elif step.kind == "symptom":
            row.state, row.wrong = _TROUBLED, _short(step)

    @property
    def count(self) -> int:
        return len(self._rows)

    @property
    def ended(self) -> int:
        """How many have a verdict."""
        return sum(row.state not in (_WAITS, _TROUBLED) for row in self._rows.values())

    def rows(self, most: int) -> list[tuple[str, ...]]:
        """At most so many rows, the worst first; the last one counts those that have no room."""
        ordered = sorted(self._rows.values(), key=lambda row: (_RANKS[row.state], row.label))
        shown = ordered if len(ordered) <= most else ordered[: max(0, most - 1)]
        cells: list[tuple[str, ...]] = [
            (row.label, row.serve, row.new, row.state, row.wrong) for row in shown
        ]
        if rest := ordered[len(shown) :]:
            done = sum(row.state == WORDS[Outcome.COMPLETE] for row in rest)
            cells.append((f"and {len(rest)} more", "", "", f"{done} complete", ""))
        return cells

    def line(self, step: Step, cluster: str, now: float = 0.0) -> str:
        """A step as a line of a log at a time in seconds; empty where it is not worth one, yet.

        Of a workload's progress there is a line every few seconds; `kept` has the newest of those
        that had to wait.
        """
        if step.kind == "progress" and (len(self._rows) > MANY or step.message == "complete"):
            return ""
        label, key = self.label(cluster, step.target), (cluster, step.target)
        if step.kind == "progress":
            if now < self._told_at.get(key, -SPACING) + SPACING:
                self._kept[key] = f"{label}: {step.message}"
                return ""
            self._told_at[key] = now
        if step.kind in ("progress", "verdict"):
            self._kept.pop(key, None)
        if step.verdict is not None:
            known = (cluster, step.target, step.verdict.headline) in self._said
            text = _end(step.verdict, known=known)
        else:
            text = where(step) + step.message
            self._said.add((cluster, step.target, text))
        return f"{label}: {text}" if label else text

    def kept(self, now: float) -> list[str]:
        """The lines of progress that have waited long enough."""
        due = [key for key in self._kept if now >= self._told_at[key] + SPACING]
        self._told_at |= dict.fromkeys(due, now)
        return [self._kept.pop(key) for key in due]


def _short(step: Step) -> str:
    """A symptom without its pod: the table has a line for it."""
    name = step.symptom.container if step.symptom else ""
    return f"{name}: {step.message}" if name else step.message


def _root(verdict: Verdict) -> str:
    if not verdict.causes:
        return verdict.headline
    first = verdict.causes[0]
    return f"{first.container}: {first.message}" if first.container else first.message


def _end(verdict: Verdict, *, known: bool) -> str:
    """The outcome and why: the rule's title where a line before has told the rest."""
    word, why = WORDS[verdict.outcome], verdict.headline
    if verdict.outcome is Outcome.COMPLETE and not verdict.verified:
        return UNVERIFIED
    if known and verdict.causes:
        first = verdict.causes[0]
        why = f"{first.code} {title(first)}"
    return f"{word}: {why}" if why else word


def where(step: Step) -> str:
    """The pod and the container that a symptom is about, as the start of a sentence."""
    if step.symptom is None:
        return ""
    pod = f"pod/{step.symptom.pod}" if step.symptom.pod else ""
    place = " ".join(part for part in (pod, step.symptom.container) if part)
    return f"{place}: " if place else ""
