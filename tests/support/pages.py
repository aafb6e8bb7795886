"""README and docs, read for what they say."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_asyncops import Api

ROOT = Path(__file__).parents[2]
PAGES = {
    path.name: path
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ]
}


def read(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


def page_of(api: Api) -> str:
    return f"{api.name}.md"


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank or above."""
    _, _, rest = read(page).partition(f"\n## {heading}\n")
    assert rest, f"{page} has no section {heading}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of the first table, without its head."""
    table: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip("|").split("|")])
        elif table:
            break
    assert len(table) > 2, "no table"
    return table[2:]


def words(cell: str) -> list[str]:
    """What stands in backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)\n```$", read(page), re.MULTILINE | re.DOTALL)
