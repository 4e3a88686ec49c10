"""What a watch says while it goes on."""

from dataclasses import dataclass
from typing import Literal

from opskit.rollout.judge.completion import Progress
from opskit.rollout.judge.situation import Symptom
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened while watching, for a table, for lines or for a stream of events.

    `kind` says what; `verdict` is set for the last one of a workload. `seconds` is since the watch
    began.
    """

    kind: Literal["progress", "symptom", "trouble", "recovered", "verdict"]
    message: str
    target: Target | None = None
    progress: Progress | None = None
    symptom: Symptom | None = None
    verdict: Verdict | None = None
    seconds: float | None = None
