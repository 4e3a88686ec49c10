"""Objects of manifests applied on the server, under a field manager of our own.

All are tried first (dryRun=All): where one would not be taken, none is applied. What another field
manager owns is not overwritten unless that is asked for (Kubernetes documentation, "Server-Side
Apply", "Conflicts"). What opskit itself changed by a patch, with `set` or `undo`, is its own and
no conflict.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import ApiError, ConflictError, NotFoundError, UnauthorizedError
from opskit.errors import InputError, UnknownError
from opskit.rollout.changes import changecause
from opskit.rollout.changes import plan as planning
from opskit.rollout.deploying.order import name as name_of
from opskit.rollout.deploying.order import rank
from opskit.rollout.deploying.problems import Problems, ours
from opskit.rollout.deploying.served import NotServedError, Served
from opskit.rollout.kinds import kind_of
from opskit.rollout.targets import Target, of_object

Object = Mapping[str, Any]
Action = Literal["create", "change", "none", "unknown"]

_ATTEMPTS = 4
_PAUSE = 0.5
#: How long a kind or a namespace that was just made may take to be there, in seconds.
_SETTLE = 15.0


class Manifest(NamedTuple):
    """An object, and the file that it was read from."""

    thing: Object
    file: str


@dataclass(slots=True)
class Item:
    """One object of a deploy.

    `namespace` is empty for a kind that is in none. `before` is None for one that is not there yet.
    `planned` is what the server would make of it, None where it could not be tried, for the reason
    in `waits`. `after` is what it made of it. `change` is set where the object is patched rather
    than applied. `force` takes over fields. `stale_cause` is for `changecause`.
    """

    name: str
    path: str
    thing: Object
    namespace: str = ""
    target: Target | None = None
    file: str = ""
    before: Object | None = None
    planned: Object | None = None
    after: Object | None = None
    waits: str = ""
    force: bool = False
    change: planning.Change | None = None
    stale_cause: bool = False

    @property
    def place(self) -> str:
        """Its name behind that of its file."""
        return f"{self.file}: {self.name}" if self.file else self.name

    @property
    def action(self) -> Action:
        if self.planned is None:
            return "unknown"
        if self.before is None:
            return "create"
        return "change" if changed(self.before, self.planned) else "none"

    def diff(self) -> str:
        """The change as a unified diff of YAML, without the values of secrets."""
        from opskit.rollout.deploying.differences import object_diff

        after = self.planned if self.before and self.planned else self.thing
        return object_diff(self.name, self.before, after)


def changed(before: Object, after: Object) -> bool:
    """Whether two readings of an object differ in more than bookkeeping."""
    return _content(before) != _content(after)


def _content(thing: Object) -> object:
    own = ("managedFields", "resourceVersion", "generation")
    meta = {name: value for name, value in thing["metadata"].items() if name not in own}
    return {**{k: v for k, v in thing.items() if k != "status"}, "metadata": meta}


def plan(
    cluster: Cluster, manifests: Sequence[Manifest], namespace: str = "", *, force: bool = False
) -> list[Item]:
    """Every object tried on the server, in the order in which they will be applied.

    A given `namespace` is for objects that name none, and refused for those that name another.
    Raises one error that lists all that is wrong: InputError for objects that the server does not
    take, NotDoneError for conflicts, UnknownError where it may not be asked.
    """
    items = list(_items(manifests, namespace or cluster.namespace, given=bool(namespace)))
    made = {item.thing["metadata"]["name"] for item in items if item.thing["kind"] == "Namespace"}
    kinds = {
        (item.thing.get("spec") or {}).get("names", {}).get("kind")
        for item in items
        if item.thing["kind"] == "CustomResourceDefinition"
    }
    served, problems = Served(cluster), Problems()
    for item in items:
        try:
            _try(cluster, served, item, force=force)
        except NotServedError as error:
            if item.thing["kind"] in kinds:
                item.waits = "its kind is in these files, and not there yet"
                continue
            problems.add(item.place, error)
        except NotFoundError as error:
            if item.namespace in made:
                item.waits = "its namespace is in these files, and not there yet"
                continue
            problems.add(item.place, error)
        except UnauthorizedError:
            raise
        except ApiError as error:
            problems.add(item.place, error)
    problems.check()
    return items


def carry_out(cluster: Cluster, items: Sequence[Item]) -> Iterator[Item]:
    """Apply the objects, one after the other; each is given when it is there.

    Raises what the server answers for the first that it does not take; those before it stay.
    """
    served = Served(cluster)
    for item in items:
        if item.change is not None:
            item.after = planning.carry_out(cluster, item.change)
        elif item.waits:
            item.after = _patiently(partial(_late, cluster, served, item))
        else:
            changecause.clear(cluster, item)
            item.after = _apply(cluster, item)
        yield item


def _items(manifests: Sequence[Manifest], namespace: str, *, given: bool) -> Iterator[Item]:
    seen: dict[tuple[str, str, str], str] = {}
    for thing, file in sorted(manifests, key=lambda each: rank(str(each.thing["kind"]))):
        kind, name = str(thing["kind"]), str(thing["metadata"]["name"])
        place = thing["metadata"].get("namespace")
        if given and place and place != namespace and kind != "Namespace":
            raise InputError(
                f"{name_of(thing)} is in namespace {place}, and -n says {namespace}",
                where=file,
                hint="leave -n out, or the namespace in the manifest",
            )
        key = (f"{thing.get('apiVersion')} {kind}", str(place or namespace), name)
        if key in seen:
            raise InputError(
                f"{name_of(thing)} stands there twice: here and in {seen[key]}",
                where=file,
                hint="which one counts? remove the other",
            )
        seen[key] = file
        _check_values(thing, file)
        target = of_object(dict(thing), namespace) if kind_of(kind) else None
        yield Item(name_of(thing), "", thing, str(place or namespace), target, file)


def _check_values(thing: Object, file: str) -> None:
    import msgspec

    try:
        msgspec.json.encode(thing)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"{name_of(thing)} holds what JSON has not: {error}",
            where=file,
            hint="quote the key or the value",
        ) from None


def _try(cluster: Cluster, served: Served, item: Item, *, force: bool) -> None:
    item.path = served.path(item.thing, item.namespace)
    if not served.namespaced(item.thing):
        item.namespace = ""
    try:
        item.before = cluster.get(item.path)
    except NotFoundError:
        item.before = None
    item.force = force
    try:
        item.planned = _patch(cluster, item, dry_run=True)
    except ConflictError as error:
        if not ours(error):
            raise
        item.force = True
        item.planned = _patch(cluster, item, dry_run=True)


def _patch(cluster: Cluster, item: Item, *, dry_run: bool = False) -> Object:
    query: dict[str, str | int | bool] = {"force": item.force}
    if dry_run:
        query["dryRun"] = "All"
    return cluster.patch(item.path, item.thing, kind="apply", query=query)


def _apply(cluster: Cluster, item: Item) -> Object:
    """Apply it; again where the answer was lost, for that does no harm."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            return _patch(cluster, item)
        except ConflictError as error:
            if error.causes or not left:
                raise
        except ApiError:
            raise
        except UnknownError:
            if not left:
                raise
        time.sleep(_PAUSE)
    raise AssertionError("the last attempt returns or raises")


def _late(cluster: Cluster, served: Served, item: Item) -> Object:
    """Apply what could not be tried before; its kind or its namespace is there by now."""
    served.forget()
    item.path = served.path(item.thing, item.namespace)
    if not served.namespaced(item.thing):
        item.namespace = ""
    return _apply(cluster, item)


def _patiently(apply: Callable[[], Object]) -> Object:
    end = time.monotonic() + _SETTLE
    while True:
        try:
            return apply()
        except (NotServedError, NotFoundError):
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE)
