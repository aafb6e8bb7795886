"""The readings of the latest mock that serves an API are those of the API, as long as it does."""

from __future__ import annotations

import pytest
from support.toy_api import toy

from pytest_asyncops.serving.live_readings import live, live_api, live_readings
from pytest_asyncops.serving.server import Server
from pytest_asyncops.virtual_time.server_clock import ServerClock


def server(api, **readings):
    return Server(api, ServerClock(), readings=readings)


def test_the_latest_mock_decides_in_any_order_of_closing():
    api = toy()
    assert live_readings(api) is None
    outer, inner = live([server(api, most=1)]), live([server(api, most=2)])
    outer.__enter__()
    assert live_readings(api)["most"] == 1
    inner.__enter__()
    assert live_readings(api)["most"] == 2
    assert live_readings(toy()) is None  # another API of the same name
    outer.__exit__(None, None, None)
    assert live_readings(api)["most"] == 2
    inner.__exit__(None, None, None)
    assert live_readings(api) is None


def test_an_error_ends_it_too():
    api = toy()
    with pytest.raises(ValueError, match=r"^no$"), live([server(api)]):
        raise ValueError("no")
    assert live_readings(api) is None


def test_the_api_that_is_served_at_a_url():
    outer, inner = toy("outer"), toy("inner")
    url = "http://localhost:1/base"
    at = [Server(api, ServerClock(), base_url=url) for api in (outer, inner)]
    with live(at[:1]):
        assert live_api(f"{url}/jobs") is outer
        with live(at[1:]):
            assert live_api(f"{url}/jobs") is inner
        assert live_api(f"{url}/jobs") is outer
        assert live_api(f"{url}s/jobs") is live_api("http://localhost:1/jobs") is None
    assert live_api(f"{url}/jobs") is None


def test_an_api_is_served_at_all_of_its_hosts():
    api = toy(hosts={"uploads": "https://up.example"})
    with live([Server(api, ServerClock())]):
        assert live_api("https://up.example/jobs") is live_api("https://toy.example/jobs") is api
    assert live_api("https://up.example/jobs") is None
