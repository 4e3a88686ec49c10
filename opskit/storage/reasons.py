"""Reasons why places have no rank, in words: those that are the same together."""

from collections.abc import Iterable, Sequence

#: A place by its provider and its class, as a row names it.
Name = tuple[str, str]


def together(all_: Sequence[Name], reasons: Iterable[tuple[Name, str]]) -> list[str]:
    """`b2, gcs nearline/coldline: unverified: read`, a line for each reason.

    A provider is named alone where a reason is that of all its places.
    """
    told: dict[str, dict[str, list[str]]] = {}
    for (provider, class_), why in reasons:
        classes = told.setdefault(own_class(why, class_), {}).setdefault(provider, [])
        if class_ not in classes:
            classes.append(class_)
    own: dict[str, set[str]] = {}
    for provider, class_ in all_:
        own.setdefault(provider, set()).add(class_)
    return [
        f"{', '.join(_named(name, classes, own[name]) for name, classes in places.items())}: {why}"
        for why, places in told.items()
    ]


def _named(provider: str, classes: Sequence[str], own: set[str]) -> str:
    return provider if set(classes) == own else f"{provider} {'/'.join(classes)}"


def own_class(why: str, class_: str) -> str:
    """A reason without the name of the class that it is told of: `write of cold` is `write`."""
    own = f" of {class_}"
    parts = why.split(own)  # no pattern: making one for each class takes longer than all the rest
    kept = [own if part[:1].isalnum() or part[:1] in ("_", "-") else "" for part in parts[1:]]
    return parts[0] + "".join(a + b for a, b in zip(kept, parts[1:], strict=True))
