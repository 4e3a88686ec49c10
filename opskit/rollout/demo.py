"""The rollout group's part of `opskit demo`; none of it needs a cluster."""

from opskit.demo import Step

NAME = "registry.example.com/shop/web"
CRASH = ("--from", "crash.yaml", "--log", "web-7ff8bdf8bc-w9z59=crash.log", "--redact")

STEPS = (
    Step(
        "rollout",
        "A new image for the shop: what would change in its manifest?",
        ("rollout", "edit", "web.yaml", "--image", f"web={NAME}:1.5.0", "--diff"),
        status=1,
    ),
    Step(
        "rollout",
        "And if the pipeline forgets the version?",
        ("rollout", "preflight", "--offline", f"{NAME}:latest", "--fail-on", "warning"),
        status=1,
    ),
    Step(
        "rollout",
        "The rollout hangs. Why? As recorded from the cluster.",
        ("rollout", "explain", "deploy/web", *CRASH),
        status=1,
    ),
)
