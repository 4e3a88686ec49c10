"""What is wrong with the objects of a deploy, told all at once."""

from collections.abc import Iterator

from opskit.clients.kube import FIELD_MANAGER
from opskit.clients.kubeerrors import ApiError, ConflictError, ForbiddenError, InvalidError
from opskit.errors import InputError, OpskitError, UnknownError
from opskit.rollout.changes.plan import NotDoneError

#: How the server begins, with status 500, where a field is unknown or of another type.
_NOT_TYPED = "failed to create typed patch object"
#: The field manager of `kubectl apply` without --server-side.
_KUBECTL = '"kubectl-client-side-apply"'
_FROM_KUBECTL = (
    "it was made with 'kubectl apply': --force-conflicts takes these fields over, once; from then "
    "on 'kubectl apply' without --server-side would take them back without asking"
)


def conflicts(error: ApiError) -> list[tuple[str, str]]:
    """The field manager and the field of each conflict."""
    found = []
    for cause in error.causes:
        if cause.get("reason") == "FieldManagerConflict":
            who = str(cause.get("message", "")).removeprefix("conflict with ")
            found.append((who, str(cause.get("field", "")).removeprefix(".")))
    return found


def ours(error: ApiError) -> bool:
    """Whether all conflicts are with what opskit itself has patched."""
    found = conflicts(error)
    return bool(found) and all(who.startswith(f'"{FIELD_MANAGER}"') for who, _ in found)


class Problems:
    """What is wrong with the objects, all of it, before anything is changed."""

    def __init__(self) -> None:
        self._found: list[tuple[str, OpskitError]] = []

    def add(self, place: str, error: OpskitError) -> None:
        self._found.append((place, error))

    def check(self) -> None:
        if not self._found:
            return
        lines = [line for place, error in self._found for line in _lines(place, error)]
        kind, hint = self._kind()
        raise kind("\n".join([*lines, "nothing was changed"]), hint=hint)

    def _kind(self) -> tuple[type[OpskitError], str]:
        errors = [error for _, error in self._found]
        for error in errors:
            if isinstance(error, ForbiddenError):
                return UnknownError, error.hint
        for error in errors:
            if isinstance(error, InputError):
                return InputError, error.hint
            typed = error.message.startswith(_NOT_TYPED)
            if typed or isinstance(error, InvalidError) or _status(error) in (400, 404):
                return InputError, "mend the manifest"
        if all(isinstance(error, ConflictError) for error in errors):
            who = [name for error in errors for name, _ in _conflicts(error)]
            if who and all(name.startswith(_KUBECTL) for name in who):
                return NotDoneError, _FROM_KUBECTL
            hint = "--force-conflicts takes these fields over; or leave them out of the manifest"
            return NotDoneError, hint
        return UnknownError, errors[0].hint


def _conflicts(error: OpskitError) -> list[tuple[str, str]]:
    return conflicts(error) if isinstance(error, ConflictError) else []


def _status(error: OpskitError) -> int:
    return error.status if isinstance(error, ApiError) else 0


def _lines(place: str, error: OpskitError) -> Iterator[str]:
    found = _conflicts(error)
    for who, field in found:
        yield f"{place}: {who} owns {field}, and it would change"
    if not found:
        yield f"{place}: {error.message}"
