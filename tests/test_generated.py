"""What is generated is what stands in the tree: completion scripts, references, shown output."""

from pathlib import Path

import pytest

from completions.generate import scripts
from docs.generate import WRITTEN, pages

ROOT = Path(__file__).parents[1]


def test_completion_scripts_are_up_to_date() -> None:
    for name, text in scripts():
        assert (ROOT / "completions" / name).read_text() == text, f"{name}: run `make generate`"


def test_pages_are_up_to_date() -> None:
    for name, text in pages():
        assert (ROOT / name).read_text() == text, f"{name}: run `make generate`"


def test_every_written_page_is_linked_and_every_link_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in page.read_text().split("](")[1:]:
            link = target.split(")")[0].split("#")[0]
            if link and "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} links to {link}"


@pytest.mark.parametrize("name", WRITTEN)
def test_no_page_names_a_file_that_is_not_there(name: str) -> None:
    text = (ROOT / name).read_text()
    for word in text.replace("`", " ").split():
        if word.startswith(("opskit/", "commands/", "tests/")) and word.endswith(".py"):
            assert "<" in word or (ROOT / word).exists(), f"{name} names {word}"
