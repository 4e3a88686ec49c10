"""The names that files hold, so that one that is not there, or means too much, is refused well."""

from collections.abc import Iterable, Iterator

from opskit.errors import InputError
from opskit.findings import Location
from opskit.rollout.edit.wanted import ALL, Slot, Wanted, repository
from opskit.rollout.images import same
from opskit.suggestions import Suggestions

_KEPT = 1000
_SHOWN = 8


class Names:
    """What was met in the files of one edit."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._met: dict[str, dict[str, tuple[str, Location]]] = {}
        self._entries: dict[str, tuple[str, Location]] = {}

    def saw(self, slot: Slot) -> None:
        """An image that a file holds."""
        if len(self._seen) < _KEPT:
            self._seen.setdefault(slot.name, slot.image)
        if slot.kind == "kustomization":
            self._entries.setdefault(repository(slot.name), (slot.image, _place(slot)))

    def met(self, wanted: Wanted, slot: Slot) -> None:
        """An image that is asked for."""
        if slot.kind == "kustomization":
            self._entries.pop(repository(slot.name), None)
        places = self._met.setdefault(wanted.name, {})
        name = "" if slot.kind == "kustomization" else repository(slot.image)
        if name not in places and len(places) < _KEPT:
            places[name] = (slot.label, _place(slot))

    def check(self, wanted: Iterable[Wanted], files: Iterable[str]) -> None:
        """Raise InputError for a name that was not met, or met on images of several repositories.

        A name in `*`, or that is a repository, says itself what it means.
        """
        for each in wanted:
            places = self._met.get(each.name)
            if places is None:
                raise self._unknown(each, list(files))
            several = {name: place for name, place in places.items() if name}
            if len(several) > 1 and each.name != ALL:
                raise _ambiguous(each, several)

    def overrides(self, wanted: Iterable[Wanted]) -> Iterator[tuple[Location, str]]:
        """The entries of kustomizations that make another image of one that was asked for."""
        for each in wanted:
            image, at = self._entries.get(each.image.name, ("", None))
            if at is not None and not same(image, each.text):
                yield at, f"{at}: this kustomization makes {image} of {each.text}"

    def _unknown(self, wanted: Wanted, files: list[str]) -> InputError:
        where = files[0] if len(files) == 1 else ""
        if not self._seen:
            return InputError(
                "holds no image: no workload, no images of a kustomization, no Helm values"
                if where
                else "no file holds an image: no workload, kustomization or Helm values",
                where=where,
                hint="check the file",
            )
        shown = [f"{name} ({image})" if image else name for name, image in self._seen.items()]
        rest = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        close = Suggestions(self._seen)(wanted.name)
        meant = f"did you mean {close}? " if close else ""
        return InputError(
            f"no image is called {wanted.name[:100]!r}",
            where=where,
            hint=f"{meant}there are: {', '.join(shown[:_SHOWN])}{rest}",
        )


def _place(slot: Slot) -> Location:
    stream = slot.spot.document.part.stream
    return Location(stream.name, *stream.lines.at(slot.spot.start))


def _ambiguous(wanted: Wanted, several: dict[str, tuple[str, Location]]) -> InputError:
    lines = [f"{at}: {label} runs {name}" for name, (label, at) in several.items()][:_SHOWN]
    return InputError(
        "\n".join([f"{wanted.name!r} means images of {len(several)} repositories", *lines]),
        hint=f"name the repository, as --image {next(iter(several))}={wanted.text}, "
        f"or fewer files; '*' means all containers",
    )
