"""The `images:` of kustomizations.

An entry replaces an image by its `name`: `newName` its repository, `newTag` its tag, `digest` both
tag and digest (kustomize reference, "images").
"""

from collections.abc import Iterator
from pathlib import PurePath

from yaml import ScalarNode

from opskit.nodes import Trouble
from opskit.rollout.edit.splice import Edit, inserted, renamed, replaced
from opskit.rollout.edit.spot import Spot
from opskit.rollout.edit.wanted import Slot, Wanted, repository

_FILES = ("kustomization.yaml", "kustomization.yml", "kustomization")
_KINDS = ("Kustomization", "Component")
_API = "kustomize.config.k8s.io/"
_FIELDS = ("newName", "newTag", "digest")


def is_kustomization(root: Spot, file: str, kind: str | None) -> bool:
    """By its kind, else by the file's name, else by entries that only a kustomization has."""
    if kind is not None:
        if kind not in _KINDS:
            return False
        api = root.get("apiVersion")
        return api is None or (api.text or "").startswith(_API)
    if PurePath(file).name.lower() in _FILES:
        return True
    entries = root.get("images") or ()
    return any(each.get("name") and any(map(each.get, _FIELDS)) for each in entries)


def entries(root: Spot) -> Iterator[Slot]:
    """The entries of `images`."""
    for entry in root.get("images") or ():
        name = entry.get("name")
        if name is not None and name.text is not None:
            yield Slot("kustomization", name.text, "", _image(entry, name.text), entry, entry)


def edits(slot: Slot, wanted: Wanted, *, anchors: bool) -> list[Edit]:
    """What makes an entry stand for the image, as `kustomize edit set image` would have it.

    A `newTag` becomes a `digest`, or the other way, where the image has only the other; what is
    missing is put behind what is there. Raises `Trouble`.
    """
    entry = slot.spot
    image = wanted.image
    if not image.tag and not image.digest:
        raise Trouble(
            f"{wanted.text} has neither tag nor digest, and this entry is about them",
            entry.start,
            f"write --image {wanted.name}=IMAGE:TAG",
        )
    found = {field: entry.get(field) for field in _FIELDS}
    done: list[Edit] = []
    missing: list[tuple[str, str]] = []
    if name := found["newName"]:
        done += replaced(name, wanted.written_name, "newName", anchors=anchors)
    elif not _same_name(slot.name, wanted):
        missing.append(("newName", wanted.written_name))
    for field, other, value, others in (
        ("newTag", "digest", image.tag, image.digest),
        ("digest", "newTag", image.digest, image.tag),
    ):
        here, there = found[field], found[other]
        if value and here:
            done += replaced(here, value, field, anchors=anchors)
        elif value and there and not others:
            done += _exchanged(there, field, value)
        elif value:
            missing.append((field, value))
        elif here and there and others:
            raise Trouble(
                f"this entry has a {field} too, which {wanted.text} does not say",
                here.start,
                f"name an image with both, or remove the {field} here",
            )
    if missing:
        done += inserted(entry, found["newName"] or _own(entry, "name"), missing)
    return done


def _own(entry: Spot, name: str) -> Spot:
    spot = entry.get(name)
    assert spot is not None
    return spot


def _exchanged(spot: Spot, field: str, value: str) -> list[Edit]:
    """The edits that make `newTag: ...` a `digest: ...`, or the other way."""
    key = spot.key
    done = replaced(spot, value, field)
    if not isinstance(key, ScalarNode) or not done:
        raise Trouble(f"cannot become a {field}", spot.start, f"write a {field} here")
    return [renamed(key, spot.document.part, field), *done]


def _image(entry: Spot, name: str) -> str:
    """What the entry makes of the image, for people."""
    texts = {field: spot.text for field in _FIELDS if (spot := entry.get(field))}
    image = texts.get("newName") or name
    if texts.get("newTag"):
        image += f":{texts['newTag']}"
    return image + (f"@{texts['digest']}" if texts.get("digest") else "")


def _same_name(name: str, wanted: Wanted) -> bool:
    return repository(name) == wanted.image.name
