"""Draws the pictures of architecture.md from the code: the rooms by their imports, the lifecycle.

python docs/pictures.py            # writes them into the page
python docs/pictures.py --check    # says whether the page has them already
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pytest_asyncops import State
from pytest_asyncops.lifecycle.states import TRANSITIONS

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


@cache
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


@cache
def own_imports(module: str) -> frozenset[str]:
    """The package's modules that a module imports."""
    names = {name for node in nodes(module, tree_of(module)) for name in named(module, node)}
    inside = {name for name in names if name.split(".")[0] == "pytest_asyncops"}
    return frozenset(
        name.removeprefix("pytest_asyncops").lstrip(".") or "__init__" for name in inside
    )


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


def reduced(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The arrows that no detour replaces: a picture of all of them shows nothing."""
    reach: dict[str, set[str]] = {}
    for room in sorted(graph, key=floors(graph).__getitem__):
        reach[room] = graph[room].union(*(reach[below] for below in graph[room]))
    return {
        room: {below for below in beneath if not any(below in reach[one] for one in beneath)}
        for room, beneath in graph.items()
    }


def path_of(room: str) -> str:
    """A room's path below the package."""
    ending = "/" if room in PACKAGES - {"__init__"} else ".py"
    return room.replace(".", "/") + ending


def first_line(room: str) -> str:
    """The first sentence of a room's docstring."""
    return (ast.get_docstring(tree_of(room)) or "").splitlines()[0]


def picture_of_rooms() -> str:
    """The rooms from the top floor down, as a Mermaid flowchart without detours."""
    graph = arrows()
    graph.pop("__init__")  # it imports nothing until a name is asked for
    levels = floors(graph)
    lines = ["```mermaid", "flowchart TD"]
    for room in sorted(graph, key=lambda room: (-levels[room], room)):
        name = room.replace(".", "_")
        lines.append(f'    {name}["{path_of(room)}"]')
    for room, beneath in sorted(reduced(graph).items()):
        lines += [
            f"    {room.replace('.', '_')} --> {below.replace('.', '_')}"
            for below in sorted(beneath)
        ]
    return "\n".join([*lines, "```"])


def table_of_rooms() -> str:
    """Every room with its floor, what it is for, and the rooms that it imports from."""
    graph = arrows()
    levels = floors(graph)
    lines = ["| floor | room | what it does | imports from |", "|---|---|---|---|"]
    for room in sorted(graph, key=lambda room: (-levels[room], room)):
        beneath = ", ".join(f"`{path_of(below)}`" for below in sorted(graph[room])) or "nothing"
        lines.append(f"| {levels[room]} | `{path_of(room)}` | {first_line(room)} | {beneath} |")
    count = sum(map(len, graph.values()))
    total = f"{len(graph)} rooms, {max(levels.values())} floors, {count} arrows."
    return "\n".join([*lines, "", total])


def picture_of_lifecycles() -> str:
    """The transitions of an operation, as a Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state.name}" for state in State if state is not State.PURGED]
    for state, followers in TRANSITIONS.items():
        lines += [f"    {state.name} --> {other.name}" for other in State if other in followers]
    return "\n".join([*lines, "```"])


PICTURES = {
    "rooms": picture_of_rooms,
    "table of rooms": table_of_rooms,
    "lifecycle": picture_of_lifecycles,
}


def drawn(page: str) -> str:
    """The page, with each picture drawn anew between its markers."""
    for name, picture in PICTURES.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        made = f"{begin}\n{picture()}\n{end}"
        page, count = pattern.subn(lambda match, made=made: made, page)
        if count != 1:
            raise ValueError(f"{PAGE.name} has the markers of {name!r} {count} times, not once")
    return page


def main(arguments: list[str]) -> int:
    """Write the pictures, or say whether they are as the code has it; 1 if they are not."""
    page = PAGE.read_text(encoding="utf-8")
    made = drawn(page)
    if arguments == ["--check"]:
        if page != made:
            print(f"the pictures of {PAGE.name} are stale; draw them: python docs/pictures.py")
        return int(page != made)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
