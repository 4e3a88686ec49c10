"""From when on, and where, egress of a switch costs nothing."""

from datetime import date

from opskit.storage.catalog.load import load
from opskit.storage.catalog.model import Law, Region
from opskit.storage.switching import is_free, zero_charge

INSIDE, OUTSIDE = Region("a", "A", eu=True), Region("b", "B")


def test_the_day_of_the_regulation() -> None:
    law = load().law
    fact = zero_charge(law)
    assert fact is not None
    assert fact.effective_from == date(2027, 1, 12)
    assert not is_free(law, INSIDE, date(2027, 1, 11))
    assert is_free(law, INSIDE, date(2027, 1, 12))
    assert not is_free(law, OUTSIDE, date(2027, 1, 12))


def test_no_law() -> None:
    assert zero_charge(Law({}, ())) is None
    assert not is_free(Law({}, ()), INSIDE, date(2030, 1, 1))
