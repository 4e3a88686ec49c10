"""Fixtures over the control plane; without one, their tests are skipped, and fail in CI."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests.controlplane import build
from tests.controlplane.plane import Plane, start


@pytest.fixture(scope="session")
def plane() -> Iterator[Plane]:
    """The control plane that all tests of one worker share: keep to a namespace of your own.

    It has two nodes of amd64. Leave it as it was: running, with these nodes.
    """
    build.require()
    with start(nodes=2) as started:
        yield started


@pytest.fixture
def namespace(plane: Plane) -> Iterator[str]:
    """A new namespace on the shared control plane, deleted afterwards."""
    name = plane.namespace()
    yield name
    plane.delete_namespace(name)


@pytest.fixture
def start_plane() -> Iterator[Callable[..., Plane]]:
    """Starts control planes of this test alone; takes the options of ``plane.start``."""
    build.require()
    with contextlib.ExitStack() as planes:
        yield lambda **options: planes.enter_context(start(**options))


def mark(items: list[pytest.Item]) -> None:
    """Mark the tests that take one of these fixtures with ``controlplane``."""
    for item in items:
        if {"plane", "start_plane"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("controlplane")
