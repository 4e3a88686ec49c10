"""What the handler wants of whoever rolls out, and what they tell each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from opskit.rollout.codepipeline.parameters import Parameters


class FailureType(StrEnum):
    """The types of a job's failure ("FailureDetails", AWS CodePipeline API Reference)."""

    JOB_FAILED = "JobFailed"
    CONFIGURATION = "ConfigurationError"
    PERMISSION = "PermissionError"
    OUT_OF_SYNC = "RevisionOutOfSync"
    UNAVAILABLE = "RevisionUnavailable"
    SYSTEM = "SystemUnavailable"


@dataclass(frozen=True, slots=True)
class Request:
    """One change: the images by container (`""` is the only container there is), the manifest if
    one is given, and `key`, the id of the job, which is the same when Lambda tries again.
    """

    key: str
    images: Mapping[str, str]
    manifest: bytes = b""
    manifest_name: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload as the change left it: its name as `deploy/web`, uid and generation, and the
    image that it had before, empty where it is recorded elsewhere.
    """

    name: str
    uid: str
    generation: int
    before: str = ""


@dataclass(slots=True)
class State:
    """A rollout under way: what a later invocation has to know, and no more.

    `images` are those of the request. `started` and `since`, when the phase began, are in seconds
    since 1970. `watch` sets `phase`, `since` and `cause` before it takes a change back, so that an
    invocation that is cut off is followed by one that goes on from there.
    """

    started: float
    images: Mapping[str, str]
    workloads: Sequence[Workload]
    phase: Literal["watching", "undoing"] = "watching"
    since: float = 0.0
    cause: str = ""

    def __post_init__(self) -> None:
        self.since = self.since or self.started

    @property
    def image(self) -> str:
        """The image, or all of them, for people."""
        return ", ".join(dict.fromkeys(self.images.values()))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a rollout ended. `failure` is None where the new version serves.

    `headline` is one line; `cause` the chain of causes, then what the container said last.
    `rolled_back` is None where that was not tried.
    """

    headline: str
    failure: FailureType | None = None
    cause: Sequence[str] = ()
    rolled_back: bool | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


class Deployer(Protocol):
    """Whoever rolls out. Errors are the kinds of OpskitError.

    `start` makes the change and returns at once; made twice for one `key`, it is made once.
    `watch` changes no image but to take the change back; it returns None when `until`, in seconds
    since 1970, comes before the verdict. A rollout past its timeout has a verdict.
    """

    def start(self, request: Request) -> State: ...

    def watch(self, state: State, until: float) -> Ending | None: ...


class Deployers(Protocol):
    """Makes the deployer for the parameters of a job."""

    def __call__(self, parameters: Parameters) -> Deployer: ...
