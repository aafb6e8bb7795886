"""What the marker and the ini file say is read as it was written."""

from __future__ import annotations

import sys

import pytest

from pytest_asyncops import InvalidArgument
from pytest_asyncops.marker import mark_in_vain, resolved, settings_of_ini, settings_of_marks

MARKED = """
import pytest

pytestmark = pytest.mark.asyncops(clock="real", network="block")

@pytest.mark.asyncops()
@pytest.mark.asyncops(clock="manual", apis=["chainloop"])
def test_one(): ...
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Other plugins take their time to load, and have something to say."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_closest_mark_comes_first(pytester):
    item = pytester.getitem(MARKED, "test_one")
    assert settings_of_marks(item) == [
        {"clock": "manual", "apis": ["chainloop"]},
        {},
        {"clock": "real", "network": "block"},
    ]


def test_a_mark_that_is_in_vain_is_shown_with_its_settings(pytester):
    item = pytester.getitem(MARKED, "test_one")
    assert mark_in_vain(item).startswith(
        "@pytest.mark.asyncops(clock='manual', apis=['chainloop']) of "
        f"{item.nodeid} has no mock to set: "
    )


def test_a_setting_without_a_name(pytester):
    item = pytester.getitem(MARKED.replace("clock=", ""), "test_one")
    with pytest.raises(InvalidArgument) as caught:
        settings_of_marks(item)
    assert caught.value.value == "manual"
    assert mark_in_vain(item).startswith("@pytest.mark.asyncops('manual', apis=['chainloop']) of ")


@pytest.mark.parametrize("mark", ["", "\npytestmark = pytest.mark.asyncops(clock='real')\n"])
def test_a_mistake_in_the_ini_file_is_told_with_file_and_option(pytester, mark):
    pytester.makeini(
        "[pytest]\naddopts = -p asyncops\nasyncops_network = pass\nasyncops_epoch = 2026-01-01\n"
    )
    item = pytester.getitem(f"import pytest{mark}\ndef test_one(): ...\n", "test_one")
    with pytest.raises(InvalidArgument) as caught:
        resolved(item)
    assert str(caught.value) == (
        f"{item.config.inipath}: asyncops_epoch = '2026-01-01': epoch='2026-01-01' has no time "
        "zone. For UTC write epoch='2026-01-01T00:00:00Z'."
    )
    assert caught.value.value == "2026-01-01"


def test_a_mistake_in_a_mark_is_not_the_ini_files(pytester):
    pytester.makeini("[pytest]\naddopts = -p asyncops\nasyncops_network = pass\n")
    mark = "@pytest.mark.asyncops(clock='manul')"
    item = pytester.getitem(
        f"import pytest\n{mark}\ndef test_one(asyncops_mock): ...\n", "test_one"
    )
    with pytest.raises(InvalidArgument, match=r"^unknown clock 'manul'\."):
        resolved(item)


def test_the_ini_file_has_what_it_says(pytester):
    pytester.makeini("[pytest]\nasyncops_clock = manual\nasyncops_max_polls_at_once = 7\n")
    config = pytester.parseconfig("-p", "asyncops")
    assert settings_of_ini(config) == {"clock": "manual", "max_polls_at_once": "7"}


@pytest.mark.filterwarnings("error")
def test_a_list_in_toml_is_understood(pytester):
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nasyncops_apis = ["chainloop"]\n')
    config = pytester.parseconfig("-p", "asyncops")
    assert settings_of_ini(config) == {"apis": ["chainloop"]}


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest does not read this table")
def test_a_list_that_pytest_refuses(pytester):
    pytester.makepyprojecttoml('[tool.pytest]\nasyncops_apis = ["chainloop"]\n')
    config = pytester.parseconfig("-p", "asyncops")
    with pytest.raises(InvalidArgument) as caught:
        settings_of_ini(config)
    message = str(caught.value)
    assert str(config.inipath) in message
    assert message.endswith(". Write its values in one string, such as asyncops_apis = 'one, two'.")


OWN_APIS = """
import dataclasses
from pytest_asyncops.apis.chainloop import CHAINLOOP
JOBS, TASKS = (dataclasses.replace(CHAINLOOP, name=n, base_url=f"https://{n}.example")
               for n in ("jobs", "tasks"))
