"""What is asked for: `NAME=IMAGE`, and which images of a file that means."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from opskit.errors import InputError, UsageError
from opskit.nodes import Trouble
from opskit.rollout.edit.spot import Spot
from opskit.rollout.images import Reference, parse

ALL = "*"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`name` is to run `image`: a container, the name of an image, or a path of Helm values."""

    name: str
    image: Reference

    @property
    def text(self) -> str:
        """The image as it was written."""
        return self.image.text

    @property
    def written_name(self) -> str:
        """The repository as it was written, without tag and digest."""
        text = self.text.removesuffix(f"@{self.image.digest}") if self.image.digest else self.text
        return text.removesuffix(f":{self.image.tag}") if self.image.tag else text


@dataclass(slots=True, eq=False)
class Slot:
    """An image that a document holds.

    `kind` is where it stands, `name` what it is called there: a container's name, the name of a
    kustomization's entry, the path of a value. `owner` is the workload, if any; `image` what it is
    now; `spot` the scalar or the mapping that holds it, `block` the mapping around it.
    """

    kind: Literal["container", "kustomization", "values"]
    name: str
    owner: str
    image: str
    spot: Spot
    block: Spot

    @property
    def label(self) -> str:
        return f"{self.owner} {self.name}".strip()


class Matcher:
    """Decides what `NAME=IMAGE` means.

    A container goes by its name; a name with `/`, `.` or `:` can be none and is taken for a
    repository, every container of which is meant. `*` means every container. The entry of a
    kustomization goes by its name, a value by its path or its repository.
    """

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self.wanted = list(wanted)
        self._repositories = [
            (each, repository(each.name))
            for each in self.wanted
            if any(map(each.name.count, "/.:"))
        ]

    def match(self, slot: Slot) -> list[Wanted]:
        """What is asked of this image: one thing, or the same twice; `Trouble` for two things."""
        if slot.kind == "container":
            found = [each for each in self.wanted if each.name in (slot.name, ALL)]
            if self._repositories:
                name = repository(slot.image)
                found += [each for each, wanted in self._repositories if wanted == name]
        else:
            name = repository(slot.name if slot.kind == "kustomization" else slot.image)
            found = [
                each
                for each in self.wanted
                if each.name == slot.name or (name and repository(each.name) == name)
            ]
        if len(found) > 1 and len({each.text for each in found}) > 1:
            names = " and ".join(f"{each.name}={each.text}" for each in found[:2])
            raise Trouble(
                f"{slot.label} is asked to be two images: {names}",
                slot.spot.start,
                "name each image once",
            )
        return found


def repository(image: str) -> str:
    """The full name of an image's repository; the text itself where it is no image."""
    bare = image.partition("@")[0]
    before, colon, tag = bare.rpartition(":")
    return _full_name(before if colon and "/" not in tag else bare)  # a tag may be `$TAG`


@lru_cache(maxsize=10_000)
def _full_name(bare: str) -> str:
    try:
        return parse(bare).name
    except InputError:
        return bare


def parse_wanted(texts: Iterable[str]) -> list[Wanted]:
    """`NAME=IMAGE` as on the command line; UsageError, InputError for what is none."""
    found = []
    for text in texts:
        name, equals, image = text.partition("=")
        if not equals or not name.strip() or name != name.strip():
            raise UsageError(
                f"{text[:100]!r} is not NAME=IMAGE",
                hint="as in --image web=registry.example.com/web:1.4.2",
            )
        found.append(Wanted(name, parse(image, f"--image {name[:100]}")))
    if not found:
        raise UsageError("no image is named", hint="--image NAME=IMAGE says which")
    if doubled := {each.name for each in found if sum(e.name == each.name for e in found) > 1}:
        raise UsageError(f"{min(doubled)!r} is named twice", hint="name each image once")
    return found
