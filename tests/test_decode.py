"""Documents to structs: every kind of field, and every problem with its place."""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType, field

from opskit.decode import decode, dotted
from opskit.documents import parse_document
from opskit.errors import InputError


class Env(Struct):
    env: str


class File(Struct):
    file: str


class Credential(Struct):
    user: str
    password: Env | None = None


class Broker(Struct):
    engine: Literal["activemq", "amazon-mq"]
    version: str
    endpoints: Annotated[list[str], Meta(min_length=1)]


class Route(Struct):
    source: str = field(name="from")
    to: str
    queues: tuple[str, ...] = ()
    credentials: dict[str, Credential] = {}

    def __post_init__(self):
        if self.source == self.to:
            raise ValueError("`from` and `to` are the same")


class Topology(Struct):
    brokers: dict[str, Broker]
    routes: list[Route]


GOOD = """
brokers:
  onprem: {engine: activemq, version: 5.10, endpoints: ["tcp://mq.corp.example:61616"]}
  cloud: {engine: amazon-mq, version: "5.18", endpoints: ["ssl://mq.example:61617"]}
routes:
  - from: onprem
    to: cloud
    queues: [TestingQ, "orders.>", no]
    credentials: {local: {user: bridge, password: {env: LOCAL_PASSWORD}}}
"""


def read(text, kind):
    return decode(parse_document(text.encode(), "t.yaml"), kind)


def refusal(text, kind):
    with pytest.raises(InputError) as caught:
        read(text, kind)
    return str(caught.value)


def test_topology():
    topology = read(GOOD, Topology)
    assert topology.brokers["onprem"].version == "5.10"
    assert topology.routes[0].source == "onprem"
    assert topology.routes[0].queues == ("TestingQ", "orders.>", "no")
    assert topology.routes[0].credentials["local"].password == Env("LOCAL_PASSWORD")


def test_all_problems_at_once():
    text = (
        GOOD.replace("engine: activemq", "engine: activmq")
        .replace("queues", "queue")
        .replace("{env: LOCAL_PASSWORD}", "hunter2")
        .replace("to: cloud\n", "\n")
    )
    message = refusal(text, Topology)
    assert message.splitlines() == [
        't.yaml:3:20: `brokers.onprem.engine`: expected one of activemq, amazon-mq, found the text '
        '"activmq"; did you mean activemq?',
        "t.yaml:6:5: `routes[0]` lacks the key `to`",
        "t.yaml:8:5: unknown key `queue` in `routes[0]`; did you mean `queues`?",
        "t.yaml:9:51: `routes[0].credentials.local.password`: expected a mapping or nothing, "
        "found a single value",
    ]  # fmt: skip


def test_a_secret_in_the_wrong_place_is_not_shown():
    assert "hunter2" not in refusal("password: hunter2\nuser: x", Credential)


def test_many_problems_are_cut():
    message = refusal("".join(f"k{n}: 1\n" for n in range(1000)), Env)
    assert len(message.splitlines()) == 11
    assert message.endswith("... and more")


def test_post_init():
    text = GOOD.replace("to: cloud", "to: onprem")
    assert refusal(text, Topology) == "t.yaml:6:5: `routes[0]`: `from` and `to` are the same"


def test_misspelt_required_key_is_one_problem():
    assert refusal("evn: X", Env) == "t.yaml:1:1: unknown key `evn`; did you mean `env`?"


class Colour(Enum):
    RED = "red"
    OFF = "off"


class Level(IntEnum):
    LOW = 1


class Cat(Struct, tag="cat", tag_field="kind"):
    lives: int


class Dog(Struct, tag="dog", tag_field="kind"):
    name: str


class Tree(Struct):
    children: "list[Tree]" = []


Port = Annotated[int, Meta(ge=1, le=65535)]
Name = NewType("Name", str)


