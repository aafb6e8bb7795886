"""What an editor knows of Pinecone's operations is what the API says."""

from __future__ import annotations

import pytest
from support.typed_stubs import check_typed_stub

from pytest_asyncops import InvalidArgument, mocked
from pytest_asyncops.apis import pinecone_stub
from pytest_asyncops.apis.pinecone import PINECONE


def test_the_typed_fields_are_those_of_the_api():
    check_typed_stub(PINECONE, pinecone_stub)


def test_an_operation_has_a_type():
    with mocked() as mock, pytest.raises(InvalidArgument, match="needs operation_type="):
        mock.stubs["pinecone"].start(assistant_name="docs", operation_type=None)
