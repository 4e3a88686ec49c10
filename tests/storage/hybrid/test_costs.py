"""What keeping in the cloud costs, and what it saves: amounts worked out by hand.

The prices are those of a catalog made here, so that no later one changes the answers.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from opskit.storage.bill.usage import ClassUse, Usage
from opskit.storage.catalog.load import Catalog, load, read
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Place
from opskit.storage.estimate import Terms
from opskit.storage.hybrid.costs import Costs, costs
from opskit.storage.hybrid.division import Division, Share
from opskit.storage.hybrid.rules import Local, Plan, Rule
from opskit.storage.profile.model import Cell
from opskit.storage.shift.amounts import puts
from opskit.storage.shift.bills import at_target
from opskit.storage.shift.terms import PART_SIZE

HEAD = """
name: {name}
title: {name}
currency: {currency}
units: {{gb: 1000000000, tb: 1000, month: 30d, source: s, read_on: 2026-11-01, status: verified}}
sources: {{s: {{title: a page}}}}
regions: [{{name: one, title: One}}, {{name: two, title: Two}}]
classes:
  - {{name: warm, title: Warm, access: hot}}
  - {{name: cold, title: Cold, access: archive, restore: [slow, fast]}}
facts:
"""
FACT = (
    "  - {{item: {item}, value: {value}, unit: {unit}, class: '{class_}', variant: '{variant}', "
    "effective_from: 2026-01-01, read_on: 2026-11-01, source: s, method: page, status: verified}}\n"
)
FACTS = (
    ("storage", "0.02", "USD/GB-month", "warm", ""),
    ("storage", "0.004", "USD/GB-month", "cold", ""),
    ("write", "0.01", "USD/1k", "*", ""),
    ("read", "0.001", "USD/1k", "*", ""),
    ("retrieval", "0.01", "USD/GB", "cold", "slow"),
    ("retrieval", "0.05", "USD/GB", "cold", "fast"),
    ("retrieval-request", "0.1", "USD/1k", "cold", "slow"),
    ("retrieval-request", "1", "USD/1k", "cold", "fast"),
    ("egress", "0.09", "USD/GB", "*", ""),
)
TERMS = Terms(date(2026, 11, 20))


def _file(name: str, currency: str, without: str = "") -> str:
    return HEAD.format(name=name, currency=currency) + "".join(
        FACT.format(
            item=item,
            value=value,
            unit=unit.replace("USD", currency),
            class_=class_,
            variant=variant,
        )
        for item, value, unit, class_, variant in FACTS
        if item != without
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder: Path = tmp_path_factory.mktemp("catalog")
    (folder / "us.yaml").write_text(_file("us", "USD"))
    (folder / "eu.yaml").write_text(_file("eu", "EUR"))
    (folder / "poor.yaml").write_text(_file("poor", "USD", without="egress"))
    return read(folder)


def share(
    catalog: Catalog, provider: str, class_: str, objects: int, size: int, speed: str = ""
) -> Share:
    found = catalog.provider(provider)
    place = Place(found, found.regions[0], next(c for c in found.classes if c.name == class_))
    cell = Cell("local", objects, size, size=128 * 1024, age=365)
    return Share(Rule(f"{class_} {speed}", to=place, speed=speed), (cell,))


STAYS = Share(None, (Cell("local", 5, 4 * 10**12, size=1),))
LOCAL = Local(Decimal(25), "USD", 10**12)


def priced(*shares: Share, local: Local | None = LOCAL, rates: str = "") -> Costs:
    terms = Terms(TERMS.day, rates={"EUR": Decimal(rates)}) if rates else TERMS
    plan = Plan((), local, Decimal(1))
    return costs(plan, Division("here", [*shares, STAYS]), terms)


def test_by_hand(catalog: Catalog) -> None:
    found = priced(share(catalog, "us", "cold", 10_000, 10**12))
    assert found.before == 125
    assert found.after == 100
    assert found.monthly == 4  # 1000 GB at 0.004
    assert found.saved == 21
    # 10,000 files: read 0.01, restored 1, 1000 GB retrieved 10, sent 90
    assert found.whole == Decimal("101.01")
    assert found.recalled == Decimal("1.0101")
    # of 100 MB each, in 12 parts of 8 MiB: with the beginning and the end of each upload
    assert found.moved == Decimal("1.4")
    assert found.unknown == []


def test_the_speed_of_a_rule(catalog: Catalog) -> None:
    found = priced(share(catalog, "us", "cold", 10_000, 10**12, "fast"))
    assert found.whole == Decimal("0.01") + 10 + 50 + 90


def test_the_speed_that_is_asked_for(catalog: Catalog) -> None:
    moved = share(catalog, "us", "cold", 10_000, 10**12)
    warm = share(catalog, "us", "warm", 10, 10**12)
    plan, here = Plan((), LOCAL), Division("here", [moved, warm])
    fast = costs(plan, here, TERMS, speed="fast")
    assert fast.clouds[0].speeds == ["fast"]
    assert costs(plan, here, TERMS).clouds[0].speeds == ["slow"]
    assert fast.recalled is None


def test_small_files_are_written_at_once(catalog: Catalog) -> None:
    small = share(catalog, "us", "cold", 10_000, 10**10)
    assert priced(small).moved == Decimal("0.1")
    plan, here = Plan((), LOCAL), Division("here", [small])
    assert costs(plan, here, TERMS, part_size=10**6).moved == Decimal("0.1")
    assert costs(plan, here, TERMS, part_size=10**6 - 1).moved == Decimal("0.4")


@pytest.mark.parametrize("name", ["aws", "gcs", "azure", "b2", "wasabi"])
def test_writing_costs_what_a_move_pays_for_it(name: str) -> None:
    """As `storage shift` has it, at the same target."""
    provider = load().provider(name)
    prices = Prices(provider, provider.regions[0], TERMS.day)
    class_ = next(each for each in provider.classes if not each.part_of)
    cell = Cell(class_.name, 10_000, 10**12)
    moved = Share(Rule("all", to=Place(provider, prices.region, class_)), (cell,))
    found = costs(Plan((), None), Division("here", [moved]), TERMS)
    used = Usage([ClassUse(class_.name, (cell,))])
    put = puts([cell], PART_SIZE)
    bills = [at_target(prices, used, Fraction(1), each).total for each in (put, {})]
    assert found.moved == bills[0] - bills[1]


def test_rules_that_move_to_one_region_share_a_bill(catalog: Catalog) -> None:
    found = priced(
        share(catalog, "us", "warm", 10, 10**12), share(catalog, "us", "cold", 10, 10**12)
    )
    assert len(found.clouds) == 1
    assert found.monthly == 24
    assert found.saved == 50 - 24


def test_a_loss_is_a_saving_below_zero(catalog: Catalog) -> None:
    cheap = Local(Decimal(1), "USD", 10**12)
    assert priced(share(catalog, "us", "warm", 10, 10**12), local=cheap).saved == -19


def test_without_a_local_cost_no_saving_is_told(catalog: Catalog) -> None:
    found = priced(share(catalog, "us", "cold", 10, 10**12), local=None)
    assert (found.before, found.after, found.saved) == (None, None, None)
    assert found.monthly == 4


def test_other_currencies_need_a_rate(catalog: Catalog) -> None:
    moved = share(catalog, "eu", "cold", 10, 10**12)
    found = priced(moved)
    assert (found.monthly, found.saved) == (None, None)
    assert found.unknown == ["eu one is paid in EUR: --rate EUR=1.10 compares it"]
    assert priced(moved, rates="1.5").saved == 25 - 6
    assert priced(moved, rates="1.5").unknown == []


def test_a_price_that_the_catalog_lacks(catalog: Catalog) -> None:
    found = priced(share(catalog, "poor", "cold", 10, 10**12))
    assert found.saved == 21
    assert (found.whole, found.recalled) == (None, None)
    assert found.unknown == ["poor one has no price in the catalog: egress"]


def test_nothing_moves() -> None:
    found = priced()
    assert (found.before, found.after, found.monthly, found.saved) == (100, 100, 0, 0)
    assert found.clouds == []


def test_what_is_unsure_leaves_the_saving_open(catalog: Catalog) -> None:
    shares = [share(catalog, "us", "cold", 10, 10**12), STAYS]
    open_ = Division("here", shares, unsure=(Cell("local", 1, 10**12),))
    found = costs(Plan((), LOCAL), open_, TERMS)
    assert (found.before, found.after, found.saved) == (150, None, None)
    assert found.monthly == 4
