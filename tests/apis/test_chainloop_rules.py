"""Chainloop's own rules at their edges, and its history; `test_prose_rules` breaks each of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chainloop_rule_rows import jobs

from pytest_asyncops import State, violations
from pytest_asyncops.apis import Fixed
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.chainloop_rules import HISTORY, RULES, UNSPECIFIED
from pytest_asyncops.apis.gateway import HTTP_STATUS
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.strategies.mutation.places import places

CONTRACT = load_contract(CHAINLOOP.checking.contract)


@given(st.integers(0, 60), st.integers(1, 7))
def test_the_pages_that_operations_fill_are_as_many_as_hold_them_all(total, size):
    """Counted here by dealing the operations out."""
    pages = len([range(start, total)[:size] for start in range(0, total, size)])
    for said in (pages - 1, pages, pages + 1):
        found = violations(
            jobs(0, total_count=total, page_size=size, total_pages=said),
            api="chainloop",
            route="list",
        )
        # Where no number of pages was written, nothing is wrong with it.
        assert [each.rule for each in found] == (
            [] if said in (pages, -1) else ["chainloop.total-pages"]
        )


@given(st.integers(0, 4), st.integers(-2, 6))
def test_a_page_has_no_more_operations_than_there_are(count, total):
    found = violations(jobs(count, total_count=total), api="chainloop", route="list")
    # Less than nothing is no count, and no operations are more than it.
    too_many = 0 <= total < count
    assert [(each.path, each.rule) for each in found] == (
        [("$.pagination.total_count", "chainloop.within-total")] if too_many else []
    )


@pytest.mark.parametrize("odd", [None, "3", 3.0, True, [], -1])
@pytest.mark.parametrize("name", ["total_count", "page_size", "total_pages"])
def test_a_counter_that_is_none_breaks_no_rule_of_prose(name, odd):
    page = jobs(2, **{"total_count": 9, "page_size": 2, "total_pages": 5, name: odd})
    found = violations(page, api="chainloop", route="list")
    assert [each for each in found if each.rule.startswith("chainloop.")] == []


def test_no_pages_are_counted_where_a_page_has_no_size():
    page = jobs(0, total_count=5, page_size=0, total_pages=7)
    assert violations(page, api="chainloop", route="list") == []


def test_the_codes_of_errors_are_those_that_a_gateway_answers_with_this_status():
    fixed = [rule for rule in RULES if isinstance(rule.kind, Fixed)]
    assert [rule.id for rule in fixed] == [
        f"chainloop.code-{status}" for status in (400, 401, 403, 500)
    ]
    for rule in fixed:
        [(status, codes)] = rule.kind.by_status.items()
        assert rule.id == f"chainloop.code-{status}"
        assert {HTTP_STATUS[code] for code in codes} == {status}
        assert len(set(codes)) == len(codes)
        # The contract's default stands first.
        assert CONTRACT.at(rule.source)["default"] == codes[0]


# --- the history


def test_a_history_has_each_status_of_the_contract_but_the_one_that_is_none():
    enum = CONTRACT.schemas["v1AsyncOperationStatus"]["enum"]
    assert [UNSPECIFIED, *HISTORY.states] == enum


def test_a_status_stands_for_one_state_and_a_state_for_one_status():
    states = [state for some in HISTORY.states.values() for state in some]
    assert {len(some) for some in HISTORY.states.values()} == {1}
    assert set(states) == set(State) - {State.CANCELLED}
    assert len(set(states)) == len(states)
    words = {word.rpartition("_")[2]: next(iter(some)) for word, some in HISTORY.states.items()}
    assert {word: state.name for word, state in words.items()} == {
        "PENDING": "PENDING",
        "RUNNING": "RUNNING",
        "COMPLETED": "SUCCEEDED",
        "FAILED": "FAILED",
        "PURGED": "PURGED",
    }


def test_a_history_says_of_each_member_how_it_may_change_and_says_it_once():
    told = (HISTORY.id, HISTORY.status, *HISTORY.constant, *HISTORY.once, *HISTORY.result)
    assert sorted(told) == sorted(CONTRACT.schemas[HISTORY.schema]["properties"])


def test_operations_are_found_where_the_routes_put_them():
    routes = {route.name: route for route in CHAINLOOP.routes}
    at = {
        name: places(CONTRACT, CONTRACT.response_schema("GET", routes[name].paths[0], 200))
        for name in routes
    }
    assert at["list"][HISTORY.schema] == [(HISTORY.listed_in, "*")]
    assert at["get"][HISTORY.schema] == [(HISTORY.wrapped_in,)]
    assert HISTORY.found_in({"operations": [1, 2]}) == [1, 2]
    assert HISTORY.found_in({"operation": 3}) == (3,)
