"""A move as people ask for it, in words, made into its terms."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from opskit.errors import UsageError
from opskit.storage import units
from opskit.storage.catalog.load import Catalog
from opskit.storage.money import exchange
from opskit.storage.profile.model import Profile
from opskit.storage.regions import home_of
from opskit.storage.shift.ends import End, check_differ, end
from opskit.storage.shift.terms import Terms, charge, device, months
from opskit.storage.shift.timing import Link, link

#: The line that is taken where none is named.
USUAL_LINK = "1Gbps"
_MOST_MONTHS = 600


class Asked(NamedTuple):
    """What the options of the command say, as text."""

    source: str
    target: str
    on: date
    as_of: date | None = None
    link: str = ""
    util: str = "0.8"
    objects_per_second: str = "3500"
    device: str = ""
    nat: str = ""
    part_size: str = "8MiB"
    speed: str = ""
    restored_days: str = "1d"
    dual_months: str = "0"
    as_you_go: bool = False
    over: str = "0"
    horizon: str = "36mo"
    rates: Sequence[str] = ()


def terms(asked: Asked, catalog: Catalog, profile: Profile | None = None) -> Terms:
    """The terms of a move; UsageError for what cannot be, and what the catalog does not know.

    The source is where the profile is, where none is named.
    """
    source, target = _ends(asked, catalog, profile or Profile(()))
    return Terms(
        source=source,
        target=target,
        law=catalog.law,
        day=asked.as_of or asked.on,
        on=asked.on,
        link=_link(asked, source, target),
        device=device(asked.device, source) if asked.device else None,
        nat=charge(asked.nat, source) if asked.nat else None,
        part_size=_part_size(asked.part_size),
        speed=_speed(asked.speed, source),
        objects_per_second=_some(asked.objects_per_second, "--objects-per-second"),
        dual_months=_months(asked.dual_months, "--dual-months"),
        as_you_go=asked.as_you_go,
        restored_days=units.days(asked.restored_days, "--restored-days"),
        over=_months(asked.over, "--over"),
        horizon=_months(asked.horizon, "--horizon", least=1),
        rates=exchange(asked.rates),
    )


def _ends(asked: Asked, catalog: Catalog, profile: Profile) -> tuple[End, End]:
    for name, text in (("--from", asked.source or profile.provider), ("--to", asked.target)):
        if not text:
            hint = "opskit storage shift p.json --from aws/standard --to b2"
            raise UsageError(f"{name} is missing", hint=hint)
    home = home_of(catalog, (profile.provider, profile.region))
    homes, eu = {profile.provider: profile.region}, bool(home and home[1].eu)
    source = end(catalog, asked.source or profile.provider, "--from", homes, eu=eu)
    homes[source.provider.name] = source.region.name
    target = end(catalog, asked.target, "--to", homes, eu=source.region.eu)
    check_differ(source, target)
    return source, target


def _link(asked: Asked, source: End, target: End) -> Link | None:
    """The line between two providers; none for devices, and where a provider copies by itself."""
    if asked.device and (asked.link or asked.nat):
        more = "--link" if asked.link else "--nat"
        raise UsageError(
            f"--device and {more} are two ways for the data to go", hint="give one of them"
        )
    if not asked.link and (asked.device or source.provider.name == target.provider.name):
        return None
    return link(asked.link or USUAL_LINK, _share(asked.util))


def _share(text: str) -> Decimal:
    number = text.strip()
    try:
        share = Decimal(number.removesuffix("%").rstrip()) / (100 if number.endswith("%") else 1)
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 < share <= 1:
        hint = "write the share of the line that the move gets, above 0 and up to 1: 0.8 or 80%"
        raise UsageError(f"{text[:40]!r} is no share of a line", where="--util", hint=hint)
    return share


def _part_size(text: str) -> int:
    size, option = units.size(text, "--part-size"), "--part-size"
    if not 5 * 1024**2 <= size <= 5 * 1024**3:
        hint = "parts are of 5MiB to 5GiB (Amazon S3 multipart upload limits)"
        raise UsageError(f"no object is written in parts of {text[:40]}", where=option, hint=hint)
    return size


def _speed(text: str, source: End) -> str:
    name = text.strip().lower()
    known = list(dict.fromkeys(speed for each in source.provider.classes for speed in each.restore))
    if name and name not in known:
        hint = f"its speeds are {', '.join(known)}" if known else "it restores nothing"
        raise UsageError(
            f"{source.provider.name} restores nothing at the speed {name[:40]!r}",
            where="--speed",
            hint=hint,
        )
    return name


def _some(text: str, option: str) -> int:
    number = units.count(text, option)
    if not number:
        raise UsageError("nothing would ever move", where=option, hint="write 1 or more")
    return number


def _months(text: str, option: str, *, least: int = 0) -> int:
    number = months(text, option)
    if not least <= number <= _MOST_MONTHS:
        hint = f"write {least} to {_MOST_MONTHS} months: 36mo or 3y"
        raise UsageError(f"{text[:40]!r} is too few or too many", where=option, hint=hint)
    return number
