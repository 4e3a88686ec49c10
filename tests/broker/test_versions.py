"""Releases of ActiveMQ: compared, and told apart from what opskit does not know."""

from itertools import pairwise

import pytest

from opskit.broker import attributes, versions
from opskit.broker.rules.releases import dies_silently
from opskit.broker.upgrades import history
from opskit.broker.versions import Version


@pytest.mark.parametrize(
    "text",
    ["5.13", "5.14.0", "5.17.2", "5.18", "5.19.10", "6.0", "6.1.7", "6.3.1", "5.18-SNAPSHOT"],
)
def test_known_releases_need_no_remark(text: str) -> None:
    assert versions.remark(versions.parse(text)) == ""


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("4.1", "5.13"), ("5.12.3", "5.13"), ("5.20", "5.19"), ("5.20.1", "5.19"), ("5.99", "5.19"),
     ("6.4", "6.3"), ("7.0", "6.3"), ("5.18.99", "5.18.7"), ("6.3.2", "6.3.1")],
)  # fmt: skip
def test_unknown_releases_are_treated_as_the_nearest(text: str, nearest: str) -> None:
    version, known = versions.parse(text), versions.parse(nearest)
    assert versions.remark(version).endswith(f"; {text} is treated as {nearest}")
    assert versions.remark(known) == ""
    assert _knowledge(version) == _knowledge(known)


def _knowledge(version: Version) -> list[object]:
    """What the rules ask about a release."""
    listed = [(e, name) for e, names in history.NEW_ATTRIBUTES.items() for name in names]
    return [
        [attributes.known(name, version) for name in attributes.ATTRIBUTES],
        [attributes.default(name, version) for name in attributes.ATTRIBUTES],
        [history.knows_element(e, version) for e in (*history.GONE, *history.NEW_ELEMENTS)],
        [history.knows_attribute(element, name, version) for element, name in listed],
        [history.java(version), history.jetty(version), dies_silently(version)],
        version.at_least(5, 14),
    ]


def test_what_is_known_is_said() -> None:
    assert versions.remark(Version(7, 0)).startswith(
        "opskit knows ActiveMQ 5.13 to 5.19 and 6.0 to 6.3; "
    )
    assert versions.remark(Version(5, 18, 99)).startswith(
        "opskit knows ActiveMQ 5.18 up to patch 7; "
    )


def test_each_release_is_remarked_once() -> None:
    found = versions.remarks([Version(7, 0), Version(5, 18), Version(4, 1), Version(7, 0)])
    assert [text.split()[-5] for text in found] == ["7.0", "4.1"]


def test_older() -> None:
    ordered = [
        versions.parse(text) for text in ("4.1", "5.9.1", "5.18.3", "5.18.10", "5.19", "6.0")
    ]
    for old, new in pairwise(ordered):
        assert old.is_older(new)
        assert not new.is_older(old)
        assert not old.is_older(old)


def test_a_line_is_as_old_as_its_releases() -> None:
    line, release = Version(5, 18), Version(5, 18, 3)
    assert not line.is_older(release)
    assert not release.is_older(line)
