"""Every rule of prose can be broken, each kind of rule in its own way."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS30Validator
from support.samples import anew
from support.schema_kinds import obj, own_api
from support.toy_api import changed

from pytest_asyncops import InvalidArgument, strategies
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.rules.generation_hints import GenerationHints, RuleEdit
from pytest_asyncops.rules.rules import (
    Absent,
    ByFunction,
    Fixed,
    Needed,
    NotAMember,
    OwnMembers,
    Present,
    Rule,
    SameAsStatus,
)
from pytest_asyncops.strategies.api_schemas import error_bodies
from pytest_asyncops.strategies.coherent.compiler import compiled
from pytest_asyncops.strategies.coherent.server import CoherentServer
from pytest_asyncops.strategies.mutation.edits import edited, values_with
from pytest_asyncops.strategies.mutation.rule_edits import bad_objects, rule_edits
from pytest_asyncops.strategies.schema.options import Options
from pytest_asyncops.strategies.schema.recipes import one_of


def test_a_rule_that_does_not_say_how_to_break_it():
    bare = dataclasses.replace(PINECONE, generation=GenerationHints())
    with pytest.raises(InvalidArgument, match=r"pinecone\.next-token is a function"):
        strategies.invalid_payloads(bare, "PaginationResponse")


RULES = [(api, rule) for api in (CHAINLOOP, PINECONE) for rule in api.checking.rules]
MADE_WHOLE = [
    (api, rule)
    for api, rule in RULES
    if not isinstance(rule.kind, (Fixed, SameAsStatus, ByFunction))
]
EDITED = [pair for pair in RULES if pair not in MADE_WHOLE]


def each(pairs):
    return pytest.mark.parametrize(("api", "rule"), pairs, ids=[rule.id for _, rule in pairs])


def refers(name):
    return {"$ref": f"#/components/schemas/{name}"}


def judge_of(api, name):
    """A validator that knows nothing of this package."""
    root = load_contract(api.checking.contract).document.root
    return OAS30Validator({**refers(name), "components": root["components"]})


def breaks(rule, value, status_code=200):
    return [*rule.kind.breaks(value, status_code)]


@each(MADE_WHOLE)
def test_objects_are_made_that_break_the_rule_and_not_the_schema(api, rule):
    server, judge = CoherentServer(api, Options()), judge_of(api, rule.on)
    documented = load_contract(api.checking.contract).schemas[rule.on]["properties"].keys()
    found = bad_objects(server, compiled(server), rule)
    assert found
    assert [*rule_edits(server, rule, ())] == []

    @settings(max_examples=40)
    @given(one_of([one.with_own_draw() for one in found]).strategy())
    def check(value):
        assert breaks(rule, value)
        assert list(judge.iter_errors(value)) == []
        if not isinstance(rule.kind, NotAMember):
            assert value.keys() <= documented

    check()


@each(MADE_WHOLE)
def test_each_of_these_rules_is_broken_alone_now_and_then(api, rule):
    others = [one for one in api.checking.rules if one.on == rule.on and one is not rule]
    server = CoherentServer(api, Options())
    objects = bad_objects(server, compiled(server), rule)
    found = one_of([one.with_own_draw() for one in objects])
    values = anew(found.strategy(), 100)
    assert any(not any(breaks(other, value) for other in others) for value in values)
    if isinstance(rule.kind, Absent):
        # Another rule on the same member, which looks elsewhere, can always be kept.
        kept = [
            other
            for other in others
            if isinstance(other.kind, Absent)
            and other.kind.member == rule.kind.member
            and other.kind.when != rule.kind.when
        ]
        assert not any(breaks(other, value) for other in kept for value in values)


def status_of(api, rule):
    """A status with which the rule says something."""
    if isinstance(rule.kind, Fixed):
        return next(iter(rule.kind.by_status))
    return next((code for code, body in error_bodies(api).items() if body == refers(rule.on)), 200)


@each(EDITED)
def test_edits_of_good_values_break_the_rule_and_not_the_schema(api, rule):
    status_code = status_of(api, rule)
    server, judge = CoherentServer(api, Options(), status_code), judge_of(api, rule.on)
    compiler = compiled(server)
    assert bad_objects(server, compiler, rule) == []
    [edit] = rule_edits(server, rule, ())
    good = values_with(compiler, refers(rule.on), (*edit.path, *edit.needs))

    @settings(max_examples=40)
    @given(good.strategy(), st.integers(0, 300))
    def check(value, number):
        assert breaks(rule, value, status_code) == []
        bad = edited(value, edit, number)
        assert breaks(rule, bad, status_code)
        assert list(judge.iter_errors(bad)) == []

    check()


@each(EDITED)
def test_an_edit_is_at_the_place_of_its_rule(api, rule):
    server = CoherentServer(api, Options(), status_of(api, rule))
    [here] = rule_edits(server, rule, ())
    [there] = rule_edits(server, rule, ("body", "*"))
    assert there.path == ("body", "*", *here.path)
    assert there.needs == here.needs


def test_a_rule_that_says_nothing_of_a_status_is_not_broken_with_it():
    kind = Fixed(("error", "code"), {401: ("UNAUTHENTICATED",), 404: ("NOT_FOUND", "OTHER")})
    rule = Rule("own.code", "ErrorResponse", "", "", kind)
    assert [*rule_edits(CoherentServer(PINECONE, Options(), 500), rule, ())] == []
    [edit] = rule_edits(CoherentServer(PINECONE, Options(), 404), rule, ())
    assert edit.path == ("error", "code")
    found = {edit.apply("NOT_FOUND", number) for number in range(50)}
    assert found
    assert not found & {"NOT_FOUND", "OTHER"}


def test_what_the_schema_requires_anyway_is_left_to_its_edits(tmp_path):
    words = {"type": "string", "enum": ["new", "done"]}
    job = obj({"status": words, "end": {"type": "string"}}, required=["end"])
    api = changed(
        own_api(tmp_path, {"Job": job, "Loose": {**job, "required": ["status"]}}),
        rules=tuple(
            Rule("own.end", name, "", "", Present("end", "status", ("done",)))
            for name in ("Job", "Loose")
        ),
    )
    server = CoherentServer(api, Options())
    strict, loose = (bad_objects(server, compiled(server), rule) for rule in api.checking.rules)
    assert strict == []
    assert {tuple(value.items()) for one in loose for value in anew(one.strategy(), 20, 5)} == {
        (("status", "done"),)
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "additionalProperties": True, "minProperties": 1},
        {"type": "object", "properties": {"why": {"type": "string", "nullable": True}}},
    ],
    ids=str,
)
def test_a_rule_about_a_member_that_is_not_documented_is_broken_all_the_same(tmp_path, schema):
    rule = Rule("own.rule", "Problem", "", "", Fixed(("why",), {404: ("gone",)}))
    api = changed(own_api(tmp_path, {"Problem": schema}), rules=(rule,))
    found = anew(strategies.invalid_payloads(api, "Problem", status_code=404), 200)
    assert any(invalid.violations == (("$.why", "own.rule"),) for invalid in found)


def test_a_rule_about_a_member_that_is_never_there_is_never_broken(tmp_path):
    rule = Rule("own.rule", "Problem", "", "", Fixed(("why", "code"), {404: ("gone",)}))
    api = own_api(tmp_path, {"Problem": obj({"a": {}}, additionalProperties=False)})
    server = CoherentServer(changed(api, rules=(rule,)), Options(), 404)
    assert [*rule_edits(server, rule, ())] == []


def test_true_is_another_value_than_one(tmp_path):
    rule = Rule("own.rule", "Problem", "", "", Fixed(("ok",), {404: (1,)}))
    api = own_api(tmp_path, {"Problem": obj({"ok": {"enum": [1, True]}})})
    [edit] = rule_edits(CoherentServer(changed(api, rules=(rule,)), Options(), 404), rule, ())
    assert edit.apply(1, 0) is True


def test_a_function_that_breaks_a_rule_is_given_objects(tmp_path):
    def breaks(value, status_code):
        if len(value) > 9:
            yield (), value, "is large"

    def enlarge(value, number):
        return {**value, **{str(count): None for count in range(10)}}

    rule = Rule("own.rule", "Problem", "", "", ByFunction(breaks))
    api = own_api(tmp_path, {"Problem": {"type": "object", "nullable": True}})
    hints = GenerationHints(rule_edits={"own.rule": RuleEdit((), enlarge)})
    api = dataclasses.replace(changed(api, rules=(rule,)), generation=hints)
    met = {invalid.violations for invalid in anew(strategies.invalid_payloads(api, "Problem"), 100)}
    assert met == {(("$", "own.rule"),), (("$", "schema.type"),)}


ONLY_RIGHT = obj({"status": {"type": "integer", "enum": [404]}, "why": {"enum": ["gone"]}})


@pytest.mark.parametrize("kind", [SameAsStatus("status"), Fixed(("why",), {404: ("gone",)})])
def test_where_the_schema_has_only_the_right_value_nothing_breaks_the_rule_alone(tmp_path, kind):
    api = changed(
        own_api(tmp_path, {"Problem": ONLY_RIGHT}),
        rules=(Rule("own.rule", "Problem", "", "", kind),),
    )
    [rule] = api.checking.rules
    assert [*rule_edits(CoherentServer(api, Options(), 404), rule, ())] == []
    found = strategies.invalid_payloads(api, "Problem", status_code=404)
    rules = {tuple(rule for _, rule in invalid.violations) for invalid in anew(found, 200)}
    assert ("own.rule", "schema.enum") in rules
    assert ("own.rule",) not in rules


def test_the_refusal_says_what_to_give():
    bare = dataclasses.replace(PINECONE, generation=GenerationHints())
    [rule] = [rule for rule in PINECONE.checking.rules if isinstance(rule.kind, ByFunction)]
    with pytest.raises(InvalidArgument) as caught:
        [*rule_edits(CoherentServer(bare, Options()), rule, ())]
    assert str(caught.value) == (
        "the rule pinecone.next-token is a function, and pinecone does not say how to break it. "
        "Give its Api generation="
        "GenerationHints(rule_edits={'pinecone.next-token': RuleEdit(...)})."
    )
    assert caught.value.value == "pinecone.next-token"


LOOSE = obj({"job": obj({"id": {"type": "string"}}), "why": {"type": "string"}})


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (Needed("job"), "job"),
        (OwnMembers(("job", "why"), ("code", "id"), "no"), "why"),
    ],
)
def test_what_an_answer_has_is_left_out(tmp_path, kind, own):
    strict = {**LOOSE, "required": [own]}
    rules = tuple(Rule("own.rule", name, "", "", kind) for name in ("Loose", "Strict"))
    api = changed(own_api(tmp_path, {"Loose": LOOSE, "Strict": strict}), rules=rules)
    server = CoherentServer(api, Options())
    loose, strict = (bad_objects(server, compiled(server), rule) for rule in rules)
    assert strict == []  # the edits of the schema see to it
    for value in anew(one_of([one.with_own_draw() for one in loose]).strategy(), 50):
        assert breaks(rules[0], value)
    for invalid in anew(strategies.invalid_payloads(api, "Loose"), 50):
        assert invalid.violations
    met = {
        rule
        for invalid in anew(strategies.invalid_payloads(api, "Loose"), 100)
        for _, rule in invalid.violations
    }
    assert "own.rule" in met
