"""Amazon S3's prices in us-east-1, and profiles and plans for them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.storage.catalog.load import load
from opskit.storage.catalog.prices import Prices
from opskit.storage.optimize.evaluate import Band
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.offer import Wish
from opskit.storage.optimize.plan import Plan, Terms, plan
from opskit.storage.optimize.world import World
from opskit.storage.profile.edges import AGES, SIZES
from opskit.storage.profile.model import Cell, Monthly, Profile

DAY = date(2026, 11, 23)
GIB, KIB, MIB = 2**30, 2**10, 2**20
AWS = load().provider("aws")
PRICES = Prices(AWS, AWS.regions[0], DAY)
TARGETS = (
    "intelligent-tiering",
    "standard-ia",
    "onezone-ia",
    "glacier-ir",
    "glacier",
    "deep-archive",
)
ANY = Wish(one_zone=True, allow_unverified=True)
INSTANT = Wish(wait=Decimal(0))


def prices(provider: str, region: str = "") -> Prices:
    found = load().provider(provider)
    return Prices(found, found.region(region) or found.regions[0], DAY)


def without(*items: str) -> Prices:
    """The prices without those of some items."""
    facts = tuple(each for each in AWS.facts if each.item not in items)
    return Prices(replace(AWS, facts=facts), AWS.regions[0], DAY)


def world(*targets: str, months: int = 12) -> World:
    return World(PRICES, frozenset(targets or TARGETS), months)


def alike(
    objects: int, each: int, class_: str = "standard", *, age: int = 365, **more: object
) -> Cell:
    """Objects of one size, which is a bound of sizes."""
    return Cell(class_, objects, objects * each, size=each, age=age, **more)  # type: ignore[arg-type]


def profile(*cells: Cell, reads: int = 0, **more: object) -> Profile:
    return Profile(cells, Monthly(reads=reads), **more)  # type: ignore[arg-type]


def planned(*cells: Cell, reads: int = 0, wish: Wish = ANY, months: int = 12) -> Plan:
    return plan(profile(*cells, reads=reads), PRICES, Terms(months, wish))


def band(loads: Iterable[Load]) -> Band:
    return Band(0, None, tuple(loads))


def cells(most: int = 10**6, *, ages: Iterable[int] = AGES) -> st.SearchStrategy[Cell]:
    """Cells of all kinds: small and large, young and old, of any class, some that come and go."""

    def made(
        class_: str, objects: int, edge: int, part: int, age: int, idle: int | None, kind: str
    ) -> Cell:
        return Cell(
            class_,
            objects,
            objects * (edge + edge * part // 4),
            size=edge,
            age=age,
            idle=idle,
            noncurrent=kind == "former",
            kept=age if kind == "passing" else None,
        )

    return st.builds(
        made,
        st.sampled_from(["standard"] * 4 + list(TARGETS) + ["intelligent-tiering-ia"]),
        st.integers(1, most),
        st.sampled_from(SIZES[3:15]),
        st.integers(0, 3),
        st.sampled_from(tuple(ages)),
        st.none() | st.sampled_from((0, 30, 180)),
        st.sampled_from(["stays"] * 4 + ["passing", "former"]),
    )
