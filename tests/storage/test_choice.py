"""Which providers, regions and classes are meant, and what is said of those that lack them."""

import pytest

from opskit.errors import UsageError
from opskit.storage.catalog.load import load
from opskit.storage.catalog.model import Provider, Region, StorageClass
from opskit.storage.choice import Choice, class_of, in_classes, places, region_of
from opskit.storage.profile.model import Cell, Profile
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
MULTI = provider(
    "multi",
    [("base-fee", 1, "USD/month")],
    regions=(Region("us", "US"), Region("north", "North", eu=True), Region("eu", "EU", eu=True)),
)
ALL = catalog(ONE, OTHER, MULTI)


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


def regions(home: tuple[str, str] = ("", ""), **choice: object) -> dict[str, str]:
    made = places(ALL, Choice(class_="all", home=home, **choice))  # type: ignore[arg-type]
    return {each.provider.name: each.region.name for each in made.places}


def notes(home: tuple[str, str] = ("", ""), **choice: object) -> list[str]:
    return places(ALL, Choice(class_="all", home=home, **choice)).notes  # type: ignore[arg-type]


def test_eu_is_the_first_region_of_each_provider_there() -> None:
    assert regions(region="eu") == {"one": "europe", "multi": "north"}
    assert notes(region="eu") == ["without a region in the EU, and left out: other"]
    assert regions(("multi", "eu"), region="eu") == {"one": "europe", "multi": "eu"}
    with pytest.raises(UsageError, match="other: no region in the EU") as caught:
        regions(providers=("other",), region="eu")
    assert caught.value.hint == "name one that there is: --region other=NAME"


def test_a_region_by_provider() -> None:
    assert regions(region="multi=eu") == {"one": "main", "other": "other-1", "multi": "eu"}
    assert regions(region="multi=eu, one=europe")["one"] == "europe"
    assert regions(("one", "europe"), region="other=main") == {
        "one": "europe",
        "other": "main",
        "multi": "north",
    }


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("one=", "'one=' is no region"),
        ("one=main,europe", "'europe' is no region"),
        ("one=main,one=europe", "'one=europe' is no region"),
        ("on=main", "'on' is no provider of the catalog; did you mean one"),
        ("one=eu", "one has no region 'eu'"),
        ("other=main", "other is not asked for"),
    ],
)
def test_no_regions_by_provider(region: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        places(ALL, Choice(("one", "multi"), "all", region))


def test_data_in_the_eu_is_compared_with_regions_there() -> None:
    assert regions(("one", "europe")) == {"one": "europe", "multi": "north"}
    [note] = notes(("one", "europe"))
    assert note.startswith("the data is in the EU (one europe)")
    assert "left out, for lack of one: other (" in note
    assert regions(("one", "main")) == {"one": "main", "other": "other-1", "multi": "us"}
    assert notes(("one", "main")) == notes() == []
    assert notes(("one", "europe"), providers=("one",)) == []
    assert notes(("one", "europe"), region="main") == ["without a region main, and left out: multi"]
    with pytest.raises(UsageError, match="other: no region in the EU"):
        regions(("one", "europe"), providers=("other",))


def test_a_profile_of_a_provider_that_the_catalog_has_not() -> None:
    with pytest.raises(UsageError, match=r"'mars' is no provider of the catalog$") as caught:
        regions(("mars", "north"))
    assert caught.value.where == "the profile"


def test_only_what_is_much_alike_is_suggested() -> None:
    facts = load()
    with pytest.raises(UsageError, match=r"'nope' is no provider of the catalog$") as caught:
        places(facts, Choice(("nope",)))
    assert caught.value.where == "--providers"
    with pytest.raises(UsageError, match=r"region 'mars-1' in the catalog$"):
        places(facts, Choice(region="mars-1"))


def test_the_classes_of_a_profile() -> None:
    def names(provider_: Provider, *classes: str) -> list[str]:
        cells = tuple(Cell(each, 1, 1) for each in classes)
        return [each.class_ for each in in_classes(Profile(cells), provider_).stored]

    assert names(OTHER, "STANDARD_IA", "cold", "lost") == ["cool", "cold", "lost"]
    assert names(OTHER, "standard", "standard") == ["cool", "cool"]  # no class was named
    assert names(OTHER, "standard", "cold") == ["standard", "cold"]
    assert names(ONE, "standard", "cold") == ["standard", "cold"]


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
