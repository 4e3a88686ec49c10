"""The storage types of S3's metrics: which are data, and what the others tell of objects.

S3 User Guide, "Metrics and dimensions", "Amazon S3 dimensions in CloudWatch".
"""

from collections.abc import Iterator, Mapping

from opskit.storage.profile.model import Cell

#: Storage types that are data, by the catalog's classes.
DATA = {
    "StandardStorage": "standard",
    "IntelligentTieringFAStorage": "intelligent-tiering",
    "IntelligentTieringIAStorage": "intelligent-tiering-ia",
    "IntelligentTieringAIAStorage": "intelligent-tiering-archive-instant",
    "IntelligentTieringAAStorage": "intelligent-tiering-archive",
    "IntelligentTieringDAAStorage": "intelligent-tiering-deep-archive",
    "StandardIAStorage": "standard-ia",
    "OneZoneIAStorage": "onezone-ia",
    "ReducedRedundancyStorage": "reduced-redundancy",
    "GlacierInstantRetrievalStorage": "glacier-ir",
    "GlacierStorage": "glacier",
    "DeepArchiveStorage": "deep-archive",
    "ExpressOneZoneStorage": "express-onezone",
}
#: What S3 adds to each archived object: its class, and the bytes for one. Both tell how many there
#: are.
PER_OBJECT = {
    "GlacierObjectOverhead": ("glacier", 32 << 10),
    "GlacierS3ObjectOverhead": ("glacier", 8 << 10),
    "DeepArchiveObjectOverhead": ("deep-archive", 32 << 10),
    "DeepArchiveS3ObjectOverhead": ("deep-archive", 8 << 10),
    "IntAAObjectOverhead": ("intelligent-tiering-archive", 32 << 10),
    "IntAAS3ObjectOverhead": ("intelligent-tiering-archive", 8 << 10),
    "IntDAAObjectOverhead": ("intelligent-tiering-deep-archive", 32 << 10),
    "IntDAAS3ObjectOverhead": ("intelligent-tiering-deep-archive", 8 << 10),
}
#: What small objects are billed with beyond their size, by class.
PADDING = {
    "StandardIASizeOverhead": "standard-ia",
    "OneZoneIASizeOverhead": "onezone-ia",
    "GlacierIRSizeOverhead": "glacier-ir",
    "GlacierInstantRetrievalSizeOverhead": "glacier-ir",
}
#: The least size that these classes bill.
SMALL = 128 << 10
#: Parts of uploads to archives that were not completed.
STAGING = ("GlacierStagingStorage", "DeepArchiveStagingStorage")
#: StandardIAObjectOverhead is in lists of types and nowhere explained; it is no data either.
OTHERS = ("StandardIAObjectOverhead", "AllStorageTypes")


def cells(stored: Mapping[str, int], total: int | None, notes: list[str]) -> Iterator[Cell]:
    """What is stored, by class, of one day; adds to the notes what is not known."""
    sizes = {DATA[kind]: value for kind, value in stored.items() if kind in DATA and value}
    for kind in sorted(set(stored) - _KNOWN):
        if kind.endswith("Overhead"):
            notes.append(f"the storage type {kind} is not known: it is taken as no data")
        elif stored[kind]:
            notes.append(f"the storage type {kind} is not known: it is taken as a class")
            sizes[kind] = stored[kind]
    padding: dict[str, int] = {}
    for kind, name in PADDING.items():
        padding[name] = padding.get(name, 0) + stored.get(kind, 0)
    small = {name: -(-added // SMALL) for name, added in padding.items() if name in sizes}
    counts = _counts(sizes, stored, total, small, notes)
    notes += _UNKNOWN
    if any(padding.values()):
        notes.append(
            "small objects in classes that bill at least 128 KiB: as few of them as give the "
            "padding that S3 reports"
        )
    for name, size in sizes.items():
        yield from _split(name, counts[name], size, padding.get(name))


_UNKNOWN = (
    "CloudWatch tells no sizes and no ages of objects: ages are taken as 0 days",
    "former versions, delete markers, and parts of uploads that were not completed are in the sums "
    "and cannot be told apart",
)
_KNOWN = {*DATA, *PER_OBJECT, *PADDING, *STAGING, *OTHERS}


def _counts(
    sizes: Mapping[str, int],
    stored: Mapping[str, int],
    total: int | None,
    small: Mapping[str, int],
    notes: list[str],
) -> dict[str, int]:
    """Objects by class: archived ones by what S3 adds to each, the rest by their bytes.

    `small` are the small ones that a class has at least, beside that.
    """
    found: dict[str, int] = {}
    for kind, (name, each) in PER_OBJECT.items():
        if name in sizes and stored.get(kind):
            found.setdefault(name, (stored[kind] + each // 2) // each)
    rest = [name for name in sizes if name not in found]
    if total is None:
        notes.append("CloudWatch has no number of objects: 0 is taken where it cannot be derived")
        return found | dict.fromkeys(rest, 0)
    left = max(total - sum(found.values()) - sum(small.values()), 0)
    weight = sum(sizes[name] for name in rest)
    if len(rest) > 1:
        notes.append(
            f"the objects of {', '.join(sorted(rest))} are known together only: they are taken "
            "to have the same size on average"
        )
    for name in rest:
        own = left * sizes[name] // weight
        left, weight = left - own, weight - sizes[name]
        found[name] = own + small.get(name, 0)
    return found


def _split(name: str, objects: int, size: int, padding: int | None) -> Iterator[Cell]:
    """The cells of a class. Where small objects are billed as SMALL, `padding` is what that adds:
    as few objects as can have it are small, and no other is.
    """
    if padding is None:
        yield Cell(name, objects, size)
        return
    few = -(-padding // SMALL)
    small = min(few * SMALL - padding, size)
    if few:
        yield Cell(name, few, small)
    if size > small:
        most = max((size - small) // SMALL, 1)
        large = min(max(objects - few, 1), most) if objects else 0
        least = SMALL if size - small >= SMALL else 0
        yield Cell(name, large, size - small, size=least)
