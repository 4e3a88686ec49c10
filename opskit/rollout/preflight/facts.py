"""What the rules of the preflight read: an image as its registry has it, a workload as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opskit.errors import OpskitError
from opskit.findings import Finding, Severity
from opskit.rollout.images import Reference
from opskit.rollout.kinds import Kind
from opskit.rollout.targets import Target

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A part that could not be looked at, and why."""

    why: str
    hint: str = ""

    @classmethod
    def because(cls, error: OpskitError) -> "Unseen":
        return cls(error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Image:
    """What a registry has. `platforms` are `os`, `architecture`, `variant`, `digest`.

    `public`: whether it is there for those who do not sign in; None where that is not known.
    `tags` are all tags of the digest, where the registry tells them; `status`, `mutability` and
    `scan` are ECR's, and None elsewhere.
    """

    digest: str
    platforms: Sequence[Object] | Unseen = ()
    public: bool | None = None
    tags: Sequence[str] | None = None
    status: str = ""
    mutability: Object | Unseen | None = None
    scan: Object | Unseen | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """The registry has no such image."""

    why: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload, and what of its cluster and namespace decides how a rollout goes.

    `container` is the one that gets the image; empty where it is not known which. `secrets` holds
    the pull secrets by name, None for one that is not there; it is None where they do not matter.
    `new` is a workload that is not in the cluster yet.
    """

    target: Target
    object: Object
    template: Object
    container: str = ""
    nodes: Sequence[Object] | Unseen = ()
    account: Object | Unseen | None = None
    secrets: Mapping[str, Object | Unseen | None] | None = None
    quotas: Sequence[Object] | Unseen = ()
    limit_ranges: Sequence[Object] | Unseen = ()
    budgets: Sequence[Object] | Unseen = ()
    new: bool = False

    @property
    def kind(self) -> Kind:
        return self.target.kind

    @property
    def spec(self) -> Object:
        return self.object.get("spec") or {}

    @property
    def pod(self) -> Object:
        """The spec of its pods."""
        return self.template.get("spec") or {}

    @property
    def name(self) -> str:
        return str(self.target)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the preflight knows.

    `image` is None where no registry was asked. `limit` is the worst severity of a scan's findings
    that is let through, empty where none is set. `pins` says that the digest will be rolled out.
    """

    reference: Reference
    image: Image | Absent | Unseen | None = None
    workload: Workload | None = None
    limit: str = ""
    pins: bool = False
    ecr: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def found(self) -> Image | None:
        """The image, where the registry has it."""
        return self.image if isinstance(self.image, Image) else None

    @property
    def name(self) -> str:
        """The image as it was written."""
        return self.reference.text or self.reference.short


def not_told(message: str, part: Unseen, *, object_: str = "") -> Finding:
    """The finding for a part that could not be looked at."""
    return Finding(
        f"{message}: {part.why}", object=object_, severity=Severity.UNKNOWN, fix=part.hint
    )
