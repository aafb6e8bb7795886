"""An error says what was refused and what to do, and carries the same facts as attributes."""

from __future__ import annotations

import datetime
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pytest_asyncops
from pytest_asyncops.errors import (
    AsyncOpsError,
    CadenceError,
    ContractError,
    InvalidArgument,
    checked_count,
    counted,
    hides_usage_errors,
    listed,
    unknown_choice,
)
from pytest_asyncops.rules.violation import ConformanceError
from pytest_asyncops.serving.messages import Request
from pytest_asyncops.serving.unmatched import UnmatchedRequests


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["a"], "a"), (["a", 5], "a or 5"), ("abc", "a, b or c")]
)
def test_lists_of_names(names, text):
    assert listed(names) == text


def test_an_unknown_name_without_choices():
    error = unknown_choice("thing", 5, [], "Make one first.")
    assert str(error) == "unknown thing 5. Make one first."
    assert (error.value, error.choices) == (5, ())


def test_an_unknown_name_far_from_all_choices():
    assert str(unknown_choice("thing", "xyz", ["one", "two"])) == (
        "unknown thing 'xyz'. Choose 'one' or 'two'."
    )


def test_a_contract_error_says_where():
    error = ContractError("no such keyword: 'x'", file="toy.yaml", line=7, pointer="/paths")
    assert str(error) == "toy.yaml:7: no such keyword: 'x'"
    assert (error.file, error.line, error.pointer) == ("toy.yaml", 7, "/paths")
    error = ContractError("no such file", file="toy.yaml")
    assert str(error) == "toy.yaml: no such file"
    assert (error.line, error.pointer) == (None, None)


def test_what_a_test_fails_with_carries_its_facts():
    request = Request("GET", "https://h/x", "/x", {})
    unmatched = UnmatchedRequests("1 request", requests=iter([request]))
    broken = ConformanceError("2 violations", violations=iter(["a", "b"]))
    assert unmatched.requests == (request,)
    assert broken.violations == ("a", "b")
    for error, text in ((unmatched, "1 request"), (broken, "2 violations")):
        assert str(error) == text
        assert isinstance(error, AssertionError)
        assert isinstance(error, AsyncOpsError)


class Info:
    """What pytest hands to ``__tracebackhide__``."""

    def __init__(self, value):
        self.value = value


def test_frames_are_hidden_for_mistakes_of_the_user_only():
    assert hides_usage_errors(Info(InvalidArgument("no")))
    assert issubclass(InvalidArgument, AsyncOpsError)
    assert not hides_usage_errors(Info(KeyError("x")))


# --- where an error says that it comes from

PUBLIC = {
    name: value
    for name, value in inspect.getmembers(pytest_asyncops, inspect.isclass)
    if issubclass(value, Exception)
}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_error_says_that_it_comes_from_the_package(name):
    error = PUBLIC[name]
    assert issubclass(error, (AsyncOpsError, UserWarning))
    assert (error.__module__, error.__qualname__) == ("pytest_asyncops", name)
    assert getattr(pytest_asyncops, name) is error


def test_there_are_public_errors():
    assert {"AsyncOpsError", "CadenceError", "ConformanceError", "UnmatchedRequests"} <= set(PUBLIC)


def test_an_error_of_the_users_own_keeps_its_module():
    class Own(AsyncOpsError):
        pass

    class Narrower(CadenceError):
        pass

    assert Own.__module__ == Narrower.__module__ == __name__
    assert __name__ != "pytest_asyncops"


@pytest.mark.parametrize("module", ["pytest_asyncops_more", "pytest_asyncopsx.errors", "a.b"])
def test_a_module_of_a_name_that_begins_alike_is_another(module):
    assert type("Own", (InvalidArgument,), {"__module__": module}).__module__ == module


# --- what errors carry


def test_an_invalid_argument_is_a_value_error_and_keeps_what_it_was_given():
    error = InvalidArgument("no", value=[1], choices=iter("ab"))
    assert isinstance(error, ValueError)
    assert (str(error), error.value, error.choices) == ("no", [1], ("a", "b"))
    assert (InvalidArgument("no").value, InvalidArgument("no").choices) == (None, ())


def test_a_cadence_error_has_the_polls_of_its_operation():
    when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    error = CadenceError("too often", operation="op-1", polls=iter([when, when]))
    assert isinstance(error, AssertionError)
    assert (str(error), error.operation, error.polls) == ("too often", "op-1", (when, when))


# --- how their words are made


@given(st.lists(st.from_regex("[a-z]+", fullmatch=True), max_size=6))
def test_a_list_of_names_can_be_taken_apart_again(names):
    text = listed(f"{name}!" for name in names)
    assert text.replace(" or ", ", ").split(", ") == ([f"{name}!" for name in names] or [""])
    assert text.count(" or ") == (len(names) > 1)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 polls"),
        (1, "1 poll"),
        (2, "2 polls"),
        (999, "999 polls"),
        (1_234_567, "1,234,567 polls"),
    ],
)
def test_counts_of_things(count, text):
    assert counted(count, "poll") == text


@given(st.integers(-3, 10**30), st.integers(-3, 3))
def test_a_count_is_not_too_small(value, least):
    if value >= least:
        assert checked_count(value, "it", least) is value
        return
    with pytest.raises(InvalidArgument) as caught:
        checked_count(value, "it", least)
    assert str(caught.value) == f"it must be a whole number, {least} or more, not {value}"
    assert caught.value.value is value


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, [1]])
def test_a_count_is_a_whole_number(value):
    with pytest.raises(InvalidArgument) as caught:
        checked_count(value, "it")
    assert str(caught.value) == f"it must be a whole number, 0 or more, not {value!r}"
    assert caught.value.value is value


@given(st.sampled_from(["running", "pending", "failed"]), st.integers(0, 5))
def test_a_slip_of_a_letter_is_pointed_out(name, at):
    slip = name[:at] + name[at + 1 :]
    choices = ("running", "pending", "failed")
    error = unknown_choice("state", slip, iter(choices), "Or none.")
    assert str(error) == (
        f"unknown state {slip!r}. Did you mean {name!r}? "
        "Choose 'running', 'pending' or 'failed'. Or none."
    )
    assert (error.value, error.choices) == (slip, choices)
