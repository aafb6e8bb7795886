"""What a check says of an answer: paths and rules, or why it cannot be read."""

from __future__ import annotations

import pytest

from pytest_asyncops import InvalidArgument, assert_conforms, violations


def of_answers(api):
    """The ids of the rules about the answers of routes, which are no matter of a payload."""
    said = ("get-has-operation", "list-has-operations", "list-distinct-ids", "own-members",
            "no-error-in-success")  # fmt: skip
    return {f"{api.name}.{name}" for name in said}


def rules(*args, **kwargs):
    return [(found.path, found.rule) for found in violations(*args, **kwargs)]


def refused(*args, **kwargs) -> str:
    with pytest.raises(InvalidArgument) as caught:
        violations(*args, **kwargs)
    with pytest.raises(InvalidArgument) as again:
        assert_conforms(*args, **kwargs)
    assert str(again.value) == str(caught.value)
    return str(caught.value)
