"""Files in the input artifacts of a job, and the images that they name."""

import lzma
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile

import msgspec

from opskit.errors import InputError, UnknownError
from opskit.files import MAX_BYTES
from opskit.rollout.codepipeline.job import Artifact, Data
from opskit.rollout.codepipeline.parameters import IMAGE_FILES

_SEPARATOR = "::"
#: What zipfile raises for what is encrypted, unknown to this Python, or broken.
_BROKEN = (BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)


class ArtifactError(UnknownError):
    """An artifact, or a file in it, cannot be had: the revision is not available."""


class Files:
    """The files in a job's input artifacts, fetched with the job's own credentials.

    Paths are `ARTIFACT::PATH`, or `PATH` alone where there is one artifact. Errors are
    ArtifactError for what is missing or broken, RefusedError, and InputError for a path that
    names no artifact of the action.
    """

    def __init__(self, data: Data) -> None:
        self._artifacts = data.input_artifacts
        self._credentials = data.artifact_credentials or {}

    def read(self, path: str) -> bytes:
        """The bytes of one file."""
        artifact, name = self._split(path)
        with self._opened(artifact) as archive:
            return _member(archive, name, artifact.name)

    def first(self, names: Sequence[str]) -> tuple[str, bytes]:
        """The first of the files that any of the artifacts has at its top, and its bytes."""
        for artifact in self._artifacts:
            with self._opened(artifact) as archive:
                held = set(archive.namelist())
                for name in names:
                    if name in held:
                        path = f"{artifact.name}{_SEPARATOR}{name}"
                        return path, _member(archive, name, artifact.name)
        if not self._artifacts:
            raise InputError(
                "nothing says which image: the action has no input artifact",
                where="UserParameters",
                hint="give image, or pass the artifact of the build to this action",
            )
        raise ArtifactError(
            f"no input artifact holds {' or '.join(names)}",
            where=", ".join(each.name for each in self._artifacts),
            hint="write one in the build and list it in the artifacts of its buildspec",
        )

    def _split(self, path: str) -> tuple[Artifact, str]:
        name, separator, rest = path.partition(_SEPARATOR)
        known = {each.name: each for each in self._artifacts}
        if not separator:
            if len(known) == 1:
                return self._artifacts[0], path
            rest, name = path, ""
        if name in known and rest:
            return known[name], rest
        have = ", ".join(known) or "none"
        raise InputError(
            f"{path!r} names no file in an input artifact (there are: {have})",
            where="UserParameters",
            hint="write ARTIFACT::PATH with the name of an input artifact of this action",
        )

    @contextmanager
    def _opened(self, artifact: Artifact) -> Iterator[ZipFile]:
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            self._fetch(artifact, file)
            try:
                archive = ZipFile(file)
            except _BROKEN as error:
                raise ArtifactError(
                    f"is no zip file: {error}",
                    where=f"artifact {artifact.name}",
                    hint="the artifact has to be one that CodePipeline keeps, as CodeBuild's is",
                ) from None
            with archive:
                yield archive

    def _fetch(self, artifact: Artifact, file: IO[bytes]) -> None:
        from opskit.clients.aws import MissingError
        from opskit.clients.codepipeline import artifact as fetch

        at = artifact.location.s3_location
        wanted = ("accessKeyId", "secretAccessKey", "sessionToken")
        if not all(isinstance(self._credentials.get(name), str) for name in wanted):
            raise InputError(
                "the event has no credentials for its artifacts",
                where="event",
                hint="call this function from an action of CodePipeline (Invoke, Lambda)",
            )
        try:
            fetch(at.bucket_name, at.object_key, self._credentials, file)
        except MissingError as error:
            raise ArtifactError(error.message, where=error.where, hint=error.hint) from None


def _member(archive: ZipFile, name: str, artifact: str) -> bytes:
    """One file of an archive, whatever size it claims to have."""
    where = f"{artifact}{_SEPARATOR}{name}"
    try:
        with archive.open(name) as stream:
            data = stream.read(MAX_BYTES + 1)
    except KeyError:
        hint = _similar(name, archive.namelist()) or "check the artifacts of the buildspec"
        raise ArtifactError("no such file in the artifact", where=where, hint=hint) from None
    except _BROKEN as error:
        raise ArtifactError(
            f"cannot be read: {error}", where=where, hint="build it again"
        ) from None
    if len(data) > MAX_BYTES:
        raise ArtifactError(
            f"is larger than {MAX_BYTES >> 20} MiB", where=where, hint="check the path"
        )
    return data


def _similar(name: str, names: Sequence[str]) -> str:
    base = PurePosixPath(name).name
    found = [each for each in names if PurePosixPath(each).name == base]
    found = found or get_close_matches(name, names, n=1)
    return f"did you mean {found[0]}?" if found else ""


class _Definition(msgspec.Struct, rename="camel"):
    name: str
    image_uri: str


class _Detail(msgspec.Struct):
    image_uri: str = msgspec.field(name="ImageURI")


def images(path: str, data: bytes) -> dict[str, str]:
    """The images in a file, by container; the key is empty where the file names no container.

    Read are imagedefinitions.json (a list of `name` and `imageUri`) and imageDetail.json (an
    `ImageURI`, and more): "Image definitions file reference", AWS CodePipeline User Guide.
    InputError where it is neither.
    """
    from opskit.documents import decode_text

    text = decode_text(data, path)
    try:
        if text.lstrip().startswith("["):
            listed = msgspec.json.decode(text, type=list[_Definition])
            found = {each.name: each.image_uri for each in listed}
        else:
            found = {"": msgspec.json.decode(text, type=_Detail).image_uri}
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InputError(
            f"names no image: {error}",
            where=path,
            hint='wanted is [{"name": "web", "imageUri": "..."}] or {"ImageURI": "..."}',
        ) from None
    if not found:
        raise InputError("names no image: the list is empty", where=path, hint="list one")
    return found


def chosen(image: str, container: str, image_file: str, files: Files) -> dict[str, str]:
    """The images to set, by container, from the parameters of the action or from its artifacts."""
    if image:
        return {container: image}
    if image_file:
        path, data = image_file, files.read(image_file)
    else:
        path, data = files.first(IMAGE_FILES)
    found = images(path, data)
    if "" in found:
        return {container: found[""]}
    if container and container not in found:
        raise InputError(
            f"names no image for the container {container!r} (it has {', '.join(found)})",
            where=path,
            hint="check `container` in the UserParameters, and what the build writes",
        )
    return {container: found[container]} if container else found
