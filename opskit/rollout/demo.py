"""The rollout group's part of `opskit demo`; none of it needs a cluster."""

from opskit.demo import Step

IMAGE = "registry.example.com/shop/web:1.5.0"
CRASH = ("--from", "crash.yaml", "--log", "web-7ff8bdf8bc-w9z59=crash.log", "--redact")

STEPS = (
    Step(
        "rollout",
        "A new image for the shop: what would change in its manifest?",
        ("rollout", "edit", "web.yaml", "--image", f"web={IMAGE}", "--diff"),
        status=1,
    ),
    Step(
        "rollout",
        "Is the image's name one that a registry knows?",
        ("rollout", "preflight", "--offline", IMAGE.replace("web", "Web")),
        status=2,
    ),
    Step(
        "rollout",
        "The rollout hangs. Why? As recorded from the cluster.",
        ("rollout", "explain", "deploy/web", *CRASH),
        status=1,
    ),
)
