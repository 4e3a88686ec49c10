"""What a file of the catalog has to hold beyond its shape, each problem with its line."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from opskit.documents import Document, Problems
from opskit.nodes import ListNode, MapNode, Node
from opskit.storage.catalog.model import Fact, Item, Law, Provider, StorageClass
from opskit.storage.catalog.prices import newest, overlap
from opskit.suggestions import Suggestions

_COUNTS = ("1k", "10k", "1M")
_AMOUNTS = ("GB", "TB")
#: What money is per, by item.
_PER: dict[Item, tuple[str, ...]] = {
    "storage": ("GB-month", "TB-month"),
    **dict.fromkeys(("write", "read", "list", "delete", "part", "lifecycle"), _COUNTS),
    "upload": _AMOUNTS,
    "retrieval": _AMOUNTS,
    "retrieval-request": _COUNTS,
    "monitoring": tuple(f"{each}-month" for each in _COUNTS),
    "egress": _AMOUNTS,
    "inter-region": _AMOUNTS,
    "inventory": _COUNTS,
    "analytics": tuple(f"{each}-month" for each in _COUNTS),
    "base-fee": ("month",),
    "minimum-charge": ("month",),
    "switching-egress": _AMOUNTS,
}
#: What the other items are counted in.
_IN: dict[Item, tuple[str, ...]] = {
    **dict.fromkeys(("minimum-storage", "free-storage", "free-egress"), (*_AMOUNTS, "bytes")),
    "min-days": ("days",),
    **dict.fromkeys(("min-size", "overhead", "overhead-standard"), ("bytes", "KB")),
    **dict.fromkeys(("monitoring-min-size", "lifecycle-min-size"), ("bytes", "KB")),
    "free-egress-times": ("times",),
    "egress-limit-times": ("times",),
    **dict.fromkeys(("free-writes", "free-reads", "free-lists"), ("requests",)),
}
_RETRIEVALS = ("retrieval", "retrieval-request")
_WHOLE = ("bytes", "days", "requests")
#: What no price and no amount comes to; figures beyond are slips, and would spoil every sum.
_MOST_MONEY, _MOST = 10**9, 10**18
_DECIMALS = 12
_LONGEST = 24
_IN_A_ROW = "tiers begin at 0 and each where the one before ends: 0-51200, 51200-512000, 512000-"


def check(document: Document, provider: Provider) -> None:
    """Raise one InputError that lists what is wrong with the file of a provider."""
    problems = Problems(document)
    assert isinstance(document.root, MapNode)
    check_provider(problems, document.root, provider)
    problems.check()


def check_provider(problems: Problems, root: MapNode, provider: Provider) -> None:
    """Note what is wrong with a provider's regions, classes and facts."""
    checks = _Checks(problems, root)
    regions = [each.name for each in provider.regions]
    classes = [each.name for each in provider.classes]
    checks.once("regions", regions)
    checks.once("classes", classes)
    checks.known(_value(root, "units"), "source", provider.units.source, provider.sources)
    checks.classes(provider.classes, classes)
    checks.stored(provider)
    for fact, node in checks.places(provider.facts):
        checks.known(node, "source", fact.source, provider.sources)
        checks.known(node, "class", fact.class_, (*classes, "*"))
        checks.known(node, "region", fact.region, (*regions, "*"))
        checks.speed(node, fact, provider.storage_class(fact.class_))
    checks.facts(provider.facts, (provider.currency,))


def check_law(problems: Problems, root: MapNode, law: Law) -> None:
    """Note what is wrong with the facts that laws set; they are in any currency."""
    checks = _Checks(problems, root)
    for fact, node in checks.places(law.facts):
        checks.known(node, "source", fact.source, law.sources)
    checks.facts(law.facts, ("USD", "EUR"))


