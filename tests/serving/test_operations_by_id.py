"""A test looks operations up by their ids, and each look shows one moment."""

from __future__ import annotations

import pytest
from support.stores import a_store, started
from support.toy_api import stub_of, toy

from pytest_asyncops import InvalidArgument, Lifecycle


def test_a_store_reads_as_its_operations_by_id():
    store = a_store()
    first, second = started(store, Lifecycle.hangs(), Lifecycle.hangs())
    assert dict(store) == {"op-0": first, "op-1": second}
    assert ("op-1" in store, "op-2" in store, store.get("op-2")) == (True, False, None)
    assert repr(store) == repr(dict(store))
    with pytest.raises(KeyError):
        store["op-2"]


def test_an_operation_that_there_is_not():
    stub = stub_of(toy())

    def refusal(name):
        with pytest.raises(KeyError) as caught:
            stub.operations[name]
        assert isinstance(caught.value, InvalidArgument)
        return str(caught.value)

    assert refusal("nope") == (
        "there is no operation with the id 'nope'. None has been started; start one with start()."
    )
    stub.start_many(2, shelf="a")
    assert refusal("nope") == (
        "there is no operation with the id 'nope'. There are 'job-1' or 'job-2'."
    )
    assert refusal([]).startswith("there is no operation with the id []. ")
    stub.start_many(20, shelf="a")
    assert refusal("nope").endswith("'job-9' or 'job-10' and 12 more.")
    assert "nope" not in stub.operations
    assert stub.operations.get("nope") is None
