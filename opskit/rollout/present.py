"""Whether what a command names is there, asked before anything is done.

A name that is not there is bad input, as a typo in an option is: nothing was changed, and the error
says where it was looked for. What goes away later is for those that watch.
"""

from collections.abc import Iterable, Iterator, Sequence

from opskit.clients.kubeerrors import ForbiddenError, NotFoundError
from opskit.errors import InputError, UnknownError
from opskit.rollout.kinds import KINDS, Kind, core_path
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.suggestions import Suggestions

#: From so many workloads of a namespace and kind on, one list is asked for instead of each.
MANY = 4
#: So many missing workloads are named one by one.
_NAMED = 10


class NotThereError(InputError):
    """A workload or a namespace that is named is not there."""

    code = "not-found"


def check(cluster: Reader, targets: Iterable[Target]) -> None:
    """NotThereError where workloads are not there; it names all of them.

    What may not be looked at passes: whoever uses it gets the server's own answer. Raises what else
    the cluster answers.
    """
    missing = _missing(cluster, list(dict.fromkeys(targets)))
    if not missing:
        return
    known = _Known(cluster)
    told = [known.told(each) for each in missing[:_NAMED]]
    if len(missing) == 1:
        raise NotThereError(told[0][0], hint=told[0][1])
    rest = [f"and {len(missing) - _NAMED} more"] if len(missing) > _NAMED else []
    lines = [f"{text} ({hint})" for text, hint in told]
    raise NotThereError(
        "\n".join([f"{len(missing)} workloads are not there:", *lines, *rest]),
        hint="nothing was done with the others",
    )


def place(cluster: Reader, namespace: str) -> str:
    """Where something was looked for, as a phrase."""
    return f"namespace {namespace} of context {cluster.name}"


def has_namespace(cluster: Reader, namespace: str) -> bool:
    """Whether a namespace is there, or may not be looked at."""
    try:
        cluster.get(core_path("", "namespaces", namespace))
    except NotFoundError:
        return False
    except ForbiddenError:
        return True
    return True


def no_namespace(cluster: Reader, namespace: str) -> NotThereError:
    """The error for a namespace that is not there, with what may be meant."""
    known = _Known(cluster)
    return NotThereError(
        f"there is no namespace {namespace} in context {cluster.name}",
        hint=known.namespace_hint(namespace),
    )


def _missing(cluster: Reader, targets: Sequence[Target]) -> list[Target]:
    groups: dict[tuple[str, Kind], list[Target]] = {}
    for target in targets:
        groups.setdefault((target.namespace, target.kind), []).append(target)
    gone: set[Target] = set()
    for (namespace, kind), here in groups.items():
        try:
            if len(here) >= MANY:
                there = {each["metadata"]["name"] for each in cluster.list(kind.path(namespace))[0]}
                gone.update(each for each in here if each.name not in there)
                continue
        except ForbiddenError:
            pass  # one that may not list may get
        gone.update(each for each in here if not _there(cluster, each))
    return [each for each in targets if each in gone]


def _there(cluster: Reader, target: Target) -> bool:
    try:
        cluster.get(target.path)
    except NotFoundError:
        return False
    except ForbiddenError:
        return True
    return True


class _Known:
    """What there is instead, as far as it may be looked at; each list is asked for once."""

    def __init__(self, cluster: Reader) -> None:
        self._cluster = cluster
        self._names: dict[str, list[str]] = {}
        self._spaces: dict[str, bool] = {}

    def told(self, target: Target) -> tuple[str, str]:
        """What is said of a workload that is not there, and what to do."""
        space = target.namespace
        if space not in self._spaces:
            self._spaces[space] = has_namespace(self._cluster, space)
        where = place(self._cluster, space)
        text = f"{target} not found in {where}"
        if not self._spaces[space]:
            return f"{text}: there is no such namespace", self.namespace_hint(space)
        return text, self._hint(target)

    def namespace_hint(self, namespace: str) -> str:
        close = Suggestions(self._list(core_path("", "namespaces")))(namespace)
        return f"did you mean -n {close}?" if close else "check -n and the context"

    def _hint(self, target: Target) -> str:
        names = self._workloads(target.namespace)
        same = [each for each in names if each.partition("/")[2] == target.name]
        close = same[0] if same else Suggestions(names)(str(target))
        if close:
            return f"did you mean {close}?"
        there = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        return f"there is {there}" if there else "there is no workload there; check -n"

    def _workloads(self, namespace: str) -> list[str]:
        if namespace not in self._names:
            self._names[namespace] = list(self._all(namespace))
        return self._names[namespace]

    def _all(self, namespace: str) -> Iterator[str]:
        for kind in KINDS:
            for name in self._list(kind.path(namespace)):
                yield f"{kind.short}/{name}"

    def _list(self, path: str) -> list[str]:
        try:
            return [str(each["metadata"]["name"]) for each in self._cluster.list(path)[0]]
        except UnknownError:  # an advice less
            return []