class _Checks:
    """The checks of one file; each notes what it finds and goes on."""

    def __init__(self, problems: Problems, root: MapNode) -> None:
        self._problems = problems
        self._root = root
        self._suggestions: dict[tuple[str, ...], Suggestions] = {}

    def places(self, facts: Sequence[Fact]) -> Iterator[tuple[Fact, Node]]:
        """Each fact with its node."""
        return zip(facts, self._items("facts"), strict=True)

    def _items(self, key: str) -> Sequence[Node]:
        found = _value(self._root, key)
        return found.items if isinstance(found, ListNode) else ()

    def note(self, node: Node, key: str, message: str, hint: str) -> None:
        """A problem with the value of a key, or with the whole where the key is left out."""
        self._problems.add(_value(node, key).start, message, hint)

    def once(self, key: str, names: Sequence[str]) -> None:
        """Note each name of the list `key` that stands there before."""
        for index, node in enumerate(self._items(key)):
            if names[index] in names[:index]:
                message = f"the name {names[index]!r} stands twice in {key}"
                self.note(node, "name", message, "remove or rename one of the two")

    def known(self, node: Node, key: str, name: str, names: Iterable[str]) -> None:
        """Note a name that the file does not declare."""
        declared = tuple(names)
        if name in declared:
            return
        suggest = self._suggestions.setdefault(declared, Suggestions(declared))
        what = {"part_of": "class", "moves_to": "class"}.get(key, key)
        close = f"; did you mean {suggest(name)}?" if suggest(name) else ""
        kinds = {"class": "classes", "region": "regions", "source": "sources"}[what]
        hint = f"declare it under {kinds}, or use one of {', '.join(declared)}"
        self.note(node, key, f"no {what} is called {name!r}{close}", hint)

    def classes(self, classes: Sequence[StorageClass], names: Sequence[str]) -> None:
        """What classes say of each other."""
        for each, node in zip(classes, self._items("classes"), strict=True):
            if each.part_of:
                self.known(node, "part_of", each.part_of, names)
            for name in each.moves_to:
                self.known(node, "moves_to", name, names)
            if each.name in (each.part_of, *each.moves_to):
                hint = "name other classes in part_of and moves_to"
                self.note(node, "name", f"the class {each.name!r} leads to itself", hint)

    def stored(self, provider: Provider) -> None:
        """Each class has a price of storage in a region, its own or that of what it is part of."""
        priced = {each.class_ for each in provider.facts if each.item == "storage"}
        for each, node in zip(provider.classes, self._items("classes"), strict=True):
            if not priced & {each.name, each.part_of, "*"}:
                message = f"the class {each.name!r} has no price of storage in any region"
                hint = f"add a fact of it (item: storage, class: {each.name}), or remove the class"
                self.note(node, "name", message, hint)

    def speed(self, node: Node, fact: Fact, found: StorageClass | None) -> None:
        """Speeds of retrieval are those that the class has; nothing else has a variant."""
        speeds = found.restore if found and fact.item in _RETRIEVALS else ()
        if fact.variant not in (speeds or ("",)):
            allowed = f"the speeds of the class are {', '.join(speeds)}" if speeds else ""
            hint = allowed or "leave the variant out, or give the class its speeds under restore"
            message = f"{fact.variant!r} is no speed" if fact.variant else "it has no speed"
            self.note(node, "variant", f"{message} of {fact.item}", hint)

    def facts(self, facts: Sequence[Fact], currencies: Sequence[str]) -> None:
        """What holds for the facts of providers and of laws."""
        groups: dict[tuple[str, ...], list[tuple[Fact, Node]]] = {}
        for fact, node in self.places(facts):
            self._unit(node, fact, currencies)
            self._value(node, fact)
            if fact.read_on < fact.effective_from and not fact.note:
                message = f"read on {fact.read_on}, before it holds ({fact.effective_from})"
                hint = "say in a note how it was known: note: announced on ..."
                self.note(node, "read_on", message, hint)
            key = (fact.item, fact.class_, fact.region, fact.variant)
            groups.setdefault(key, []).append((fact, node))
        for places in groups.values():
            self._tiers(places)

    def _unit(self, node: Node, fact: Fact, currencies: Sequence[str]) -> None:
        per = _PER.get(fact.item, ())
        units = [f"{each}/{unit}" for each in currencies for unit in per] or _IN[fact.item]
        if fact.unit not in units:
            message = f"{fact.unit!r} is no unit of {fact.item}"
            self.note(node, "unit", message, f"the units are {', '.join(units)}")

    def _value(self, node: Node, fact: Fact) -> None:
        if not fact.value.is_finite() or fact.value < 0:
            hint = "write a number from 0 on"
            self.note(node, "value", f"{_short(fact.value)} is no value of {fact.item}", hint)
        elif absurd := _absurd(fact):
            message = f"{_short(fact.value)} is no value of {fact.item}: {absurd}"
            self.note(node, "value", message, "check the digits and the unit")
        elif fact.unit in _WHOLE and fact.value != fact.value.to_integral_value():
            hint = f"write a whole number of {fact.unit}"
            self.note(node, "value", f"{fact.value} {fact.unit} is no whole number", hint)
        first, last = fact.bounds
        if fact.tier and fact.item not in _PER:
            self.note(node, "tier", f"{fact.item} has no tiers", "leave the tier out")
        elif last is not None and last <= first:
            self.note(node, "tier", f"the tier {fact.tier} is empty", _IN_A_ROW)

    def _tiers(self, places: Sequence[tuple[Fact, Node]]) -> None:
        """The facts of one thing: each once, and on each day tiers that follow each other."""
        count = self._problems.count
        for index, (fact, node) in enumerate(places):
            for other, first in places[:index]:
                if fact.effective_from == other.effective_from and overlap(
                    fact.bounds, other.bounds
                ):
                    same = "the same fact" if fact.tier == other.tier else "a tier that overlaps"
                    where = f"facts[{self._items('facts').index(first)}]"
                    hint = "remove one, or give the later price its effective_from"
                    self.note(node, "tier", f"{same}: it stands in {where} too", hint)
        if self._problems.count > count:
            return
        for day in sorted({fact.effective_from for fact, _ in places}):
            reached: int | None = 0
            for fact in newest([fact for fact, _ in places if fact.effective_from <= day]):
                lower, upper = fact.bounds
                if lower != reached:
                    node = next(node for each, node in places if each is fact)
                    message = f"on {day} there is no rate from {reached} to {lower}"
                    self.note(node, "tier", message, _IN_A_ROW)
                    return
                reached = upper


def _absurd(fact: Fact) -> str:
    """Why a value cannot be meant; nothing where it can."""
    most = _MOST_MONEY if fact.item in _PER else _MOST
    if fact.value > most:
        return f"it is above {most:,}"
    exponent = fact.value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _DECIMALS:
        return f"it has more than {_DECIMALS} decimals"
    return ""


def _short(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _value(node: Node, key: str) -> Node:
    """The value of a key; the node itself where it lacks the key."""
    found = node.items.get(key) if isinstance(node, MapNode) else None
    return found[1] if found else node
