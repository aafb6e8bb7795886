"""In a notebook a timeline is a table, and nothing that came over the wire is markup."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import requests

from pytest_asyncops import Lifecycle, mocked


class Table(HTMLParser):
    """Collects the cells, and sees that everything is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        if tag in ("td", "div"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data


def test_it_says_what_the_text_says() -> None:
    with mocked(unmatched="answer") as mock:
        name = "a"
        mock.chainloop.start(id=name, lifecycle=Lifecycle.succeeds(running=12))
        for _ in range(3):
            requests.get(f"{mock.chainloop.base_url}/<script>&amp;", timeout=30)
            time.sleep(5)
        timeline = mock.timeline
        table = Table()
        table.feed(timeline._repr_html_())
        table.close()
    assert table.tags == {"div", "table", "tr", "td"}
    assert not table.open
    text = " ".join(" ".join(table.cells).split())
    assert text == " ".join(str(timeline).replace("\n! ", "\n").split())


def test_nothing_has_happened() -> None:
    with mocked() as mock:
        assert "<table" in mock.timeline._repr_html_()
