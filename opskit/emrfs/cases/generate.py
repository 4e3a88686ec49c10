"""Policy tests written from what a design says today."""

from collections.abc import Iterator, Sequence

from opskit.emrfs import places
from opskit.emrfs.cases.document import BASE, Case, CasesDocument, Expect
from opskit.emrfs.cases.run import Runner
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.matrix import ACTIONS, Person, everyone
from opskit.emrfs.model import Design, Kind
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver

#: How the user is called who is in no mapped group.
NOBODY = "nobody-in-particular"
#: A place that no mapping and no policy is about.
ELSEWHERE = Path("opskit-elsewhere", "example")


def generate(design: Design, actions: Sequence[str] = ACTIONS) -> CasesDocument:
    """A case for one user of each kind, at each place that the design is about."""
    runner = Runner(design)
    cases = tuple(
        _filled(runner, Case(person.user, place.uri, Expect(BASE), action, _groups(design, person)))
        for person in _one_of_each(design)
        for place in _places(design)
        for action in actions
    )
    return CasesDocument(cases)


def _filled(runner: Runner, case: Case) -> Case:
    got = runner.ask(case)
    if got.unsure:
        return Case(case.user, case.path, Expect(decision="unknown"), case.action, case.groups)
    known = got.decision.effect is not Effect.UNKNOWN
    role = BASE if got.mapping is None else got.mapping.role
    decision = got.decision.effect.value if known else None
    expect = Expect(role=role, decision=decision)  # type: ignore[arg-type]
    return Case(case.user, case.path, expect, case.action, case.groups)


def _groups(design: Design, person: Person) -> tuple[str, ...] | None:
    """Groups are written where the directory does not say them."""
    return None if design.directory.groups_of(person.user) == person.groups else person.groups


def _places(design: Design) -> list[Path]:
    """Objects in the places that the design is about, and one that is in none of them."""
    found = [Path(each.bucket, f"{each.key}example") for each in places.known(design)]
    return [*found, ELSEWHERE]


def _one_of_each(design: Design) -> Iterator[Person]:
    """One of those whom the same mapping finds by name, a member of each group, and a stranger."""
    resolver = Resolver(design)
    members = [
        Person(f"member-of-{identifier.text}", (identifier.text,))
        for _, identifier in design.identifiers(Kind.GROUP)
    ]
    named = [person for person in everyone(design) if not person.user.startswith("(")]
    strangers = [] if design.directory.complete else [*members, Person(NOBODY, ())]
    seen: set[int | None] = set()
    for person in [*named, *strangers]:
        first = resolver.by_name(person.user, person.groups)
        if first not in seen:
            seen.add(first)
            yield person


def to_yaml(document: CasesDocument) -> str:
    """The document as YAML, one line a case where it fits."""
    import yaml

    lines = ["cases:"]
    for case in document.cases:
        fields: dict[str, object] = {"user": case.user}
        if case.groups is not None:
            fields["groups"] = list(case.groups)
        fields |= {"path": case.path, "action": case.action}
        fields["expect"] = {
            key: value
            for key in ("role", "decision")
            if (value := getattr(case.expect, key)) is not None
        }
        text = yaml.safe_dump(fields, sort_keys=False, default_flow_style=None, width=1_000_000)
        first, *others = text.rstrip("\n").split("\n")
        lines += [f"  - {first}", *(f"    {line}" for line in others)]
    return "\n".join(lines) + "\n"
