"""Bills of the months of a move: what is written at the target."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from opskit.storage.bill.usage import usage
from opskit.storage.catalog.load import load
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell, Monthly, Profile
from opskit.storage.shift.amounts import puts
from opskit.storage.shift.bills import at_target

GIB = 2**30
HALF = Fraction(1, 2)


def test_bytes_are_paid_for_where_the_class_charges_for_them() -> None:
    """S3 Express One Zone, 0.0032 a GB: of what arrives, and of the share written there anew."""
    provider = load().provider("aws")
    prices = Prices(provider, provider.regions[0], date(2026, 11, 28))
    cells = (Cell("express-onezone", 1000, 1000 * GIB),)
    used = usage(Profile(stored=cells, monthly=Monthly(writes=100)), provider)
    put = {name: each.between(Fraction(0), HALF) for name, each in puts(cells, 8 * GIB).items()}
    usual, moving = at_target(prices, used, HALF), at_target(prices, used, HALF, put)
    assert usual.of("upload") == 50 * Decimal("0.0032")
    assert moving.of("upload") == 550 * Decimal("0.0032")
    assert moving.of("write") - usual.of("write") == 500 * Decimal("0.00113") / 1000
