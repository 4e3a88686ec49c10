"""One judgement: the symptoms of a workload, and whether they end the rollout."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from opskit.rollout.judge import containers, controller, ends, images, probes, scheduling, stuck
from opskit.rollout.judge.completion import Progress, progress
from opskit.rollout.judge.ended import unsteady
from opskit.rollout.judge.situation import DETECTORS, RULES, Situation, Symptom
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT, STATEFUL_SET
from opskit.rollout.workload import ordinal, updated_ordinals

__all__ = ["RULES", "Judgement", "judge", "symptoms"]

#: The modules whose import registers the rules.
SUBJECTS = (images, containers, probes, scheduling, controller, stuck, ends)
#: What only says that something else is wrong, and so is told last.
_CONSEQUENCES = ("ROL115",)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`failed` with the `causes`, `progress.complete`, or neither: the rollout goes on.

    `symptoms` is all that is wrong, the causes first. `look_again` is when a grace ends, on the
    situation's clock; None where only a change can bring news.
    """

    progress: Progress
    symptoms: Sequence[Symptom]
    causes: Sequence[Symptom]
    look_again: float | None

    @property
    def failed(self) -> bool:
        return bool(self.causes)

    @property
    def complete(self) -> bool:
        return not self.failed and self.progress.complete


def judge(situation: Situation) -> Judgement:
    """What is to be said of the workload now."""
    found, shaky = symptoms(situation), unsteady(situation)
    situation.memory.end_round()
    made = _progress(situation)
    if made.complete and shaky and situation.kind is not CRON_JOB:
        waiting = made._replace(waiting=str(shaky[0]))
        return Judgement(waiting, found, (), situation.now + shaky[0].left)
    if made.complete:
        return Judgement(made, found, (), None)
    causes = _causes(situation, found, {each.state.pod_name for each in shaky})
    coming = [
        each.fatal_at
        for each in found
        if each.fatal_at is not None and each.fatal_at > situation.now
        if not situation.policy.tolerates(each)
    ]
    ordered = [*causes, *(each for each in found if each not in causes)]
    return Judgement(made, ordered, causes, min(coming, default=None))


def _progress(situation: Situation) -> Progress:
    """How far it is. Pods that a StatefulSet has to replace yet its counts may not show:

    where a rollout is taken back before it ends, and there is a partition. Those that a smaller
    number of replicas ends are none of them.
    """
    made = progress(situation.kind, situation.workload)
    if not made.complete or situation.kind is not STATEFUL_SET:
        return made
    there = updated_ordinals(situation.workload)
    if left := [pod for pod in situation.older if ordinal(pod) in there]:
        have = "1 old pod has" if len(left) == 1 else f"{len(left)} old pods have"
        return made._replace(waiting=f"{have} to end")
    return made


def symptoms(situation: Situation) -> list[Symptom]:
    """All that is wrong, in the order of the rules' codes, consequences last."""
    found = [
        replace(each, code=code)
        for code, detect in sorted(DETECTORS, key=lambda pair: pair[0])
        for each in detect(situation)
    ]
    return sorted(found, key=lambda each: each.code in _CONSEQUENCES)


def _causes(
    situation: Situation, found: Sequence[Symptom], shaky: Collection[str]
) -> list[Symptom]:
    """The symptoms that fail the rollout: of pods only where enough of them are doomed.

    Pods that crash in turn serve for a moment each: one that is `shaky` saves no other.
    """
    policy, now = situation.policy, situation.now
    fatal = [each for each in found if each.fatal(now) and not policy.tolerates(each)]
    whole = [each for each in fatal if not each.pod]
    doomed = {each.pod for each in fatal if each.pod}
    of_pods = [each for each in fatal if each.pod] if _enough(situation, doomed, shaky) else []
    if whole and not of_pods:  # a deadline has passed: what is wrong with the pods is why
        late = any(each.code in _CONSEQUENCES for each in whole)
        of_pods = [each for each in found if each.pod] if late else []
    return sorted([*of_pods, *whole], key=lambda each: each.code in _CONSEQUENCES)


def _enough(situation: Situation, doomed: set[str], shaky: Collection[str]) -> bool:
    if not doomed:
        return False
    quorum = situation.policy.quorum or ("all" if situation.kind is DEPLOYMENT else "any")
    return quorum == "any" or len(doomed.union(shaky)) >= len(situation.judged)
