"""The broker group's part of `opskit demo`."""

from opskit.demo import Step

RECIPE = "published-recipe/activemq.xml"
TOPOLOGY = "hybrid/topology.yaml"

STEPS = (
    Step(
        "broker",
        "The bridge that everybody copies starts, connects, and forwards nothing. Why?",
        ("broker", "lint", RECIPE, "--select", "BRK001,BRK008"),
        status=1,
    ),
    Step(
        "broker",
        "Which entry decides about one queue?",
        ("broker", "explain", RECIPE, "queue://TestingQ"),
        status=1,
    ),
    Step(
        "broker",
        "The same bridge, written from a topology of a few lines. It forwards.",
        ("broker", "generate", TOPOLOGY),
    ),
    Step(
        "broker",
        "What decides about a queue now?",
        ("broker", "explain", TOPOLOGY, "queue://orders.eu"),
    ),
    Step(
        "broker",
        "Patched into the broker's own file, every other byte kept.",
        ("broker", "patch", RECIPE, "--topology", TOPOLOGY, "--broker", "onprem", "--diff"),
        status=1,
    ),
    Step(
        "broker",
        "The network as a whole.",
        ("broker", "graph", TOPOLOGY),
    ),
)
