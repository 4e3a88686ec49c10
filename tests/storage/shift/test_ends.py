"""The two ends of a move, and the classes that data has there."""

import pytest

from opskit.errors import UsageError
from opskit.storage.catalog.load import load
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.shift.ends import arriving, check_differ, end, placed
from tests.storage.shift.catalogs import usual


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("aws", "aws@us-east-1"),
        ("aws/deep-archive", "aws/deep-archive@us-east-1"),
        ("aws/DEEP_ARCHIVE@eu-west-1", "aws/deep-archive@eu-west-1"),
        (" aws@eu-central-1 ", "aws@eu-central-1"),
    ],
)
def test_a_place(text: str, shown: str) -> None:
    assert str(end(load(), text, "--from")) == shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no place"),
        ("aws/", "no place"),
        ("aws@", "no place"),
        ("/standard", "no place"),
        ("awss", "did you mean aws"),
        ("aws/glaciar", "did you mean glacier"),
        ("aws/intelligent-tiering-ia", "no class"),  # a tier that one cannot store into
        ("aws@us-east", "did you mean us-east-1"),
        ("\uff41ws", "no provider"),
    ],
)
def test_no_place(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        end(load(), text, "--from")
    assert error.value.hint


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("near", "near", True),
        ("near/cool", "near/cool", True),
        ("near/cool", "near", True),
        ("near", "near/cool", False),
        ("near/cool", "near/cool@europe", False),
        ("near", "far", False),
    ],
)
def test_where_it_is_already(one: str, other: str, same: bool) -> None:
    ends = end(usual(), one, "--from"), end(usual(), other, "--to")
    if same:
        with pytest.raises(UsageError, match="already"):
            check_differ(*ends)
    else:
        check_differ(*ends)


def classes(profile: Profile) -> list[str]:
    return [each.class_ for each in profile.stored]


MIXED = Profile((Cell("STANDARD", 1, 1), Cell("DEEP_ARCHIVE", 1, 1)))


def test_the_classes_at_the_source() -> None:
    aws, deep = end(load(), "aws", "--from"), end(load(), "aws/glacier", "--from")
    assert classes(placed(MIXED, aws)) == ["standard", "deep-archive"]
    assert classes(placed(MIXED, deep)) == ["glacier", "glacier"]
    azure = end(load(), "azure", "--from")
    assert classes(placed(Profile((Cell("standard", 1, 1),)), azure)) == ["hot"]
    lost = placed(MIXED, azure)
    assert classes(lost) == ["STANDARD", "DEEP_ARCHIVE"]
    assert lost.notes == ("azure has no class DEEP_ARCHIVE, STANDARD",)


def test_the_classes_at_the_target() -> None:
    catalog = load()
    aws, europe = end(catalog, "aws", "--from"), end(catalog, "aws@eu-west-1", "--to")
    here = placed(MIXED, aws)
    assert classes(arriving(here, aws, europe)) == ["standard", "deep-archive"]
    assert classes(arriving(here, aws, end(catalog, "azure", "--to"))) == ["hot", "hot"]
    assert classes(arriving(here, aws, end(catalog, "azure/cold", "--to"))) == ["cold", "cold"]
