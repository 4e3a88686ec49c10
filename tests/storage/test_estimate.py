"""What is ranked, what is not and why, and how old prices are told."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from opskit.storage.bill.usage import month
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, StorageClass
from opskit.storage.choice import Choice
from opskit.storage.estimate import Estimate, Row, State, Terms, estimate, newest_reading
from opskit.storage.estimate_rows import fields, lines, parts, reference, shown, unranked
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.shift.catalogs import DAY, GB, catalog, provider

TB = 1000 * GB
HOT = {"class_": "standard"}
USE = Profile((Cell("standard", 1000, TB),), Monthly(egress=100 * GB))


def priced(name: str, storage: object, *rows: tuple[Any, ...], **more: Any) -> Provider:
    currency = more.get("currency", "USD")
    facts = [("storage", storage, f"{currency}/GB-month", HOT), *rows]
    if not any(row[0] == "egress" for row in rows):
        facts.append(("egress", 0, f"{currency}/GB"))
    return provider(name, facts, **more)


def made(*providers: Provider, use: Profile = USE, day: date = DAY, **terms: Any) -> Estimate:
    return estimate(use, catalog(*providers), Choice(), Terms(day, **terms))


def summary(found: Estimate) -> list[tuple[str, State, int | None]]:
    return [(each.bill.provider.name, each.state, each.rank) for each in found.rows]


def test_the_cheapest_first() -> None:
    found = made(priced("dear", "0.03"), priced("cheap", "0.01"), priced("also", "0.03"))
    assert summary(found) == [
        ("cheap", State.RANKED, 1),
        ("also", State.RANKED, 2),
        ("dear", State.RANKED, 3),
    ]
    assert [each.total for each in found.rows] == [10, 30, 30]
    assert found.currency == "USD"
    assert not found.notes
    assert not found.stale


UNSURE = ("egress", "0.01", "USD/GB", {"status": "unverified"})
DISPUTED = ("egress", "0.01", "USD/GB", {"status": "conflict"})
STRICT = ("egress-limit-times", "0.05", "times")


def test_who_has_no_rank_stands_below_with_the_reason() -> None:
    found = made(
        priced("euros", "0.001", currency="EUR"),
        priced("unsure", "0.002", UNSURE),
        priced("disputed", "0.001", DISPUTED),
        priced("strict", "0.001", STRICT),
        provider("lacking", [("storage", "0.001", "USD/GB-month", HOT)]),
        priced("fine", "0.02"),
    )
    assert summary(found) == [
        ("fine", State.RANKED, 1),
        ("disputed", State.UNVERIFIED, None),
        ("unsure", State.UNVERIFIED, None),
        ("euros", State.CURRENCY, None),
        ("strict", State.BREACH, None),
        ("lacking", State.MISSING, None),
    ]
    assert unranked(found) == [
        "disputed: sources disagree on: egress",
        "unsure: unverified: egress",
        "euros: other currency: it is in EUR: --rate EUR=1.23 compares it",
        "strict: policy breach: egress is 0.10 times what is stored, and the policy "
        "allows 0.05 (its page)",
        "lacking: no price: egress",
    ]
    totals = [shown(each)["total"] for each in found.rows]
    assert totals == ["$20.00", "$2.00*", "$3.00*", "€1.00", "policy breach", "> $1.00"]


def test_where_a_price_is_missing_the_others_are_told() -> None:
    rows = [("storage", "0.001", "USD/GB-month", HOT), ("egress", "0.01", "USD/GB")]
    use = replace(USE, monthly=Monthly(egress=100 * GB, reads=5))
    [only] = made(provider("one", rows), use=use).rows
    told = shown(only)
    assert [told[name] for name in ("storage", "requests", "egress", "use", "total", "rank")] == [
        "1.00",
        "",
        "1.00",
        "> 1.00",
        "> $2.00",
        "",
    ]
    assert (fields(only)["total"], fields(only)["at_least"]) == (None, 2)
    assert [fields(only)[name] for name in ("storage", "requests", "egress")] == [1, None, 1]
    [nothing] = made(provider("none", [("egress", 0, "USD/GB")]), use=use).rows
    assert shown(nothing)["total"] == "no price"
    assert fields(nothing)["at_least"] is None
    [priced_all] = made(priced("all", "0.01")).rows
    assert fields(priced_all)["at_least"] is None


def test_equal_reasons_stand_together() -> None:
    cool = ("storage", "0.01", "USD/GB-month", {"class_": "cool"})
    lacking = [("storage", "0.001", "USD/GB-month", HOT)]
    both = catalog(provider("one", [*lacking, cool]), provider("two", lacking))
    use = replace(USE, monthly=Monthly(reads=5))
    found = estimate(use, both, Choice(class_="all"), Terms(DAY))
    assert unranked(found) == [
        "one cold, two cold: no price: storage, read, retrieval (standard)",
        "one cool: no price: read, retrieval",
        "one standard, two standard: no price: read",
        "two cool: no price: storage, read, retrieval",
    ]


def test_a_breach_and_a_missing_price_are_no_amounts() -> None:
    breach = made(priced("strict", "0.001", STRICT)).rows[0]
    told = fields(breach)
    assert (told["total"], told["low"], told["high"], told["total_exact"]) == (None,) * 4
    assert (told["egress"], told["storage"]) == (None, 1)
    assert "$" not in "".join(shown(breach).values())


def test_the_unverified_are_ranked_where_asked_for_and_keep_their_star() -> None:
    found = made(priced("unsure", "0.002", UNSURE), priced("fine", "0.02"), allow_unverified=True)
    assert summary(found) == [("unsure", State.RANKED, 1), ("fine", State.RANKED, 2)]
    assert shown(found.rows[0])["total"] == "$3.00*"
    assert not fields(found.rows[0])["verified"]


def test_a_rate_brings_currencies_together() -> None:
    both = (priced("euros", "0.02", currency="EUR"), priced("dollars", "0.021"))
    found = made(*both, rates={"EUR": Decimal("1.1")})
    assert summary(found) == [("dollars", State.RANKED, 1), ("euros", State.RANKED, 2)]
    assert [each.value for each in found.rows] == [21, 22]
    assert found.rows[1].total == 20


def test_where_all_are_in_one_currency_it_needs_no_rate() -> None:
    found = made(priced("one", "0.02", currency="EUR"), priced("other", "0.01", currency="EUR"))
    assert found.currency == "EUR"
    assert [each.rank for each in found.rows] == [1, 2]


def test_a_profile_as_it_is_stands_beside_the_others() -> None:
    rows = (
        ("storage", "0.01", "USD/GB-month", {"class_": "cool"}),
        ("retrieval", "0.01", "USD/GB", {"class_": "cool"}),
    )
    use = Profile((Cell("standard", 10, TB), Cell("cool", 10, TB)), USE.monthly, "one", "europe")
    found = made(priced("one", "0.02", *rows), priced("other", "0.03"), use=use)
    told = [(each.class_, each.bill.region.name, each.as_it_is) for each in found.rows]
    assert told == [
        ("as it is", "europe", True),
        ("standard", "europe", False),
        ("standard", "europe", False),
    ]
    assert found.rows[0].total == 30 + Decimal("0.5")  # half of what is read is from `cool`


def test_one_class_as_it_is_stands_there_once() -> None:
    found = made(priced("one", "0.02"), use=replace(USE, provider="one"))
    [only] = found.rows
    assert (only.class_, only.as_it_is) == ("standard", True)
    assert shown(only)["class"] == "standard (as it is)"


def test_a_profile_is_priced_in_its_own_region() -> None:
    dear = ("storage", "0.05", "USD/GB-month", HOT | {"region": "europe"})
    one, use = priced("one", "0.02", dear), replace(USE, provider="one", region="europe")
    [only] = made(one, use=use).rows
    assert (only.bill.region.name, only.as_it_is, only.total) == ("europe", True, 50)
    asked = estimate(use, catalog(one), Choice(region="main"), Terms(DAY))
    assert [(e.bill.region.name, e.as_it_is) for e in asked.rows] == [
        ("main", False),
        ("europe", True),
    ]


def test_why_a_profile_is_not_priced_as_it_is() -> None:
    one = priced("one", "0.02")
    use = replace(USE, provider="one", region="mars")
    note = "not priced as it is: the catalog has no region 'mars' of one"
    assert made(one, use=use).notes == [note]
    assert made(one, use=use).as_it_is is None


def test_a_class_that_the_catalog_has_not_is_a_missing_price() -> None:
    one = priced("one", "0.02")
    use = replace(USE, stored=(*USE.stored, Cell("FUTURE", 10, TB)), provider="one")
    found = made(one, use=use)
    here = found.as_it_is
    assert here is not None
    assert (here.state, here.at_least, here.reasons) == (State.MISSING, 20, ["storage of FUTURE"])
    assert found.notes == ["one has no class FUTURE: what is in it has no price"]
    assert [each.total for each in found.rows if not each.as_it_is] == [40]


def test_where_it_is_has_no_rank_unless_its_provider_is_meant() -> None:
    both = catalog(priced("one", "0.02"), priced("two", "0.03"))
    use = replace(USE, provider="one")
    asked = estimate(use, both, Choice(("two",)), Terms(DAY))
    assert summary(asked) == [("two", State.RANKED, 1)]
    assert asked.as_it_is is not None
    assert (asked.as_it_is.total, asked.as_it_is.rank) == (20, None)
    assert reference(asked.as_it_is) == "as it is: one standard, main $20.00"
    for names in (("one", "two"), ()):
        ranked = estimate(use, both, Choice(names), Terms(DAY))
        assert summary(ranked) == [("one", State.RANKED, 1), ("two", State.RANKED, 2)]
        assert ranked.as_it_is is ranked.rows[0]


TIERED = (
    StorageClass("standard", "Standard", "hot"),
    StorageClass("smart", "Smart", "hot"),
    StorageClass("smart-ia", "Smart IA", "cool", part_of="smart"),
)


def test_what_nobody_knows_of_tiers_is_a_note() -> None:
    rows = [
        ("storage", "0.02", "USD/GB-month", {"class_": "smart"}),
        ("storage", "0.01", "USD/GB-month", {"class_": "smart-ia"}),
    ]
    one = priced("one", "0.02", *rows, classes=TIERED)
    old = Cell("smart", 1, TB, idle=30)
    known = Profile((old,), provider="one")
    assert made(one, use=known).notes == []
    assert [each.total for each in made(one, use=known).rows] == [10, 20]
    some = replace(known, stored=(old, Cell("smart", 1, TB)))
    assert made(one, use=some).notes == [
        "Smart: nobody knows when some objects were read; those are in frequent access"
    ]
    assert made(one, use=replace(known, stored=(Cell("standard", 1, TB),))).notes == [
        "Smart: nobody knows when objects were read; all in frequent access"
    ]
    assert [each.total for each in made(one, use=some).rows][-1] == 40


def test_lines_tell_of_what_has_no_amount() -> None:
    lacking = provider("lacking", [("storage", "0.001", "USD/GB-month", HOT)])
    found = list(lines(made(priced("strict", "0.001", STRICT), lacking)))
    told = [(each["provider"], each["item"], each["amount"], each["state"]) for each in found]
    assert told == [
        ("strict", "storage", "1", "policy breach"),
        ("strict", "egress", None, "policy breach"),
        ("lacking", "storage", "1", "no price"),
        ("lacking", "egress", None, "no price"),
    ]
    assert all(each.keys() == found[0].keys() for each in found)
    assert "the policy allows 0.05" in found[1]["note"]
    assert found[3]["note"] == "no price: egress"
    assert found[0]["reasons"] == [
        "egress is 0.10 times what is stored, and the policy allows 0.05 (its page)"
    ]


def test_without_the_number_of_objects_a_note_says_what_is_left_out() -> None:
    use = Profile((Cell("standard", 0, TB),))
    least = ("min-size", 128, "KB", HOT)
    [note] = made(priced("one", "0.02", least), use=use).notes
    assert note.startswith("the number of objects is not known")
    assert not made(priced("one", "0.02"), use=use).notes
    assert not made(priced("one", "0.02", least)).notes


def test_uploads_that_were_not_completed_are_paid_for() -> None:
    use = replace(USE, uploads=3, upload_bytes=TB)
    assert made(priced("one", "0.02"), use=use).rows[0].total == 40


def test_nobody_reads_uploads_that_were_not_completed() -> None:
    """What is read is not more because they are stored."""
    dear = ("retrieval", "0.01", "USD/GB", HOT)
    use = Profile((Cell("standard", 1000, TB),), Monthly(reads=1000))
    [plain] = made(priced("one", "0.02", dear), use=use).rows
    [more] = made(priced("one", "0.02", dear), use=replace(use, upload_bytes=TB)).rows
    assert (plain.bill.of("retrieval"), more.bill.of("retrieval")) == (10, 10)


def test_an_empty_profile_costs_what_requests_and_fees_cost() -> None:
    rows = (("read", 1, "USD/1M"), ("base-fee", 5, "USD/month"))
    found = made(priced("one", "0.02", *rows), use=Profile((), Monthly(reads=10**6)))
    assert found.rows[0].total == 6


def test_old_prices_are_bands_and_are_told_once() -> None:
    found = made(priced("one", "0.02"), priced("other", "0.03"), day=DAY + timedelta(90 + 73))
    assert found.stale == (
        f"prices are up to 163 days old (read on {DAY}): totals are bands of up to 3.0% either "
        "way for those older than 90 days"
    )
    assert shown(found.rows[0])["band"] == "$19.40 - $20.60"
    assert not made(priced("one", "0.02"), day=DAY + timedelta(90)).stale
    narrow = made(priced("one", "0.02"), day=DAY + timedelta(91))
    assert narrow.rows[0].high - narrow.rows[0].bill.total < narrow.rows[0].bill.total / 1000
    assert not narrow.stale
    assert shown(narrow.rows[0])["off"] == ""


def test_before_its_first_price_a_provider_is_unpriced() -> None:
    found = made(priced("one", "0.02"), day=date(2019, 12, 31))
    assert summary(found) == [("one", State.MISSING, None)]
    assert unranked(found) == ["one: no price: on 2019-12-31: its first price is of 2020-01-01"]


def test_a_price_of_the_day() -> None:
    later = ("storage", "0.05", "USD/GB-month", HOT | {"effective_from": date(2026, 12, 1)})
    one = priced("one", "0.02")
    both = replace(one, facts=(*one.facts, priced("two", "0.05", later).facts[1]))
    assert made(both).rows[0].total == 20
    assert made(both, day=date(2026, 12, 1)).rows[0].total == 50


def test_the_parts_add_up() -> None:
    rows = (
        ("egress", "0.1", "USD/GB"),
        ("write", 5, "USD/1M"),
        ("list", 5, "USD/1M"),
        ("monitoring", 1, "USD/1k-month"),
        ("base-fee", 3, "USD/month"),
    )
    use = replace(USE, monthly=Monthly(egress=100 * GB, writes=10**6, lists=10**6))
    [only] = made(priced("one", "0.02", *rows), use=use).rows
    assert parts(only) == {
        "storage": 20,
        "requests": 10,
        "retrieval": 0,
        "egress": 10,
        "other": 4,
    }
    assert sum(parts(only).values()) == only.total


def test_a_calendar_month_is_longer_for_those_who_count_30_days() -> None:
    one = priced("one", "0.02")
    thirty = replace(one, units=replace(one.units, month="30d"))
    october = month("2026-10")
    assert shown(made(thirty, month=october).rows[0])["total"] == "$20.67"
    assert (
        made(replace(one, units=replace(one.units, month="actual")), month=october).rows[0].total
        == 20
    )
    assert made(thirty).rows[0].total == 20


def test_the_newest_reading() -> None:
    assert newest_reading(Catalog({"one": priced("one", 1)}, catalog().law)) == DAY


def test_a_row_of_json_has_all_digits_as_text() -> None:
    row: Row = made(priced("one", "0.0212345")).rows[0]
    told = fields(row, explain=True)
    assert (told["total"], told["total_exact"]) == (21.23, "21.2345")
    line = told["lines"][0]
    assert (line["quantity"], line["rate"], line["amount"]) == ("1000", "0.0212345", "21.2345")
    assert (line["source"], line["status"], line["read_on"]) == ("its page", "verified", DAY)
