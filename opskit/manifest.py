"""What opskit is made of: the one place where a group is plugged in.

Only names: nothing here imports what it names, so that no command pays for another.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command or a group: its name, where it is, and its one-line help.

    `module` is a module with an `app`, or `module:function` for a plain function.
    """

    name: str
    module: str
    help: str


#: The groups, in the order of `opskit --help`.
GROUPS = (
    Entry(
        "broker",
        "opskit.commands.broker",
        "Networks of ActiveMQ and Amazon MQ brokers.",
    ),
    Entry(
        "redshift",
        "opskit.commands.redshift",
        "Health of Amazon Redshift, live or from a capture.",
    ),
    Entry(
        "emrfs",
        "opskit.commands.emrfs",
        "Role mappings of EMRFS on shared EMR clusters, and IAM.",
    ),
    Entry(
        "rollout",
        "opskit.commands.rollout",
        "Image rollouts on Kubernetes that say why they fail.",
    ),
    Entry(
        "storage",
        "opskit.commands.storage",
        "What cloud storage costs, to keep, to use and to leave.",
    ),
)

#: The commands that belong to no group.
COMMANDS = (
    Entry("demo", "opskit.commands.demo", "Walk through the groups on bundled examples."),
    Entry("rule", "opskit.commands.rule", "List the rules of every check, or show one."),
    Entry("schema", "opskit.commands.schema", "Print the JSON Schema of a document."),
    Entry("config", "opskit.commands.config", "Show the settings in force."),
    Entry("completion", "opskit.commands.completion", "Print a completion script for a shell."),
    Entry("help", "opskit.commands.help", "Explain a topic: exit-codes, output, settings."),
)

#: Where the rules of each domain are: `module:REGISTRY`.
RULES = (
    "opskit.broker.rules:RULES",
    "opskit.broker.upgrades.migrate:MIGRATION",
    "opskit.redshift.rules:RULES",
    "opskit.emrfs.rules:RULES",
    "opskit.emrfs.cases.report:CASES",
    "opskit.rollout.judge.judging:RULES",
    "opskit.rollout.preflight.rules:RULES",
)

#: The documents that opskit reads: name to `module:Struct`.
SCHEMAS = {
    "settings": "opskit.schemas:settings_schema",
    "emrfs": "opskit.emrfs.document:EmrfsDocument",
    "emrfs-cases": "opskit.emrfs.cases.document:CasesDocument",
    "topology": "opskit.broker.design.topology:Topology",
    "storage-rules": "opskit.storage.hybrid.document:RulesDocument",
    "rollout-wave": "opskit.rollout.wave.document:RolloutWave",
    "rollout-codepipeline": "opskit.rollout.codepipeline.parameters:Parameters",
    "storage-profile": "opskit.storage.profile.document:ProfileDocument",
    "storage-catalog": "opskit.storage.catalog.model:Provider",
    "redshift-scenario": "opskit.redshift.emulator.scenario:Scenario",
}

#: The steps of `opskit demo`: `module:STEPS`, a sequence of `opskit.demo.Step`.
DEMOS = (
    "opskit.broker.demo:STEPS",
    "opskit.redshift.demo:STEPS",
    "opskit.emrfs.demo:STEPS",
    "opskit.rollout.demo:STEPS",
    "opskit.storage.demo:STEPS",
)
