"""The files of all providers but Amazon S3, and the laws: what they hold on which day."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from opskit.errors import InputError
from opskit.storage.bill.billing import Biller
from opskit.storage.catalog.load import BUNDLED, Catalog, read
from opskit.storage.catalog.model import Fact, Item, Provider
from opskit.storage.catalog.prices import Prices

#: The day on which the facts were put together; nothing was read later.
COMPILED = date(2026, 11, 23)
APRIL = date(2026, 4, 1)
NAMES = sorted(file.stem for file in BUNDLED.glob("*.yaml") if file.stem not in ("aws", "laws"))
FIELDS = ("item", "value", "unit", "effective_from", "read_on", "source", "method", "status")

#: The regions where the EU's Data Act applies. London and Switzerland are not among them.
IN_THE_EU = {
    "azure": set(),
    "b2": {"eu-central"},
    "bunny": {"de"},
    "digitalocean": {"ams3", "fra1"},
    "exoscale": {"de-fra-1", "de-muc-1", "at-vie-1", "bg-sof-1"},
    "gcs": {"europe-north1", "europe-west1", "europe-west3", "europe-west4", "eu", "eur4"},
    "hetzner": {"fsn1", "nbg1", "hel1"},
    "idrive": {"eu"},
    "linode": {"nl-ams-1", "eu-central-1", "fr-par-1"},
    "oci": {"eu-frankfurt-1", "eu-amsterdam-1"},
    "ovh": {"gra", "sbg", "de", "waw"},
    "r2": {"eu"},
    "scaleway": {"fr-par", "nl-ams", "pl-waw"},
    "storj": set(),
    "tigris": {"fra"},
    "vultr": {"ams1"},
    "wasabi": {"eu-central-1", "eu-central-2", "eu-west-2"},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read(BUNDLED)


@pytest.fixture(params=NAMES)
def provider(request: pytest.FixtureRequest, catalog: Catalog) -> Provider:
    return catalog.provider(request.param)


def prices(provider: Provider, day: date = COMPILED, region: str = "") -> Prices:
    found = provider.region(region) if region else provider.regions[0]
    assert found
    return Prices(provider, found, day)


def facts(
    provider: Provider, item: Item, class_: str = "*", day: date = COMPILED, region: str = ""
) -> list[Fact]:
    rate = prices(provider, day, region).rate(item, class_)
    return list(rate.facts) if rate else []


def value(
    provider: Provider, item: Item, class_: str = "*", day: date = COMPILED, region: str = ""
) -> tuple[Decimal, str] | None:
    """The value and the unit of a rate without tiers, or of a rule."""
    found = facts(provider, item, class_, day, region)
    assert len(found) <= 1
    return (found[0].value, found[0].unit) if found else None


def test_every_provider_of_the_facts_has_its_file() -> None:
    assert set(NAMES) == set(IN_THE_EU)


@pytest.mark.parametrize("field", FIELDS)
def test_a_fact_without_one_of_its_fields_is_refused_with_its_line(
    tmp_path: Path, field: str
) -> None:
    file = tmp_path / "hetzner.yaml"
    lines = (BUNDLED / file.name).read_text("utf-8").split("\n")
    number = next(index for index, line in enumerate(lines) if "item: egress" in line)
    lines[number] = re.sub(rf"(, )?{field}: [^,}}]*", "", lines[number]).replace("{, ", "{")
    file.write_text("\n".join(lines), "utf-8")

    with pytest.raises(InputError, match=f"lacks the key `{field}`") as caught:
        read(tmp_path)

    assert f"hetzner.yaml:{number + 1}:" in str(caught.value)


def test_every_source_is_named_by_a_fact_and_has_a_page(provider: Provider) -> None:
    named = {fact.source for fact in provider.facts} | {provider.units.source}

    assert named == set(provider.sources)
    assert all(each.url.startswith("https://") for each in provider.sources.values())


def test_nothing_was_read_after_the_facts_were_compiled(provider: Provider) -> None:
    assert all(fact.read_on <= COMPILED for fact in provider.facts)
    assert provider.units.read_on <= COMPILED


def test_doubts_say_what_is_doubtful(provider: Provider) -> None:
    """A conflict says what disagrees, a unit whose size was not read says so."""
    for fact in provider.facts:
        assert fact.status != "conflict" or fact.note
    if provider.units.status != "verified":
        assert provider.units.note


def test_every_class_and_region_has_a_price_of_storage(provider: Provider) -> None:
    for class_ in provider.classes:
        assert facts(provider, "storage", class_.name), class_.name
    for region in provider.regions:
        first = provider.classes[0].name
        assert facts(provider, "storage", first, region=region.name), region.name


def test_every_region_has_a_price_of_egress(provider: Provider) -> None:
    for region in provider.regions:
        found = facts(provider, "egress", region=region.name)
        assert found, region.name
        assert found[-1].bounds[1] is None


def test_lifecycle_moves_lead_to_cheaper_storage(provider: Provider) -> None:
    for class_ in provider.classes:
        own = facts(provider, "storage", class_.name)[-1].value
        for target in class_.moves_to:
            assert facts(provider, "storage", target)[0].value < own


def test_regions_of_the_eu_are_marked(provider: Provider) -> None:
    assert {each.name for each in provider.regions if each.eu} == IN_THE_EU[provider.name]


def test_egress_is_free_beyond_doubt_or_has_a_price_or_a_limit(catalog: Catalog) -> None:
    limited = {name for name in NAMES if prices(catalog.provider(name)).rule("egress-limit-times")}
    free = {name for name in NAMES if facts(catalog.provider(name), "egress")[0].value == 0}

    assert limited == {"wasabi", "idrive"}
    assert free == {"wasabi", "idrive", "r2", "tigris"}


# History


@pytest.mark.parametrize(
    ("day", "storage", "read_price", "list_price", "free_reads"),
    [
        (APRIL, "6.00", "0.004", "0.004", 75_000),
        (date(2026, 4, 30), "6.00", "0.004", "0.004", 75_000),
        (date(2026, 5, 1), "6.95", "0", "0", 0),
        (COMPILED, "6.95", "0", "0", 0),
    ],
)
def test_b2_before_and_after_may_2026(
    catalog: Catalog, day: date, storage: str, read_price: str, list_price: str, free_reads: int
) -> None:
    b2 = catalog.provider("b2")

    assert value(b2, "storage", "standard", day) == (Decimal(storage), "USD/TB-month")
    assert value(b2, "write", day=day) == (0, "USD/1k")
    assert value(b2, "read", day=day) == (Decimal(read_price), "USD/10k")
    assert value(b2, "list", day=day) == (Decimal(list_price), "USD/1k")
    assert prices(b2, day).amount("free-reads") == free_reads
    assert prices(b2, day).amount("free-lists") == free_reads
    assert prices(b2, day).amount("free-egress-times") == 3
    assert value(b2, "egress", day=day) == (Decimal("0.01"), "USD/GB")


@pytest.mark.parametrize(
    ("day", "storage"),
    [(APRIL, "6.99"), (date(2026, 6, 30), "6.99"), (date(2026, 7, 1), "7.99"), (COMPILED, "7.99")],
)
def test_wasabi_before_and_after_july_2026(catalog: Catalog, day: date, storage: str) -> None:
    wasabi = catalog.provider("wasabi")

    assert value(wasabi, "storage", "standard", day) == (Decimal(storage), "USD/TB-month")
    assert prices(wasabi, day).amount("minimum-storage") == 2**40
    assert prices(wasabi, day).amount("min-size") == 4096
    assert prices(wasabi, day).amount("min-days") == 90


@pytest.mark.parametrize(
    ("day", "fee", "storage"),
    [(date(2026, 3, 31), "4.99", "4.99"), (APRIL, "6.49", "6.47"), (COMPILED, "6.49", "6.47")],
)
def test_hetzner_before_and_after_april_2026(
    catalog: Catalog, day: date, fee: str, storage: str
) -> None:
    hetzner = catalog.provider("hetzner")

    assert value(hetzner, "base-fee", day=day) == (Decimal(fee), "EUR/month")
    assert value(hetzner, "storage", "standard", day) == (Decimal(storage), "EUR/TB-month")


def test_storj_has_no_price_before_its_new_ones_hold(catalog: Catalog) -> None:
    storj = catalog.provider("storj")

    assert not facts(storj, "storage", "standard", date(2026, 6, 30))
    assert value(storj, "storage", "standard", date(2026, 7, 1)) == (
        Decimal("0.007"),
        "USD/GB-month",
    )
    assert prices(storj).amount("minimum-charge") == 50
    assert prices(storj).amount("min-size") == 50_000


def test_a_price_that_is_only_known_later_is_told(catalog: Catalog) -> None:
    storj = catalog.provider("storj")
    july = date(2026, 7, 1)
    assert prices(storj, APRIL).later("storage", "standard") == july
    assert prices(storj, APRIL).later("egress") == july
    assert prices(storj, july).later("storage", "standard") is None
    assert prices(storj, APRIL).later("monitoring", "standard") is None
    tiering = prices(catalog.provider("aws"), date(2020, 1, 1), "eu-west-1")
    assert tiering.later("write", "intelligent-tiering-archive") == date(2025, 8, 28)


# Rules that move totals


def test_units_of_the_large_providers(catalog: Catalog) -> None:
    def units(name: str) -> tuple[object, ...]:
        own = catalog.provider(name).units
        return own.gb, own.tb, own.month, own.round, own.requests_to, own.status

    assert units("gcs") == (2**30, 1024, "730h", "none", 1, "verified")
    assert units("azure") == (2**30, 1024, "actual", "none", 1, "verified")
    assert units("r2") == (10**9, 1000, "30d", "up", 1_000_000, "verified")
    assert units("storj") == (10**9, 1000, "actual", "up", 1, "verified")
    assert units("wasabi") == (2**30, 1024, "30d", "none", 1, "verified")
    assert {catalog.provider(name).units.status for name in ("b2", "hetzner", "idrive")} == {
        "unverified"
    }


def test_the_free_amounts_of_r2_are_for_the_standard_class_alone(catalog: Catalog) -> None:
    found = prices(catalog.provider("r2"))

    assert found.amount("free-storage", "standard") == 10 * 10**9
    assert found.amount("free-writes", "standard") == 1_000_000
    assert found.amount("free-reads", "standard") == 10_000_000
    for item in ("free-storage", "free-writes", "free-reads"):
        assert found.rule(item, "ia") is None


def test_r2_lists_at_the_price_of_class_a_and_deletes_for_nothing(catalog: Catalog) -> None:
    r2 = catalog.provider("r2")

    assert (
        value(r2, "list", "standard")
        == value(r2, "write", "standard")
        == (
            Decimal("4.50"),
            "USD/1M",
        )
    )
    assert value(r2, "delete", "ia") == (0, "USD/1M")
    assert value(r2, "retrieval", "ia") == (Decimal("0.01"), "USD/GB")
    assert value(r2, "retrieval", "standard") is None


@pytest.mark.parametrize(
    ("region", "free"), [("us-central1", 5), ("us-east1", 5), ("us-west1", 5), ("us-east4", 0)]
)
def test_always_free_is_for_three_regions_of_google(
    catalog: Catalog, region: str, free: int
) -> None:
    found = prices(catalog.provider("gcs"), region=region)

    assert found.amount("free-storage", "standard") == free * 2**30
    assert found.amount("free-storage", "nearline") == 0
    assert found.amount("free-egress") == free * 20 * 2**30


@pytest.mark.parametrize(
    ("name", "storage", "egress"),
    [
        ("digitalocean", 250 * 2**30, 2**40),
        ("hetzner", 10**12, 10**12),
        ("linode", 250 * 10**9, 10**12),
    ],
)
def test_base_fees_include_storage_and_egress(
    catalog: Catalog, name: str, storage: int, egress: int
) -> None:
    found = prices(catalog.provider(name))

    assert found.amount("base-fee") > 0
    assert found.amount("free-storage") == storage
    assert found.amount("free-egress") == egress


def test_akamai_charges_more_in_two_regions_and_adds_no_transfer_there(catalog: Catalog) -> None:
    linode = catalog.provider("linode")

    assert value(linode, "storage", "standard", region="br-gru-1") == (
        Decimal("0.028"),
        "USD/GB-month",
    )
    assert value(linode, "egress", region="id-cgk-1") == (Decimal("0.015"), "USD/GB")
    assert prices(linode, region="id-cgk-1").amount("free-egress") == 0


def test_azure_bills_20_tib_of_egress_as_its_feed_has_the_tiers(catalog: Catalog) -> None:
    """From the first GB on: 100 free, to 10,335 at 0.087, then at 0.083."""
    biller = Biller(prices(catalog.provider("azure")))
    biller.egress(20 * 2**40, stored=0)
    expected = 10_235 * Decimal("0.087") + (20_480 - 10_335) * Decimal("0.083")
    assert biller.bill.total == expected == Decimal("1732.48")


# What nobody verified


def doubtful(provider: Provider) -> Iterator[Fact]:
    return (fact for fact in provider.facts if fact.status != "verified")


def test_what_was_not_verified_is_not_called_so(catalog: Catalog) -> None:
    gcs, azure = catalog.provider("gcs"), catalog.provider("azure")

    assert {fact.status for fact in gcs.facts if fact.item == "egress"} == {"conflict"}
    for class_ in ("nearline", "archive"):
        for item in ("write", "list", "read", "lifecycle"):
            found = [each for each in gcs.facts if (each.item, each.class_) == (item, class_)]
            assert {each.status for each in found} == {"unverified"}
    assert {fact.status for fact in azure.facts if fact.item == "egress"} == {"unverified"}
    assert {fact.status for fact in azure.facts if fact.region.startswith("westus")} == {
        "unverified"
    }
    for name in ("ovh", "bunny", "tigris", "exoscale"):
        provider = catalog.provider(name)
        assert list(doubtful(provider)) == list(provider.facts)
    (above,) = (each for each in catalog.provider("bunny").facts if each.status == "conflict")
    assert (above.item, above.tier, above.value) == ("egress", "1024000-", Decimal("0.002"))


def test_what_the_providers_say_is_verified(catalog: Catalog) -> None:
    def doubts(name: str) -> set[tuple[str, str]]:
        return {(fact.item, fact.class_) for fact in doubtful(catalog.provider(name))}

    for name in ("wasabi", "storj", "b2", "hetzner", "linode"):
        assert not doubts(name), name
    assert doubts("r2") == {("lifecycle", "ia")}
    assert doubts("scaleway") == {("retrieval", "one-zone")}
    assert doubts("digitalocean") == {("write", "*"), ("read", "*"), ("list", "*")}


def test_requests_are_free_where_a_source_says_so(catalog: Catalog) -> None:
    items: tuple[Item, ...] = ("write", "read", "list", "delete")

    def free(name: str) -> set[str]:
        provider = catalog.provider(name)
        found = {item: facts(provider, item) for item in items}
        assert not any(fact.value for each in found.values() for fact in each), name
        return {item for item, each in found.items() if each}

    for name in ("hetzner", "scaleway", "storj", "ovh"):
        assert free(name) == set(items), name
    assert free("digitalocean") == {"write", "read", "list"}
    for name in ("linode", "vultr", "bunny", "exoscale"):
        assert not free(name), name


def test_hetzner_bills_small_objects_as_64_kb(catalog: Catalog) -> None:
    assert prices(catalog.provider("hetzner")).amount("min-size", "standard") == 64 * 1024


# Laws


def test_leaving_costs_nothing_in_the_eu_from_2027_01_12(catalog: Catalog) -> None:
    (fact,) = catalog.law.facts

    assert (fact.item, fact.value, fact.unit) == ("switching-egress", 0, "EUR/GB")
    assert (fact.region, fact.status) == ("eu", "verified")
    assert fact.effective_from == date(2027, 1, 12)
    assert "2025-09-12" in fact.note
    assert "2023/2854" in catalog.law.sources[fact.source].title
