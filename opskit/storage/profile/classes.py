"""Storage classes as Amazon S3's API and inventories name them, in the catalog's names."""

#: S3 API Reference, "PutObject", x-amz-storage-class. REDUCED_REDUNDANCY has no price of its own
#: in the catalog and keeps its name.
CLASSES = {
    "STANDARD": "standard",
    "INTELLIGENT_TIERING": "intelligent-tiering",
    "STANDARD_IA": "standard-ia",
    "ONEZONE_IA": "onezone-ia",
    "GLACIER_IR": "glacier-ir",
    "GLACIER": "glacier",
    "DEEP_ARCHIVE": "deep-archive",
    "EXPRESS_ONEZONE": "express-onezone",
}
#: The access tiers of Intelligent-Tiering, as inventories write them (S3 User Guide, "Amazon S3
#: Inventory list"); the names of its archive tiers end in _ACCESS in the S3 API.
TIERS = {
    "FREQUENT": "intelligent-tiering",
    "INFREQUENT": "intelligent-tiering-ia",
    "ARCHIVE_INSTANT_ACCESS": "intelligent-tiering-archive-instant",
    "ARCHIVE": "intelligent-tiering-archive",
    "ARCHIVE_ACCESS": "intelligent-tiering-archive",
    "DEEP_ARCHIVE": "intelligent-tiering-deep-archive",
    "DEEP_ARCHIVE_ACCESS": "intelligent-tiering-deep-archive",
}
TIERED = "INTELLIGENT_TIERING"


def class_of(storage_class: str | None, tier: str | None = None) -> str | None:
    """The catalog's name of a class; None for one that it does not have.

    No class at all is STANDARD, as in S3's API. Without a tier, what is tiered counts as frequent.
    """
    if storage_class == TIERED and tier:
        return TIERS.get(tier)
    return CLASSES.get(storage_class or "STANDARD")


def from_api(word: str) -> str:
    """The catalog's name of a class of an answer of S3: an unknown one is in lower case."""
    word = word.strip()
    return class_of(word) or word.lower().replace("_", "-")
