"""What an editor knows of Chainloop's operations is what the API says."""

from __future__ import annotations

from support.typed_stubs import check_typed_stub

from pytest_asyncops.apis import chainloop_stub
from pytest_asyncops.apis.chainloop import CHAINLOOP


def test_the_typed_fields_are_those_of_the_api():
    check_typed_stub(CHAINLOOP, chainloop_stub)
