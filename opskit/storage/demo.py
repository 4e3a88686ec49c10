"""The storage group's part of `opskit demo`; the day is fixed, as prices get older."""

from opskit.demo import Step

DAY = ("--as-of", "2026-11-28")

STEPS = (
    Step(
        "storage",
        "40 TB in S3: what does a month cost, and what would it elsewhere?",
        ("storage", "estimate", "lake.yaml", "--providers", "aws,b2,r2,wasabi", *DAY),
    ),
    Step(
        "storage",
        "Can we leave? The cost of the exit, in months of storage.",
        ("storage", "gravity", "lake.yaml", "--providers", "aws,r2", "--class", "all", *DAY),
    ),
    Step(
        "storage",
        "Which class for which data? Never dearer than doing nothing.",
        ("storage", "optimize", "lake.yaml", *DAY),
    ),
)
