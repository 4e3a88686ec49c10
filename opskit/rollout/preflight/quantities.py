"""Quantities of Kubernetes, as `250m` and `1.5Gi`, and shares of replicas, as `25%`."""

import re
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))"
    r"(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<power>[+-]?\d{1,2}))?",
    re.ASCII,
)
_SHARE = re.compile(r"(?P<count>\d+)(?P<percent>%?)", re.ASCII)
_SUFFIXES = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: dict[str, int] = {
    name: 1024**power for power, name in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)
}


def quantity(text: object) -> Fraction:
    """The number that a quantity of the API stands for; 0 for what is none."""
    found = _QUANTITY.fullmatch(str(text).strip())
    if found is None:
        return Fraction(0)
    number, suffix = Fraction(Decimal(found["number"])), found["suffix"] or ""
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    power = _SUFFIXES.get(suffix, int(found["power"] or 0))
    scale = Fraction(int("1" + "0" * abs(power)))
    return number * scale if power >= 0 else number / scale


def shown(number: Fraction, resource: str) -> str:
    """A quantity for people: CPU in cores or thousandths, bytes in binary units."""
    if resource.endswith("cpu") and number.denominator != 1:
        return f"{ceil(number * 1000)}m"
    if resource.endswith(("memory", "storage")):
        for name, size in reversed(_BINARY.items()):
            if number >= size and (number / size * 10).denominator == 1:
                return f"{float(number / size):g}{name}"
    return f"{float(number):g}" if number.denominator != 1 else str(number.numerator)


def share(value: object, whole: int, *, up: bool) -> int:
    """A count, or a percentage of `whole` that is rounded up or down; 0 where it is neither."""
    found = _SHARE.fullmatch(str(value).strip())
    if found is None:
        return 0
    if not found["percent"]:
        return int(found["count"])
    exact = Fraction(int(found["count"]) * whole, 100)
    return ceil(exact) if up else floor(exact)
