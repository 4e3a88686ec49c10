"""Which providers, regions and classes are meant, and what is said of those that lack them."""

import pytest

from opskit.errors import UsageError
from opskit.storage.catalog.model import Region, StorageClass
from opskit.storage.choice import Choice, class_of, places, region_of
from tests.storage.shift.catalogs import catalog, provider

ONE = provider("one", [("base-fee", 1, "USD/month")])
OTHER = provider(
    "other",
    [("base-fee", 1, "USD/month")],
    regions=(Region("other-1", "Other"), Region("main", "Main")),
    classes=(
        StorageClass("cool", "Cool", "cool", api="STANDARD_IA"),
        StorageClass("inner", "Inner", "cool", part_of="cool"),
        StorageClass("cold", "Cold", "cold"),
    ),
)
BOTH = catalog(ONE, OTHER)


def found(**choice: object) -> list[tuple[str, str, str]]:
    made = places(BOTH, Choice(**choice))  # type: ignore[arg-type]
    return [(p.provider.name, p.region.name, p.class_.name) for p in made.places]


def test_hot_classes_in_first_regions() -> None:
    assert found() == [("one", "main", "standard")]


def test_kinds_of_access_and_all() -> None:
    assert found(class_="cool") == [("one", "main", "cool"), ("other", "other-1", "cool")]
    assert found(class_="archive") == [("one", "main", "cold")]
    assert [each[2] for each in found(class_="all")] == ["standard", "cool", "cold", "cool", "cold"]


def test_a_word_for_access_is_no_name_of_a_class() -> None:
    assert found(class_="cold") == [("other", "other-1", "cold")]


def test_a_class_by_name_and_who_lacks_it() -> None:
    made = places(BOTH, Choice(class_="standard"))
    assert made.notes == ["without a class standard: other"]


def test_a_region_and_who_lacks_it() -> None:
    assert found(class_="cool", region="main") == [
        ("one", "main", "cool"),
        ("other", "main", "cool"),
    ]
    made = places(BOTH, Choice(class_="cool", region="europe"))
    assert made.notes == ["without a region europe, and left out: other"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(region="europa"), "no provider has a region 'europa'.*did you mean europe"),
        (Choice(class_="standart"), "no provider has a class 'standart'; did you mean standard"),
        (Choice(("other",)), "other: no class is hot"),
        (Choice(("oter",)), "'oter' is no provider of the catalog; did you mean other"),
    ],
)
def test_what_nobody_has(choice: Choice, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        places(BOTH, choice)


def test_a_providers_own_region() -> None:
    assert region_of(OTHER, "").name == "other-1"
    assert region_of(OTHER, "main").name == "main"
    with pytest.raises(
        UsageError, match="one has no region 'man' in the catalog; did you mean main"
    ):
        region_of(ONE, "man")


def test_a_class_by_the_providers_own_name() -> None:
    for name in ("cool", "STANDARD_IA", "standard_ia"):
        assert class_of(OTHER, name) is OTHER.classes[0]
    assert class_of(OTHER, "") is None
    assert class_of(ONE, "STANDARD_IA") is None
