"""A room imports from the rooms below it alone, no module in a circle, third parties by a table."""

from __future__ import annotations

import ast
import sys

import pytest
from pictures import MODULES, arrows, floors, named, nodes, own_imports, room_of, tree_of

FLOORS = [
    {"__init__", "__main__", "plugin"},
    {"serve"},
    {"fixture_mock", "hypothesis_examples", "mocked_blocks"},
    {"strategies"},
    {"strategies.mutation"},
    {"strategies.coherent"},
    {"strategies.schema"},
    {"cadence", "conformance", "mocking", "reported_timelines"},
    {"opened_mocks"},
    {"marker", "session"},
    {"kept_hosts"},
    {"configure", "loopback", "timeline", "typed_settings"},
    {"known_apis", "transports"},
    {"apis", "imported_apis", "faults", "setting_values"},
    {"contract", "network", "serving"},
    {"debuggers", "rules"},
    {"lifecycle", "virtual_time"},
    {"arguments", "durations", "extras", "forked_requests", "holding"},
    {"contract_in_force", "errors", "explanations", "forks", "settings"},
]
"""Top to bottom. A room may import from the floors below its own, never from its own."""

THIRD_PARTIES = {
    "fixture_mock": {"pytest"},
    "marker": {"pytest"},
    "plugin": {"pytest"},
    "reported_timelines": {"pytest"},
    "conformance.dialect": {"jsonschema"},
    "conformance.discriminator_keywords": {"jsonschema"},
    "conformance.fast_check": {"msgspec"},
    "contract.yaml_document": {"yaml"},
    "loopback.connection": {"h11"},
    "contract.yaml_values": {"yaml"},
    "serving.exchange": {"msgspec"},
    "serving.hang_guards": {"pytest"},
    "serving.state_index": {"sortedcontainers"},
    **{
        f"strategies.{name}": {"hypothesis"}
        for name in (
            "api_schemas",
            "call_repr",
            "coherent.compiler",
            "coherent.time_forms",
            "from_schema",
            "histories",
            "invalid",
            "lifecycles",
            "payloads",
            "queries",
            "schema.arrays",
            "schema.checked",
            "schema.objects",
            "schema.options",
            "schema.recipes",
            "schema.scalars",
            "schema.text_formats",
            "schema.texts",
            "schema.timestamps",
        )
    },
    "transports.answer": {"urllib3"},
    "transports.niquests": {"urllib3"},
    "transports.responses": {"requests", "responses", "urllib3"},
    "transports.taken_requests": {"requests"},
    "transports.urllib3": {"urllib3"},
    "transports.urllib3_timeouts": {"urllib3"},
    "virtual_time.activation": {"time_machine"},
    "virtual_time.travellers": {"time_machine"},
}
"""Who may import what from outside at the top of the module."""

SERVING = "mocked_blocks"
CHECKING = {"contract", "conformance", "strategies"}
"""A mock serves without a YAML parser and a validator; these have them."""

FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def outer_imports(module: str) -> set[str]:
    names = {name.split(".")[0] for node in tree_of(module).body for name in named(module, node)}
    return names - sys.stdlib_module_names - {"pytest_asyncops", "__future__"}


def test_every_room_is_on_one_floor():
    assert sorted(FLOOR) == sorted({room_of(module) for module in MODULES})
    assert sum(map(len, FLOORS)) == len(FLOOR)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module):
    room = room_of(module)
    for imported in sorted(own_imports(module)):
        assert imported in MODULES, f"{module} imports {imported}, which is no module"
        below = room_of(imported)
        assert room == below or FLOOR[room] < FLOOR[below], f"{room} imports from {below}"


def test_nothing_is_imported_in_a_circle():
    assert max(floors({module: own_imports(module) for module in MODULES}).values()) < 30
    assert max(floors(arrows()).values()) <= len(FLOORS)


def test_a_circle_would_be_noticed():
    with pytest.raises(ValueError, match="b → c → b is a circle"):
        floors({"a": {"b"}, "b": {"c"}, "c": {"b"}})


@pytest.mark.parametrize("module", sorted(MODULES))
def test_third_parties_are_imported_where_the_table_says(module):
    assert outer_imports(module) == THIRD_PARTIES.get(module, set())


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_imports_itself_by_its_absolute_name(module):
    absolute = [
        node
        for node in nodes(module, tree_of(module))
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
    entered = {room_of(module).split(".")[0] for module in below(SERVING)}
    assert not entered & CHECKING
    assert "serving" in entered


def test_lifecycles_are_pure():
    assert {room_of(module) for module in below("lifecycle.lifecycle")} == {
        "lifecycle", "arguments", "durations", "errors",
    }  # fmt: skip


def test_what_payloads_have_to_keep_to_is_told_without_the_compiler():
    told_by = {"strategies.coherent.server", "strategies.coherent.variants"}
    assert not below("strategies.schema.compiler") & {"strategies.coherent.compiler", *told_by}
    for module in told_by:
        assert "strategies.schema.compiler" not in below(module)


def test_the_reader_of_imports_sees_them_all():
    source = (
        "import a.b\nfrom . import gateway, Api\nfrom ..serving.api import Api\n"
        "if x:\n  from c import d\n"
    )
    seen = [
        name
        for node in nodes("apis.chainloop", ast.parse(source))
        for name in named("apis.chainloop", node)
    ]
    assert seen == [
        "a.b", "pytest_asyncops.apis.gateway", "pytest_asyncops.apis",
        "pytest_asyncops.serving.api", "c",
    ]  # fmt: skip
    assert own_imports("conformance") == {"conformance.assertions", "conformance.history"}
    assert own_imports("plugin") == {
        "contract_in_force", "debuggers", "explanations", "fixture_mock", "hypothesis_examples",
        "marker", "reported_timelines", "settings",
    }  # fmt: skip
