"""The redshift group's part of `opskit demo`."""

from opskit.demo import Step

CAPTURE = ("--capture", "night.duckdb")

STEPS = (
    Step(
        "redshift",
        "Ten past three: the load hangs. What is wrong, worst first, and what mends it?",
        ("redshift", "check", "locks", "commits", "tables", *CAPTURE),
        status=1,
    ),
    Step(
        "redshift",
        "Who blocks whom?",
        ("redshift", "locks", *CAPTURE),
        status=1,
    ),
    Step(
        "redshift",
        "When did commits begin to wait for each other?",
        ("redshift", "query", "commit-stats", "--window", "4h", *CAPTURE),
    ),
    Step(
        "redshift",
        "Which grant lets the analyst read the orders?",
        ("redshift", "access", "ana", "--schema", "sales", *CAPTURE),
    ),
)
