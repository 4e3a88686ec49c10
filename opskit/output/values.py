"""Values of the model turned into what JSON and YAML hold, and into one cell of a table."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite


def plain(value: object) -> object:
    """`value` as None, bool, int, float, str, list or dict, in new containers.

    Enums become their values, dataclasses and named tuples dicts, sets sorted lists, dates ISO
    8601, NaN and infinities None (JSON has no word for them), anything else its `str`.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return plain(value.value)
        case str():
            return str(value)
        case int():
            return int(value)
        case float():
            return value if isfinite(value) else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return plain(value._asdict())
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(map(plain, value), key=str)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def cell(value: object, yes: str = "true", no: str = "false") -> str:
    """`value` as text: None is empty, lists are joined with spaces, mappings are JSON."""
    if type(value) is str:
        return value
    match plain(value):
        case None:
            return ""
        case bool() as flag:
            return yes if flag else no
        case list() as items:
            return " ".join(map(cell, items))
        case dict() as mapping:
            return dumps(mapping)
        case scalar:
            return str(scalar)


def dumps(value: object, *, indent: int | None = None) -> str:
    """`value` as JSON in ASCII, which every stream can encode and no terminal obeys."""
    import json

    return json.dumps(plain(value), indent=indent, allow_nan=False)
