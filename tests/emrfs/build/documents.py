"""Documents for the tests of what is built from them."""

from opskit.emrfs.model import Design
from tests.emrfs.designs import design as parsed

ACCOUNT = "111122223333"
BASE = f"arn:aws:iam::{ACCOUNT}:role/base"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def lake(*prefixes: str, more: str = "") -> Design:
    """A prefix role of which nothing else is known."""
    listed = "\n".join(f"      - {prefix!r}" for prefix in prefixes)
    return parsed(
        f'account: "{ACCOUNT}"\nbase-role: base\nmappings:\n  - role: lake\n'
        f"    prefixes:\n{listed}\n{more}"
    )
