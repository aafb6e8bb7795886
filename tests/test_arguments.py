"""A call that does not fit says what to write, and one that fits is a call as any other."""

from __future__ import annotations

import inspect

import pytest
from support.pages import ROOT

from pytest_asyncops import InvalidArgument, Lifecycle, mocked, strategies
from pytest_asyncops.arguments import explained


class Kettle:
    @explained("water")
    def boil(self, *, water=1, lid=True):
        return water, lid

    @explained("water")
    def brew(self, *, water=1, **more):
        return water, more

    @explained()
    def pour(self, cups, into, *, slowly=False):
        return cups, into, slowly

    @explained()
    def empty(self):
        return None

    @classmethod
    @explained()
    def make(cls, *, of="steel"):
        return of


@explained()
def anything(**settings):
    return settings


@explained()
def fails(value):
    return len(value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Kettle().boil(5),
            "boil() takes water or lid by name, not 5. Write boil(water=...).",
        ),
        (
            lambda: Kettle().brew(5),
            "brew() takes its arguments by name, not 5. Write brew(water=...).",
        ),
        (lambda: Kettle.make("tin"), "make() takes of by name, not 'tin'. Write make(of=...)."),
        (
            lambda: Kettle().pour(1, 2, 3),
            "pour() takes slowly by name, not 3. Write pour(slowly=...).",
        ),
        (lambda: Kettle().pour(1), "pour() needs into="),
        (lambda: Kettle().pour(), "pour() needs cups= and into="),
        (
            lambda: Kettle().pour(1, inot=2),
            "unknown argument of pour() 'inot'. Did you mean 'into'? "
            "Choose 'cups', 'into' or 'slowly'.",
        ),
        (
            lambda: Kettle().pour(1, 2, into=3),
            "pour() has been given into twice, as 2 and as 3. Leave one of them out.",
        ),
        (lambda: Kettle().empty(1), "empty() takes no arguments, not 1"),
        (lambda: fails([], "b"), "fails() takes only value, not 'b'"),
        (lambda: anything(1), "anything() takes its arguments by name, not 1."),
    ],
)
def test_a_call_that_does_not_fit(call, message):
    with pytest.raises(TypeError) as caught:
        call()
    assert isinstance(caught.value, InvalidArgument)
    assert str(caught.value) == message


def test_a_call_that_fits():
    assert Kettle().boil(water=2) == (2, True)
    assert Kettle().pour(1, into=2) == (1, 2, False)
    assert Kettle.make() == "steel"
    assert anything(a=1) == {"a": 1}
    assert [*inspect.signature(Kettle.pour).parameters] == ["self", "cups", "into", "slowly"]
    assert Kettle.pour.__name__ == "pour"


def test_an_error_of_the_function_itself_is_left_alone():
    with pytest.raises(TypeError) as caught:
        fails(5)
    assert not isinstance(caught.value, InvalidArgument)
    with pytest.raises(TypeError, match=r"^no$"):
        explained()(raises)()


def raises():
    raise TypeError("no")


def test_the_value_and_the_choices():
    with pytest.raises(InvalidArgument) as caught:
        Kettle().boil(5)
    assert (caught.value.value, caught.value.choices) == (5, ("water", "lid"))
    with pytest.raises(InvalidArgument) as caught:
        Kettle().pour(1)
    assert caught.value.choices == ("into",)


# --- the public functions


PUBLIC = {
    "arguments by position": [
        (lambda mock: mocked("chainloop"), "mocked() takes its arguments by name, not 'chainloop'."
         " Write mocked(apis=...)."),
        (lambda mock: mock.chainloop.start("a"), "start() takes its arguments by name, not 'a'."
         " Write start(lifecycle=...)."),
        (lambda mock: mock.chainloop.start_many(2, "a"), "start_many() takes its arguments by name,"
         " not 'a'. Write start_many(lifecycle=...)."),
        (lambda mock: Lifecycle.succeeds(30), "succeeds() takes pending, running, output or "
         "progress by name, not 30. Write succeeds(running=...)."),
        (lambda mock: mock.chainloop.start(lifecycle=Lifecycle.manual()).succeed(b"x"),
         "succeed() takes output by name, not b'x'. Write succeed(output=...)."),
    ],
    "arguments that are missing or unknown": [
        (lambda mock: mock.chainloop.limit_rate(0), "limit_rate() needs per="),
        (lambda mock: mock.clock.advance(), "advance() needs duration="),
        (lambda mock: strategies.payloads("chainloop", "rpcStatus", max_item=1),
         "unknown argument of payloads() 'max_item'. Did you mean 'max_items'? Choose 'api', "
         "'schema', 'route', 'status_code', 'content_type', 'alphabet', 'max_length', 'max_items', "
         "'extra', 'unknown', 'times', 'encoded' or 'deviations'."),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), [row for rows in PUBLIC.values() for row in rows])
def test_the_public_functions_say_what_to_write(call, message):
    with mocked() as mock, pytest.raises(TypeError) as caught:
        call(mock)
    assert isinstance(caught.value, InvalidArgument)
    assert str(caught.value) == message


def test_a_life_is_given_by_name(run):
    result = run(
        """
def test_one(asyncops_mock):
    asyncops_mock.chainloop.start(Lifecycle.manual())
"""
    )
    result.assert_outcomes(failed=1)
    [error] = result.reports.errors("test_one")
    assert error.startswith(
        "pytest_asyncops.InvalidArgument: start() takes its arguments by name, not Lifecycle."
    )
    lines = result.reports.lines("test_one")
    assert not any(str(ROOT / "pytest_asyncops") in line for line in lines)
    assert "def called" not in "\n".join(lines)
