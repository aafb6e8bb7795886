"""The page on the architecture shows the code as it is, and what contributors read is so."""

from __future__ import annotations

import re

import pictures
import pytest
from pictures import PAGE, drawn, floors, main, reduced
from support.pages import ROOT, read

TEXT = PAGE.read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`([\w/]+/|[\w/]+\.py)`", TEXT + read("CONTRIBUTING.md"))))


def test_the_pictures_are_fresh():
    assert drawn(TEXT) == TEXT, "draw them: python docs/pictures.py"


@pytest.mark.parametrize("path", PATHS)
def test_every_file_that_is_named_is_there(path):
    assert (ROOT / "pytest_asyncops" / path).exists() or (ROOT / path).exists()


def test_there_are_files_named():
    assert len(PATHS) > 40


@pytest.fixture
def page(tmp_path, monkeypatch):
    path = tmp_path / "page.md"
    path.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(pictures, "PAGE", path)
    return path


def test_stale_pictures_are_noticed_and_drawn(page, capsys):
    assert main(["--check"]) == 0
    page.write_text(TEXT.replace("    PENDING --> RUNNING\n", ""), encoding="utf-8")
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == (
        "the pictures of page.md are stale; draw them: python docs/pictures.py\n"
    )
    assert main([]) == 0
    assert page.read_text(encoding="utf-8") == TEXT


def test_a_page_without_its_markers_is_refused(page):
    page.write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md has the markers of 'rooms' 0 times, not once"):
        main([])


def test_arrows_that_a_detour_replaces_are_left_out():
    graph = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set()}
    assert reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": set()}
    assert floors(graph) == {"a": 4, "b": 3, "c": 2, "d": 1}


def test_contributors_have_the_test_command_of_the_readme():
    command = "python -m pytest -n auto"
    assert f" && {command}\n" in read("README.md")
    assert f"\n{command}\n" in read("CONTRIBUTING.md")
    assert f"\n{command.replace('-m', '-m coverage run -m')} && " in read("CONTRIBUTING.md")
