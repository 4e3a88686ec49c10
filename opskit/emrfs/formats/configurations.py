"""EMR's configuration classifications, alone or in what the AWS CLI prints and takes.

A list of `{"Classification", "Properties", "Configurations"}` (EMR Release Guide, "Configure
applications"), as `--configurations` takes it; an object that holds such a list, as the input of
`create-cluster --cli-input-json`; or the answer of `aws emr describe-cluster`.
"""

from collections.abc import Mapping
from typing import Any

from opskit.documents import Document
from opskit.emrfs.formats import hadoop
from opskit.emrfs.model import Cluster, Design
from opskit.findings import Location
from opskit.nodes import ListNode, MapNode, Node

NAME = "configurations"
_Path = tuple[str | int, ...]


def recognises(document: Document) -> bool:
    root = document.root
    if isinstance(root, MapNode):
        cluster = _value(root, "Cluster")
        inner = cluster if isinstance(cluster, MapNode) else root
        return "ReleaseLabel" in inner.items or _are(_value(inner, "Configurations"))
    return _are(root)


def read(document: Document) -> Design:
    """The design; it has no base role, for the file names an instance profile at most."""
    root: Any = document.plain()
    path: _Path = ()
    design = Design(document.name, NAME, [])
    if isinstance(root, dict):
        if isinstance(root.get("Cluster"), dict):
            root, path = root["Cluster"], ("Cluster",)
        _cluster(design, root, document, path)
        root, path = root.get("Configurations"), (*path, "Configurations")
    listed = list(enumerate(root)) if isinstance(root, list) else []
    listed = [(number, each) for number, each in listed if isinstance(each, dict)]

    def locate(number: int, name: str) -> Location:
        inner: _Path = ("Properties", name) if name else ()
        return document.location((*path, listed[number][0], *inner))

    hadoop.fill(design, [each for _, each in listed], locate)
    return design


def _cluster(design: Design, source: Mapping[str, Any], document: Document, path: _Path) -> None:
    """What is known of the cluster, and under which name its security configuration goes."""
    ec2 = source.get("Ec2InstanceAttributes")
    instances = ec2 if isinstance(ec2, Mapping) else {}
    kerberos = source.get("KerberosAttributes")
    applications = source.get("Applications")
    design.name = _text(source.get("SecurityConfiguration"))
    design.release = _text(source.get("ReleaseLabel"))
    design.cluster = Cluster(
        _text(source.get("Name")),
        _text(source.get("JobFlowRole") or instances.get("IamInstanceProfile")),
        _text(source.get("ServiceRole")),
        _text(source.get("LogUri")),
        tuple(_names(applications)) if isinstance(applications, list) else (),
        {key: str(value) for key, value in kerberos.items()}
        if isinstance(kerberos, Mapping)
        else None,
        locations=_places(document, path, source),
    )


#: The keys of a cluster in AWS's JSON, and the names of its parts in the model.
KEYS = {
    "Name": "name",
    "JobFlowRole": "instance-profile",
    "Ec2InstanceAttributes": "instance-profile",
    "ServiceRole": "service-role",
    "LogUri": "log-uri",
    "Applications": "applications",
    "KerberosAttributes": "kerberos-attributes",
    "Configurations": "configurations",
}


def _places(document: Document, path: _Path, source: Mapping[str, Any]) -> dict[str, Location]:
    found = {
        name: document.location((*path, key), key=True)
        for key, name in KEYS.items()
        if key in source
    }
    return {"": document.location(path), **found}


def _names(applications: list[Any]) -> list[str]:
    return [
        _text(each.get("Name")) if isinstance(each, Mapping) else _text(each)
        for each in applications
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _value(node: MapNode, key: str) -> Node | None:
    found = node.items.get(key)
    return found[1] if found else None


def _are(node: Node | None) -> bool:
    """Whether this is a list of classifications."""
    return (
        isinstance(node, ListNode)
        and bool(node.items)
        and any(isinstance(each, MapNode) and "Classification" in each.items for each in node.items)
    )
