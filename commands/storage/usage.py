"""The options that say what is stored and how it is used; commands on costs take them all.

`with_usage` puts them behind a command's own parameters, as one value: a `Use`.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

if TYPE_CHECKING:
    from opskit.storage.profile.model import Monthly, Profile


class Use(NamedTuple):
    """A profile, or what to make one of, as the command line says it."""

    profile: Path | None = None
    tb: str | None = None
    stored: str | None = None
    objects: str | None = None
    avg_object: str | None = None
    egress: str | None = None
    reads: str | None = None
    writes: str | None = None
    lists: str | None = None
    deletes: str | None = None
    retrieved: str | None = None


_OPTIONS: dict[str, Any] = {
    "profile": typer.Argument(
        metavar="[PROFILE]", help="A profile ('opskit storage profile'); - is stdin."
    ),
    "tb": typer.Option(metavar="NUMBER", help="Stored, in TB of 10^12 bytes."),
    "stored": typer.Option(metavar="SIZE", help="Stored: 10TB (10^12 bytes each) or 10TiB (2^40)."),
    "objects": typer.Option(metavar="COUNT", help="Objects stored: 2500000, 2.5M."),
    "avg_object": typer.Option(metavar="SIZE", help="The size of an object, on the average: 4MB."),
    "egress": typer.Option(metavar="SIZE", help="Sent to the internet in a month."),
    "reads": typer.Option(metavar="COUNT", help="GET and HEAD requests in a month."),
    "writes": typer.Option(metavar="COUNT", help="PUT, COPY and POST requests in a month."),
    "lists": typer.Option(metavar="COUNT", help="LIST requests in a month."),
    "deletes": typer.Option(metavar="COUNT", help="DELETE requests in a month."),
    "retrieved": typer.Option(
        metavar="SIZE",
        help="Read in a month; if not set, the larger of the egress and the reads' sizes.",
    ),
}
#: Both names of an option are taken, whichever a command has.
_ALIASES = {"provider": "providers", "providers": "provider"}
_STORED = ("tb", "stored", "objects", "avg_object")


def with_usage(command: Callable[..., int]) -> Callable[..., int]:
    """The command with the options of `Use` in place of its parameter `use`."""
    own = [
        p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "use"
    ]
    kinds = inspect.get_annotations(Use, eval_str=True)
    profile, *more = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[kinds[name], option],
        )
        for name, option in _OPTIONS.items()
    ]
    first = profile.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)

    @wraps(command)
    def run(**values: Any) -> int:
        use = Use(**{name: values.pop(name, None) for name in _OPTIONS})
        if alias and (other := values.pop(alias.name)) is not None:
            values[_ALIASES[alias.name]] = other
        with _in_file(use.profile):
            return command(**values, use=use)

    alias = next((_alias(p.name) for p in own if p.name in _ALIASES.values()), None)
    also = [alias] if alias else []
    parameters = [first, *more, *(p.replace(kind=p.KEYWORD_ONLY) for p in own), *also]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _alias(name: str) -> inspect.Parameter:
    """The hidden option `--provider` of commands that take `--providers`, and the reverse."""
    other = next(alias for alias, of in _ALIASES.items() if of == name)
    option = Annotated[str | None, typer.Option(f"--{other}", hidden=True)]
    return inspect.Parameter(other, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)


@contextmanager
def _in_file(profile: Path | None) -> Iterator[None]:
    """Names the file in errors of what a profile says."""
    from opskit.errors import OpskitError

    try:
        yield
    except OpskitError as error:
        if error.where == "the profile" and profile and str(profile) != "-":
            error.where = str(profile)
        raise


def profile_of(use: Use) -> "Profile":
    """The profile that is meant, with the month that the options say.

    UsageError where nothing says what is stored, or two things do.
    """
    from msgspec.structs import replace

    if use.profile is None:
        return _made(use)
    from opskit.commands.storage.common import profile
    from opskit.errors import UsageError

    for name in _STORED:
        if getattr(use, name) is not None:
            raise UsageError(
                f"the profile says what is stored, and so does {_flag(name)}",
                hint="give one of them; the month's use, as --egress, may stand beside a profile",
            )
    found = profile(use.profile)
    return replace(found, monthly=monthly(use, found.monthly))


def _made(use: Use) -> "Profile":
    """A profile of the options alone: all objects alike."""
    from opskit.storage.profile.model import Cell, Monthly, Profile

    size, objects = _stored(use)
    cells = (Cell("standard", objects, size),)
    return Profile(stored=cells, monthly=monthly(use, Monthly()))


def _stored(use: Use) -> tuple[int, int]:
    """Bytes and objects; of the three sizes two are enough."""
    from opskit.errors import UsageError
    from opskit.storage import units

    if use.tb is not None and use.stored is not None:
        raise UsageError("--tb and --stored both say what is stored", hint="give one of them")
    average = None if use.avg_object is None else units.size(use.avg_object, "--avg-object", "MB")
    objects = None if use.objects is None else units.count(use.objects, "--objects")
    if average == 0:
        raise UsageError("objects of no size", where="--avg-object", hint="write a size: 4MB")
    size = units.terabytes(use.tb, "--tb") if use.tb is not None else None
    size = size if use.stored is None else units.size(use.stored, "--stored")
    if size is None:
        if average is None or objects is None:
            hint = "name a profile, or give --tb 10 or --stored 10TiB"
            raise UsageError("nothing says how much is stored", hint=hint)
        return average * objects, objects
    if average is not None and objects is not None:
        raise UsageError(
            "what is stored and --avg-object say how many objects there are, and --objects does",
            hint="leave one of the three out",
        )
    if average is not None:
        objects = -(-size // average)
    return size, objects or 0


def monthly(use: Use, told: "Monthly") -> "Monthly":
    """The month's use: of the options, else as told."""
    from msgspec.structs import replace

    from opskit.storage import units

    changes: dict[str, int] = {}
    for name in ("egress", "retrieved"):
        if (text := getattr(use, name)) is not None:
            changes[name] = units.size(text, _flag(name))
    for name in ("reads", "writes", "lists", "deletes"):
        if (text := getattr(use, name)) is not None:
            changes[name] = units.count(text, _flag(name))
    return replace(told, **changes)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
