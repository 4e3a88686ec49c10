"""Names of security configurations: `NAME-HASH`, as EMR cannot change one that is there."""

import hashlib
import json
import re
from collections.abc import Iterable

_HASH = 8
_SUFFIX = rf"-[0-9a-f]{{{_HASH}}}"


def name_of(base: str, text: str) -> str:
    """The name of a content: `base-1a2b3c4d`. The order of keys and blanks do not count."""
    whole = json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    return f"{base}-{hashlib.sha256(whole.encode()).hexdigest()[:_HASH]}"


def base_of(name: str) -> str:
    """What such a name was made of; the name itself where it is none."""
    return re.sub(rf"(?<=.){_SUFFIX}$", "", name)


def family_of(names: Iterable[str], base: str) -> list[str]:
    """The names that applying makes of `base`, and itself, in the order given."""
    form = re.compile(rf"{re.escape(base)}(?:{_SUFFIX})?")
    return [name for name in names if form.fullmatch(name)]
