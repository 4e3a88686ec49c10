"""A matrix as an HTML page: one table for all who get the same everywhere."""

from collections.abc import Sequence
from datetime import UTC, datetime

from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.matrix import Answer, Matrix, Person
from opskit.emrfs.model import NOTICE, Design
from opskit.errors import UsageError
from opskit.output.page import Section, render_page
from opskit.output.page.markup import Html, details, join, table, tag

#: Rows that a browser still shows without trouble.
MOST = 20_000
_NAMED = 5
_CLASSES = {
    Effect.ALLOW: "info",
    Effect.DENY: "error",
    Effect.IMPLICIT_DENY: "warning",
    Effect.UNKNOWN: "unknown",
}


def render(design: Design, matrix: Matrix, now: datetime | None = None) -> bytes:
    """The page in UTF-8. UsageError where it would be too large to be read.

    Who signs it has to see of which file it is, and of when: `now`, in UTC, else the clock's.
    """
    alike = _alike(matrix)
    if len(alike) * len(matrix.paths) > MOST:
        raise UsageError(
            f"{len(alike)} kinds of users at {len(matrix.paths)} places are too many for a page",
            hint="narrow it with --user and --path, or write -o csv",
        )
    made = now or datetime.now(UTC)
    facts: list[tuple[str, object]] = [
        ("File", design.source),
        ("Made", f"{made:%Y-%m-%d %H:%M} UTC"),
        ("Base role", design.base_role.arn if design.base_role else "not known"),
        ("Users", len(matrix.people)),
        ("Places", len(matrix.paths)),
        ("Prefixes match", f"as {design.prefix_match}"),
        ("Groups that count", design.groups),
    ]
    blocks = [_block(matrix, people, row) for people, row in alike]
    return render_page(
        "opskit emrfs matrix",
        f"Access matrix of {design.name or design.source}",
        design.name or design.source,
        facts,
        [Section("access", "Access", "Who may do what where", join(blocks))],
        notice=f"Note: {NOTICE}.",
    )


def _alike(matrix: Matrix) -> list[tuple[list[Person], Sequence[int]]]:
    """People with the same answers everywhere, in the order in which they come."""
    found: dict[tuple[int, ...], list[Person]] = {}
    for person, row in zip(matrix.people, matrix.rows, strict=True):
        found.setdefault(tuple(row), []).append(person)
    return [(people, row) for row, people in found.items()]


def _block(matrix: Matrix, people: Sequence[Person], row: Sequence[int]) -> Html:
    names = [person.user for person in people]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    title = ", ".join(names[:_NAMED]) + more
    heads = ["Place", "Role", *(action.removeprefix("s3:") for action in matrix.actions)]
    rows = [
        [tag("code", path.uri), _role(answer), *map(_badge, answer.decisions)]
        for path, answer in zip(matrix.paths, (matrix.answers[n] for n in row), strict=True)
    ]
    everybody = details("All names", tag("p", ", ".join(names))) if more else ""
    grid = table(heads, rows, f"Access of {title}")
    return tag("div", tag("h3", title), everybody, grid, class_="chart")


def _role(answer: Answer) -> Html:
    if answer.role is None:
        return tag("span", "not known", class_="fine")
    by = "base role" if answer.mapping is None else f"mappings[{answer.mapping}]"
    return join([tag("bdi", answer.role.name), tag("div", by, class_="fine")], "")


def _badge(decision: Decision) -> Html:
    words, kind = decision.effect.words, _CLASSES[decision.effect]
    return tag("span", words, class_=f"badge {kind}", title=decision.why or None)
