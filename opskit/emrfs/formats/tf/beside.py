"""The files of a module beside the one that is read."""

from pathlib import Path
from typing import NamedTuple

from opskit.emrfs.formats.tf import hcl, tfjson
from opskit.emrfs.formats.tf.hcl import Block
from opskit.errors import InputError
from opskit.files import read_bytes

#: How many there may be, and how large they may be together.
_MAX_FILES = 200
_MAX_SIZE = 1024 * 1024


class Beside(NamedTuple):
    """The other files of a folder: blocks, values of variables, and what cannot be read."""

    bodies: list[Block]
    values: list[Block]
    notes: list[str]


def siblings(file: str) -> Beside:
    """The files of a module beside one of them."""
    path = Path(file)
    found = Beside([], [], [])
    if file.startswith("<") or not path.parent.is_dir():
        return found
    left = _MAX_SIZE
    for other in sorted(path.parent.iterdir())[:_MAX_FILES]:
        is_values = other.name == "terraform.tfvars" or other.name.endswith(".auto.tfvars")
        is_module = other.name.endswith((".tf", ".tf.json")) and "override.tf" not in other.name
        if other.name == path.name or not (is_values or is_module) or not other.is_file():
            continue
        try:
            data = read_bytes(other, limit=left)
            left -= len(data)
            parse = tfjson.read if other.suffix == ".json" else hcl.parse
            (found.values if is_values else found.bodies).append(parse(data, str(other)))
        except InputError as error:
            found.notes.append(f"left out, and what it says is not known: {error}")
    return found