"""
HOOK = "def pytest_asyncops_apis(config): return "
TEST = "import pytest\n@pytest.mark.asyncops({})\ndef test_one(asyncops_mock): ..."


@pytest.fixture
def item_of(pytester):
    """A test of a project with APIs of its own: the ini file's lines, conftest.py, and a mark."""
    pytester.makepyfile(own_apis=OWN_APIS)
    pytester.syspathinsert()

    def item_of(ini="", conftest="None", mark=""):
        pytester.makeini(f"[pytest]\naddopts = -p asyncops\n{ini}\n")
        pytester.makeconftest(f"from own_apis import *\n{HOOK}{conftest}")
        return pytester.getitem(TEST.format(mark), "test_one")

    yield item_of
    sys.modules.pop("own_apis", None)


def live(item):
    return [api.name for api in resolved(item).apis]


BOTH = ["chainloop", "pinecone"]


@pytest.mark.parametrize(
    ("ini", "conftest", "mark", "expected"),
    [
        ("", "JOBS", "", [*BOTH, "jobs"]),
        ("", "[JOBS, TASKS, JOBS]", "", [*BOTH, "jobs", "tasks"]),
        ("", "(api for api in [TASKS])", "", [*BOTH, "tasks"]),
        ("", "[JOBS, TASKS]", "apis=['tasks']", ["tasks"]),
        ("asyncops_apis = chainloop own_apis:JOBS", "None", "", ["chainloop", "jobs"]),
        (
            "asyncops_apis = own_apis:JOBS",
            "None",
            "apis=['jobs', 'pinecone']",
            ["jobs", "pinecone"],
        ),
        ("asyncops_apis = tasks", "[JOBS, TASKS]", "", ["tasks"]),
        (
            "asyncops_base_urls = jobs=http://localhost:1\nasyncops_apis = own_apis:JOBS",
            "None",
            "apis=[]",
            [],
        ),
    ],
)
def test_apis_of_the_project(item_of, ini, conftest, mark, expected):
    assert live(item_of(ini, conftest, mark)) == expected


def test_the_conftest_of_a_directory_registers_for_its_tests(item_of, pytester):
    outer = item_of("", "TASKS")
    below = pytester.mkpydir("below")
    (below / "conftest.py").write_text(f"from own_apis import JOBS\n{HOOK}[JOBS]")
    (below / "test_below.py").write_text(TEST.format(""))
    items, _ = pytester.inline_genitems(below / "test_below.py")
    assert live(items[0]) == [*BOTH, "tasks", "jobs"]
    assert live(outer) == [*BOTH, "tasks"]


def test_a_hook_that_gives_something_else(item_of, pytester):
    item = item_of("", "['jobs']")
    with pytest.raises(InvalidArgument) as caught:
        resolved(item)
    assert str(caught.value) == (
        "pytest_asyncops_apis gives 'jobs', which is not an Api. It is in "
        f"{pytester.path / 'conftest.py'}; let it return a list of Api values."
    )
    assert caught.value.value == "jobs"


def test_a_mistake_beside_an_api_of_the_ini_file_is_its_own(item_of):
    ini = "asyncops_base_urls = jobs=http://localhost:1\nasyncops_apis = own_apis:JOBS"
    with pytest.raises(InvalidArgument, match=r"^unknown clock 'manul'\."):
        resolved(item_of(ini, "None", "clock='manul'"))
    ini = f"asyncops_clock = manual\n{ini.replace('own_apis:JOBS', 'own_apis:JOBZ')}"
    item = item_of(ini)
    with pytest.raises(InvalidArgument) as caught:
        resolved(item)
    assert str(caught.value) == (
        f"{item.config.inipath}: asyncops_apis = 'own_apis:JOBZ': unknown Api in own_apis: 'JOBZ'. "
        "Did you mean 'JOBS'? Choose 'CHAINLOOP', 'JOBS' or 'TASKS'."
    )
