"""The page of one's own API: a project registers one as it says."""

from __future__ import annotations

import pytest
from support.pages import blocks

PAGE = "own_api.md"
API = blocks(PAGE, "python")[0]
CONFTEST, TEST = blocks(PAGE, "py")
[INI] = blocks(PAGE, "ini")


@pytest.mark.parametrize(("conftest", "ini"), [(CONFTEST, "[pytest]"), ("", INI)])
def test_an_api_is_registered(pytester, monkeypatch, conftest, ini):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    package = pytester.mkpydir("my_package")
    (package / "testing.py").write_text(API)
    pytester.makeconftest(conftest)
    pytester.makeini(f"{ini}\naddopts = --strict-config\nfilterwarnings = error\n")
    pytester.makepyfile(TEST)
    pytester.syspathinsert()
    pytester.runpytest("-p", "asyncops").assert_outcomes(passed=1)
