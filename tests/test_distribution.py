"""What is installed is whole: modules, contracts, types, metadata."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import re
from pathlib import Path

import pytest

import pytest_asyncops
from pytest_asyncops.known_apis import BUILT_IN

ROOT = Path(__file__).parents[1]
PACKAGE = Path(pytest_asyncops.__file__).parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def listed(table: str, key: str) -> list[str]:
    """A list of strings in pyproject.toml; Python 3.10 has no reader of TOML."""
    _, _, rest = PYPROJECT.partition(f"\n[{table}]\n")
    found = re.search(rf"^{key} = \[(.*?)^\]", rest, re.MULTILINE | re.DOTALL)
    assert found, f"[{table}] has no {key}"
    return re.findall(r'^ +"([^"]+)",', found[1], re.MULTILINE)


@pytest.fixture(scope="module")
def distribution() -> importlib.metadata.Distribution:
    return importlib.metadata.distribution("pytest-asyncops")


def test_version(distribution):
    assert distribution.version == pytest_asyncops.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d.*?)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    assert releases[0] == pytest_asyncops.__version__


def test_an_index_shows_no_link_to_a_file_beside_the_readme(distribution):
    shown = distribution.metadata["Description"]
    assert "## A test that fails" in shown
    assert [target for target in re.findall(r"\]\(([^)]*)\)", shown) if ":" not in target] == [
        "#in-an-editor"
    ]


def test_entry_point(distribution):
    [plugin] = [point for point in distribution.entry_points if point.group == "pytest11"]
    assert plugin.load().__name__ == "pytest_asyncops.plugin"


def test_every_package_is_listed():
    below = {path.parent.relative_to(PACKAGE).parts for path in PACKAGE.rglob("__init__.py")}
    packages = {".".join(["pytest_asyncops", *parts]) for parts in below}
    packages.add("pytest_asyncops.schemas")  # stands elsewhere in a checkout
    assert set(listed("tool.setuptools", "packages")) == packages


@pytest.mark.parametrize("api", BUILT_IN.values(), ids=BUILT_IN)
def test_contracts(api):
    contract = importlib.resources.files("pytest_asyncops.schemas") / api.checking.contract
    assert contract.read_bytes() == (ROOT / "schemas" / api.checking.contract).read_bytes()


def test_types():
    assert (importlib.resources.files("pytest_asyncops") / "py.typed").is_file()


@pytest.mark.parametrize("name", pytest_asyncops.__all__)
def test_public_names(name):
    found = getattr(pytest_asyncops, name).__name__
    assert found.removeprefix("pytest_asyncops.") == name
    assert name in dir(pytest_asyncops)


def test_no_other_name():
    with pytest.raises(AttributeError, match="has no attribute 'Lifecicle'"):
        pytest_asyncops.Lifecicle  # noqa: B018 - asking is the test


def test_dependencies_have_lower_bounds_only():
    for requirement in listed("project", "dependencies"):
        assert re.fullmatch(r"[A-Za-z-]+>=[\d.]+(?:; platform_.+)?", requirement), requirement
