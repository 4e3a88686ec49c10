"""The rules on the check itself: what it could not look at, and what it saw only a part of."""

from collections.abc import Iterator

from opskit.findings import Finding, Rule, Severity
from opskit.redshift.rules.figures import number
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.source import Reason
from opskit.redshift.warehouse import Answer, Warehouse

#: The rule that runs whatever was selected: what was not looked at is never fine.
NOT_LOOKED = "RSH001"


@RULES.rule(
    RedshiftRule(
        NOT_LOOKED,
        Severity.UNKNOWN,
        title="a check that could not be made",
        why="A query had no answer: a permission is missing, the view is not there, it took too "
        "long, or the connection broke. What it would have shown is not known.",
        fix="grant what the finding names, or run the check again",
        reference="https://docs.aws.amazon.com/redshift/latest/dg/c_visibility-of-data.html",
        group=Group.ACCESS,
    )
)
def not_looked_at(warehouse: Warehouse) -> Iterator[Finding]:
    """One finding a query, with the rules that wanted it."""
    for name, answer in warehouse.answers.items():
        if answer.error is None:
            continue
        waiting = readers(name)
        yield finding(
            f"could not look: {answer.error.message}",
            object=f"query {name}",
            observed=f"{answer.error.reason}; not checked: {', '.join(waiting)}",
            advice=_remedy(answer),
            reason=answer.error.reason.name.lower(),
            rules=waiting,
            query=name,
        )


@RULES.rule(
    RedshiftRule(
        "RSH004",
        Severity.INFO,
        title="queries whose steps are not in the logs",
        why="STL_SCAN and STL_RETURN, as AWS documents them, have the main cluster's queries only: "
        "rules on scans, alerts, results and changed rows have not seen what ran on a concurrency "
        "scaling cluster.",
        fix="judge such queries by 'opskit redshift query top-queries', which has them all",
        reference="https://docs.aws.amazon.com/redshift/latest/dg/r_STL_SCAN.html",
        group=Group.QUERIES,
        reads=("log-range",),
    )
)
def scaled_queries(warehouse: Warehouse) -> Iterator[Finding]:
    for log in warehouse.rows("log-range"):
        if number(log["scaled"]):
            yield finding(
                f"{log['scaled']:,} of {log['entries']:,} queries ran on concurrency scaling "
                "clusters: their steps were not looked at",
                object=log["log"],
                observed=f"concurrency_scaling_status = 1 for {log['scaled']:,} queries",
                advice="'opskit redshift query top-queries' has all queries, the scaled ones too",
            )


def readers(query: str) -> list[str]:
    """The codes of the rules that read a query."""
    rules: list[Rule] = RULES.rules
    return [r.code for r in rules if isinstance(r, RedshiftRule) and query in r.reads]


def _remedy(answer: Answer) -> str:
    """What lets the query be asked: the grant it needs, more time, another way."""
    header, error = answer.query.header, answer.error
    match error.reason if error else None:
        case Reason.PERMISSION:
            relation = (error.relation if error else "") or ", ".join(header.views)
            needs = "" if header.privilege.startswith("none") else f"; needs {header.privilege}"
            return f"GRANT SELECT ON {relation} TO <user>{needs}"
        case Reason.MISSING:
            return f"it reads {', '.join(header.views)}; --engine says which engine is asked"
        case Reason.TIMEOUT:
            return "give it more time with --statement-timeout, or a shorter --window"
        case Reason.TOO_LARGE:
            return "connect with the driver instead of the Data API, or shorten --window"
        case Reason.LOST | Reason.UNAVAILABLE:
            return "try again; a cluster that is resized or patched drops its connections"
    return f"'opskit redshift query {header.id}' shows the error whole"
