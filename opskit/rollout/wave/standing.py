"""Where each cluster stands, as the events of the journal tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opskit.rollout.targets import Target, parse
from opskit.rollout.verdict import Outcome
from opskit.rollout.wave.journal import Event


@dataclass(frozen=True, slots=True)
class Piece:
    """One workload of one cluster: the images it had, and those it is to have, by container.

    `warnings` are for whoever is asked, and are not written down.
    """

    target: Target
    uid: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    warnings: Sequence[str] = ()

    def told(self) -> dict[str, Any]:
        return {
            "namespace": self.target.namespace,
            "target": str(self.target),
            "uid": self.uid,
            "before": dict(self.before),
            "after": dict(self.after),
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Piece":
        target = parse(told["target"], told["namespace"])
        return cls(target, told["uid"], told["before"], told["after"])


@dataclass(frozen=True, slots=True)
class Standing:
    """One cluster. `pieces` are set once its change was intended, `outcome` once that is known.

    `soaking` is when the last soak began, in seconds since 1970. `back` says whether it was taken
    back: None where that was not begun, empty where it was begun and has not ended. `back_again`
    says that it could not be done, and may be done by another try.
    """

    pieces: Sequence[Piece] | None = None
    applied: bool = False
    outcome: Outcome | None = None
    cause: str = ""
    seconds: float = 0.0
    soaking: float | None = None
    soaked: bool = False
    back: str | None = None
    back_done: bool = False
    back_again: bool = False

    @property
    def serves(self) -> bool:
        """Whether it has the new image, and that serves."""
        return self.outcome is Outcome.COMPLETE and self.back is None

    @property
    def failed(self) -> bool:
        """Whether it was seen to fail; one that could not be looked at has not."""
        return self.outcome in (Outcome.FAILED, Outcome.TIMED_OUT)

    @property
    def unknown(self) -> bool:
        """Whether it could not be told how it went, and it was not taken back either."""
        return self.outcome is Outcome.UNKNOWN and self.back is None

    @property
    def back_open(self) -> bool:
        """Whether it has been changed, and not been taken back, or only in part."""
        return bool(self.pieces) and (not self.back or self.back_again)

    def after(self, event: Event) -> "Standing":
        """The standing after one more event."""
        change: dict[str, Any] = {}
        match event["event"]:
            case "intent":
                change = {"pieces": [Piece.of(each) for each in event["workloads"]]}
            case "applied":
                change = {"applied": True}
            case "verdict":
                change = {
                    "outcome": Outcome(event["outcome"]),
                    "cause": event["cause"],
                    "seconds": event["seconds"],
                }
            case "again":
                change = {"outcome": None, "cause": "", "soaking": None, "soaked": False}
            case "soaking":
                change = {"soaking": event["since"]}
            case "soaked":
                change = {
                    "soaked": True,
                    "outcome": Outcome(event["outcome"]),
                    "cause": event["cause"],
                }
            case "back-intent":
                change = {"back": ""}
            case "back":
                change = {
                    "back": event["note"],
                    "back_done": event["done"],
                    "back_again": event.get("again", False),
                }
        return replace(self, **change)


@dataclass(slots=True)
class Standings:
    """All clusters, by their labels."""

    by_label: dict[str, Standing] = field(default_factory=dict)

    def take(self, events: Iterable[Event]) -> None:
        for event in events:
            if label := event.get("cluster"):
                self.by_label[label] = self[label].after(event)

    def __getitem__(self, label: str) -> Standing:
        return self.by_label.get(label, Standing())
