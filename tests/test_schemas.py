"""JSON Schemas accept what opskit accepts and refuse what it refuses."""

from decimal import Decimal
from typing import Annotated, Literal

import pytest
from jsonschema import Draft202012Validator
from msgspec import Meta, Struct, field

from opskit.errors import UsageError
from opskit.manifest import SCHEMAS
from opskit.schemas import schema
from opskit.settings import SETTINGS


class Leaf(Struct):
    price: Decimal
    size: Annotated[int, Meta(ge=1)] = 1


class Garden(Struct):
    source: str = field(name="from")
    leaves: list[Leaf] = []
    mode: Literal["wild", "tidy"] = "wild"


class Tree(Struct):
    children: "list[Tree]" = []


DOCUMENTS = {
    "garden": f"{__name__}:Garden",
    "tree": f"{__name__}:Tree",
    "settings": "opskit.schemas:settings_schema",
}


def accepts(name, value):
    return Draft202012Validator(schema(name, DOCUMENTS)).is_valid(value)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_head(name):
    made = schema(name, DOCUMENTS)
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"urn:opskit:{name}"
    assert made["title"] == f"opskit {name}"
    assert made["additionalProperties"] is False


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("garden", {"from": "x", "leaves": [{"price": 5.1}, {"price": "5.10", "size": 2}]}, True),
        ("garden", {"from": "x", "mode": "tidy"}, True),
        ("garden", {"source": "x"}, False),
        ("garden", {}, False),
        ("garden", {"from": "x", "other": 1}, False),
        ("garden", {"from": "x", "leaves": [{"price": 1, "other": 1}]}, False),
        ("garden", {"from": "x", "leaves": [{"price": 1, "size": 0}]}, False),
        ("tree", {"children": [{"children": [{}]}]}, True),
        ("tree", {"children": [{"x": 1}]}, False),
        ("settings", {}, True),
        ("settings", {"fail-on": "never", "select": ["A"], "broker": {"engine": "5.18"}}, True),
        ("settings", {"fail-on": "x"}, False),
        ("settings", {"broker": {"engine": "new"}}, False),
        ("settings", {"broker": {"motor": "5.18"}}, False),
        ("settings", {"other": 1}, False),
    ],
)
def test_validation(name, value, good):
    assert accepts(name, value) is good


def test_every_setting_is_described():
    properties = schema("settings", DOCUMENTS)["properties"]
    for setting in SETTINGS:
        *groups, last = setting.name.split(".")
        place = properties[groups[0]]["properties"] if groups else properties
        assert place[last]["description"] == setting.help


def test_unknown_name():
    with pytest.raises(UsageError) as caught:
        schema("gardn", DOCUMENTS)
    assert caught.value.hint == "did you mean garden? there are garden, settings, tree"


def test_names_come_from_the_manifest():
    with pytest.raises(UsageError):
        schema("no such document")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_document_has_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
