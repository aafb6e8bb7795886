"""An API of one's own is found where its module and its name are, and what is wrong is said."""

from __future__ import annotations

import re
import sys

import pytest

from pytest_asyncops import InvalidArgument
from pytest_asyncops.imported_apis import imported_api

MODULE = """
import dataclasses
from pytest_asyncops.apis.chainloop import CHAINLOOP
JOBS = dataclasses.replace(CHAINLOOP, name="jobs")
SEVEN = 7
"""


@pytest.fixture(autouse=True)
def modules(tmp_path, monkeypatch):
    package = tmp_path / "of_the_project"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "apis": MODULE,
        "lacks": "import there_is_no_such_module_at_all",
        "breaks": "1 / 0",
    }.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("of_the_project")]:
        del sys.modules[name]


def test_an_api_at_a_place():
    found = imported_api("of_the_project.apis:JOBS")
    assert found.name == "jobs"
    assert imported_api("of_the_project.apis:JOBS") is found


@pytest.mark.parametrize(
    ("place", "message", "choices"),
    [
        (
            "of_the_project.apis:JOB",
            "unknown Api in of_the_project.apis: 'JOB'. Did you mean 'JOBS'? Choose 'CHAINLOOP' "
            "or 'JOBS'.",
            ("CHAINLOOP", "JOBS"),
        ),
        (
            "of_the_project.apis:SEVEN",
            "unknown Api in of_the_project.apis: 'SEVEN'. Choose 'CHAINLOOP' or 'JOBS'. It is 7.",
            ("CHAINLOOP", "JOBS"),
        ),
        ("of_the_project:JOBS", "unknown Api in of_the_project: 'JOBS'.", ()),
        *[
            (
                f"{module}:JOBS",
                f"'{module}:JOBS' names an API of your own, and there is no module '{missing}'. "
                "Modules are found where Python looks for them, and in the directories of pytest's "
                "ini option pythonpath.",
                (),
            )
            for module, missing in [
                ("of_the_project.api", "of_the_project.api"),
                ("of_no_project.apis", "of_no_project"),
            ]
        ],
        *[
            (
                place,
                "an API of your own is named by its module and its name there, as in "
                f"'package.module:NAME', not {place!r}",
                (),
            )
            for place in (":JOBS", "a..b:JOBS", "a.b:", ".a:B", "a:b:c", "http://x")
        ],
    ],
)
def test_mistakes(place, message, choices):
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        imported_api(place)
    assert caught.value.value == place or place.endswith(f":{caught.value.value}")
    assert caught.value.choices == choices


@pytest.mark.parametrize(
    ("module", "error"), [("lacks", ModuleNotFoundError), ("breaks", ZeroDivisionError)]
)
def test_what_a_module_does_wrong_itself_is_shown_as_it_is(module, error):
    with pytest.raises(error):
        imported_api(f"of_the_project.{module}:JOBS")
