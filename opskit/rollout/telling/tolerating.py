"""The words that --tolerate takes: reasons of Kubernetes, codes of rules, and `all`."""

from collections.abc import Iterable

from opskit.errors import UsageError
from opskit.suggestions import Suggestions

#: What symptoms give as their reason. Images: pkg/kubelet/images/types.go; containers: the words of
#: the kubelet and of runtimes; volumes and the rest: the events of their controllers.
REASONS = (
    "Completed",
    "ContainerCannotRun",
    "ContainerStatusUnknown",
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "DeadlineExceeded",
    "ErrImageNeverPull",
    "ErrImagePull",
    "Error",
    "Evicted",
    "Failed",
    "FailedAttachVolume",
    "FailedBinding",
    "FailedCreate",
    "FailedMount",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "NodeAffinity",
    "NodeShutdown",
    "NotReady",
    "OOMKilled",
    "OnDelete",
    "OutOfcpu",
    "OutOfmemory",
    "OutOfpods",
    "Paused",
    "ProgressDeadlineExceeded",
    "ProvisioningFailed",
    "RegistryUnavailable",
    "RunContainerError",
    "SignatureValidationFailed",
    "StartError",
    "UnexpectedAdmissionError",
    "Unhealthy",
    "Unschedulable",
)


def check(words: Iterable[str], option: str = "") -> None:
    """UsageError, which names the option, for a word that no symptom has."""
    from opskit.rollout.judge.judging import RULES

    codes = [rule.code for rule in RULES.rules]
    known = {each.lower(): each for each in (*REASONS, *codes, "all")}
    for word in words:
        if word.lower() in known:
            continue
        close = known.get(Suggestions(known)(word.lower()), "")
        meant = f"did you mean {close}? " if close else ""
        raise UsageError(
            f"{word[:80]!r} is no reason why a rollout fails",
            where=option,
            hint=f"{meant}it takes a code ('opskit rule' lists ROL...), all, or one of: "
            + ", ".join(REASONS),
        )
