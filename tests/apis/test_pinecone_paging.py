"""The lists of files and assistants have pages, as that of operations has."""

from __future__ import annotations

import pytest
from support.pinecone_server import Server, bad, the_error

LISTS = [("/files/docs", "files", "id"), ("/assistants", "assistants", "name")]


def filled() -> Server:
    server = Server()
    for number in range(5):
        server.start(file_name="x")
        server.start(operation_type="create_assistant", assistant_name=f"docs-{number}")
    return server


def walked(server, target, members, name, limit):
    """The names on each page."""
    pages, token = [], ""
    while token is not None:
        answer = server.send("GET", f"{target}?limit={limit}{token}")
        assert answer.status_code == 200
        pages.append([one[name] for one in answer.json()[members]])
        following = answer.json().get("pagination")
        token = following and f"&pagination_token={following['next']}"
    return pages


@pytest.mark.parametrize(("target", "members", "name"), LISTS)
@pytest.mark.parametrize("limit", [1, 2, 6, 100])
def test_every_page_once(target, members, name, limit):
    server = filled()
    pages = walked(server, target, members, name, limit)
    [whole] = walked(server, target, members, name, 100)
    assert [one for page in pages for one in page] == whole
    assert all(len(page) == limit for page in pages[:-1])
    assert len(set(whole)) == len(whole) == (5 if members == "files" else 6)


def test_assistants_that_come_and_go_do_not_shift_a_page():
    server = filled()
    target = "/assistants?limit=3"
    first = server.send("GET", target).json()
    names = [one["name"] for one in first["assistants"]]
    assert names == ["docs-4", "docs-3", "docs-2"]
    server.start(operation_type="create_assistant", assistant_name="a")
    server.start(operation_type="delete_assistant", assistant_name="docs-2")
    server.start(operation_type="update_assistant", assistant_name="docs-1")
    server.clock.advance(10)
    rest = server.send("GET", f"{target}&pagination_token={first['pagination']['next']}").json()
    assert [one["name"] for one in rest["assistants"]] == ["docs-1", "docs-0", "docs"]


@pytest.mark.parametrize(("target", "members", "name"), LISTS)
def test_a_token_is_of_one_list(target, members, name):
    server = filled()
    token = server.page(limit=1)["pagination"]["next"]
    answer = server.send("GET", f"{target}?pagination_token={token}")
    assert the_error(answer) == bad("Invalid pagination token")


@pytest.mark.parametrize(("target", "members", "name"), LISTS)
@pytest.mark.parametrize("limit", ["0", "101", "x", ""])
def test_a_limit_out_of_range(target, members, name, limit):
    answer = filled().send("GET", f"{target}?limit={limit}")
    assert the_error(answer) == bad("Invalid limit: must be an integer from 1 to 100")


def test_the_newest_file_is_first_unless_told_otherwise():
    for order, expected in (("newest", "43210"), ("oldest", "01234")):
        server = Server(order=order)
        for number in range(5):
            server.start(file_id=f"f{number}")
        files = server.send("GET", "/files/docs").json()["files"]
        assert "".join(one["id"][1] for one in files) == expected


@pytest.mark.parametrize(("target", "members", "name"), LISTS)
def test_the_older_edition_has_no_pages(target, members, name):
    answer = filled().send("GET", f"{target}?limit=1", X_Pinecone_Api_Version="2025-10")
    assert len(answer.json()[members]) >= 5
    assert "pagination" not in answer.json()
