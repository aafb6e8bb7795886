"""tenacity and stamina ask again until an operation is done, over several clients."""

from __future__ import annotations

import asyncio

import pytest
import requests
from support.databricks_runs import RUNS
from support.virtual_seconds import seconds_elapsed

from pytest_asyncops import Lifecycle, assert_polled, mocked

URL = f"{RUNS.base_url}/api/2.2/jobs/runs/get?run_id=1"
HEADERS = {"Authorization": "Bearer s3cret"}


class NotYet(Exception):
    pass


def result(answer):
    if answer["state"]["life_cycle_state"] != "TERMINATED":
        raise NotYet
    return answer["state"]["result_state"]


def get():
    return result(requests.get(URL, headers=HEADERS, timeout=30).json())


async def get_with_httpx():
    httpx = pytest.importorskip("httpx")
    async with httpx.AsyncClient(verify=False) as client:  # to load certificates takes longer
        return result((await client.get(URL, headers=HEADERS)).json())


async def get_with_aiohttp():
    aiohttp = pytest.importorskip("aiohttp")
    async with aiohttp.ClientSession() as session, session.get(URL, headers=HEADERS) as answer:
        return result(await answer.json())


def with_tenacity(get):
    tenacity = pytest.importorskip("tenacity")
    retry = tenacity.retry_if_exception_type(NotYet)
    return tenacity.retry(wait=tenacity.wait_fixed(5), retry=retry)(get)


def with_stamina(get):
    stamina = pytest.importorskip("stamina")
    return stamina.retry(
        on=NotYet, attempts=None, timeout=3600, wait_initial=5, wait_max=5, wait_jitter=0
    )(get)


@pytest.mark.parametrize("library", [with_tenacity, with_stamina])
@pytest.mark.parametrize("get", [get, get_with_httpx, get_with_aiohttp])
def test_an_operation_is_waited_for(library, get):
    wait = library(get)
    with mocked(apis=[RUNS]) as mock:
        run = mock.runs.start(lifecycle=Lifecycle.succeeds(pending=60, running=600))
        found = asyncio.run(wait()) if asyncio.iscoroutinefunction(get) else wait()
        assert found == "SUCCESS"
        assert seconds_elapsed(mock) == 660
        assert_polled(run, min_interval=5, max_interval=5, not_after_done=True)
