"""What a shell makes of the commands of a plan: the words that `aws` would get."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

VARIABLES = {
    "AWS_REGION": "eu-west-1",
    "IDENTITY_CENTER_ARN": "arn:aws:sso:::instance/x",
    "IDENTITY_STORE_ID": "d-1",
    "CLUSTER_ID": "j-1",
}
_AWS = """\
#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word" >> "$LOG"; done
printf '\\n' >> "$LOG"
echo some-id
"""


def run(
    commands: Iterable[str], folder: Path, variables: dict[str, str] | None = None
) -> list[list[str]]:
    """The words of each call of `aws`, in order; CalledProcessError where the shell stops."""
    aws, log = folder / "aws", folder / "log"
    aws.write_text(_AWS)
    aws.chmod(0o755)
    log.write_text("")
    environment = {"PATH": f"{folder}:/bin:/usr/bin", "LOG": str(log)}
    subprocess.run(
        ["sh", "-eu", "-c", "\n".join(commands)],
        env=environment | (VARIABLES if variables is None else variables),
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return [line.split("\0")[:-1] for line in log.read_text().split("\n")[:-1]]


def option(words: list[str], name: str) -> str:
    return words[words.index(f"--{name}") + 1]
