"""Options of the commands that watch rollouts, so that they read the same in every help."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from opskit.rollout.judge.situation import Policy

Timeout = Annotated[
    str, typer.Option(metavar="TIME", help="How long to watch: 90s, 5m, 1h; 10m if not set.")
]
MaxRestarts = Annotated[
    int, typer.Option(min=0, help="Restarts after which a crash fails the rollout.")
]
ScheduleGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long a pod may find no node.")
]
PullGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long pulls may fail for a passing reason.")
]
QuotaGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long pods may be refused by a quota or policy.")
]
ReadyGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long to get ready; else the probes tell.")
]
Quorum = Annotated[
    Literal["any", "all"] | None,
    typer.Option(help="Fail for any doomed pod, or for all; all for a Deployment, else any."),
]
Tolerate = Annotated[
    list[str] | None,
    typer.Option(metavar="REASON", help="Never fail for this, as ImagePullBackOff. Repeat."),
]
Redact = Annotated[bool, typer.Option("--redact", help="Mask secrets in logs and events.")]
Events = Annotated[
    bool, typer.Option("--events", help="Print each change as a line of JSON on stdout.")
]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        help="Also write junit, sarif, github, json or md; - is stdout. Repeat.",
    ),
]
VerdictOutput = Annotated[
    Literal["table", "json", "yaml", "github"] | None,
    typer.Option("-o", "--output", help="Output format; table if not set."),
]


def policy(
    timeout: str = "",
    *,
    max_restarts: int = 2,
    schedule_grace: str = "",
    pull_grace: str = "",
    quota_grace: str = "",
    ready_grace: str = "",
    quorum: Literal["any", "all"] | None = None,
    tolerate: Sequence[str] | None = None,
) -> "Policy":
    """The policy that options mean; what is empty is as in `Policy`. UsageError."""
    from opskit.rollout.durations import seconds
    from opskit.rollout.judge.situation import Policy
    from opskit.rollout.telling.tolerating import check

    check(tolerate or (), "--tolerate")
    texts = {
        "timeout": timeout,
        "schedule_grace": schedule_grace,
        "pull_grace": pull_grace,
        "quota_grace": quota_grace,
        "ready_grace": ready_grace,
    }
    times: dict[str, Any] = {
        name: seconds(text, f"--{name.replace('_', '-')}") for name, text in texts.items() if text
    }
    return Policy(
        **times, max_restarts=max_restarts, quorum=quorum, tolerate=frozenset(tolerate or ())
    )
