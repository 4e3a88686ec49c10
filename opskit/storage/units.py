"""Sizes, counts, lengths of time and money: read from what people write, and shown to them.

Money is Decimal and sizes are whole bytes. No float comes near either.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from opskit.errors import UsageError

_DECIMAL = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15, "EB": 10**18}
_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50, "EiB": 2**60}
_BYTES = {name.upper(): size for name, size in (_DECIMAL | _BINARY).items()}
_COUNTS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_DAYS = {"d": 1, "w": 7, "mo": 30, "y": 365}
_WORD = re.compile(r"\s*([+-]?[0-9][0-9_]*(?:\.[0-9]+)?|[+-]?\.[0-9]+)\s*([A-Za-z]*)\s*", re.ASCII)
#: Nobody stores a zettabyte, or pays for as many requests.
_LARGEST_SIZE, _LARGEST_COUNT = 10**21, 10**18
#: Hours of an average month.
MONTH_HOURS = 730


def size(text: str, option: str = "", usual: str = "GB") -> int:
    """The bytes of `10TB` (10^13), `10TiB` (10 * 2^40) or `0`; UsageError for what has no unit.

    `usual` is the unit that a number without one is likely to mean.
    """
    number, unit = _split(text, option, "a size such as 10TB or 4MiB")
    if unit.upper() in _BYTES:
        return _whole(number * _BYTES[unit.upper()], text, option, _LARGEST_SIZE)
    if number == 0 and not unit:
        return 0
    hint = _size_hint(text.strip()[:40], unit, usual)
    raise UsageError(f"{text[:40]!r} is no size", where=option, hint=hint)


def terabytes(text: str, option: str = "") -> int:
    """The bytes of so many TB of 10^12; UsageError for what is no plain number."""
    number, unit = _split(text, option, "a number of TB such as 10 or 0.5")
    if unit:
        hint = f"{option} 10 is 10 x 10^12 bytes; --stored takes sizes with a unit: 10TiB"
        raise UsageError(f"{text[:40]!r} is no number of TB", where=option, hint=hint.strip())
    return _whole(number * 10**12, text, option, _LARGEST_SIZE)


def _size_hint(text: str, unit: str, usual: str) -> str:
    if not unit:
        binary = f"{usual[0]}iB"
        powers = len(str(_BYTES[usual])) - 1, _BYTES[binary.upper()].bit_length() - 1
        return (
            f"add the unit: {text}{usual} is {text} x 10^{powers[0]} bytes, "
            f"{text}{binary} is {text} x 2^{powers[1]}"
        )
    letter = unit[0].upper()
    if unit.upper() in ("K", "M", "G", "T", "P", "E"):
        shown = text[: -len(unit)].strip()
        return (
            f"say which is meant: {shown}{letter}B counts in powers of 1000, {shown}{letter}iB in "
            "powers of 1024"
        )
    return "units are B, KB, MB, GB, TB, PB (powers of 1000) and KiB, MiB, GiB, TiB, PiB (of 1024)"


def count(text: str, option: str = "") -> int:
    """The number of `1500`, `100k`, `1.5M` or `2G` things; UsageError for anything else."""
    number, unit = _split(text, option, "a number such as 1500, 100k or 1.5M")
    if unit.upper() not in _COUNTS:
        hint = "write 1500, 100k, 1.5M or 2G: they count things, and have no unit"
        raise UsageError(f"{text[:40]!r} is no number", where=option, hint=hint)
    value = number * _COUNTS[unit.upper()]
    if value != value.to_integral_value() and value <= _LARGEST_COUNT:
        hint = "things are counted in whole ones; 1.5M is 1,500,000"
        raise UsageError(f"{text[:40]!r} is no whole number", where=option, hint=hint)
    return _whole(value, text, option, _LARGEST_COUNT)


def plain(text: str, option: str = "") -> Decimal:
    """The number of `1.5`; UsageError for what has a unit."""
    number, unit = _split(text, option, "a number such as 10 or 0.5")
    if unit:
        raise UsageError(f"{text[:40]!r} is no number", where=option, hint="write 10 or 0.5")
    return number


def days(text: str, option: str = "") -> int:
    """The days of `90d`, `12w`, `6mo` (of 30) or `1y` (of 365); a plain number is days."""
    number, unit = _split(text, option, "a length of time such as 90d or 1y")
    if (unit.lower() or "d") not in _DAYS:
        hint = "write 90d, 12w, 6mo (of 30 days) or 1y (of 365)"
        raise UsageError(f"{text[:40]!r} is no length of time", where=option, hint=hint)
    return _whole(number * _DAYS[unit.lower() or "d"], text, option, 36_500)


def _split(text: str, option: str, wanted: str) -> tuple[Decimal, str]:
    found = _WORD.fullmatch(text)
    if not found and "," in text:  # 1,500 and 1,5 are different things in different countries
        hint = "write no comma: 1500 for a thousand and a half, 1.5 for one and a half"
        raise UsageError(f"{text[:40]!r} has a comma", where=option, hint=hint)
    if not found:
        raise UsageError(f"{text[:40]!r} is not {wanted}", where=option, hint=f"write {wanted}")
    number = Decimal(found[1].replace("_", ""))
    if number < 0:
        raise UsageError(f"{text[:40]!r} is negative", where=option, hint=f"write {wanted}")
    return number, found[2]


def _whole(value: Decimal, text: str, option: str, largest: int) -> int:
    if value > largest:
        raise UsageError(
            f"{text[:40]!r} is more than anybody has", where=option, hint="is the unit meant so?"
        )
    return int(value.to_integral_value(ROUND_HALF_UP))


def shown_size(value: int | Decimal) -> str:
    """Bytes as people read them, in powers of 1000: `10 TB`, `4.2 MB`, `512 B`."""
    return _scaled(Decimal(value), tuple(_DECIMAL.items()), " ")


def shown_count(value: int | Decimal) -> str:
    """A number of things: `1,200`, `2.5 M`."""
    if value < 100_000:
        return f"{value:,.0f}"
    return _scaled(Decimal(value), (("k", 10**3), ("M", 10**6), ("G", 10**9)), " ")


def _scaled(value: Decimal, units: tuple[tuple[str, int], ...], space: str) -> str:
    name, factor = max((u for u in units if value >= u[1]), key=lambda u: u[1], default=units[0])
    text = f"{(value / factor).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{space}{name}"


def exact(value: Decimal) -> str:
    """All digits of a number, without an exponent, and without those that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents(value: Decimal) -> Decimal:
    """An amount of money rounded to cents, half up, as bills are."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


_SIGNS = {"USD": "$", "EUR": "€"}


def money(value: Decimal, currency: str = "USD") -> str:
    """An amount as people read it: `$1,215.00`."""
    sign = "-" if cents(value) < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{abs(cents(value)):,}"
