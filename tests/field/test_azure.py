"""azure-core's own pollers wait for operations of an API of one's own, over its own transports."""

from __future__ import annotations

import asyncio

import pytest
from support.azure_operations import AZURE, VALIDATING
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import Lifecycle, State, Step, assert_polled, mocked

azure = pytest.importorskip("azure.core")

from azure.core import exceptions, polling  # noqa: E402
from azure.core.pipeline import transport as transports  # noqa: E402
from azure.core.polling.async_base_polling import AsyncLROBasePolling  # noqa: E402
from azure.core.polling.base_polling import LROBasePolling  # noqa: E402
from azure.core.rest import HttpRequest  # noqa: E402

HOSTS = ["https://things.azure.example", "http://localhost:8080/deep"]


def result_of(answer):
    return answer.http_response.json()


def over_requests(url):
    """The code under test: posts, and waits with the library's poller."""
    with azure.PipelineClient(url, transport=transports.RequestsTransport()) as client:
        started = client._pipeline.run(HttpRequest("POST", f"{url}/things/x:import"))
        method = LROBasePolling(timeout=30)
        return polling.LROPoller(client, started, result_of, method).result()


def over_async(name):
    transport = getattr(transports, name)

    async def wait(url):
        async with azure.AsyncPipelineClient(url, transport=transport()) as client:
            started = await client._pipeline.run(HttpRequest("POST", f"{url}/things/x:import"))
            method = AsyncLROBasePolling(timeout=30)
            return await polling.AsyncLROPoller(client, started, result_of, method).result()

    return lambda url: asyncio.run(wait(url))


WAITS = {
    "requests": over_requests,
    "asyncio_requests": over_async("AsyncioRequestsTransport"),
    "aiohttp": over_async("AioHttpTransport"),
}


@pytest.fixture(params=WAITS)
def wait(request):
    if request.param == "aiohttp":
        pytest.importorskip("aiohttp")
    return WAITS[request.param]


@pytest.mark.parametrize("url", HOSTS)
def test_a_success(wait, url):
    with mocked(apis=[AZURE], base_urls={"azure": url}) as mock:
        steps = (Step(VALIDATING, 12), Step(State.RUNNING, 600), Step(State.SUCCEEDED))
        plan = mock.azure.plan(Lifecycle.steps(*steps), name="x")
        assert wait(url) == {"name": "x", "size": 7}
        assert seconds_elapsed(mock) == 615
        [job] = plan.operations
        assert_polled(job, min_interval=5, max_interval=5, not_after_done=True)


def test_a_failure(wait):
    with mocked(apis=[AZURE]) as mock:
        mock.azure.plan(Lifecycle.fails("disk full"))
        with pytest.raises(exceptions.HttpResponseError):
            wait(AZURE.base_url)
        assert seconds_elapsed(mock) == 10
