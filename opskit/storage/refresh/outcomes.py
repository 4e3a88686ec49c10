"""What feeds say of the facts of a catalog, one outcome a fact."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from opskit.errors import UnknownError
from opskit.storage.catalog.model import Fact

#: `value` is another price, `new` a price of a thing that had none, `read` the same price, read
#: again, `verified` one that could not be verified before; `gone` is not in the feed, and on
#: `doubt` two feeds do not agree. The last two change nothing.
Kind = Literal["value", "new", "verified", "read", "gone", "doubt"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a feed says of a fact: `old` is in the catalog, `new` is to be."""

    kind: Kind
    provider: str
    feed: str
    old: Fact | None
    new: Fact | None

    @property
    def fact(self) -> Fact:
        found = self.new or self.old
        assert found
        return found

    @property
    def percent(self) -> Decimal | None:
        """By how much the price rose; None where that cannot be said."""
        old, new = self.old, self.new
        if old is None or new is None or old.unit != new.unit or not old.value:
            return None
        return ((new.value - old.value) / old.value * 100).quantize(Decimal("0.1"))


@dataclass(slots=True)
class Comparison:
    """All outcomes of a provider; with errors nothing of them may be written."""

    outcomes: list[Outcome] = field(default_factory=list)
    errors: list[UnknownError] = field(default_factory=list)
