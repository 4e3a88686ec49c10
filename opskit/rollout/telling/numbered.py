"""The revision numbers of StatefulSets and DaemonSets, which these do not carry themselves."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from opskit.clients.kube import Cluster
from opskit.errors import OpskitError
from opskit.rollout.changes.revisions import history
from opskit.rollout.kinds import DAEMON_SET, STATEFUL_SET
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, Verdict

_LOOK_SECONDS = 5.0
#: Each costs two requests: of more than so many workloads nobody reads the numbers.
_MOST = 20


def with_revisions(cluster: Cluster, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts with the revision that the workload is at, as far as known after 5 s.

    Never raises what the cluster answers: a verdict is not worse for a number that is missing.
    """
    found: dict[Target, int] = {}
    open_ = [each.target for each in verdicts if _lacks(each)]
    if not 0 < len(open_) <= _MOST:
        return list(verdicts)

    def look() -> None:
        for target in open_:
            try:
                past = history(cluster, target, pods=False)
            except OpskitError:
                continue
            found[target] = next((each.number for each in past.revisions if each.current), 0)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(_LOOK_SECONDS)
    return [replace(each, revision=found.get(each.target, each.revision)) for each in verdicts]


def _lacks(verdict: Verdict) -> bool:
    kinds = (STATEFUL_SET, DAEMON_SET)
    seen = verdict.outcome is not Outcome.UNKNOWN and bool(verdict.images)
    return verdict.target.kind in kinds and not verdict.revision and seen
