"""Images in the values of a Helm chart, by their path.

By convention (`helm create`) an image is a mapping with `repository` and `tag`; charts also have
`registry` and `digest` beside them, where a digest that is not empty wins, or the whole image in
one scalar. Some call the digest `sha`, and write it without `sha256:` (the chart
kube-prometheus-stack, "values.yaml").
"""

from collections.abc import Iterator

from opskit.nodes import Trouble
from opskit.rollout.edit.splice import Edit, inserted, replaced
from opskit.rollout.edit.spot import Spot
from opskit.rollout.edit.templates import TEMPLATE
from opskit.rollout.edit.tree import MAX_DEPTH
from opskit.rollout.edit.wanted import Slot, Wanted
from opskit.rollout.images import DOCKER_HUB

_SHA256 = "sha256:"
_TAGS = ("tag", "imageTag", "image_tag")


def images(root: Spot, path: tuple[str, ...] = ()) -> Iterator[Slot]:
    """The images that are written in a document, each with its path.

    A dot within a key is written `\\.`, as Helm's --set takes it.
    """
    if len(path) > MAX_DEPTH:
        raise Trouble(f"is nested deeper than {MAX_DEPTH} levels", root.start, "flatten it")
    for step, child in _steps(root):
        here = (*path, step)
        name, called_image = ".".join(here), step.lower().endswith("image")
        if child.get("repository") is not None:
            yield Slot("values", name, "", _image(child), child, child)
        elif called_image and child.text is not None and _may_be(child.text):
            yield Slot("values", name, "", child.text, child, root)
        elif called_image and _is_template(child):
            yield Slot("values", name, "", "", child, root)
        if child.alias is root.alias:  # what an alias brings in stands elsewhere
            yield from images(child, here)


def _steps(root: Spot) -> Iterator[tuple[str, Spot]]:
    for child in root.entries():
        assert child.key is not None
        yield child.key.value.replace(".", "\\."), child
    for number, child in enumerate(root):
        yield str(number), child


def edits(slot: Slot, wanted: Wanted, *, anchors: bool) -> list[Edit]:
    """What makes a value the image; raises `Trouble`."""
    if not slot.spot.is_map:
        if beside := next(filter(None, map(slot.block.get, _TAGS)), None):
            raise Trouble(
                f"the tag of this image may stand by itself, in line {_line(beside)}",
                slot.spot.start,
                "edit both by hand",
            )
        return replaced(slot.spot, wanted.text, slot.name, anchors=anchors)
    return _parts(slot, wanted, anchors)


def _parts(slot: Slot, wanted: Wanted, anchors: bool) -> list[Edit]:
    holder, image = slot.spot, wanted.image
    repository, registry, tag, digest = map(holder.get, ("repository", "registry", "tag", "digest"))
    if repository is None:  # `{{ ... }}` reads as a mapping, too
        return replaced(holder, wanted.text, slot.name, anchors=anchors)
    if not image.tag and not image.digest:
        raise Trouble(
            f"{wanted.text} has neither tag nor digest, and here they stand by themselves",
            holder.start,
            f"write --image {wanted.name}=IMAGE:TAG",
        )
    sha = holder.get("sha")
    if image.digest and digest is None and sha is None:
        raise Trouble(
            "there is no digest here, so that the chart may know none",
            holder.start,
            'put `digest: ""` here if the chart takes it, or name a tag',
        )
    done: list[Edit] = []
    for field, spot, value in [
        *_fields(wanted, repository, registry, tag, digest),
        *_sha(wanted, sha, digest),
    ]:
        if spot is not None:
            done += replaced(spot, value, f"{slot.name}.{field}", anchors=anchors)
    if image.tag and tag is None:
        done += inserted(holder, repository, [("tag", image.tag)])
    return done


def _fields(
    wanted: Wanted, repository: Spot, registry: Spot | None, tag: Spot | None, digest: Spot | None
) -> Iterator[tuple[str, Spot | None, str]]:
    """What each field is to be; what is not said is left."""
    image = wanted.image
    if registry is not None and registry.text:
        yield "registry", registry, image.domain
        bare = image.path.removeprefix("library/") if image.domain == DOCKER_HUB else image.path
        same = repository.text in (bare, image.path)
        yield "repository", repository, (repository.text or "") if same else bare
    else:
        yield "repository", repository, wanted.written_name
    if image.tag:
        yield "tag", tag, image.tag
    if image.digest or (digest is not None and digest.text):
        yield "digest", digest, image.digest


def _sha(
    wanted: Wanted, sha: Spot | None, digest: Spot | None
) -> Iterator[tuple[str, Spot | None, str]]:
    """What the digest is to be that is called `sha`; one that is left would win over the tag."""
    if sha is None or sha.text is None:
        return
    value = wanted.image.digest
    if not sha.text.startswith(_SHA256):
        value = value.removeprefix(_SHA256)
    if sha.text or (value and digest is None):
        yield "sha", sha, value


def _image(holder: Spot) -> str:
    """The image that the parts make, for people and to be found by its repository."""
    texts = {
        field: spot.text
        for field in ("registry", "repository", "tag", "digest")
        if (spot := holder.get(field)) and spot.text
    }
    image = "/".join(texts[field] for field in ("registry", "repository") if field in texts)
    image += f":{texts['tag']}" if "tag" in texts else ""
    return image + (f"@{texts['digest']}" if "digest" in texts else "")


def _may_be(text: str) -> bool:
    """Whether a scalar called `image` may be one: it is a word, empty, or a template."""
    return not any(map(str.isspace, text)) or bool(TEMPLATE.search(text))


def _is_template(spot: Spot) -> bool:
    return spot.document.part.text.startswith("{{", spot.start - spot.document.part.start)


def _line(spot: Spot) -> int:
    part = spot.document.part
    return part.line(spot.start - part.start)
