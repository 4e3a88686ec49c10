"""JSON Schemas (draft 2020-12) of the documents that opskit reads."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from opskit.errors import UsageError
from opskit.settings import SETTINGS, Setting

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schema(name: str, documents: Mapping[str, str] | None = None) -> Schema:
    """The JSON Schema of the document called `name`.

    `documents` maps names to "module:Struct", or to "module:function" where the function returns
    the schema's body; by default it is the manifest's. `UsageError` for a name that it lacks.
    """
    if documents is None:
        documents = import_module("opskit.manifest").SCHEMAS
    if name not in documents:
        close = get_close_matches(name[:64], documents, n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        hint = f"{meant}there are {', '.join(sorted(documents))}"
        raise UsageError(f"no document is called {name[:80]!r}", hint=hint)
    module, _, attribute = documents[name].partition(":")
    target = getattr(import_module(module), attribute)
    body = struct_schema(target) if isinstance(target, type) else _body(target)
    head = {"$schema": DRAFT, "$id": f"urn:opskit:{name}", "title": f"opskit {name}"}
    return {**body, **head}


def settings_schema() -> Schema:
    """The body of the schema of `opskit.yaml`, from the table of settings."""
    root = _closed_object()
    for setting in SETTINGS:
        *groups, last = setting.name.split(".")
        place = root
        for group in groups:
            place = place["properties"].setdefault(group, _closed_object())
        place["properties"][last] = _setting_schema(setting)
    return root


def struct_schema(struct: type) -> Schema:
    """The schema of a msgspec struct, without a head. Keys that are no field are refused."""
    import msgspec

    made = msgspec.json.schema(struct)
    definitions = made.pop("$defs", {})
    if "$ref" in made:
        made = definitions[made["$ref"].rpartition("/")[2]]
    for part in (made, *definitions.values()):
        _tighten(part)
    root = struct.__name__
    if root in definitions and not _refers(definitions, f"#/$defs/{root}"):
        made = definitions.pop(root)
    return {**made, "$defs": definitions} if definitions else dict(made)


def _body(function: Callable[[], Schema]) -> Schema:
    return function()


def _closed_object() -> Schema:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _setting_schema(setting: Setting) -> Schema:
    word: Schema = {"type": "string"}
    if setting.choices:
        word["enum"] = list(setting.choices)
    elif setting.pattern != ".+":
        word["pattern"] = f"^{setting.pattern}$"
    made: Schema = {"type": "array", "items": word} if setting.many else word
    if setting.keyed:
        made = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    made["description"] = setting.help
    if setting.default is not None:
        default = setting.default
        made["default"] = list(default) if isinstance(default, tuple) else default
    return made


def _tighten(part: Any) -> None:
    """Close the objects that have fields, and let decimals be written as numbers."""
    if isinstance(part, list):
        for item in part:
            _tighten(item)
    elif isinstance(part, dict):
        if part.get("type") == "object" and isinstance(part.get("properties"), dict):
            part["additionalProperties"] = False
        if part.get("format") == "decimal":
            part["type"] = ["string", "number"]
        for item in part.values():
            _tighten(item)


def _refers(part: Any, target: str) -> bool:
    if isinstance(part, dict):
        return part.get("$ref") == target or any(_refers(item, target) for item in part.values())
    return isinstance(part, list) and any(_refers(item, target) for item in part)