def box(kind):
    return msgspec.defstruct("Box", [("v", kind)])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "5.10", "5.10"),
        (str, "no", "no"),
        (str, "'null'", "null"),
        (str, "2020-01-01", "2020-01-01"),
        (Name, "x", "x"),
        (bool, "yes", True),
        (bool, "false", False),
        (int, "0x10", 16),
        (int, "-3", -3),
        (Port, "80", 80),
        (float, "1", 1.0),
        (float, "1e3", 1000.0),
        (Decimal, "5.10", Decimal("5.10")),
        (date, "2020-01-02", date(2020, 1, 2)),
        (Colour, "off", Colour.OFF),
        (Level, "1", Level.LOW),
        (Literal["a", 1, None], "1", 1),
        (Literal["a", 1, None], "", None),
        (str | None, "~", None),
        (str | None, "no", "no"),
        (int | str, "5", 5),
        (int | str, "'5'", "5"),
        (int | str, "5x", "5x"),
        (
            Annotated[dict[Colour, Env], Meta(min_length=1)],
            "{red: {env: x}}",
            {Colour.RED: Env("x")},
        ),
        (Annotated[set[Colour], Meta(min_length=1)] | None, "[red]", {Colour.RED}),
        (str | UnsetType, "x", "x"),
        (str | Env, "x", "x"),
        (str | Env, "{env: x}", Env("x")),
        (Env | list[str], "[x]", ["x"]),
        (Cat | Dog, "{kind: cat, lives: 9}", Cat(9)),
        (Cat | Dog | None, "{kind: dog, name: no}", Dog("no")),
        (Cat, "{lives: 9}", Cat(9)),
        (list[int], "[1, 2]", [1, 2]),
        (list, "[1, x]", [1, "x"]),
        (Sequence[int], "[1]", [1]),
        (set[str], "[a, a]", {"a"}),
        (frozenset[str], "[a]", frozenset("a")),
        (tuple[int, str], "[1, 2]", (1, "2")),
        (tuple[int, ...], "[1, 2]", (1, 2)),
        (dict[str, int], "{1: 1, no: 2}", {"1": 1, "no": 2}),
        (dict[int, str], "{'1': a}", {1: "a"}),
        (dict[Colour, int], "{red: 1}", {Colour.RED: 1}),
        (Mapping[str, Any], "{a: [1, no]}", {"a": [1, False]}),
        (dict, "{a: 1}", {"a": 1}),
        (object, "{a: 1}", {"a": 1}),
        (Tree, "{children: [{}, {children: []}]}", Tree([Tree(), Tree()])),
        (Annotated[list[Env], Meta(max_length=1)], "[{env: x}]", [Env("x")]),
    ],
)
def test_kinds(kind, text, value):
    made = read(f"v: {text}", box(kind)).v
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (str, "", "expected text, found nothing"),
        (str, "[x]", "expected text, found a list"),
        (bool, "'yes'", 'expected true or false, found the text "yes"'),
        (int, "'5'", 'expected a whole number, found the text "5"'),
        (int, "010", "expected a whole number, found 010"),
        (int, "5.0", "expected a whole number, found 5.0"),
        (int, "9" * 5000, 'expected a whole number, found the text "9999'),
        (Port, "0", "expected a whole number >= 1, found 0"),
        (Port | None, "0", "expected a whole number or nothing, found 0"),
        (Annotated[str, Meta(pattern="^a$")], "b", "expected text matching regex '^a$', found"),
        (float, "x", "expected a number"),
        (float, "true", "expected a number, found true"),
        (Decimal, "x", 'expected a number, found the text "x"'),
        (date, "soon", "expected a date such as 2026-01-31, found"),
        (UUID, "x", "expected a valid UUID"),
        (Annotated[dict[Colour, int], Meta(max_length=0)], "{red: 1}", "a mapping of length <= 0"),
        (Annotated[list[str], Meta(min_length=2)] | None, "[a]", "expected a list of length >= 2"),
        (Colour, "rde", "expected one of red, off, found the text \"rde\"; did you mean red?"),
        (list[str], "x", "expected a list, found a single value"),
        (list[str] | None, "x", "expected a list or nothing, found a single value"),
        (dict[str, int], "[a]", "expected a mapping, found a list"),
        (dict[int, str], "{a: b}", "`v.a`: expected a whole number"),
        (tuple[int, str], "[1]", "expected 2 values, found 1"),
        (Annotated[list[Env], Meta(min_length=1)], "[]", "expected a list of length >= 1"),
        (Cat | Dog, "{lives: 9}", "`v` lacks the key `kind`"),
        (Cat | Dog, "{kind: cow}", "`v.kind`: expected one of cat, dog, found the text \"cow\""),
        (Cat, "{kind: dog, lives: 9}", "`v.kind`: expected cat"),
        (str | Env, "[x]", "expected text or a mapping, found a list"),
    ],
)  # fmt: skip
def test_what_does_not_fit(kind, text, message):
    found = refusal(f"v: {text}", box(kind))
    assert message in found
    assert len(found.splitlines()) == 1


def test_unset_default():
    kind = msgspec.defstruct("Box", [("v", str | UnsetType, UNSET)])
    assert read("{}", kind).v is UNSET


def test_root_of_the_wrong_kind():
    assert refusal("[1]", Env) == "t.yaml:1:1: the document: expected a mapping, found a list"


@pytest.mark.parametrize(
    ("path", "text"),
    [((), "the document"), (("a", 0, "b"), "`a[0].b`"), (("a", "x.>"), '`a."x.>"`')],
)
def test_dotted(path, text):
    assert dotted(path) == text


values = st.recursive(
    st.sampled_from(["x", "1", "~", "no", "''", "activemq", "0x1"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]")
        | st.dictionaries(
            st.sampled_from(["brokers", "routes", "from", "to", "engine", "kind", "v", "password"]),
            inner,
            max_size=4,
        ).map(lambda v: "{" + ", ".join(f"{name}: {value}" for name, value in v.items()) + "}")
    ),
    max_leaves=12,
)


@given(values, st.sampled_from([Topology, Route, Cat | Dog, Tree, Credential, dict[str, Route]]))
@settings(deadline=None)
def test_any_document(text, kind):
    """Either a model or an InputError, never another exception."""
    with contextlib.suppress(InputError):
        read(text, kind)
