"""HTML made of text that is not trusted: names, query texts and messages come from outside."""

from collections.abc import Iterable
from html import escape

from opskit.output.text import visible


class Html(str):
    """Markup that is made here; any other text is escaped before it is put among it."""

    __slots__ = ()


def text(value: object) -> Html:
    """A value as text of a page: escaped, its control and bidi characters made visible."""
    return value if isinstance(value, Html) else Html(escape(visible(str(value)), quote=True))


def join(parts: Iterable[object], between: str = "\n") -> Html:
    """Parts one after the other, those that are empty left out."""
    return Html(between.join(part for part in map(text, parts) if part))


def tag(name: str, *content: object, **attributes: object) -> Html:
    """An element. `class_` and `for_` lose their underscore, `aria_label` is `aria-label`.

    Attributes that are None or False are left out, True stands alone.
    """
    pairs = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{pairs}>{join(content, '')}</{name}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(value)}"'


def link(address: str, words: object = "") -> Html:
    """A link, where the address is one of the web; else its text."""
    if not address.startswith(("https://", "http://")):
        return text(address)
    return tag("a", words or address, href=address, rel="noreferrer noopener")


def table(
    heads: Iterable[object], rows: Iterable[Iterable[object]], caption: str, numeric: str = ""
) -> Html:
    """A table that scrolls inside itself; `numeric` has `n` for a column of numbers, as `-nn`."""
    kinds = [kind == "n" for kind in numeric]

    def cells(row: Iterable[object]) -> Html:
        made = []
        for index, cell in enumerate(row):
            at_right = "n" if index < len(kinds) and kinds[index] else None
            made.append(tag("td", cell, class_=at_right))
        return tag("tr", *made)

    top = [
        tag("th", head, scope="col", class_="n" if i < len(kinds) and kinds[i] else None)
        for i, head in enumerate(heads)
    ]
    grid = tag(
        "table",
        tag("caption", caption, class_="hidden"),
        tag("thead", tag("tr", *top)),
        tag("tbody", *(cells(row) for row in rows)),
    )
    return tag("div", grid, class_="scroll", tabindex="0", role="region", aria_label=caption)


def details(summary: str, *content: object, class_: str | None = None) -> Html:
    """Something that is folded until it is asked for."""
    return tag("details", tag("summary", summary), *content, class_=class_)
