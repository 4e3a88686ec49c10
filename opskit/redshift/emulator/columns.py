"""Types of columns, encodings and distribution styles as Redshift's catalog numbers them."""

import re

#: Numbers of types as in PostgreSQL's catalog, which Redshift keeps; size in bytes.
_KINDS = {
    "boolean": (16, 1),
    "bigint": (20, 8),
    "smallint": (21, 2),
    "integer": (23, 4),
    "real": (700, 4),
    "double precision": (701, 8),
    "date": (1082, 4),
    "time": (1083, 8),
    "timetz": (1266, 12),
    "timestamp": (1114, 8),
    "timestamptz": (1184, 8),
    "super": (4000, -1),
    "geometry": (3000, -1),
    "geography": (3001, -1),
    "character": (1042, -1),
    "character varying": (1043, -1),
    "numeric": (1700, -1),
}
_ALIASES = {
    "bool": "boolean",
    "int8": "bigint",
    "int2": "smallint",
    "int": "integer",
    "int4": "integer",
    "float4": "real",
    "float8": "double precision",
    "float": "double precision",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "time with time zone": "timetz",
    "char": "character",
    "bpchar": "character",
    "varchar": "character varying",
    "nvarchar": "character varying",
    "text": "character varying",
    "decimal": "numeric",
}
#: The words of `format_encoding`. Only 0 and 128 are known of Redshift's numbers (none, and none
#: by Redshift's own choice); the rest are the emulator's.
ENCODINGS = (
    *("none", "az64", "bytedict", "delta", "delta32k", "lzo", "mostly8", "mostly16", "mostly32"),
    *("runlength", "text255", "text32k", "zstd"),
)
#: Numbers of `releffectivediststyle` (AWS, PG_CLASS_INFO); pg_class has 9 for all AUTO.
DISTSTYLES = {"EVEN": 0, "KEY": 1, "ALL": 8, "AUTO(ALL)": 10, "AUTO(EVEN)": 11, "AUTO(KEY)": 12}
_TYPE = re.compile(r"([a-z0-9 ]+?)\s*(?:\(\s*(\d+|max)\s*(?:,\s*(\d+)\s*)?\))?")


def kind_of(text: str) -> tuple[int, int, int]:
    """Number, size and modifier of a type; ValueError for one that Redshift does not have."""
    found = _TYPE.fullmatch(text.strip().lower())
    word = _ALIASES.get(found[1], found[1]) if found else ""
    if found is None or word not in _KINDS:
        raise ValueError(f"no type: {text[:40]!r}")
    oid, size = _KINDS[word]
    if word == "numeric":
        precision, scale = int(found[2] or 18), int(found[3] or 0)
        return oid, size, (precision << 16 | scale) + 4
    if word.startswith("character"):
        default = {"text": "256", "char": "1", "bpchar": "256"}.get(found[1], "256")
        length = found[2] or default
        return oid, size, (65535 if length == "max" else int(length)) + 4
    return oid, size, -1


def encoding(text: str) -> int:
    """The number of an encoding; that of `zstd` for one that is not known."""
    word = {"raw": "none"}.get(text.lower(), text.lower())
    return ENCODINGS.index(word) if word in ENCODINGS else ENCODINGS.index("zstd")
