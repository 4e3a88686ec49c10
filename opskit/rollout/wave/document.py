"""The plan of a wave rollout as it is written (`opskit schema rollout-wave`)."""

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from opskit.errors import OpskitError
from opskit.rollout.durations import seconds
from opskit.rollout.images import parse
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import parse as parse_target
from opskit.rollout.telling import tolerating

_TIMES = ("timeout", "schedule_grace", "pull_grace", "quota_grace", "ready_grace")


def _unique(what: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"the {what} {name!r} stands there {count} times: give each a name")


def _checked(make: Callable[[], object]) -> None:
    """Errors of a value as ValueError, which gets the place in the document."""
    try:
        make()
    except OpskitError as error:
        raise ValueError(str(error)) from None


class ClusterSpec(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A cluster: a context of the kubeconfig, or an EKS cluster by its name or ARN."""

    context: Annotated[str, Meta(description="A context of the kubeconfig.")] = ""
    eks: Annotated[str, Meta(description="An EKS cluster: its name, or its ARN.")] = ""
    region: Annotated[str, Meta(description="The region of the EKS cluster.")] = ""
    profile: Annotated[str, Meta(description="The AWS profile that reaches it.")] = ""
    role_arn: Annotated[str, Meta(description="A role to assume to reach it.")] = ""
    namespace: Annotated[str, Meta(description="Else the plan's, else the context's.")] = ""
    name: Annotated[str, Meta(description="What messages call it; else its context or name.")] = ""

    def __post_init__(self) -> None:
        if bool(self.context) == bool(self.eks):
            raise ValueError("give either context or eks")
        if self.context and (self.region or self.profile or self.role_arn):
            raise ValueError("region, profile and role-arn are for eks")

    @property
    def label(self) -> str:
        """What it is called, in messages and in the journal."""
        return self.name or self.context or self.eks.rpartition("/")[2]


class WaveSpec(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Clusters that get the image together. The next wave begins when they all serve."""

    name: Annotated[str, Meta(min_length=1, description="The wave's name.")]
    clusters: Annotated[tuple[ClusterSpec, ...], Meta(min_length=1, description="Its clusters.")]
    max_failures: Annotated[
        int,
        Meta(
            ge=0,
            description="So many clusters may fail without ending the rollout. One that does not "
            "answer before it begins keeps it from beginning.",
        ),
    ] = 0
    max_parallel: Annotated[int, Meta(ge=1, description="So many clusters at a time.")] = 5
    soak: Annotated[
        str, Meta(description="How long it is watched on once it serves: 90s, 5m, 1h.")
    ] = "0s"

    def __post_init__(self) -> None:
        _checked(lambda: seconds(self.soak))

    @property
    def soak_seconds(self) -> float:
        return seconds(self.soak)


class PolicySpec(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """From when on a rollout has failed; what is left out is as for 'rollout status'."""

    timeout: Annotated[str, Meta(description="How long one cluster may take; 10m.")] = ""
    max_restarts: Annotated[int, Meta(ge=0, description="Restarts that fail it.")] = 2
    schedule_grace: Annotated[str, Meta(description="How long a pod may find no node.")] = ""
    pull_grace: Annotated[str, Meta(description="How long pulls may fail in passing.")] = ""
    quota_grace: Annotated[str, Meta(description="How long a quota may refuse pods.")] = ""
    ready_grace: Annotated[str, Meta(description="How long to get ready.")] = ""
    quorum: Annotated[
        Literal["any", "all"] | None, Meta(description="Whether any doomed pod fails it, or all.")
    ] = None
    tolerate: Annotated[tuple[str, ...], Meta(description="Reasons that never fail it.")] = ()

    def __post_init__(self) -> None:
        _checked(lambda: tolerating.check(self.tolerate, "tolerate"))
        _checked(self.policy)

    def policy(self) -> Policy:
        """The policy that is meant."""
        times = {name: seconds(text) for name in _TIMES if (text := getattr(self, name))}
        return Policy(
            **times,
            max_restarts=self.max_restarts,
            quorum=self.quorum,
            tolerate=frozenset(self.tolerate),
        )


class RolloutWave(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Images, the workloads that get them, and the clusters, wave by wave."""

    images: Annotated[
        dict[str, str], Meta(min_length=1, description="The image of each container; * is all.")
    ]
    waves: Annotated[tuple[WaveSpec, ...], Meta(min_length=1, description="In this order.")]
    targets: Annotated[tuple[str, ...], Meta(description="Workloads, as deploy/web.")] = ()
    selector: Annotated[str, Meta(description="Workloads with these labels, as app=web.")] = ""
    namespace: Annotated[str, Meta(description="The namespace; else the context's.")] = ""
    policy: Annotated[PolicySpec, Meta(description="When a rollout has failed.")] = PolicySpec()
    on_failure: Annotated[
        Literal["rollback-wave", "rollback-all", "stop"],
        Meta(description="What is taken back when a wave has more failures than it may have."),
    ] = "rollback-wave"

    def __post_init__(self) -> None:
        if bool(self.targets) == bool(self.selector):
            raise ValueError("give either targets or selector")
        for name, image in self.images.items():
            _checked(lambda name=name, image=image: parse(image, name))  # type: ignore[misc]
        for target in self.targets:
            _checked(lambda target=target: parse_target(target, "default"))  # type: ignore[misc]
        _unique("wave", [wave.name for wave in self.waves])
        _unique("cluster", [each.label for wave in self.waves for each in wave.clusters])
