"""Calls to AWS that name the permission they need, and answers in pages."""

from collections.abc import Callable, Iterator
from typing import Any

from opskit.clients import aws
from opskit.errors import UnknownError

_PAGES = 1000


def client(service: str) -> Any:
    """A client with the profile and the region in use."""
    from opskit.emrfs.live import account

    found = account()
    return aws.client(service, profile=found.profile, region=found.region)


def ask(what: str, permission: str, call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """The answer; MissingError where the thing is not there, UnknownError for all else."""
    return aws.answer(what, f"it needs {permission}", call, **arguments)


def ask_all(
    what: str, permission: str, call: Callable[..., Any], key: str, **arguments: Any
) -> Iterator[Any]:
    """The items under `key` of every page: IAM and EMR both go on with a Marker."""
    marker: dict[str, str] = {}
    for _ in range(_PAGES):
        found = ask(what, permission, call, **arguments, **marker)
        yield from found.get(key, ())
        if not found.get("Marker"):
            return
        marker = {"Marker": found["Marker"]}
    raise UnknownError(f"more than {_PAGES} pages", where=what, hint="report this to AWS")
