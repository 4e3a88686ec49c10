"""A report as one HTML page: no file beside it, no script, nothing loaded from anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from opskit import __version__
from opskit.output.page.markup import Html, join, tag, text


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page, with its heading; `anchor` is its id, `title` its name in the links."""

    anchor: str
    title: str
    heading: str
    content: Html


def render_page(
    command: str,
    title: str,
    name: object,
    facts: Sequence[tuple[str, object]],
    sections: Sequence[Section],
    *,
    summary: Html | None = None,
    notice: str = "",
) -> bytes:
    """The page in UTF-8; the same bytes for the same content.

    `command` made it; `name` is its heading and `facts` stand below, then the `summary`, links to
    the sections where there are several, and the sections. `notice` ends the page.
    """
    here = files("opskit.output.page")
    links = [tag("a", section.title, href=f"#{section.anchor}") for section in sections]
    page = Template(here.joinpath("page.html").read_text("utf-8")).substitute(
        style=here.joinpath("page.css").read_text("utf-8"),
        title=text(title),
        command=text(command),
        name=tag("bdi", name),
        facts="\n".join(tag("div", tag("dt", key), tag("dd", value)) for key, value in facts),
        summary=summary or "",
        skip=_skip(sections[0]),
        nav=tag("nav", join(links, " "), aria_label="On this page") if len(links) > 1 else "",
        sections=join(map(_section, sections)),
        notice=tag("p", notice) if notice else "",
        version=text(__version__),
    )
    return page.encode("utf-8")


def _skip(section: Section) -> Html:
    words = f"Skip to the {section.title[:1].lower()}{section.title[1:]}"
    return tag("a", words, class_="skip", href=f"#{section.anchor}")


def _section(section: Section) -> Html:
    heading = f"{section.anchor}-title"
    return tag(
        "section",
        "\n",
        tag("h2", section.heading, id=heading),
        "\n",
        section.content,
        "\n",
        id=section.anchor,
        aria_labelledby=heading,
    )
