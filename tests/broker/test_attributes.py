"""The catalog itself; `test_attributes_xsd` compares it with the brokers' schemas."""

import pytest

from opskit.broker import attributes, versions


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("networkTTL", "5.19", "1"),
        ("name", "5.17.2", "NC"),
        ("decreaseNetworkConsumerPriority", "5.17.7", "false"),
        ("decreaseNetworkConsumerPriority", "5.18.0", "true"),
        ("decreaseNetworkConsumerPriority", "6.0.0", "true"),
        ("userName", "5.19", None),
        ("colour", "5.19", None),
    ],
)
def test_default(name: str, version: str, expected: str | None) -> None:
    assert attributes.default(name, versions.parse(version)) == expected


@pytest.mark.parametrize(
    ("name", "version", "known"),
    [
        ("duplex", "5.15.0", True),
        ("Duplex", "5.19.1", False),
        ("remoteUserName", "5.16.3", False),
        ("remoteUserName", "5.16.4", True),
        ("remoteUserName", "5.16", True),
        ("remotePassword", "6.0.0", True),
        ("autoStart", "5.18.7", False),
        ("autoStart", "5.19.0", True),
        ("autoStart", "6.1.8", False),
        ("autoStart", "6.2.0", True),
        ("autoStart", "7.0.0", True),
        ("brokerName", "5.19", True),
        ("colour", "5.19", False),
    ],
)
def test_known(name: str, version: str, known: bool) -> None:
    assert attributes.known(name, versions.parse(version)) is known


def test_every_entry_has_a_kind_and_a_meaning() -> None:
    kinds = {"bool", "int", "ms", "string", "uri", "reference"}
    assert all(a.kind in kinds and a.meaning for a in attributes.ATTRIBUTES.values())
