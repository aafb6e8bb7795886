"""Operations as polls show them, and what is wrong with several in a row."""

from __future__ import annotations

import pytest

from pytest_asyncops import ConformanceError, assert_history

PREFIX = "ASYNC_OPERATION_STATUS_"


def job(word: str | None = None, name: str = "1", **members: object) -> dict[str, object]:
    status = {} if word is None else {"status": PREFIX + word}
    return {"id": name, **status, **members}


def op(status: object = "Processing", name: str = "op-1", **members: object) -> dict[str, object]:
    return {"id": name, "status": status, **members}


def failure(values, api, profile=None) -> ConformanceError:
    with pytest.raises(ConformanceError) as caught:
        assert_history(values, api=api, profile=profile)
    return caught.value


def broken(values, api="chainloop") -> list[tuple[str, str]]:
    """Path and rule, without the API's name."""
    try:
        assert_history(values, api=api)
    except ConformanceError as error:
        return [
            (found.path, found.rule.removeprefix(f"{api}.history-")) for found in error.violations
        ]
    return []
