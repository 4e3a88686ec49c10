"""Where rankings change: to the byte, where straight lines cross, bend and end."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.storage.catalog.model import Provider
from opskit.storage.choice import Choice
from opskit.storage.compare import TOP, Comparison, compare, order
from opskit.storage.estimate import Terms
from opskit.storage.profile.model import Cell, Monthly, Profile
from opskit.storage.sweep import sweep
from tests.storage.shift.catalogs import DAY, GB, catalog, provider

TB = 1000 * GB
HOT = {"class_": "standard"}
USE = Profile((Cell("standard", 1000, TB),), Monthly(egress=TB))


def priced(name: str, storage: object, *rows: tuple[Any, ...], **more: Any) -> Provider:
    return provider(name, [("storage", storage, "USD/GB-month", HOT), *rows], **more)


def compared(
    providers: Sequence[Provider], text: str = "egress=0..10x", **terms: Any
) -> Comparison:
    wanted = sweep(text, USE)
    return compare(USE, catalog(*providers), Choice(), Terms(DAY, **terms), wanted)


def flat(name: str, storage: object) -> Provider:
    return priced(name, storage, ("egress", 0, "USD/GB"))


def by_use(name: str, storage: object, egress: object, *rows: tuple[Any, ...]) -> Provider:
    return priced(name, storage, ("egress", egress, "USD/GB"), *rows)


def test_two_lines_cross_once() -> None:
    """Where they cross both cost the same, and stand in the order of their names."""
    found = compared([flat("flat", "0.03"), by_use("used", "0.01", "0.01")])
    assert [(each.at, each.words, each.first) for each in found.changes] == [
        (2 * TB, ["flat standard is cheaper than used standard"], True)
    ]
    assert [(each.low, each.high, each.top) for each in found.spans] == [
        (0, 2 * TB, ["used standard", "flat standard"]),
        (2 * TB, 10 * TB, ["flat standard", "used standard"]),
    ]


def test_who_is_the_cheapest_from_where_to_where() -> None:
    """Changes behind the first do not end its range."""
    found = compared([flat("flat", "0.03"), by_use("used", "0.01", "0.01"), flat("mid", "0.02")])
    assert len(found.spans) == 3
    assert found.winners == [("used standard", 0, TB), ("mid standard", TB, 10 * TB)]
    strict = by_use("strict", "0.001", 0, ("egress-limit-times", 1, "times"))
    assert compared([strict]).winners == [("strict standard", 0, TB + 1), ("", TB + 1, 10 * TB)]


def test_a_profile_is_compared_in_its_own_region() -> None:
    there = provider(
        "one",
        [
            ("storage", "0.02", "USD/GB-month", HOT),
            ("storage", "0.05", "USD/GB-month", HOT | {"region": "europe"}),
            ("egress", 0, "USD/GB"),
        ],
    )
    use = Profile(USE.stored, USE.monthly, "one", "europe")
    wanted = sweep("egress=0..1x", use)
    for choice, total in ((Choice(), 50), (Choice(region="main"), 20)):
        found = compare(use, catalog(there), choice, Terms(DAY), wanted)
        assert found.lanes["one standard"].value(0) == total


def test_lines_that_never_cross() -> None:
    found = compared([flat("one", "0.02"), by_use("two", "0.03", "0.01")])
    assert not found.changes
    assert len(found.spans) == 1


def test_a_bend_that_is_overtaken_and_overtakes() -> None:
    """Free up to 3 TB, then dear, then nearly free: it is the cheapest twice."""
    bent = priced(
        "bent",
        "0.01",
        ("free-egress", 3, "TB"),
        ("egress", "0.1", "USD/GB", {"tier": "0-100"}),
        ("egress", "0.0001", "USD/GB", {"tier": "100-"}),
    )
    found = compared([bent, by_use("line", "0.0105", "0.0018")], "egress=0..20TB")
    assert [change.words for change in found.changes] == [
        ["line standard is cheaper than bent standard"],
        ["bent standard is cheaper than line standard"],
    ]
    first, second = (change.at for change in found.changes)
    assert 3 * TB < first < 3.1 * TB
    for at in (first, second):
        assert order(found.lanes.values(), at - 1) != order(found.lanes.values(), at)


def test_a_broken_policy_ends_a_lead() -> None:
    strict = by_use("strict", "0.001", 0, ("egress-limit-times", 1, "times"))
    found = compared([strict, flat("other", "0.02")])
    assert [(each.at, each.words) for each in found.changes] == [
        (TB + 1, ["strict standard breaks its policy"])
    ]
    assert found.spans[1].top == ["other standard"]
    back = compared([strict, flat("other", "0.02")], "stored=0.1x..2x")
    assert back.changes[0].words == ["strict standard is within its policy"]
    assert back.changes[0].at == TB


def test_changes_below_the_third_are_none() -> None:
    many = [flat(name, f"0.0{n}") for n, name in enumerate("abc", 1)]
    found = compared([*many, by_use("d", "0.04", "0.01"), by_use("e", "0.05", "0.001")])
    assert not found.changes
    assert found.spans[0].top == ["a standard", "b standard", "c standard"]


def test_who_cannot_be_ranked_is_left_out_all_along() -> None:
    unsure = by_use("unsure", "0.001", "0.01")
    doubtful = priced("doubtful", "0.001", ("egress", 1, "USD/GB", {"status": "conflict"}))
    lacking = priced("lacking", "0.001")
    found = compared([unsure, doubtful, lacking, flat("fine", "0.02")])
    assert list(found.lanes) == ["unsure standard", "fine standard"]
    assert found.left_out == [
        (("doubtful", "standard"), "sources disagree on: egress"),
        (("lacking", "standard"), "no price: egress"),
    ]
    asked = compared([doubtful, flat("fine", "0.02")], allow_unverified=True)
    assert list(asked.lanes) == ["doubtful standard", "fine standard"]


def test_nobody_can_be_ranked() -> None:
    found = compared([priced("lacking", "0.001")])
    assert not found.lanes
    assert not found.spans


def test_other_currencies_by_their_rate() -> None:
    rows = (("storage", "0.01", "EUR/GB-month", HOT), ("egress", "0.01", "EUR/GB"))
    euros = provider("euros", rows, currency="EUR")
    both = [euros, flat("dollars", "0.032")]
    [(name, why)] = compared(both).left_out
    assert name == ("euros", "standard")
    assert "it is in EUR: --rate" in why
    found = compared(both, rates={"EUR": Decimal(2)})
    assert [each.at for each in found.changes] == [600 * GB]


def test_a_profile_in_several_classes_is_compared_as_it_is() -> None:
    one = provider(
        "one",
        [
            ("storage", "0.02", "USD/GB-month", HOT),
            ("storage", "0.01", "USD/GB-month", {"class_": "cool"}),
            ("retrieval", 0, "USD/GB", {"class_": "cool"}),
            ("egress", 0, "USD/GB"),
        ],
    )
    use = Profile((Cell("standard", 1, TB), Cell("cool", 1, TB)), provider="one")
    wanted = sweep("egress=0..1x", use)
    found = compare(use, catalog(one), Choice(), Terms(DAY), wanted)
    assert found.spans[0].top == ["one as it is", "one standard"]


def test_what_is_to_be_known_of_the_profile_is_said() -> None:
    use = Profile((Cell("standard", 1, TB),), notes=("a note",), skipped=("not counted: a/",))
    found = compare(
        use, catalog(flat("one", "0.02")), Choice(), Terms(DAY), sweep("egress=0..1TB", use)
    )
    assert found.notes[:2] == ["not counted: a/", "a note"]


PRICES = st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(0, 5))


@settings(max_examples=15, deadline=None)
@given(st.lists(PRICES, min_size=2, max_size=5))
def test_each_span_has_the_same_first_three_throughout(made: list[tuple[int, int, int]]) -> None:
    """Looked at where the search has not looked: at places in between that are not halves."""
    providers = [
        by_use(f"p{n}", f"{s / 1000}", f"{e / 1000}", ("free-egress", free, "TB"))
        for n, (s, e, free) in enumerate(made)
    ]
    found = compared(providers)
    lanes = list(found.lanes.values())
    for number, span in enumerate(found.spans, 1):
        last = span.high - (number < len(found.spans))
        for part in range(8):
            at = span.low + (last - span.low) * part // 7
            assert order(lanes, at)[:TOP] == span.top
    for before, after in zip(found.spans, found.spans[1:], strict=False):
        assert before.high == after.low
        assert before.top != after.top
