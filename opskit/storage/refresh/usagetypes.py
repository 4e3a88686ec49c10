"""What the usage types of AWS's price lists are in the catalog.

A usage type is a prefix for the region, none in us-east-1 (`EU-`, `EUC1-`, `APN1-`, `USW2-`), and
a name that is compared as a whole: `TimedStorage-ByteHrs` also ends the names of S3 Tables and of
others. Where a usage type has several prices, `operation` tells them apart. The names are those
of the S3 User Guide, "Understanding your AWS billing and usage reports for Amazon S3".
"""

from decimal import Decimal
from typing import NamedTuple

from opskit.storage.catalog.model import Item
from opskit.storage.refresh.readings import Target

S3, DEEP_ARCHIVE = "AmazonS3", "AmazonS3GlacierDeepArchive"
TRANSFER = "AWSDataTransfer"
Name = tuple[str, str]  # usage type without its prefix, operation


class Unit(NamedTuple):
    """The unit of a price list, that of the catalog, and how many of the one the other is."""

    feed: str
    catalog: str
    times: Decimal


UNITS: dict[Item, Unit] = {
    "storage": Unit("GB-Mo", "USD/GB-month", Decimal(1)),
    **dict.fromkeys(
        ("write", "read", "list", "part", "lifecycle", "retrieval-request"),
        Unit("Requests", "USD/1k", Decimal(1000)),
    ),
    "retrieval": Unit("GB", "USD/GB", Decimal(1)),
    "monitoring": Unit("Objects", "USD/1k-month", Decimal(1000)),
    "inventory": Unit("Objects", "USD/1M", Decimal(10**6)),
    "analytics": Unit("Objects", "USD/1M-month", Decimal(10**6)),
    "egress": Unit("GB", "USD/GB", Decimal(1)),
    "inter-region": Unit("GB", "USD/GB", Decimal(1)),
}
_STORAGE = {
    "TimedStorage-ByteHrs": "standard",
    "TimedStorage-INT-FA-ByteHrs": "intelligent-tiering",
    "TimedStorage-INT-IA-ByteHrs": "intelligent-tiering-ia",
    "TimedStorage-INT-AIA-ByteHrs": "intelligent-tiering-archive-instant",
    "TimedStorage-INT-AA-ByteHrs": "intelligent-tiering-archive",
    "TimedStorage-INT-DAA-ByteHrs": "intelligent-tiering-deep-archive",
    "TimedStorage-SIA-ByteHrs": "standard-ia",
    "TimedStorage-ZIA-ByteHrs": "onezone-ia",
    "TimedStorage-GIR-ByteHrs": "glacier-ir",
    "TimedStorage-GlacierByteHrs": "glacier",
    "TimedStorage-XZ-ByteHrs": "express-onezone",
}
_REQUESTS = {
    "INT-": "intelligent-tiering",
    "SIA-": "standard-ia",
    "ZIA-": "onezone-ia",
    "GIR-": "glacier-ir",
    "XZ-": "express-onezone",
}
_MOVES = {
    "S3-INTTransition": "intelligent-tiering",
    "S3-SIATransition": "standard-ia",
    "S3-ZIATransition": "onezone-ia",
    "S3-GIRTransition": "glacier-ir",
    "S3-GlacierTransition": "glacier",
    "S3-GDATransition": "deep-archive",
}
#: What creates an object, and what is billed as a request to S3 Standard until it is complete.
_WRITES, _PARTS = ("PutObject",), ("InitiateMultipartUpload", "UploadPart")


def _of_s3() -> dict[Name, tuple[Target, ...]]:
    found: dict[Name, tuple[Target, ...]] = {
        **{(name, ""): (Target("storage", class_),) for name, class_ in _STORAGE.items()},
        ("Requests-Tier1", ""): (Target("write", "standard"), Target("list")),
        ("Requests-Tier2", ""): (Target("read", "standard"),),
        ("Requests-GLACIER-Tier2", ""): (Target("read", "glacier"),),
        ("Requests-GDA-Tier2", ""): (Target("read", "deep-archive"),),
        ("Retrieval-SIA", ""): (Target("retrieval", "standard-ia"),),
        ("Retrieval-ZIA", ""): (Target("retrieval", "onezone-ia"),),
        ("Retrieval-GIR", ""): (Target("retrieval", "glacier-ir"),),
        ("Retrieval-XZ", ""): (Target("retrieval", "express-onezone"),),
        ("Monitoring-Automation-INT", ""): (Target("monitoring", "intelligent-tiering"),),
        ("Inventory-ObjectsListed", ""): (Target("inventory"),),
        ("StorageAnalytics-ObjCount", ""): (Target("analytics"),),
    }
    for mark, class_ in _REQUESTS.items():
        found[f"Requests-{mark}Tier1", ""] = (Target("write", class_),)
        found[f"Requests-{mark}Tier2", ""] = (Target("read", class_),)
    for operation, class_ in _MOVES.items():
        for number in (3, 4):
            found[f"Requests-Tier{number}", operation] = (Target("lifecycle", class_),)
    found |= _uploads("GLACIER", "glacier")
    for number, speed in ((3, "standard"), (5, "bulk"), (6, "expedited")):
        requests = (Target("retrieval-request", "glacier", speed),)
        amount = (Target("retrieval", "glacier", speed),)
        found[f"Requests-Tier{number}", "RestoreObject"] = requests
        found[f"{speed.capitalize()}-Retrieval-Bytes", "RestoreObject"] = amount
    # These are for one class only and come without an operation, too.
    found["Requests-Tier5", ""] = found["Requests-Tier5", "RestoreObject"]
    found["Requests-Tier6", ""] = found["Requests-Tier6", "RestoreObject"]
    expedited = "Expedited-Retrieval-Bytes"
    found[expedited, ""] = found[expedited, "RestoreObject"]
    return found


def _of_deep_archive() -> dict[Name, tuple[Target, ...]]:
    class_ = "deep-archive"
    found: dict[Name, tuple[Target, ...]] = {
        ("TimedStorage-GDA-ByteHrs", ""): (Target("storage", class_),)
    }
    found |= _uploads("GDA", class_)
    for number, speed in ((3, "standard"), (5, "bulk")):
        name = f"{speed.capitalize()}-Retrieval-Bytes"
        found[name, "DeepArchiveRestoreObject"] = (Target("retrieval", class_, speed),)
        for operation in ("", "DeepArchiveRestoreObject"):
            target = Target("retrieval-request", class_, speed)
            found[f"Requests-GDA-Tier{number}", operation] = (target,)
    return found


def _uploads(mark: str, class_: str) -> dict[Name, tuple[Target, ...]]:
    name = f"Requests-{mark}-Tier1"
    return {
        **{(name, each): (Target("write", class_),) for each in _WRITES},
        **{(name, each): (Target("part", class_),) for each in _PARTS},
    }


#: By price list; what the one has not, the other may have: both are looked up in both.
BY_OFFER: dict[str, dict[Name, tuple[Target, ...]]] = {
    S3: _of_s3(),
    DEEP_ARCHIVE: _of_deep_archive(),
}
NAMES: dict[Name, tuple[Target, ...]] = {**BY_OFFER[S3], **BY_OFFER[DEEP_ARCHIVE]}
