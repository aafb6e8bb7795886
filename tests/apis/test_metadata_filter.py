"""A filter of metadata lets pass what its conditions say, and what is none is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.apis import ErrorResponse
from pytest_asyncops.apis.metadata_filter import matches, read_filter

FILE = {"genre": "comedy", "year": 2020, "tags": ["a", "b"], "seen": True}


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"genre": "comedy"},
        {"genre": {"$eq": "comedy"}},
        {"genre": {"$ne": "drama"}},
        {"gone": {"$ne": "drama"}},
        {"year": {"$gt": 2019, "$lt": 2021}},
        {"year": {"$gte": 2020, "$lte": 2020}},
        {"genre": {"$in": ["drama", "comedy"]}},
        {"genre": {"$nin": ["drama"]}},
        {"tags": "a"},
        {"tags": {"$in": ["b", "c"]}},
        {"seen": True},
        {"genre": {"$exists": True}},
        {"gone": {"$exists": False}},
        {"$and": [{"genre": "comedy"}, {"year": 2020}]},
        {"$or": [{"genre": "drama"}, {"year": 2020}]},
        {"$and": []},
    ],
)
def test_what_passes(written):
    assert matches(read_filter(written), FILE)


@pytest.mark.parametrize(
    "written",
    [
        {"genre": "drama"},
        {"gone": "comedy"},
        {"genre": {"$ne": "comedy"}},
        {"year": {"$gt": 2020}},
        {"year": {"$gte": "2019"}},
        {"genre": {"$lt": 5}},
        {"year": {"$gt": 2019, "$lt": 2020}},
        {"tags": "c"},
        {"seen": 1},
        {"tags": {"$nin": ["b"]}},
        {"gone": {"$exists": True}},
        {"genre": "comedy", "year": 2021},
        {"$and": [{"genre": "comedy"}, {"year": 2021}]},
        {"$or": []},
    ],
)
def test_what_does_not_pass(written):
    assert not matches(read_filter(written), FILE)


def test_a_file_without_metadata():
    assert matches(read_filter({}), None)
    assert not matches(read_filter({"genre": "comedy"}), None)


@pytest.mark.parametrize(
    "written",
    [
        [],
        "x",
        {"$and": {}},
        {"$or": ["x"]},
        {"genre": {"$like": "x"}},
        {"genre": {"$in": "comedy"}},
        {"genre": {"$nin": 1}},
        {"genre": {"$exists": "yes"}},
        {"$not": {"$and": []}},
    ],
)
def test_what_is_no_filter(written):
    with pytest.raises(ErrorResponse, match=r"^Invalid filter: ") as caught:
        read_filter(written)
    assert (caught.value.status_code, caught.value.code) == (400, "INVALID_ARGUMENT")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["$and", "$or", "$eq", "$in", "$gt", "x"]), inner, max_size=2
        )
    ),
)


@given(JSON, st.dictionaries(st.just("x"), JSON))
def test_anything_is_a_filter_or_refused(written, metadata):
    try:
        found = read_filter(written)
    except ErrorResponse:
        return
    assert matches(found, metadata) in (True, False)
