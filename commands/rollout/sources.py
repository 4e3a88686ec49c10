"""What `deploy` deploys: the files, with other images in them if that is asked for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.rollout.deploying.apply import Manifest
    from opskit.rollout.edit.edited import Edited
    from opskit.rollout.preflight.lookup import Access


def check(
    targets: Sequence[str] | None,
    files: Sequence[Path] | None,
    images: Sequence[str] | None,
    *,
    write: bool,
) -> None:
    """UsageError where the options do not say one thing to deploy."""
    from opskit.errors import UsageError

    if bool(targets) == bool(files):
        what = "a TARGET and a FILE are two things" if targets else "nothing to deploy is named"
        raise UsageError(what, hint="give -f FILE, or TARGET with --image")
    if targets and not images:
        raise UsageError("no image is named", hint="--image NAME=IMAGE says which")
    if write and (targets or not images or "-" in map(str, files or ())):
        raise UsageError("--write has no file to write", hint="it is for -f FILE with --image")


def names(files: Sequence[Path] | None) -> list[Path]:
    """The files that are meant, with those in folders."""
    from opskit.rollout.edit.sources import files as sources

    return [Path(name) for name, _ in sources(files or ())]


def pinned(images: Sequence[str], access: "Access") -> list[str]:
    """`NAME=IMAGE` with the digest that each tag stands for now."""
    from opskit.output import message, progress
    from opskit.rollout.edit.wanted import parse_wanted
    from opskit.rollout.preflight.lookup import pinned as at_digest

    found = []
    with progress() as say:
        for wanted in parse_wanted(images):
            say(f"looking up {wanted.text} ...")
            found.append((wanted.name, at_digest(wanted.image, access).short))
    for name, image in found:
        message(f"{name}: {image}")
    return [f"{name}={image}" for name, image in found]


def read(files: Sequence[Path], images: Sequence[str]) -> "tuple[list[Manifest], list[Edited]]":
    """The objects of the files, with the images in place, and what editing makes of the files."""
    from opskit.errors import InputError
    from opskit.files import display_name, read_bytes
    from opskit.rollout.deploying.apply import Manifest
    from opskit.rollout.edit.plan import plan
    from opskit.rollout.edit.sources import files as sources
    from opskit.rollout.targets import parse_manifests

    if not files:
        return [], []
    edited = plan(files, images) if images else []
    texts = [(each.name, each.after) for each in edited]
    if not images:
        texts = [(display_name(name), read_bytes(name)) for name, _ in sources(files)]
    found = [Manifest(thing, name) for name, data in texts for thing in parse_manifests(data, name)]
    if not found:
        raise InputError(
            "holds no object",
            where=", ".join(map(display_name, files)),
            hint="give a manifest",
        )
    return found, edited


def save(rewrites: "Sequence[Edited]") -> None:
    """Write the files that changed."""
    from opskit.output import message

    for each in rewrites:
        if each.changed:
            each.save()
            message(f"{each.name}: written")
