"""What a file of the catalog holds: a provider, its rules of counting, and facts with sources."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

#: What a fact is about. Rates are money per unit; the others are rules and free amounts.
Item = Literal[
    "storage",  # money per amount and month
    "write",  # money per requests: PUT, COPY, POST ("class A" elsewhere)
    "read",  # money per requests: GET, HEAD ("class B" elsewhere)
    "list",  # money per requests
    "delete",  # money per requests
    "upload",  # money per amount written into the class
    "part",  # money per requests: UploadPart and InitiateMultipartUpload where they differ
    "lifecycle",  # money per requests: moves of an object into the class by a lifecycle rule
    "retrieval",  # money per amount read out of the class; `variant` is the speed
    "retrieval-request",  # money per requests to restore; `variant` is the speed
    "monitoring",  # money per objects and month
    "egress",  # money per amount sent to the internet
    "inter-region",  # money per amount sent to another region of the provider
    "inventory",  # money per objects listed in an inventory report
    "analytics",  # money per objects and month
    "base-fee",  # money per month, whatever is stored
    "minimum-charge",  # money per month: the least that a bill comes to
    "minimum-storage",  # amount: the least that is billed as stored
    "min-days",  # days: the least time that an object is billed for
    "min-size",  # bytes: the least size that an object is billed with
    "overhead",  # bytes added to each object, at the rate of its class
    "overhead-standard",  # bytes added to each object, at the rate of the class `standard`
    "monitoring-min-size",  # bytes: smaller objects are not monitored
    "lifecycle-min-size",  # bytes: smaller objects are not moved by a lifecycle rule as it stands
    "free-storage",  # amount a month
    "free-egress",  # amount a month
    "free-egress-times",  # times the stored amount that may leave for nothing a month
    "egress-limit-times",  # times the stored amount that may leave a month; more is a breach
    "free-writes",  # requests a month
    "free-reads",  # requests a month
    "free-lists",  # requests a month
    "switching-egress",  # money per amount that leaves for good, where a law sets it
]
Status = Literal["verified", "unverified", "conflict"]
Method = Literal["feed", "page", "curated"]
Access = Literal["hot", "cool", "cold", "archive"]

_Words = Annotated[str, Meta(min_length=1)]


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where facts were read: a page or a feed of the provider, or somebody's dated copy of it."""

    title: _Words
    url: str = ""


class Fact(
    Struct,
    frozen=True,
    gc=False,
    forbid_unknown_fields=True,
    omit_defaults=True,  # a tier's pattern takes as long to match as all else takes to be read
    rename={"class_": "class"},
):
    """One value with where it comes from.

    `unit` is money per something (`USD/GB-month`, `USD/TB-month`, `USD/GB`, `USD/TB`, `USD/1k`,
    `USD/10k`, `USD/1M`, `USD/1k-month`, `USD/month`) or an amount (`bytes`, `GB`, `TB`, `days`,
    `requests`, `times`).

    `class` and `region` are `*` where it holds for all. `tier` are the bounds of a graduated rate
    in the amount of `unit`, as `0-51200` or `512000-`. A fact holds from `effective_from` until a
    later one for the same thing.
    """

    item: Item
    value: Decimal
    unit: _Words
    effective_from: date
    read_on: date
    source: _Words
    method: Method
    status: Status
    class_: str = "*"
    region: str = "*"
    tier: Annotated[str, Meta(pattern=r"^([0-9]{1,15}-([0-9]{1,15})?)?$")] = ""
    variant: str = ""
    note: str = ""

    @property
    def bounds(self) -> tuple[int, int | None]:
        """The tier's lower and upper bound; None where there is no upper one."""
        first, _, last = self.tier.partition("-")
        return int(first or 0), int(last) if last else None


class Units(Struct, frozen=True, forbid_unknown_fields=True):
    """How a provider counts.

    `gb` is the bytes of what it calls a GB, a TB is `tb` of them. `month` is what a GB-month is
    divided by: the `actual` hours of the calendar month, or 30 days, or 730 hours. With `round`
    `up` billed amounts are rounded up to whole billing units, `requests_to` requests at a time.
    """

    gb: Literal[1000000000, 1073741824]
    tb: Literal[1000, 1024]
    month: Literal["actual", "30d", "730h"]
    source: _Words
    read_on: date
    status: Status
    round: Literal["none", "up"] = "none"
    requests_to: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1
    note: str = ""


class StorageClass(Struct, frozen=True, forbid_unknown_fields=True):
    """A storage class: how soon data can be read, and where lifecycle rules may move it to.

    `api` is the provider's name of it (`STANDARD_IA`), `first_byte` what one waits for data.
    What is `part_of` another class is a tier inside it, which one cannot store into.
    `restore` are the speeds of retrieval, the usual one first; none where nothing is restored.
    What is in `one_zone` is lost with one data centre.
    """

    name: _Words
    title: _Words
    access: Access
    api: str = ""
    first_byte: str = "milliseconds"
    restore: tuple[str, ...] = ()
    moves_to: tuple[str, ...] = ()
    part_of: str = ""
    one_zone: bool = False


class Region(Struct, frozen=True, forbid_unknown_fields=True):
    """A region; `eu` is whether the EU's Data Act applies to what is stored there."""

    name: _Words
    title: _Words
    eu: bool = False


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the catalog. The first region is the one that is meant if none is named."""

    name: _Words
    title: _Words
    currency: Literal["USD", "EUR"]
    units: Units
    sources: dict[str, Source]
    regions: Annotated[tuple[Region, ...], Meta(min_length=1)]
    classes: Annotated[tuple[StorageClass, ...], Meta(min_length=1)]
    facts: Annotated[tuple[Fact, ...], Meta(min_length=1)]

    def region(self, name: str) -> Region | None:
        return next((each for each in self.regions if each.name == name), None)

    def storage_class(self, name: str) -> StorageClass | None:
        for each in self.classes:
            if each.name == name:
                return each
        return None


class Law(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `laws.yaml`: what laws set, for all providers; the `region` of a fact is `eu`."""

    sources: dict[str, Source]
    facts: tuple[Fact, ...]
