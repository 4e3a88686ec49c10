"""KWOK's Stages: what becomes of a pod, by the tag of its image, in the kubelet's own words.

``BEHAVIOURS`` lists the tags. A pod with any other tag is ready at once, and complete at once
when a Job owns it. In a pod of several containers only those with such a tag misbehave. A digest
behind the tag changes nothing.

Reasons and messages are those of kubelet 1.36 (its packages images, kuberuntime and prober) with
containerd's errors. Its waits are shortened: it doubles them from 10 s to 5 min.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

CRASH_SECONDS = 1.0
"""How long a container runs until it crashes."""
BACK_OFF_SECONDS = 3.0
"""The pause between two starts of a container."""
PULL_SECONDS = 8.0
"""The pause between two pulls of an image."""
SYNC_SECONDS = 8.0
"""The pause between two attempts to create a container."""
PROBE_SECONDS = 4.0
"""The pause between two events of a failing readiness probe."""
LINGER_SECONDS = 6.0
"""How long a pod with the tag ``lingers`` is still there once deleted."""


@dataclass(frozen=True)
class State:
    """One of a container's states; ``<image>``, ``<name>`` and ``<pod>`` in messages are filled.

    ``kind`` is waiting, running or terminated.
    """

    kind: str
    reason: str = ""
    message: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Event:
    """An event of the pod, about its misbehaving container."""

    type: str
    reason: str
    message: str


@dataclass(frozen=True)
class Step:
    """From one state of the misbehaving container to the next, ``after`` so many seconds.

    ``when`` is the state it is in: ``new``, ``running``, ``terminated`` or the reason for which it
    waits. ``restarts`` bounds the step to at least so many restarts and fewer than so many.
    """

    when: str
    state: State
    after: float = 0.0
    restarts: tuple[int, int] | None = None
    ready: bool = False
    restarted: bool = False
    last: State | None = None
    events: Sequence[Event] = ()


@dataclass(frozen=True)
class Behaviour:
    """What containers with one tag do. With ``init`` it is the tag of an init container."""

    tag: str
    what: str
    steps: Sequence[Step]
    init: bool = False


RUNNING = State("running")
_STARTED = (
    Event("Normal", "Pulled", 'Container image "<image>" already present on machine'),
    Event("Normal", "Created", "Container created"),
    Event("Normal", "Started", "Container started"),
)
_BACK_OFF = Event("Warning", "BackOff", "Back-off restarting failed container <name> in pod <pod>")
_CRASH_LOOP = State(
    "waiting",
    "CrashLoopBackOff",
    "back-off <back-off> restarting failed container=<name> pod=<pod>",
)
_NEVER = 1_000_000


def _crashes(
    tag: str,
    what: str,
    end: State,
    *,
    heals: int = _NEVER,
    ready: bool = False,
    after: float = CRASH_SECONDS,
    events: Sequence[Event] = (),
    init: bool = False,
) -> Behaviour:
    """A container that ends in this way until it has been restarted ``heals`` times.

    As with the kubelet the first restart comes at once, each later one after a back-off. It is
    ready while it runs only with ``ready``, and once it has healed.
    """
    start = Step("new", RUNNING, ready=ready, events=_STARTED)
    steps = [
        start,
        Step("running", end, after, (0, 1), events=events),
        Step("running", _CRASH_LOOP, after, (1, heals), last=end, events=(*events, _BACK_OFF)),
    ]
    for when, seconds in (("terminated", 0.5), (_CRASH_LOOP.reason, BACK_OFF_SECONDS)):
        restart = replace(start, when=when, after=seconds, restarted=True, last=end)
        steps.append(replace(restart, restarts=(0, heals - 1)))
        steps.append(replace(restart, restarts=(heals - 1, _NEVER), ready=True))
    return Behaviour(tag, what, steps, init)


def _pulls(tag: str, what: str, error: str, heals_after: float = 0) -> Behaviour:
    """An image that cannot be pulled, for ever or for so many seconds."""
    failed = Step(
        "new",
        State("waiting", "ErrImagePull", error),
        events=(
            Event("Normal", "Pulling", 'Pulling image "<image>"'),
            Event("Warning", "Failed", f'Failed to pull image "<image>": {error}'),
            Event("Warning", "Failed", "Error: ErrImagePull"),
        ),
    )
    message = 'Back-off pulling image "<image>"'
    back_off = Step(
        "ErrImagePull",
        State("waiting", "ImagePullBackOff", f"{message}: ErrImagePull: {error}"),
        after=2.0,
        events=(
            Event("Normal", "BackOff", message),
            Event("Warning", "Failed", "Error: ImagePullBackOff"),
        ),
    )
    again = replace(failed, when="ImagePullBackOff", after=PULL_SECONDS)
    if heals_after:
        seconds = heals_after - back_off.after
        again = Step("ImagePullBackOff", RUNNING, seconds, ready=True, events=_STARTED)
    return Behaviour(tag, what, [failed, back_off, again])


def _waits(tag: str, what: str, state: State, event: Event, heals_after: float = 0) -> Behaviour:
    """A container that is never created, or only after so many seconds."""
    first = Step("new", state, events=[event])
    then = replace(first, when=state.reason, after=SYNC_SECONDS)
    if heals_after:
        then = Step(state.reason, RUNNING, heals_after, ready=True, events=_STARTED)
    return Behaviour(tag, what, [first, then])


def _starts(tag: str, what: str, seconds: float, events: Sequence[Event] = ()) -> Behaviour:
    """A container that runs at once and is ready after so many seconds, or never (0)."""
    start = Step("new", RUNNING, events=_STARTED)
    probed = Step("running", RUNNING, seconds or PROBE_SECONDS, ready=seconds > 0, events=events)
    return Behaviour(tag, what, [start, probed])


_PULL = 'failed to pull and unpack image "<image>": failed to resolve reference "<image>": '
_CONFIG = "CreateContainerConfigError"
_NO_SECRET = 'secret "<name>-settings" not found'
_NOT_SYNCED = "failed to sync secret cache: timed out waiting for the condition"
_NO_LOCAL = 'Container image "<image>" is not present with pull policy of Never'
_NO_NAME = (
    'Failed to apply default image tag "<image>": couldn\'t parse image name "<image>":'
    " invalid reference format"
)
_NO_PROGRAM = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed:"
    ' runc create failed: unable to start container process: exec: "/app": stat /app:'
    " no such file or directory"
)
_ERROR = State("terminated", "Error", exit_code=1)
_UNREADY = Event(
    "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"
)
_KILLED = (
    Event("Warning", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503"),
    Event("Normal", "Killing", "Container <name> failed liveness probe, will be restarted"),
)


def _failed(message: str) -> Event:
    return Event("Warning", "Failed", f"Error: {message}")


BEHAVIOURS: Sequence[Behaviour] = (
    _pulls(
        "missing",
        "ErrImagePull: not found; 2 s later ImagePullBackOff; pulled again every 10 s",
        f"rpc error: code = NotFound desc = {_PULL}<image>: not found",
    ),
    _pulls(
        "denied",
        "the same with: pull access denied",
        f"rpc error: code = Unknown desc = {_PULL}pull access denied, repository does not exist"
        " or may require authorization: server message: insufficient_scope: authorization failed",
    ),
    _pulls(
        "unreachable",
        "the same with a time-out of the network",
        f"rpc error: code = Unknown desc = {_PULL}failed to do request:"
        ' Head "https://registry.test/v2/": dial tcp 192.0.2.1:443: i/o timeout',
    ),
    _pulls(
        "pulltimeout",
        "as unreachable, ready after 15 s",
        f"rpc error: code = Unknown desc = {_PULL}failed to do request:"
        ' Head "https://registry.test/v2/": dial tcp 192.0.2.1:443: i/o timeout',
        heals_after=15.0,
    ),
    _waits(
        "neverpull",
        "ErrImageNeverPull",
        State("waiting", "ErrImageNeverPull", _NO_LOCAL),
        _failed("ErrImageNeverPull"),
    ),
    _waits(
        "invalid",
        "InvalidImageName",
        State("waiting", "InvalidImageName", _NO_NAME),
        Event("Warning", "InspectFailed", _NO_NAME),
    ),
    _waits(
        "badconfig",
        "CreateContainerConfigError: a Secret that is not there",
        State("waiting", _CONFIG, _NO_SECRET),
        _failed(_NO_SECRET),
    ),
    _waits(
        "cachesync",
        "CreateContainerConfigError: a cache not yet in step; ready after 5 s",
        State("waiting", _CONFIG, _NOT_SYNCED),
        _failed(_NOT_SYNCED),
        heals_after=5.0,
    ),
    _crashes("crash", "exit code 1 after 1 s, never ready: CrashLoopBackOff", _ERROR),
    _crashes("crash-once", "crashes once, ready after its one restart", _ERROR, heals=1),
    _crashes("crash-late", "ready for 5 s before each crash", _ERROR, ready=True, after=5.0),
    _crashes("init-crash", "an init container that exits with 1", _ERROR, init=True),
    _crashes("oom", "OOMKilled, exit code 137", State("terminated", "OOMKilled", exit_code=137)),
    _crashes(
        "liveness",
        "killed by its liveness probe, exit code 137",
        State("terminated", "Error", exit_code=137),
        events=_KILLED,
    ),
    _crashes(
        "exit128",
        "StartError, exit code 128, three times; then ready",
        State("terminated", "StartError", _NO_PROGRAM, 128),
        heals=3,
        events=[_failed(_NO_PROGRAM)],
    ),
    _starts("slow", "runs at once, ready after 20 s", 20.0),
    _starts("slow5", "runs at once, ready after 5 s", 5.0),
    _starts("unready", "runs, its readiness probe never succeeds", 0.0, [_UNREADY]),
    Behaviour(
        "lingers",
        "ready at once; once deleted it is there for 6 s more",
        [Step("new", RUNNING, ready=True)],
    ),
)
