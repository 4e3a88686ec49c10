"""The catalog for an account whose free amounts are used up."""

from opskit.storage.catalog.free import without_free
from opskit.storage.catalog.load import load


def free(name: str) -> set[str]:
    found = without_free(load()).providers[name]
    return {each.item for each in found.facts if each.item.startswith("free-")}


def test_free_amounts_go() -> None:
    assert free("gcs") == free("r2") == free("aws") == set()


def test_what_a_base_fee_includes_stays() -> None:
    assert free("hetzner") == {"free-storage", "free-egress"}


def test_what_is_free_in_proportion_stays() -> None:
    assert free("b2") == {"free-egress-times"}


def test_all_else_stays() -> None:
    before, after = load(), without_free(load())
    assert list(before.providers) == list(after.providers)
    for name, one in before.providers.items():
        kept = [each for each in one.facts if each in after.providers[name].facts]
        assert kept == list(after.providers[name].facts)
        assert all(each.item.startswith("free-") for each in one.facts if each not in kept)
