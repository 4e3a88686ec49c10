"""The bills of the months of a move, at both of its ends."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from opskit.storage.bill.billing import Biller, same_rate
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.usage import ClassUse, Usage
from opskit.storage.catalog.prices import Prices
from opskit.storage.leaving import Removal
from opskit.storage.shift.amounts import Puts, part, scaled


def at_source(
    prices: Prices,
    used: Usage,
    kept: Fraction,
    use: Fraction,
    moved: Mapping[str, Removal] | None = None,
    way: str = "",
    *,
    whole: bool = False,
) -> Bill:
    """The bill of a month at the source, for shares of what is stored and of the usual use.

    `moved` is what is read out for the move in it, `way` the item by which that is charged when it
    leaves. Whoever keeps and does nothing any more has no bill. What may leave for nothing, or at
    all, counts what is stored on the average of a month; with `whole` all of it, as it is there
    until the move is done, and the month may have begun before it.
    """
    biller = Biller(prices)
    if kept == use == 0 and not moved:
        return biller.bill
    for each in used.classes:
        own = scaled(each, kept, use)
        out = moved.get(each.class_) if moved else None
        if out:
            own = replace(own, reads=own.reads + out.objects)
            if not out.speed:
                own = replace(own, retrieved=own.retrieved + out.bytes)
        biller.use(own)
        if out and out.speed:
            biller.retrieval(out.class_, out.bytes, out.objects, out.speed)
    leaving = sum(each.bytes for each in moved.values()) if moved and way else 0
    usual, stored = part(used.egress, use), all_stored(prices, used) if whole else biller.stored
    biller.egress(usual + (leaving if way == "egress" else 0), stored=stored)
    if way == "inter-region":
        biller.egress(leaving, stored=stored, item="inter-region")
    biller.minimums()
    return biller.bill


def all_stored(prices: Prices, used: Usage) -> Decimal:
    """The bytes that are stored on the average of a usual month."""
    biller = Biller(prices)
    for each in used.classes:
        biller.storage(each.class_, each.cells)
    return biller.stored


def at_target(
    prices: Prices, used: Usage, here: Fraction, put: Mapping[str, Puts] | None = None
) -> Bill:
    """The bill of a month at the target, for a share of what is stored and used there.

    `put` is what writes into it what arrives.
    """
    biller = Biller(prices)
    for each in used.classes:
        put_into(biller, scaled(each, here, here), (put or {}).get(each.class_, Puts()))
    biller.egress(part(used.egress, here), stored=biller.stored)
    biller.minimums()
    return biller.bill


def put_into(biller: Biller, use: ClassUse, put: Puts) -> None:
    """Bill the use of a class and what is written into it beside that.

    Parts count as writes where they cost as much: with these they are rounded up.
    """
    write, parts = (biller.prices.rate(item, use.class_) for item in ("write", "part"))
    apart = bool(parts) and not (write and parts and same_rate(write, parts))
    writes = put.writes if apart else put.writes + put.parts
    biller.use(replace(use, writes=use.writes + writes, written=use.written + put.bytes))
    biller.requests("part", use.class_, put.parts if apart else 0)
