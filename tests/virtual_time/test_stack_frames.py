"""Code belongs to the package at the top of its module's name, and some packages are tools."""

from __future__ import annotations

import linecache
import sys
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import pytest

from pytest_asyncops.virtual_time.stack_frames import (
    TOOLS,
    is_tool,
    module_of,
    own_traceback,
    package_of,
)


def _frame_in(**namespace: Any) -> FrameType:
    """One that runs code of a module with these names."""
    names = {"sys": sys, **namespace}
    exec("def here(): return sys._getframe()", names)
    frame: FrameType = names["here"]()
    return frame


def test_the_tools_are_those_that_measure_and_wait() -> None:
    assert {"_pytest", "pytest_timeout", "hypothesis", "xdist", "execnet", "coverage"} <= TOOLS
    assert {"debugpy", "pydevd", "_pydevd_bundle"} <= TOOLS


@pytest.mark.parametrize("inside", ["", ".made_up", ".made_up.deeper"])
@pytest.mark.parametrize("package", sorted(TOOLS))
def test_all_modules_of_a_tools_package_are_the_tools(package: str, inside: str) -> None:
    assert is_tool(_frame_in(__name__=package + inside))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "made_up",
        "made_up.pytest",
        "my_pytest",
        "pytests",
        "pytest_asyncops.made_up",
        "__main__",
    ],
)
def test_other_modules_are_none_of_a_tools_whatever_else_is_in_their_names(name: str) -> None:
    assert not is_tool(_frame_in(__name__=name))


def test_who_calls_a_tool_is_none_and_whom_a_tool_calls_is_none() -> None:
    tool: dict[str, Any] = {"__name__": "_pytest.made_up", "sys": sys}
    exec("def call(function): return sys._getframe(), function()", tool)
    its, called = tool["call"](_frame_in(__name__="made_up").f_globals["here"])
    assert [is_tool(frame) for frame in (sys._getframe(), its, called)] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "package"),
    [("", ""), ("made_up", "made_up"), ("made_up.inside", "made_up"), ("a.b.c", "a")],
)
def test_a_frame_tells_its_module_and_the_package_at_the_top(name: str, package: str) -> None:
    frame = _frame_in(__name__=name)
    assert module_of(frame) == name
    assert package_of(frame) == package


def test_code_of_no_module_is_code_of_no_tool() -> None:
    frame = _frame_in()
    assert "__name__" not in frame.f_globals
    assert not is_tool(frame)
    assert module_of(frame) == package_of(frame) == ""


def _file_with(code: str, name: str = "/made/up.py") -> Any:
    """A function of a file that is the user's own."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    names: dict[str, Any] = {"__name__": "made_up", "sys": sys, "own_traceback": own_traceback}
    exec(compile(code, name, "exec"), names)
    return names


DEEP = """
def deep(left):
    return deep(left - 1) if left else own_traceback(sys._getframe())
def called(function):
    return function(3)
"""


def test_the_users_own_lines_are_shown_as_a_traceback_has_them() -> None:
    names = _file_with(DEEP)
    with ThreadPoolExecutor(1) as pool:
        lines = pool.submit(names["called"], names["deep"]).result()
    inner = ['  File "/made/up.py", line 3, in deep',
             "    return deep(left - 1) if left else own_traceback(sys._getframe())"]  # fmt: skip
    assert lines == [
        '  File "/made/up.py", line 5, in called',
        "    return function(3)",
        *inner * 3,
        "  [Previous line repeated 1 more time]",
    ]


def test_only_the_innermost_lines_are_shown_and_none_around_a_tool() -> None:
    names = _file_with(DEEP)
    tool = {"__name__": "hypothesis.made_up"}
    exec("def call(function): return function(2)", tool)
    with ThreadPoolExecutor(1) as pool:
        lines = pool.submit(names["called"], lambda _: tool["call"](names["deep"])).result()
        assert [line for line in lines if "File" in line] == [
            '  File "/made/up.py", line 3, in deep'
        ] * 3
        many = pool.submit(names["deep"], 40).result()
    assert many[-1] == "  [Previous line repeated 7 more times]"
    assert own_traceback(None) == []
