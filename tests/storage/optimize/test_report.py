"""What is said of a plan: in fields, and in words."""

from datetime import date
from decimal import Decimal

import pytest

from opskit.storage.catalog.prices import Prices
from opskit.storage.optimize.plan import Plan, Terms, plan
from opskit.storage.optimize.report import report
from opskit.storage.optimize.text import fields, text
from tests.storage.optimize.made import (
    ANY,
    AWS,
    GIB,
    KIB,
    MIB,
    PRICES,
    alike,
    planned,
    prices,
    profile,
)


def notes(found: Plan) -> str:
    return "\n".join(report(found).notes)


def assumptions(found: Plan) -> str:
    return "\n".join(report(found).assumptions)


def test_what_each_rule_saves_adds_up() -> None:
    found = planned(alike(10**7, 256 * KIB), alike(10**6, 16 * MIB))
    made = report(found)
    assert len(made.effects) == 2
    assert sum(each.saves for each in made.effects) == found.saving
    assert [each.objects for each in made.effects] == [10**7, 10**6]


def test_what_is_too_young_is_not_counted_as_moved() -> None:
    """In one month nothing of what is new becomes of any age."""
    found = planned(alike(10**5, GIB, age=0), alike(10**5, GIB, age=400), months=1)
    [effect] = report(found).effects
    assert effect.objects == 10**5


def test_waits_and_least_times_of_the_classes_used() -> None:
    said = notes(planned(alike(1000, GIB)))
    assert "restored before it can be read, which takes 12 hours" in said
    assert "within 180 days" in said
    assert "no reads: --reads" in said
    assert "Intelligent-Tiering" not in said


def test_reads_that_are_known_are_not_asked_for() -> None:
    assert "no reads" not in notes(planned(alike(1000, GIB), reads=1))


def test_the_default_of_128_kib_is_said_where_a_rule_overrides_it() -> None:
    assert "overrides" in notes(planned(alike(10**8, 64 * KIB), months=120))
    assert "overrides" not in notes(planned(alike(10**5, GIB)))


def test_ages_that_nobody_knows() -> None:
    assert "no ages" in notes(planned(alike(1000, GIB, age=0)))
    assert "no ages" not in notes(planned(alike(1000, GIB)))


def test_one_zone_is_said() -> None:
    from opskit.storage.optimize.offer import Wish

    found = planned(alike(10**6, MIB), wish=Wish(wait=Decimal(0), one_zone=True))
    assert [step.class_ for step in found.chains[0]][-1] in ("onezone-ia", "intelligent-tiering")
    made = planned(alike(10**6, MIB, "standard-ia"), wish=Wish(wait=Decimal(0), one_zone=True))
    used = {step.class_ for chain in made.chains for step in chain}
    assert ("one data centre" in notes(made)) is ("onezone-ia" in used)


def test_what_is_assumed_of_tiers() -> None:
    assert "cheaper tiers" not in assumptions(planned(alike(1000, GIB)))
    there = assumptions(planned(alike(1000, GIB, "intelligent-tiering")))
    assert "cheaper tiers" in there
    assert "in the first one where nobody knows them" in there


def test_notes_of_the_profile_are_passed_on() -> None:
    own = profile(alike(1000, GIB), notes=("a clock is wrong",))
    assert report(plan(own, PRICES, Terms())).notes[-1] == "a clock is wrong"


def test_what_has_no_price_is_in_the_fields() -> None:
    odd = [alike(7, GIB, "reduced-redundancy", age=age) for age in (0, 30)]
    made = fields(report(planned(alike(1000, GIB), *odd)))
    assert made["not_priced"] == [{"class": "reduced-redundancy", "objects": 14, "bytes": 14 * GIB}]
    assert fields(report(planned(alike(1000, GIB))))["not_priced"] == []


def test_unverified_and_old_prices_are_said() -> None:
    old = Prices(AWS, AWS.regions[0], date(2029, 1, 1))
    said = notes(plan(profile(alike(1000, GIB)), old, Terms()))
    assert "days old" in said
    unsure = plan(profile(alike(10**5, GIB)), prices("aws", "us-west-2"), Terms(wish=ANY))
    assert "unverified: storage" in notes(unsure)


def test_fields_of_a_plan() -> None:
    made = fields(report(planned(alike(1000, GIB))))
    assert made["do_nothing"] is False
    assert made["now"]["month"] == 23.0
    assert made["now"]["total_exact"] == "276.000"
    assert made["plan"]["once"] == made["plan"]["once_for_moves"] == 0.05
    assert made["payback_month"] == 1
    [rule] = made["rules"]
    assert rule["steps"] == [{"days": 365, "class": "deep-archive", "api": "DEEP_ARCHIVE"}]
    assert rule["larger_than"] == GIB - 1
    assert rule["saves"] == made["saves"]
    assert made["cheaper_up_to_reads"] > 0


def test_fields_of_no_plan() -> None:
    made = fields(report(planned(alike(10**9, 4 * KIB))))
    assert made["do_nothing"] is True
    assert made["rules"] == []
    assert made["payback_month"] is None
    assert made["now"]["total"] == made["plan"]["total"]


@pytest.mark.parametrize("months", [1, 12])
def test_text(months: int) -> None:
    said = text(report(planned(alike(1000, GIB), alike(10**6, 4 * KIB), months=months)))
    assert said.startswith("aws us-east-1: 1 rule saves $")
    assert "Glacier Deep Archive after 365 days" in said
    assert "1 GiB and larger" in said
    assert said.count(f"month {months}") >= 1
    assert "To know:" in said
    nothing = text(report(planned(alike(10**9, 4 * KIB), months=months)))
    assert nothing.startswith("aws us-east-1: do nothing.")
    assert "THE PLAN" not in nothing
