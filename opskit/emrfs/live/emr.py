"""Security configurations and clusters as EMR has them."""

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from opskit.emrfs.live.asking import ask, ask_all, client
from opskit.errors import UnknownError

#: The states in which a cluster uses its security configuration.
ACTIVE = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING")
_EMR = "elasticmapreduce"


class Running(NamedTuple):
    """A cluster that uses a security configuration."""

    id: str
    name: str
    state: str
    configuration: str


class Emr:
    """Asks EMR, and changes it."""

    @cached_property
    def _emr(self) -> Any:
        return client("emr")

    def configuration(self, name: str) -> dict[str, Any]:
        """The JSON of a security configuration; MissingError where there is none."""
        found = ask(
            name,
            f"{_EMR}:DescribeSecurityConfiguration",
            self._emr.describe_security_configuration,
            Name=name,
        )
        try:
            made = json.loads(found["SecurityConfiguration"])
        except ValueError:
            made = None
        if not isinstance(made, dict):
            raise UnknownError("what EMR gave is no JSON object", where=name, hint="try again")
        return made

    def names(self) -> list[str]:
        """The names of all security configurations of the account in this region, newest first."""
        found = ask_all(
            "security configurations",
            f"{_EMR}:ListSecurityConfigurations",
            self._emr.list_security_configurations,
            "SecurityConfigurations",
        )
        dated = sorted(found, key=lambda each: each["CreationDateTime"], reverse=True)
        return [str(each["Name"]) for each in dated]

    def cluster(self, id_: str) -> dict[str, Any]:
        """What EMR says of a cluster (`Cluster` in its API)."""
        found = ask(id_, f"{_EMR}:DescribeCluster", self._emr.describe_cluster, ClusterId=id_)
        cluster: dict[str, Any] = found["Cluster"]
        return cluster

    def running(self) -> Iterator[Running]:
        """The clusters that are not terminated and have a security configuration.

        The list of clusters does not say which one they have, so each is asked.
        """
        listed = ask_all(
            "clusters",
            f"{_EMR}:ListClusters",
            self._emr.list_clusters,
            "Clusters",
            ClusterStates=list(ACTIVE),
        )
        for each in listed:
            found = self.cluster(each["Id"])
            name = found.get("SecurityConfiguration")
            if name:
                state = found.get("Status", {}).get("State", "")
                yield Running(each["Id"], str(found.get("Name", "")), state, str(name))

    def create(self, name: str, text: str) -> None:
        """Create a security configuration."""
        ask(
            name,
            f"{_EMR}:CreateSecurityConfiguration",
            self._emr.create_security_configuration,
            Name=name,
            SecurityConfiguration=text,
        )

    def delete(self, name: str) -> None:
        """Delete a security configuration; EMR refuses one that is in use."""
        ask(
            name,
            f"{_EMR}:DeleteSecurityConfiguration",
            self._emr.delete_security_configuration,
            Name=name,
        )
