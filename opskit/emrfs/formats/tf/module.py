"""The resources of a module and what references to them stand for.

A module is all files of a folder (Terraform documentation, "Files and Directories"), so those
beside the file that is read are looked at as well; what the file itself says comes first.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from opskit.emrfs.formats.tf import hcl, tfjson
from opskit.emrfs.formats.tf.expressions import Scope, Steps, descend, evaluate
from opskit.emrfs.formats.tf.hcl import Attribute, Block
from opskit.emrfs.formats.tf.instances import MAX_INSTANCES, Instance, expanded
from opskit.emrfs.formats.tf.values import Value, pairs
from opskit.errors import InputError
from opskit.files import read_bytes
from opskit.findings import Location

#: How large a file may be that an expression reads.
_MAX_SIZE = 1024 * 1024
#: The account of the credentials that Terraform runs with: not known before it runs.
ACCOUNT = "${data.aws_caller_identity.current.account_id}"
#: What `attribute` asks for what is computed: see `derived`.
Derive = Callable[["Module", "Instance", str], Value | None]


class Module:
    """The blocks of a folder's files, and values of their attributes."""

    def __init__(self, bodies: list[Block], folder: Path | None, derive: Derive) -> None:
        self.notes: list[str] = []
        self.partition = "aws"
        self._folder = folder
        self._derive = derive
        self._blocks: dict[tuple[str, str, str], Block] = {}
        self._variables: dict[str, Attribute] = {}
        self._locals: dict[str, Attribute] = {}
        self._values: dict[str, Value | None] = {}
        self._open: set[str] = set()
        self._instances: dict[int, list[Instance]] = {}
        self._providers: list[Block] = []
        self._names: set[str] = set()
        self.scope = Scope(self.lookup, self._file)
        for body in bodies:
            again = self._declared(body) & self._names
            if again:  # Terraform refuses that, so it is no file of this module
                self.notes.append(f"{body.location.file} is left out: it has {min(again)} again")
            else:
                self._add(body)

    def set_variables(self, values: Block) -> None:
        """Take the values of a `.tfvars` file instead of the defaults."""
        self._variables |= values.attributes

    def _declared(self, body: Block) -> set[str]:
        """What a file declares that no other file of a module may declare."""
        kinds = ("resource", "data", "variable")
        names = {".".join((b.type, *b.labels)) for b in body.blocks if b.type in kinds}
        return names | {f"local.{name}" for b in body.of_type("locals") for name in b.attributes}

    def _add(self, body: Block) -> None:
        self._names |= self._declared(body)
        for block in body.blocks:
            if block.type in ("resource", "data") and len(block.labels) == 2:
                self._blocks.setdefault((block.type, *block.labels), block)
            elif block.type == "variable" and block.labels and "default" in block.attributes:
                self._variables.setdefault(block.labels[0], block.attributes["default"])
            elif block.type == "locals":
                for name, value in block.attributes.items():
                    self._locals.setdefault(name, value)
            elif block.type == "provider":
                self._providers.append(block)

    @property
    def account(self) -> str:
        """The account, where a provider permits one alone; else what stands for it."""
        found = self._cached("the account", self._permitted)
        return ACCOUNT if found is None else found.text

    def _permitted(self) -> Value | None:
        for block in self._providers:
            written = block.attributes.get("allowed_account_ids")
            permitted = evaluate(written, self.scope).items() if written is not None else []
            if len(permitted) == 1 and re.fullmatch(r"[0-9]{12}", permitted[0].text):
                return permitted[0]
        return None

    def _cached(self, name: str, make: Callable[[], Value | None]) -> Value | None:
        """A value that is made once; None while it is being made, for references in a circle."""
        if name in self._open:
            return None
        if name not in self._values:
            self._open.add(name)
            try:
                self._values[name] = make()
            finally:
                self._open.discard(name)
        return self._values[name]

    def instances(self, type_: str, kind: str = "resource") -> Iterator[Instance]:
        """Every resource of a type, in the order of the files."""
        for (found_kind, found_type, _), block in self._blocks.items():
            if (found_kind, found_type) == (kind, type_):
                yield from self._of(block)

    def _of(self, block: Block) -> list[Instance]:
        if id(block) not in self._instances:
            self._instances[id(block)] = [Instance(block, self.scope)]  # for circles
            self._instances[id(block)] = list(expanded(block, self.scope))
        return self._instances[id(block)]

    def value(self, instance: Instance, name: str) -> Value | None:
        """An attribute; None where it is absent or null. Computed ones are derived."""
        written = instance.block.attributes.get(name)

        def made() -> Value | None:
            if written is None:
                return self._derive(self, instance, name)
            return evaluate(written, instance.scope)

        if instance.block.type in ("resource", "data"):
            found = self._cached(f"{instance.address}[{instance.key!r}].{name}", made)
        else:
            found = made() if written is not None else None
        return None if found is None or found.content is None else found

    def text(self, instance: Instance, name: str) -> str:
        """An attribute as text; empty where there is none."""
        found = self.value(instance, name)
        return found.text if found is not None else ""

    def blocks(self, instance: Instance, type_: str) -> Iterator[Instance]:
        """The blocks of a type inside of a resource, those of `dynamic` included."""
        for block in tfjson.children(instance.block, type_):
            yield Instance(block, instance.scope)
        for block in instance.block.of_type("dynamic"):
            if block.labels == (type_,):
                yield from self._dynamic(instance, block, type_)

    def _dynamic(self, instance: Instance, block: Block, type_: str) -> Iterator[Instance]:
        over = block.attributes.get("for_each")
        content = next(block.of_type("content"), None)
        if over is None or content is None:
            return
        iterator = block.attributes.get("iterator")
        name = iterator.text.strip() if isinstance(iterator, hcl.Expression) else type_
        listed = pairs(evaluate(over, instance.scope))
        if listed is None:
            self.notes.append(f"how many {type_} blocks {instance.address} has is not known here")
            yield Instance(content, instance.scope, certain=False)
            return
        for key, each in listed[:MAX_INSTANCES]:
            names = {name: Value({"key": key, "value": each}, each.location)}
            yield Instance(content, instance.scope.with_names(**names))

    def lookup(self, steps: Steps) -> Value | None:
        """What a reference stands for, as far as these files tell."""
        root, *rest = steps
        if root == "var" and rest:
            written = self._variables.get(str(rest[0]))
            return self._named("var", rest, written)
        if root == "local" and rest:
            return self._named("local", rest, self._locals.get(str(rest[0])))
        if root == "path" and self._folder is not None:
            return Value(str(self._folder), Location(str(self._folder)))
        if root == "data":
            return self._resource("data", rest) if len(rest) > 1 else None
        return self._resource("resource", steps) if len(steps) > 1 else None

    def _named(self, kind: str, rest: Steps, written: Attribute | None) -> Value | None:
        if written is None:
            return None
        found = self._cached(f"{kind}.{rest[0]}", lambda: evaluate(written, self.scope))
        return None if found is None else descend(found, rest[1:])

    def _resource(self, kind: str, steps: Steps) -> Value | None:
        type_, name, *rest = steps
        block = self._blocks.get((kind, str(type_), str(name)))
        if block is None:
            return self._absent(kind, steps)
        listed = self._of(block)
        if not rest:
            return self._whole(listed)
        keyed = next((each for each in listed if each.key == rest[0]), None)
        if keyed is not None:
            rest = rest[1:]
        elif rest[0] == 0 and "count" in block.attributes:
            keyed, rest = listed[0] if listed else None, rest[1:]
        elif len(listed) == 1:
            keyed = listed[0]
        if keyed is None:
            return None
        if not rest:
            return self._attributes(keyed)
        found = self.value(keyed, str(rest[0]))
        return None if found is None else descend(found, rest[1:])

    def _whole(self, listed: list[Instance]) -> Value | None:
        """A resource itself: an object, or one for each key."""
        if not listed or listed[0].key is None:
            return self._attributes(listed[0]) if listed else None
        made = {str(each.key): self._attributes(each) for each in listed}
        return Value(dict(made), listed[0].block.location)

    def _attributes(self, instance: Instance) -> Value:
        names = dict.fromkeys(("name", "id", "arn", *instance.block.attributes))
        made = {name: self.value(instance, name) for name in names if name != "for_each"}
        known = {name: value for name, value in made.items() if value is not None}
        return Value(dict(known), instance.block.location)

    def _absent(self, kind: str, steps: Steps) -> Value | None:
        if kind == "data" and steps[0] == "aws_partition":
            return Value(self.partition, Location("")) if steps[2:] == ["partition"] else None
        return None

    def _file(self, path: str) -> tuple[str, str] | None:
        """A file that an expression reads, named relative to the folder."""
        if self._folder is None:
            return None
        found = Path(path)
        found = found if found.is_relative_to(self._folder) else self._folder / found
        try:
            return read_bytes(found, limit=_MAX_SIZE).decode(), str(found)
        except (InputError, UnicodeDecodeError):
            self.notes.append(f"{found} cannot be read")
            return None
