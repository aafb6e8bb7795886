"""What the page is told: the newest first, and no credential."""

from __future__ import annotations

import requests

from pytest_asyncops import mocked
from pytest_asyncops.serve.state import journal, page_state


def test_the_state():
    with mocked() as mock:
        session = mock._live
        first = mock.chainloop.start()
        second = mock.pinecone.start(assistant_name="docs")
        url = f"{mock.chainloop.base_url}/v1/operations/{first.id}"
        requests.get(url, headers={"Authorization": "Bearer s3cret"}, timeout=30)
        mock.clock.advance(20)
        requests.get(f"{url}?x=1", headers={"Authorization": "Bearer s3cret"}, timeout=30)
        state = page_state(session.clock, session.stubs, session.calls)
        assert state["clock"] == {"now": "2026-01-01T00:00:20Z", "elapsed": 20.0}
        assert state["apis"] == {name: stub.base_url for name, stub in mock.stubs.items()}
        assert state["operations"] == [
            {"api": "chainloop", "id": first.id, "state": "SUCCEEDED", "percent": first.percent,
             "polls": 2},
            {"api": "pinecone", "id": second.id, "state": "SUCCEEDED", "percent": second.percent,
             "polls": 0},
        ]  # fmt: skip
        assert state["total"] == 2
        assert [call["url"] for call in state["calls"]] == [f"{url}?x=1", url]
        assert journal(mock.calls) == list(reversed(state["calls"]))
        assert state["calls"][1] == {
            "at": "2026-01-01T00:00:00Z", "method": "GET", "url": url, "status": 200,
            "operations": [first.id],
        }  # fmt: skip
        assert "s3cret" not in repr(state)
