"""Fixtures that several folders of tests use."""

import pytest

from tests.controlplane import fixtures
from tests.controlplane.fixtures import namespace, plane, start_plane

__all__ = ["namespace", "plane", "start_plane"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    fixtures.mark(items)
