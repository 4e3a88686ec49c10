"""Two made-up providers, with prices that tests choose."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import (
    Fact,
    Law,
    Provider,
    Region,
    Source,
    StorageClass,
    Units,
)

DAY = date(2026, 11, 1)
LAW_DAY = date(2027, 1, 12)
GB = 10**9
#: An item, its value, its unit, and more of the fact.
Row = tuple[Any, ...]


def fact(item: str, value: object, unit: str, **more: Any) -> Fact:
    """A fact that holds since long ago."""
    told: dict[str, Any] = {
        "effective_from": date(2020, 1, 1),
        "read_on": DAY,
        "source": "page",
        "method": "page",
        "status": "verified",
    }
    return Fact(item=item, value=Decimal(str(value)), unit=unit, **(told | more))  # type: ignore[arg-type]


def provider(name: str, rows: Sequence[Row], **more: Any) -> Provider:
    """A provider that counts in GB of 10^9 bytes and average months."""
    units = Units(gb=GB, tb=1000, month="730h", source="page", read_on=DAY, status="verified")
    told: dict[str, Any] = {
        "title": name.title(),
        "currency": "USD",
        "units": units,
        "sources": {"page": Source("its page")},
        "regions": (Region("main", "Main"), Region("europe", "Europe", eu=True)),
        "classes": (
            StorageClass("standard", "Standard", "hot"),
            StorageClass("cool", "Cool", "cool"),
            StorageClass("cold", "Cold", "archive", restore=("standard", "bulk")),
        ),
        "facts": tuple(fact(*row[:3], **(row[3] if len(row) > 3 else {})) for row in rows),
    }
    return Provider(name=name, **(told | more))


def catalog(*providers: Provider) -> Catalog:
    """A catalog of providers, and the law that takes egress of a switch to nothing."""
    law = fact("switching-egress", 0, "EUR/GB", region="eu", effective_from=LAW_DAY)
    known: Mapping[str, Provider] = {each.name: each for each in providers}
    return Catalog(dict(known), Law({"page": Source("the law")}, (law,)))


SOURCE = (
    ("storage", "0.02", "USD/GB-month", {"class_": "standard", "tier": "0-1000"}),
    ("storage", "0.01", "USD/GB-month", {"class_": "standard", "tier": "1000-"}),
    ("storage", "0.01", "USD/GB-month", {"class_": "cool"}),
    ("storage", "0.001", "USD/GB-month", {"class_": "cold"}),
    ("min-days", 30, "days", {"class_": "cool"}),
    ("min-days", 180, "days", {"class_": "cold"}),
    ("write", "0.005", "USD/1k"),
    ("read", "0.0004", "USD/1k"),
    ("list", "0.005", "USD/1k"),
    ("delete", 0, "USD/1k"),
    ("retrieval", "0.01", "USD/GB", {"class_": "cool"}),
    ("retrieval", "0.02", "USD/GB", {"class_": "cold", "variant": "standard"}),
    ("retrieval", "0.0025", "USD/GB", {"class_": "cold", "variant": "bulk"}),
    ("retrieval-request", "0.1", "USD/1k", {"class_": "cold", "variant": "standard"}),
    ("retrieval-request", "0.025", "USD/1k", {"class_": "cold", "variant": "bulk"}),
    ("free-egress", 100, "GB"),
    ("egress", "0.09", "USD/GB", {"tier": "0-10000"}),
    ("egress", "0.05", "USD/GB", {"tier": "10000-"}),
    ("inter-region", "0.02", "USD/GB"),
)
TARGET = (
    ("storage", "0.006", "USD/GB-month", {"class_": "standard"}),
    ("write", "0.004", "USD/1k"),
    ("part", "0.001", "USD/1k"),
    ("read", "0.0005", "USD/1k"),
    ("list", "0.004", "USD/1k"),
    ("delete", 0, "USD/1k"),
    ("free-egress-times", 3, "times"),
    ("egress", "0.01", "USD/GB"),
)


def usual() -> Catalog:
    """`near`, from which leaving is dear, and `far`, from which it is free."""
    one = StorageClass("standard", "Standard", "hot")
    return catalog(provider("near", SOURCE), provider("far", TARGET, classes=(one,)))
