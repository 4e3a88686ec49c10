"""opskit's own document, `emrfs.yaml`, as a design."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from opskit.decode import decode
from opskit.documents import Document, read_document
from opskit.emrfs.document import EmrfsDocument, MappingSpec, RoleSpec
from opskit.emrfs.iam import policy
from opskit.emrfs.iam.policy import Locate, Policy
from opskit.emrfs.model import (
    Bucket,
    Cluster,
    Design,
    Directory,
    Identifier,
    Key,
    Kind,
    Role,
    RoleMapping,
)
from opskit.errors import InputError
from opskit.findings import Location
from opskit.nodes import MapNode

NAME = "emrfs"
_KINDS = {"users": Kind.USER, "groups": Kind.GROUP, "prefixes": Kind.PREFIX}
#: The keys of the document that are blocks of a security configuration, and AWS's names of them.
BLOCKS = {
    "encryption": "EncryptionConfiguration",
    "instance-metadata": "InstanceMetadataServiceConfiguration",
}


def recognises(document: Document) -> bool:
    return isinstance(document.root, MapNode) and "base-role" in document.root.items


def read(document: Document) -> Design:
    """The design; InputError with every problem of the form, each with its place."""
    spec = decode(document, EmrfsDocument)
    reader = _Reader(document, spec)
    design = Design(
        document.name,
        NAME,
        [reader.mapping(index, each) for index, each in enumerate(spec.mappings)],
        partition=spec.partition,
        account=spec.account or _account(spec),
        release=spec.release,
        prefix_match=spec.match.prefixes,
        groups=spec.match.groups,
        name=spec.name,
    )
    for written, role in spec.roles.items():
        made = reader.role(design, written, role)
        design.roles[str(made.arn)] = made
    design.base_role = design.role(spec.base_role)
    if design.base_role.location is None:
        design.base_role.location = document.location(("base-role",))
    reader.surroundings(design)
    return design


def _account(spec: EmrfsDocument) -> str:
    """The account of the first ARN that is written out."""
    from opskit.emrfs.arns import RoleArn

    written = [spec.base_role, *spec.roles, *(mapping.role for mapping in spec.mappings)]
    return next((arn.account for arn in map(RoleArn.parse, written) if arn.account), "")


class _Reader:
    """Parts of the document, with their places."""

    def __init__(self, document: Document, spec: EmrfsDocument) -> None:
        self._document = document
        self._spec = spec
        self._folder = Path() if document.name.startswith("<") else Path(document.name).parent

    def mapping(self, index: int, spec: MappingSpec) -> RoleMapping:
        at = self._document.location
        key = next(key for key in _KINDS if getattr(spec, key))
        identifiers = tuple(
            Identifier(text, at(("mappings", index, key, number)))
            for number, text in enumerate(getattr(spec, key))
        )
        place = ("mappings", index)
        return RoleMapping(
            index, spec.role, _KINDS[key], identifiers, at(place), at((*place, "role"))
        )

    def role(self, design: Design, written: str, spec: RoleSpec) -> Role:
        made = Role(
            design.arn(written),
            max_session=spec.max_session,
            location=self._document.location(("roles", written), key=True),
        )
        if spec.source == "iam":
            from opskit.emrfs import live

            live.fill(made)
            return made
        name = made.name
        path = ("roles", written)
        if spec.trust is not None:
            made.trust = self.policy(spec.trust, f"trust of {name}", (*path, "trust"))
        if spec.permissions is not None:
            made.permissions = tuple(
                self.policy(each, f"{name}[{index}]", (*path, "permissions", index))
                for index, each in enumerate(spec.permissions)
            )
        if spec.boundary is not None:
            made.boundary = self.policy(spec.boundary, f"boundary of {name}", (*path, "boundary"))
        return made

    def policy(
        self, written: Mapping[str, Any] | str, name: str, path: Sequence[str | int]
    ) -> Policy:
        """A policy that is written here, or that stands in the file which is named here."""
        if not isinstance(written, str):
            return policy.parse(
                written, name, lambda inner: self._document.location((*path, *inner))
            )
        document = self._beside(written, path)
        return policy.parse(document.plain(), Path(written).stem, document.location)

    def _beside(self, written: str, path: Sequence[str | int]) -> Document:
        """A YAML or JSON file, named relative to this document."""
        try:
            return read_document(self._folder / written)
        except InputError as error:
            where = str(self._document.location(path))
            raise InputError(str(error), where=where, hint=error.hint) from None

    def surroundings(self, design: Design) -> None:
        """The directory, the data, the cluster and the other blocks."""
        spec, at = self._spec, self._document.location
        design.directory = self._directory()
        for name, bucket in spec.buckets.items():
            place = ("buckets", name)
            made = None
            if bucket.policy is not None:
                made = self.policy(bucket.policy, f"policy of {name}", (*place, "policy"))
            where = at(place, key=True)
            design.buckets[name] = Bucket(name, bucket.account, made, bucket.key, where)
        for arn, key in spec.keys.items():
            place = ("keys", arn)
            made = None
            if key.policy is not None:
                made = self.policy(key.policy, f"policy of {arn}", (*place, "policy"))
            design.keys[arn] = Key(arn, made, at(place, key=True))
        design.cluster = self._cluster()
        for name, value, keys in self._blocks():
            design.blocks[name] = value
            design.block_locations[name] = at(keys, key=True)

    def _blocks(self) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
        spec = self._spec
        if spec.kerberos is not None:
            yield (
                "AuthenticationConfiguration",
                {"KerberosConfiguration": spec.kerberos},
                ("kerberos",),
            )
        if spec.encryption is not None:
            yield BLOCKS["encryption"], spec.encryption, ("encryption",)
        if spec.instance_metadata is not None:
            yield BLOCKS["instance-metadata"], spec.instance_metadata, ("instance-metadata",)
        for name, value in spec.blocks.items():
            yield name, value, ("blocks", name)

    def _directory(self) -> Directory:
        spec = self._spec.directory
        made = Directory(complete=spec.complete)
        if spec.files:
            self._people(made, spec.files)
        for user, groups in spec.users.items():
            made.users[user] = groups
            made.locations[user] = self._document.location(("directory", "users", user), key=True)
        return made

    def _people(self, directory: Directory, files: Sequence[str]) -> None:
        """The users of files; InputError for one of them names its place here."""
        from opskit.emrfs.directories import People

        people = People()
        for number, written in enumerate(files):
            try:
                people.read(self._folder / written)
            except InputError as error:
                where = str(self._document.location(("directory", "files", number)))
                raise InputError(str(error), where=where, hint=error.hint) from None
        people.fill(directory)

    def _cluster(self) -> Cluster | None:
        spec = self._spec.cluster
        if spec is None:
            return None
        configurations: Any = spec.configurations
        files = {"configurations": configurations} if isinstance(configurations, str) else {}
        beside = self._beside(configurations, ("cluster", "configurations")) if files else None
        if beside is not None:
            configurations = beside.plain()
        return Cluster(
            spec.name,
            spec.instance_profile,
            spec.service_role,
            spec.log_uri,
            spec.applications,
            spec.kerberos_attributes,
            tuple(configurations),
            spec.options,
            self._places("cluster"),
            files,
            spec.profile_role,
            self._locate(beside),
        )

    def _locate(self, configurations: Document | None) -> Locate:
        """Places below `cluster`; its configurations may stand in a file of their own."""

        def locate(path: Sequence[str | int]) -> Location:
            if path and path[0] == "configurations" and configurations is not None:
                return configurations.location(path[1:])
            return self._document.location(("cluster", *path))

        return locate

    def _places(self, key: str) -> dict[str, Location]:
        """Where each key of a mapping stands, and the mapping itself under the empty name."""
        node = self._document.node((key,))
        names = node.items if isinstance(node, MapNode) else {}
        found = {name: self._document.location((key, name), key=True) for name in names}
        return {"": self._document.location((key,), key=True), **found}
