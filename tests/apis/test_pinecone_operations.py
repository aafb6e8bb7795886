"""The routes of operations show those of files, and never those of assistants."""

from __future__ import annotations

import pytest
from support.pinecone_server import Server, the_error

from pytest_asyncops.apis.pinecone_assistants import ASSISTANT_TYPES


@pytest.mark.parametrize("kind", ASSISTANT_TYPES)
def test_operations_of_assistants_are_not_shown(kind):
    server = Server()
    hidden = server.start(operation_type=kind, assistant_name="docs")
    shown = server.start()
    assert server.ids() == [shown.id]
    assert server.ids(status="Processing") == [shown.id]
    assert server.get(shown.id)["id"] == shown.id
    assert server.ask(f"/operations/docs/{hidden.id}").status_code == 404
    answer = the_error(server.send("GET", f"/operations/docs?operation_type={kind}"))
    assert answer[2].startswith("Invalid operation_type: Valid options are upload_file, ")


def test_a_list_counts_its_operations_as_polled_and_no_others():
    server = Server()
    created = server.start(operation_type="create_assistant", assistant_name="docs")
    shown = server.start()
    server.ids()
    assert (shown.polls, created.polls) == (1, 0)
