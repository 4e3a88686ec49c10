"""What is said of a rollout when it ends: the outcome, and the chain of causes of a failure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from opskit.errors import ExitCode
from opskit.rollout.judge.completion import Progress
from opskit.rollout.kinds import CRON_JOB
from opskit.rollout.targets import Target

#: The rule that says that the time is over: what has been seen meanwhile says more.
LATE = "ROL119"
#: What is said of a CronJob whose rollout is complete: no pod has shown anything.
UNVERIFIED = "set; not verified: its next run takes the image"


class Outcome(StrEnum):
    """How a rollout ended; `unknown` where the cluster could not be asked."""

    COMPLETE = "complete"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong, with what the cluster said about it.

    `object` is the workload or a pod, as `pod/web-5d8c`; `others` are the pods with the same
    trouble. `events` are texts, the oldest first; `log` the last lines of the container, and
    `log_note` why there are none.
    """

    code: str
    reason: str
    message: str
    object: str
    container: str = ""
    others: Sequence[str] = ()
    events: Sequence[str] = ()
    log: Sequence[str] = ()
    log_note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of one workload's rollout.

    `seconds` is how long it was watched. `rolled_back` says to what it was taken back, if it was;
    `way_back` to what `undo` would take it, empty where it would not or that is not known.
    `notes` are what could not be looked at. `images` are those of the pod template, by container.
    """

    cluster: str
    target: Target
    outcome: Outcome
    progress: Progress
    causes: Sequence[Cause] = ()
    images: dict[str, str] = field(default_factory=dict)
    revision: int = 0
    seconds: float = 0.0
    rolled_back: str = ""
    way_back: str = ""
    notes: Sequence[str] = ()

    @property
    def verified(self) -> bool:
        """Whether pods were seen to run what the workload says: those of a CronJob come later."""
        return self.target.kind is not CRON_JOB

    @property
    def headline(self) -> str:
        """The root cause in a line; empty for a rollout that is complete.

        Of one that timed out it is what was waited for, with what was wrong meanwhile.
        """
        waiting = "" if self.outcome is Outcome.COMPLETE else self.progress.waiting
        if not self.causes:
            return waiting
        if self.outcome is Outcome.TIMED_OUT and waiting:
            return waiting if self.causes[0].code == LATE else f"{waiting}; {self._first}"
        return self._first

    @property
    def _first(self) -> str:
        first = self.causes[0]
        place = first.object if first.object != str(self.target) else ""
        where = " ".join(part for part in (place, first.container) if part)
        return f"{where}: {first.message}" if where else first.message


def exit_code(verdicts: Iterable[Verdict]) -> ExitCode:
    """0 all complete, 4 some of them, 1 where one failed and none is complete, else 3."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if outcomes <= {Outcome.COMPLETE}:
        return ExitCode.OK
    if Outcome.COMPLETE in outcomes:
        return ExitCode.PARTIAL
    return ExitCode.NO if Outcome.FAILED in outcomes else ExitCode.UNKNOWN
