"""A module imports from the rows below its own alone, and third parties where the table says."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_asyncops

ROOT = Path(pytest_asyncops.__file__).parent

LAYERS = [
    {"__init__", "plugin"},
    {"cadence", "mocking", "conformance", "strategies"},
    {
        "conformance.checking",
        "conformance.history",
        "strategies.bodies",
        "strategies.invalid",
        "strategies.lives",
        "strategies.queries",
        "transports.responses",
        "virtual_time",
    },
    {
        "conformance.checker",
        "strategies.asking",
        "strategies.general",
        "strategies.making",
        "strategies.rule_faults",
        "strategies.schema_faults",
        "waiting.stand_ins",
    },
    {"conformance.quick", "strategies.faults", "waiting.primitives"},
    {"strategies.judging"},
    {"strategies.coherence"},
    {"strategies.compiling", "strategies.bad_values"},
    {"strategies.alternatives", "strategies.paging", "strategies.scalars"},
    {
        "conformance.dialect",
        "conformance.reading",
        "conformance.shapes",
        "strategies.calls",
        "strategies.merging",
        "strategies.shapes",
        "transports",
        "waiting.schedule",
    },
    {
        "configure",
        "strategies.options",
        "waiting.bound_names",
        "waiting.client_clock",
        "waiting.pools",
    },
    {"addresses", "apis.chainloop", "apis.pinecone"},
    {"apis.chainloop_generation", "apis.pinecone_generation"},
    {"stub", "apis.gateway", "apis.chainloop_rules", "apis.pinecone_rules"},
    {"births", "budget", "guards", "apis", "waiting"},
    {"api"},
    {"routing"},
    {"exchange", "generation", "strategies.cases"},
    {"operations", "rules"},
    {"calls", "lifecycle", "listing", "contract"},
    {"steps", "keywords"},
    {"document"},
    {"clock", "progress"},
    {"errors"},
    {"strategies.encoding", "strategies.times"},
    {"messages", "settings", "strategies.recipes", "timestamps", "violation"},
]
"""Top to bottom. What a row has may import from the rows below it, never from its own."""

THIRD_PARTIES = {
    "plugin": {"pytest"},
    "conformance.dialect": {"jsonschema"},
    "document": {"yaml"},
    "guards": {"pytest"},
    "listing": {"sortedcontainers"},
    **{
        f"strategies.{name}": {"hypothesis"}
        for name in (
            "bodies",
            "calls",
            "coherence",
            "compiling",
            "general",
            "invalid",
            "lives",
            "making",
            "options",
            "queries",
            "recipes",
            "scalars",
            "shapes",
            "times",
        )
    },
    "transports.responses": {"requests", "responses", "urllib3"},
    "virtual_time": {"time_machine"},
}
"""Who may import what from outside at the top of the module."""

SERVING = "mocking"
CHECKING = {"contract", "document", "keywords"}
"""A mock serves without a YAML parser and a validator; these and ``conformance`` have them."""

LAZY = {"__init__", "plugin"}
"""Their imports for the type checker do not count: they stand for imports made when needed."""


def modules() -> dict[str, Path]:
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
        if parts[0] != "schemas":  # data, which an installed package has inside
            found[".".join(parts)] = path
    return found


MODULES = modules()


def nodes(module: str, tree: ast.AST) -> Iterator[ast.AST]:
    """Everything in the module, but not below ``if TYPE_CHECKING`` of the lazy ones."""
    for node in ast.iter_child_nodes(tree):
        guarded = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not (guarded and module in LAZY):
            yield node
            yield from nodes(module, node)


def read(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def package_of(module: str) -> list[str]:
    parts = ["pytest_asyncops", *module.split(".")]
    is_package = MODULES[module].name == "__init__.py" and parts[-1] != "__init__"
    return parts if is_package else parts[:-1]


def named(module: str, node: ast.AST) -> Iterator[str]:
    """The absolute names that an import statement reaches for."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = package_of(module)
        start = package[: len(package) - node.level + 1] if node.level else []
        home = ".".join([*start, *filter(None, [node.module])])
        for alias in node.names:
            # `from .apis import gateway` reaches for a module, `from .api import Api` does not.
            inner = f"{home}.{alias.name}".removeprefix("pytest_asyncops.")
            yield f"pytest_asyncops.{inner}" if inner in MODULES else home


def own_imports(module: str) -> set[str]:
    names = {name for node in nodes(module, read(module)) for name in named(module, node)}
    inside = {name for name in names if name.split(".")[0] == "pytest_asyncops"}
    return {name.removeprefix("pytest_asyncops").lstrip(".") or "__init__" for name in inside}


def outer_imports(module: str, *, everywhere: bool) -> set[str]:
    tree = read(module)
    found = list(nodes(module, tree)) if everywhere else tree.body
    names = {name.split(".")[0] for node in found for name in named(module, node)}
    return names - sys.stdlib_module_names - {"pytest_asyncops", "__future__"}


ROW = {module: number for number, layer in enumerate(LAYERS) for module in layer}


def test_every_module_has_one_row():
    assert sorted(ROW) == sorted(MODULES)
    assert sum(map(len, LAYERS)) == len(ROW)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module):
    for imported in sorted(own_imports(module)):
        assert imported in ROW, f"{module} imports {imported}, which is no module"
        assert ROW[module] < ROW[imported], f"{module} imports {imported}, which is not below it"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_third_parties_are_imported_where_the_table_says(module):
    assert outer_imports(module, everywhere=False) == THIRD_PARTIES.get(module, set())


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_imports_itself_by_its_absolute_name(module):
    absolute = [
        node
        for node in nodes(module, read(module))
        if isinstance(node, ast.ImportFrom) and not node.level
        if (node.module or "").startswith("pytest_asyncops")
    ]
    assert absolute == []


def below(module: str) -> set[str]:
    """Every module that this one imports, and they do in turn."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        for imported in own_imports(waiting.pop()) - reached:
            reached.add(imported)
            waiting.append(imported)
    return reached


def test_serving_never_enters_the_wing_that_checks():
    entered = {name for name in below(SERVING) if name.split(".")[0] in {"conformance", *CHECKING}}
    assert entered == set()
    assert "stub" in below(SERVING)


def test_the_reader_of_imports_sees_them_all():
    source = "import a.b\nfrom . import gateway\nfrom ..api import Api\nif x:\n  from c import d\n"
    seen = [
        name
        for node in nodes("apis.chainloop", ast.parse(source))
        for name in named("apis.chainloop", node)
    ]
    assert seen == ["a.b", "pytest_asyncops.apis.gateway", "pytest_asyncops.api", "c"]
    assert own_imports("conformance") == {"conformance.checking", "conformance.history"}
    assert "messages" in own_imports("errors")  # for the type checker alone, and yet it counts
