"""A design as the text of an `emrfs.yaml`, which reads as the same design again.

The same design gives the same bytes. What is kept in one form only: the users of files with users
are written out, and comments of a document that was read are not kept.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Bucket, Cluster, Design, Kind, Role, RoleMapping

if TYPE_CHECKING:
    import yaml

#: Stands for a base role that the design does not have; it is judged by no rule.
NO_BASE_ROLE = "${BASE_ROLE}"
_LISTS = {Kind.USER: "users", Kind.GROUP: "groups", Kind.PREFIX: "prefixes"}
#: Blocks of a security configuration that have keys of their own in the document.
_KEYS = {
    "EncryptionConfiguration": "encryption",
    "InstanceMetadataServiceConfiguration": "instance-metadata",
}
_KERBEROS = ("AuthenticationConfiguration", "KerberosConfiguration")
_FLOW = 90


def to_yaml(design: Design, *, folder: Path | None = None, comments: Sequence[str] = ()) -> str:
    """The text of the document.

    A policy that fills a file of its own is named, relative to `folder`, where the document is to
    stand; without a folder every policy is written out, and so is one whose file has changed.
    `comments` and the notes of the design stand at the top.
    """
    head = [*comments]
    if design.notes:
        head += ["Not carried over, or to be looked at:", *(f"- {note}" for note in design.notes)]
    if design.base_role is None:
        head.append(f"The base role is not in what was read: put it in place of {NO_BASE_ROLE}.")
    lines = [f"# {line}".rstrip() for text in head for line in text.splitlines()]
    sections = _Writer(design, folder).sections()
    body = "\n".join(_dumped(section) for section in sections if section)
    return "".join(f"{line}\n" for line in lines) + body


class _Writer:
    """The parts of the document, each a mapping of its keys."""

    def __init__(self, design: Design, folder: Path | None) -> None:
        self._design = design
        self._folder = folder

    def sections(self) -> Iterator[dict[str, Any]]:
        design = self._design
        base = design.base_role
        yield _some(
            name=design.name,
            account=design.account,
            partition="" if design.partition == "aws" else design.partition,
            release=design.release,
        ) | {"base-role": self._key(base) if base else NO_BASE_ROLE}
        yield _some(match=_match(design))
        yield {"mappings": [_mapping(each) for each in design.mappings]}
        yield _some(roles={self._key(role): self._role(role) for role in self._roles()})
        yield _some(directory=_directory(design))
        yield _some(buckets={name: self._bucket(each) for name, each in design.buckets.items()})
        yield _some(
            keys={
                arn: {} if key.policy is None else {"policy": self._policy(key.policy)}
                for arn, key in design.keys.items()
            }
        )
        yield from self._blocks()
        if design.cluster is not None:
            yield {"cluster": self._cluster(design.cluster)}

    def _roles(self) -> Iterator[Role]:
        """Those of which something is known; the base role first, where it is none of them."""
        base = self._design.base_role
        if base is not None and str(base.arn) not in self._design.roles and _known(base):
            yield base
        yield from self._design.roles.values()

    def _key(self, role: Role) -> str:
        """The name where it stands for the ARN in this design, else the ARN."""
        short = self._design.arn(role.name)
        return role.name if short == role.arn else role.arn.written

    def _role(self, role: Role) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if role.trust is not None:
            made["trust"] = self._policy(role.trust)
        if role.permissions is not None:
            made["permissions"] = [self._policy(each) for each in role.permissions]
        if role.boundary is not None:
            made["boundary"] = self._policy(role.boundary)
        if role.max_session is not None:
            made["max-session"] = role.max_session
        return made

    def _policy(self, policy: Policy) -> Any:
        return self._beside(policy) or _plain(policy.source)

    def _beside(self, policy: Policy) -> str:
        """The file that holds the policy and nothing else; empty where there is none."""
        if self._folder is None or policy.location is None:
            return ""
        path = Path(policy.location.file)
        if path.suffix.lower() not in (".json", ".yaml", ".yml"):
            return ""
        from opskit.documents import read_document
        from opskit.errors import InputError

        try:
            if read_document(path).plain() != policy.source:
                return ""
        except InputError:
            return ""
        return self._relative(path, self._folder)

    def _relative(self, path: Path, folder: Path) -> str:
        return Path(os.path.relpath(path, folder)).as_posix()

    def _bucket(self, bucket: Bucket) -> dict[str, Any]:
        made: dict[str, Any] = _some(account=bucket.account, key=bucket.key)
        if bucket.policy is not None:
            made["policy"] = self._policy(bucket.policy)
        return made

    def _blocks(self) -> Iterator[dict[str, Any]]:
        others: dict[str, Any] = {}
        order = {name: rank for rank, name in enumerate((_KERBEROS[0], *_KEYS))}
        blocks = self._design.blocks
        for name in sorted(blocks, key=lambda each: order.get(each, len(order))):
            value = blocks[name]
            kerberos = value.get(_KERBEROS[1]) if isinstance(value, Mapping) else None
            if name == _KERBEROS[0] and isinstance(kerberos, Mapping) and len(value) == 1:
                yield {"kerberos": _plain(kerberos)}
            elif name in _KEYS and isinstance(value, Mapping):
                yield {_KEYS[name]: _plain(value)}
            else:
                others[name] = _plain(value)
        yield _some(blocks=others)

    def _cluster(self, cluster: Cluster) -> dict[str, Any]:
        written = cluster.files.get("configurations", "")
        beside = ""
        if written and self._folder is not None:
            beside = self._relative(Path(self._design.source).parent / written, self._folder)
        made = _some(
            name=cluster.name,
            instance_profile=cluster.instance_profile,
            profile_role=cluster.profile_role,
            service_role=cluster.service_role,
            log_uri=cluster.log_uri,
            applications=list(cluster.applications),
            configurations=beside or [_plain(each) for each in cluster.configurations],
            options=_plain(cluster.options),
        )
        if cluster.kerberos is not None:
            made["kerberos-attributes"] = dict(cluster.kerberos)
        return made


def _some(**values: Any) -> dict[str, Any]:
    """What is not empty, with dashes in the names."""
    return {name.replace("_", "-"): value for name, value in values.items() if value}


def _match(design: Design) -> dict[str, str]:
    return _some(
        prefixes="" if design.prefix_match == "string" else design.prefix_match,
        groups="" if design.groups == "all" else design.groups,
    )


def _mapping(mapping: RoleMapping) -> dict[str, Any]:
    return {"role": mapping.role, _LISTS[mapping.kind]: [each.text for each in mapping.identifiers]}


def _known(role: Role) -> bool:
    parts = (role.trust, role.permissions, role.boundary, role.max_session)
    return any(part is not None for part in parts)


def _directory(design: Design) -> dict[str, Any]:
    users = {user: list(groups) for user, groups in design.directory.users.items()}
    return _some(users=users, complete=design.directory.complete)


def _plain(value: Any) -> Any:
    """Plain values without tuples and other mappings, which YAML would tag."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value


def _dumped(section: Mapping[str, Any]) -> str:
    import yaml

    text: str = yaml.dump(
        section,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=1_000_000,
    )
    return text


def _dumper() -> "type[yaml.SafeDumper]":
    """Block style, but short lists of texts on one line; no anchors."""
    import yaml

    from opskit.scalars import resolve

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    def listed(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
        short = all(isinstance(each, str) for each in value) and len(repr(value)) < _FLOW
        return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=short)

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        # `1e5` is a number in JSON, and so in documents, though not in YAML 1.1
        style = None if isinstance(resolve(value), str) else "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(list, listed)
    Dumper.add_representer(str, text)
    return Dumper
