"""The YAML of Kubernetes, manifests and kubeconfigs: how many values its aliases stand for.

PyYAML's loaders put the anchored value itself where an alias stands. That costs nothing until it
is written out, as JSON for the server: then a few lines can fill the memory.
"""

import yaml

from opskit.errors import InputError
from opskit.nodes import MAX_SIZE
from opskit.syntax import LOADER

__all__ = ["LOADER", "refuse_many_aliases"]

#: What stands for the size of a value that has not ended.
_OPEN = -1


def refuse_many_aliases(text: str, name: str) -> None:
    """InputError where aliases stand for too many values, or for what they are in.

    The size is that of `opskit.nodes`: long texts weigh more. A `yaml.YAMLError` for what is no
    YAML. `name` is what messages call the text.
    """
    if "&" not in text or "*" not in text:
        return
    sizes: dict[str | None, int] = {}
    inside: list[tuple[str | None, int]] = []  # the anchors of what is open, the total before each
    size = written_out = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.AliasEvent):
            more = sizes.get(event.anchor, 0)  # of one without an anchor the loader speaks
            written_out += more
            if more == _OPEN or written_out > MAX_SIZE:
                raise _refused(event, name, own=more == _OPEN)
            size += more
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1 + len(event.value) // 64
            size += sizes[event.anchor]
        elif isinstance(event, yaml.CollectionStartEvent):
            inside.append((event.anchor, size))
            sizes[event.anchor] = _OPEN
            size += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = inside.pop()
            sizes[anchor] = size - before
        elif isinstance(event, yaml.DocumentStartEvent):
            sizes.clear()


def _refused(event: yaml.AliasEvent, name: str, *, own: bool) -> InputError:
    mark = event.start_mark
    alias = f"the alias `*{(event.anchor or '')[:64]}`"
    return InputError(
        f"{alias} stands inside its own anchor"
        if own
        else f"{alias} is one too many: they stand for more than {MAX_SIZE} values",
        where=f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name,
        hint="write the value out" if own else "use fewer aliases",
    )
