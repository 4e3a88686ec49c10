"""Names for the parts of templates, each another."""

import re

_PARTS = re.compile(r"[^A-Za-z0-9]+")
_WORD = re.compile(r"[^A-Za-z0-9_-]+")
_MAX = 200


class Names:
    """Hands out names, and a number behind one that is taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def logical(self, text: str) -> str:
        """A logical ID of CloudFormation: letters and digits."""
        words = [word[:1].upper() + word[1:] for word in _PARTS.split(text) if word]
        return self._free("".join(words)[:_MAX] or "Role")

    def identifier(self, text: str) -> str:
        """A name of Terraform's: letters, digits, `_` and `-`, and no digit in front."""
        word = _WORD.sub("_", text).strip("-")[:_MAX].lower() or "role"
        return self._free(f"_{word}" if word[0].isdigit() else word, "_")

    def _free(self, name: str, between: str = "") -> str:
        made, number = name, 1
        while made in self._taken:
            number += 1
            made = f"{name}{between}{number}"
        self._taken.add(made)
        return made
