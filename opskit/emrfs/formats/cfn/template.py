"""A CloudFormation template with its functions filled in, as far as it tells itself.

Parameters stand for their defaults. What only a deployment can tell stays as a placeholder such
as `${AWS::AccountId}` or `${Bucket.Arn}`. Functions: CloudFormation User Guide, "Intrinsic function
reference"; what `Ref` and `Fn::GetAtt` return: the page of each resource type.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from opskit.documents import Document
from opskit.emrfs.formats.cfn.conditions import Conditions
from opskit.emrfs.formats.cfn.names import ACCOUNT, Names, written
from opskit.findings import Location

Path = tuple[str | int, ...]
_SUB = re.compile(r"\$\{(!?)([^}]*)\}")
_PARTITION = re.compile(r"arn:(aws-[a-z-]+):")
#: What `AWS::NoValue` leaves: the property or the item is not there.
_NOTHING = object()
#: A text longer than this is no name, and may be one that doubles itself.
_MAX_TEXT = 1_000_000
#: How much of the arguments of a call a placeholder shows.
_TOLD = 120


class Filled(NamedTuple):
    """A part of the template with its functions filled in, and where its parts were written."""

    value: Any
    locate: Callable[[Sequence[str | int]], Location]


class Template:
    """The sections of a template, and their values with the functions filled in.

    `account` is that of the deployment, where it is known.
    """

    def __init__(self, document: Document, account: str = ACCOUNT) -> None:
        self.document = document
        self._account = account
        root = document.plain()
        self._root: dict[str, Any] = root if isinstance(root, dict) else {}
        self.parameters = _section(self._root, "Parameters")
        self.resources = _section(self._root, "Resources")
        self._tables = _section(self._root, "Mappings")
        partitions = set(_PARTITION.findall(document.text))
        self.partition = partitions.pop() if len(partitions) == 1 else "aws"
        self._names = Names(self.resources, self.partition, account, self.plain)
        self._conditions = Conditions(_section(self._root, "Conditions"), self.plain)

    def of_type(self, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The resources of these types, but for those whose condition is false."""
        for logical, resource in self.resources.items():
            if resource.get("Type") in types:
                condition = resource.get("Condition")
                if condition is None or self._conditions.holds(condition) is not False:
                    yield logical, resource

    def certain(self, logical: str) -> bool:
        """Whether a resource is there in every deployment."""
        condition = self.resources[logical].get("Condition")
        return condition is None or self._conditions.holds(condition) is True

    def properties(self, logical: str) -> Filled:
        """The properties of a resource; none where they are no object."""
        path = ("Resources", logical, "Properties")
        found = self.filled(self.resources[logical].get("Properties"), path)
        return found if isinstance(found.value, dict) else found._replace(value={})

    def filled(self, source: Any, path: Path) -> Filled:
        """A part of the template, which stands at `path`."""
        origins: dict[Path, Path] = {}
        value = self._value(source, path, (), origins)

        def locate(wanted: Sequence[str | int]) -> Location:
            rest: Path = tuple(wanted)
            known = rest
            while known and known not in origins:
                known = known[:-1]
            return self.document.location((*origins.get(known, path), *rest[len(known) :]))

        return Filled(None if value is _NOTHING else value, locate)

    def place(self, logical: str) -> Location:
        """Where a resource is named."""
        return self.document.location(("Resources", logical), key=True)

    def plain(self, source: Any) -> Any:
        """A value with its functions filled in."""
        value = self._value(source, (), (), {})
        return None if value is _NOTHING else value

    def _value(self, source: Any, at: Path, to: Path, origins: dict[Path, Path]) -> Any:
        origins[to] = at
        if isinstance(source, list):
            made: list[Any] = []
            for number, each in enumerate(source):
                value = self._value(each, (*at, number), (*to, len(made)), origins)
                if value is not _NOTHING:
                    made.append(value)
            return made
        if not isinstance(source, dict):
            return source
        if len(source) == 1:
            ((name, argument),) = source.items()
            if name == "Fn::If":
                return self._if(argument, (*at, name), to, origins)
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        filled = ((k, self._value(v, (*at, k), (*to, k), origins)) for k, v in source.items())
        return {key: value for key, value in filled if value is not _NOTHING}

    def _if(self, argument: Any, at: Path, to: Path, origins: dict[Path, Path]) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            return "${Fn::If}"
        holds = self._conditions.holds(argument[0])
        if holds is None:
            return _open(f"If {argument[0]}", [self.plain(each) for each in argument[1:]])
        branch = 1 if holds else 2
        return self._value(argument[branch], (*at, branch), to, origins)

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._ref(str(argument))
        if name == "Fn::GetAtt":
            listed = argument if isinstance(argument, list) else str(argument).split(".", 1)
            return self._names.attribute(*map(str, listed)) if len(listed) == 2 else "${Fn::GetAtt}"
        if name == "Fn::Sub":
            return self._sub(argument)
        value = self.plain(argument)
        made = _FUNCTIONS[name](value, self._tables) if name in _FUNCTIONS else None
        if made is None or (isinstance(made, str) and len(made) > _MAX_TEXT):
            return _open(name.removeprefix("Fn::"), value)
        return made

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name == "AWS::Partition":
            return self.partition
        if name == "AWS::AccountId":
            return self._account
        if name in self.resources:
            return self._names.reference(name)
        parameter = self.parameters.get(name)
        if parameter is None:
            return f"${{{name}}}"
        return _default(name, parameter)

    def _sub(self, argument: Any) -> str:
        text: Any = argument
        names: Any = {}
        if isinstance(argument, list) and argument:
            text = argument[0]
            names = self.plain(argument[1]) if len(argument) > 1 else {}

        def replaced(found: re.Match[str]) -> str:
            name = found[2].strip()
            if found[1]:
                return f"${{{found[2]}}}"
            if isinstance(names, dict) and name in names:
                return written(names[name])
            logical, _, attribute = name.partition(".")
            value = self._names.attribute(logical, attribute) if attribute else self._ref(name)
            return "" if value is _NOTHING else written(value)

        filled = _SUB.sub(replaced, str(text))
        return filled if len(filled) <= _MAX_TEXT else "${Fn::Sub}"


