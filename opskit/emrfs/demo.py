"""The EMRFS group's part of `opskit demo`."""

from opskit.demo import Step

SCIENCE = "s3://emrfs-auth-data-science-bucket-demo/table1/part-0"

STEPS = (
    Step(
        "emrfs",
        "The shared cluster that AWS published. What is wrong with it?",
        ("emrfs", "lint", "--select", "EMR044,EMR045"),
        status=1,
    ),
    Step(
        "emrfs",
        "A data engineer reads the data scientists' bucket: Access Denied. Why?",
        ("emrfs", "resolve", "dataeng1", SCIENCE),
        status=1,
    ),
    Step(
        "emrfs",
        "Who may do what where?",
        ("emrfs", "matrix", "--action", "s3:GetObject"),
    ),
    Step(
        "emrfs",
        "What somebody proposes: the prefix first. Who would gain, who would lose?",
        ("emrfs", "diff", "emrfs.yaml", "proposed.yaml"),
        status=1,
    ),
    Step(
        "emrfs",
        "The policy tests of a pipeline.",
        ("emrfs", "test", "cases.yaml"),
    ),
)
