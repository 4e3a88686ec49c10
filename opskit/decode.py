"""Documents to msgspec structs, with the place of everything that does not fit.

`msgspec.convert` alone stops at the first error and knows no lines. Here structs, lists and
mappings are walked along with the nodes of the document, and only single values are converted.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from opskit.documents import Document, Problems
from opskit.kinds import (
    bare,
    check_length,
    convert_scalar,
    describe,
    describe_node,
    fits,
    in_words,
    members,
    shape,
)
from opskit.nodes import ListNode, MapNode, Node, ScalarNode
from opskit.scalars import plain

Model = TypeVar("Model")
Path = tuple[str | int, ...]


def decode(document: Document, kind: type[Model]) -> Model:
    """The document as a `kind`, mostly a msgspec struct.

    Keys are those of the struct's encoded names, and no others. Text fields take a scalar as it
    is written: `5.10` is no number there and `no` no boolean. Raises one `InputError` that lists
    all problems, each with its place and the path of what does not fit.
    """
    problems = Problems(document)
    model: Model = _Decoder(problems).value(document.root, kind, ())
    problems.check()
    return model


def dotted(path: Sequence[str | int]) -> str:
    """A path as one reads it: `routes[0].queues[1]`; the empty path is `the document`."""
    text = ""
    for step in path:
        name = step if isinstance(step, str) and "." not in step else f'"{step}"'
        text += f"[{step}]" if isinstance(step, int) else f".{name}" if text else name
    return f"`{text}`" if text else "the document"


class _Decoder:
    """Walks annotations and nodes together.

    A part that does not fit is noted and stands as None in the result, which nobody gets.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def value(self, node: Node, kind: Any, path: Path) -> Any:
        options = [member for member in members(kind) if fits(node, member)]
        before = self._problems.count
        try:
            if not options:
                raise ValueError(f"expected {describe(kind)}, found {_found(node, kind)}")
            if any(shape(option) == "any" for option in options):
                return plain(node)
            if isinstance(node, ScalarNode):
                return convert_scalar(node, options, kind)
            made = self._collection(node, options, path)
            if self._problems.count == before:
                check_length(made, options[0])
                return made
        except msgspec.ValidationError as error:
            self._problems.add(node.start, f"{dotted(path)}: {in_words(error)}")
        except ValueError as error:
            self._problems.add(node.start, f"{dotted(path)}: {error}")
        return None

    def _collection(self, node: ListNode | MapNode, options: Sequence[Any], path: Path) -> Any:
        if isinstance(node, ListNode):
            return self._list(node, bare(options[0]), path)
        structs = [bare(option) for option in options if shape(option) == "struct"]
        if not structs:
            return self._map(node, bare(options[0]), path)
        struct = self._pick(node, structs, path)
        return None if struct is None else self._struct(node, struct, path)

    def _list(self, node: ListNode, kind: Any, path: Path) -> Any:
        base, args = get_origin(kind) or kind, get_args(kind)
        if base is tuple and args and args[-1] is not ...:
            if len(args) != len(node.items):
                raise ValueError(f"expected {len(args)} values, found {len(node.items)}")
            kinds: Sequence[Any] = args
        else:
            kinds = [args[0] if args else Any] * len(node.items)
        values = [
            self.value(item, kind, (*path, index))
            for index, (item, kind) in enumerate(zip(node.items, kinds, strict=True))
        ]
        if issubclass(base, tuple):
            return tuple(values)
        if issubclass(base, AbstractSet):
            return frozenset(values) if base is frozenset else set(values)
        return values

    def _map(self, node: MapNode, kind: Any, path: Path) -> dict[Any, Any]:
        key_kind, value_kind = get_args(kind) or (str, Any)
        made = {}
        for name, (key, child) in node.items.items():
            # Every key of JSON is quoted; it may still be meant as a number.
            is_text = bare(key_kind) not in (int, float, bool)
            quoted = ScalarNode(key.start, key.end, name, quoted=is_text)
            made[self.value(quoted, key_kind, (*path, name))] = self.value(
                child, value_kind, (*path, name)
            )
        return made

    def _pick(self, node: MapNode, structs: Sequence[Any], path: Path) -> Any:
        """The struct that the tag in the document names, where there are several."""
        field = structs[0].__struct_config__.tag_field
        if field is None or (len(structs) == 1 and field not in node.items):
            return structs[0]
        if field not in node.items:
            self._problems.add(node.start, f"{dotted(path)} lacks the key `{field}`")
            return None
        tags = {str(struct.__struct_config__.tag): struct for struct in structs}
        value = node.items[field][1]
        if isinstance(value, ScalarNode) and value.text in tags:
            return tags[value.text]
        one_of = ("one of " if len(tags) > 1 else "") + ", ".join(tags)
        found = describe_node(value)
        self._problems.add(
            value.start, f"{dotted((*path, field))}: expected {one_of}, found {found}"
        )
        return None

    def _struct(self, node: MapNode, struct: Any, path: Path) -> Any:
        fields = msgspec.structs.fields(struct)
        names = [field.encode_name for field in fields]
        tag = struct.__struct_config__.tag_field
        before = self._problems.count
        meant = self._unknown_keys(node, [*names, tag] if tag else names, path)
        values, complete = {}, True
        for field in fields:
            if field.encode_name in node.items:
                child = node.items[field.encode_name][1]
                values[field.name] = self.value(child, field.type, (*path, field.encode_name))
            elif field.required:
                complete = False
                if field.encode_name not in meant:  # a misspelt key is one problem, not two
                    self._problems.add(
                        node.start, f"{dotted(path)} lacks the key `{field.encode_name}`"
                    )
        if not complete or self._problems.count > before:
            return None  # the checks of the struct itself want good values
        try:
            return struct(**values)
        except TypeError as error:
            raise ValueError(str(error)) from None

    def _unknown_keys(self, node: MapNode, names: Sequence[str], path: Path) -> set[str]:
        """Note the keys that have no field; returns those that were probably meant."""
        meant = set()
        for name, (key, _) in node.items.items():
            if name in names:
                continue
            close = get_close_matches(name[:64], set(names) - set(node.items), n=1)
            meant.update(close)
            place = f" in {dotted(path)}" if path else ""
            suggestion = f"; did you mean `{close[0]}`?" if close else ""
            self._problems.add(
                key.start,
                f"unknown key `{name[:80]}`{place}{suggestion}",
                f"the keys here are {', '.join(names)}",
            )
        return meant


def _found(node: Node, kind: Any) -> str:
    return describe_node(node, echo=all(shape(member) == "scalar" for member in members(kind)))
