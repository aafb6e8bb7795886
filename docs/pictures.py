"""Draws the pictures of architecture.md from the code: the rooms by their imports, the lifecycle.

python docs/pictures.py            # writes them into the page
python docs/pictures.py --check    # says whether the page has them already
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pytest_asyncops"
PAGE = ROOT / "docs" / "architecture.md"

LAZY = {"__init__", "plugin"}
"""Their imports for the type checker do not count: they stand for imports made when needed."""


def modules() -> dict[str, Path]:
    """The package's modules by their dotted name, without the package's own."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = path
    return found


MODULES = modules()
PACKAGES = {name for name, path in MODULES.items() if path.name == "__init__.py"}


def room_of(module: str) -> str:
    """The room that a module stands in: its folder, or itself where it stands at the top."""
    folder = module if module in PACKAGES else module.rpartition(".")[0]
    return folder or module


def nodes(module: str, tree: ast.AST) -> Iterator[ast.AST]:
    """Everything in the module, but not below ``if TYPE_CHECKING`` of the lazy ones."""
    for node in ast.iter_child_nodes(tree):
        guarded = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not (guarded and module in LAZY):
            yield node
            yield from nodes(module, node)


def tree_of(module: str) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def named(module: str, node: ast.AST) -> Iterator[str]:
    """The absolute names that an import statement reaches for."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parts = ["pytest_asyncops", *module.split(".")]
        package = parts if module in PACKAGES - {"__init__"} else parts[:-1]
        start = package[: len(package) - node.level + 1] if node.level else []
        home = ".".join([*start, *filter(None, [node.module])])
        for alias in node.names:
            # `from . import gateway` reaches for a module, `from . import Api` does not.
            inner = f"{home}.{alias.name}".removeprefix("pytest_asyncops.")
            yield f"pytest_asyncops.{inner}" if inner in MODULES else home


def own_imports(module: str) -> set[str]:
    """The package's modules that a module imports."""
    names = {name for node in nodes(module, tree_of(module)) for name in named(module, node)}
    inside = {name for name in names if name.split(".")[0] == "pytest_asyncops"}
    return {name.removeprefix("pytest_asyncops").lstrip(".") or "__init__" for name in inside}


def arrows() -> dict[str, set[str]]:
    """For each room, the rooms that it imports from."""
    found: dict[str, set[str]] = {room_of(module): set() for module in MODULES}
    for module in MODULES:
        room = room_of(module)
        found[room] |= {room_of(imported) for imported in own_imports(module)} - {room}
    return found


def floors(graph: Mapping[str, set[str]]) -> dict[str, int]:
    """How far each room is above the ground: one more than the highest that it imports from.

    Raises:
        ValueError: for rooms that import each other in a circle.
    """
    found: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...] = ()) -> int:
        if room in above:
            raise ValueError(f"{' → '.join([*above[above.index(room) :], room])} is a circle")
        if room not in found:
            found[room] = 1 + max((floor(b, (*above, room)) for b in graph[room]), default=0)
        return found[room]

    for room in graph:
        floor(room)
    return found