def _section(root: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    found = root.get(name)
    items = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in items if isinstance(value, dict)}


def _default(name: str, parameter: Mapping[str, Any]) -> Any:
    """What a parameter is when nothing is given; a secret is never written out."""
    kind, value = str(parameter.get("Type", "")), parameter.get("Default")
    listed = "List" in kind
    if value is None or parameter.get("NoEcho") in (True, "true") or "SSM" in kind:
        return [f"${{{name}}}"] if listed else f"${{{name}}}"
    return [part.strip() for part in written(value).split(",")] if listed else written(value)


def _open(name: str, value: Any) -> str:
    """A placeholder for a call that only a deployment can make; others for other arguments, or two
    roles would be taken for one.
    """
    import json
    from hashlib import sha256

    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(told) > _TOLD:
        told = f"{told[:_TOLD]}...{sha256(told.encode(errors='replace')).hexdigest()[:8]}"
    return f"${{{name} {told}}}"


def _join(value: Any, _: Any) -> str | None:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], list):
        return written(value[0]).join(map(written, value[1]))
    return None


def _select(value: Any, _: Any) -> Any:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], list):
        number = str(value[0])
        if number.isdecimal() and int(number) < len(value[1]):
            return value[1][int(number)]
    return None


def _split(value: Any, _: Any) -> list[str] | None:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str) and value[0]:
        return value[1].split(written(value[0]))
    return None


def _find(value: Any, tables: Mapping[str, Any]) -> Any:
    if not isinstance(value, list) or len(value) < 3:
        return None
    found: Any = tables
    for step in value[:3]:
        found = found.get(written(step)) if isinstance(found, dict) else None
    return found


def _json(value: Any, _: Any) -> str:
    import json

    return json.dumps(value)


_FUNCTIONS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find,
    "Fn::ToJsonString": _json,
}
