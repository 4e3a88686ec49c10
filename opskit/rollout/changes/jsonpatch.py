"""JSON Patch (RFC 6902) as far as changes of workloads need it: `test`, `add`, `replace`, `remove`.

Measured on kube-apiserver 1.36: a `test` for null passes where the last part of its path is not
there, so that "still missing" can be guarded too; a `test` that fails and a path that is not there
are both answered with status 422 and the message `NO_MATCH`, which no validation error has.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Operation = dict[str, Any]
Object = Mapping[str, Any]

NO_MATCH = "the server rejected our request due to an error in our request"
_MISSING = object()


def pointer(parts: Iterable[str | int]) -> str:
    """The parts of a path as RFC 6901 writes them."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def parts_of(path: str) -> list[str]:
    """The parts of a path that `pointer` wrote."""
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def test(path: Sequence[str | int], value: object) -> Operation:
    return {"op": "test", "path": pointer(path), "value": value}


def found(thing: Object, path: Iterable[str | int]) -> Any:
    """What stands at a path of an object; None where nothing does."""
    node: Any = thing
    for part in path:
        node = _child(node, part)
        if node is _MISSING:
            return None
    return node


def guarded(thing: Object, path: Sequence[str | int], value: object) -> list[Operation]:
    """The operations that put `value` at a path if what stands there is still what does now.

    None takes it away. Empty where the value is there already. What the path leads through has to
    be there.
    """
    now = found(thing, path)
    if now == value:
        return []
    if value is None:
        return [test(path, now), {"op": "remove", "path": pointer(path)}]
    return [test(path, now), {"op": "add", "path": pointer(path), "value": value}]


def annotated(
    thing: Object, changes: Mapping[str, str | None], at: Sequence[str] = ()
) -> list[Operation]:
    """The guarded operations that set annotations, or take them away, below a `metadata`.

    `at` is the path to what has the metadata: the object itself, or its pod template.
    """
    path = (*at, "metadata", "annotations")
    there = found(thing, path)
    if there is None:
        new = {name: value for name, value in changes.items() if value is not None}
        return guarded(thing, path, new) if new else []
    return [
        operation
        for name, value in changes.items()
        for operation in guarded(thing, (*path, name), value)
    ]


def applied(thing: Object, operations: Iterable[Operation]) -> dict[str, Any]:
    """The object after the operations. ValueError where a test fails or a path is not there."""
    result: Any = copy.deepcopy(dict(thing))
    for operation in operations:
        path = parts_of(operation["path"])
        node: Any = result
        for part in path[:-1]:
            node = _child(node, part)
        _apply(node, path[-1], operation)
    made: dict[str, Any] = result
    return made


def _apply(node: Any, last: str, operation: Operation) -> None:
    name, value = operation["op"], operation.get("value")
    now = _child(node, last)
    if node is _MISSING or (now is _MISSING and name in ("replace", "remove")):
        raise ValueError(f"{operation['path']} is not there")
    if name == "test":
        if (None if now is _MISSING else now) != value:
            raise ValueError(f"{operation['path']} is {now!r}")
        return
    key = int(last) if isinstance(node, list) else last
    if name == "remove":
        del node[key]
    else:
        node[key] = copy.deepcopy(value)


def _child(node: Any, part: str | int) -> Any:
    if isinstance(node, Mapping):
        return node.get(part, _MISSING)
    if isinstance(node, list) and str(part).isdigit() and int(part) < len(node):
        return node[int(part)]
    return _MISSING
