"""What conformance says of any payload: as an independent validator says, quick or thorough."""

from __future__ import annotations

import copy
import json
import math
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from support.checkers import body_checker
from support.spoilt_payloads import CASES, GROUPS, answers
from support.spoilt_payloads import TIMES as T
from support.toy_api import changed

import pytest_asyncops
from pytest_asyncops import Violation, violations
from pytest_asyncops.conformance import body_checker as checking
from pytest_asyncops.conformance import dialect
from pytest_asyncops.conformance.body_checker import Strictness
from pytest_asyncops.conformance.checker import Checker
from pytest_asyncops.conformance.client_responses import parse
from pytest_asyncops.rules.rules import Never, Ordered, Rule
from pytest_asyncops.serving.messages import Response

SCHEMAS = Path(__file__).parents[2] / "schemas"

groups = pytest.mark.parametrize("group", GROUPS)


@lru_cache
def checker_of(case):
    return body_checker(case.api, case.route, case.status_code)


def violations_of(checker, payload, **more):
    return checker.violations(payload, Strictness(**more))


def steps(path):
    """The members and indexes that a JSONPath names (RFC 9535, 2.1 to 2.3, as far as needed)."""
    found, rest = [], path.removeprefix("$")
    assert rest != path
    while rest:
        match = re.match(
            r"\.(?P<name>[A-Za-z_\u0080-\U0010ffff][0-9A-Za-z_\u0080-\U0010ffff]*)"
            r"|\[(?P<index>0|[1-9][0-9]*)\]"
            r"|\['(?P<quoted>(?:[^'\\\x00-\x1f]|\\[bfnrt/\\']|\\u[0-9a-fA-F]{4})*)'\]",
            rest,
        )
        assert match, path
        rest = rest[match.end() :]
        if match["index"] is not None:
            found.append(int(match["index"]))
        elif match["name"] is not None:
            found.append(match["name"])
        else:
            # The escapes are JSON's, but for the quotes.
            inner = re.sub(
                r"\\.|\"",
                lambda part: {"\\'": "'", '"': '\\"'}.get(part[0], part[0]),
                match["quoted"],
            )
            found.append(json.loads(f'"{inner}"'))
    return tuple(found)


@lru_cache
def lines_of(contract):
    return (SCHEMAS / contract).read_text().splitlines()


def value_at(payload, path):
    for step in path:
        payload = payload[step]
    return payload


def is_same(one, other):
    return one == other or (one != one and other != other)


# Their check of "byte" raises what they do not expect for a text that is not ASCII.
judge_formats = FormatChecker()
judge_formats.checkers = dict(oas30_format_checker.checkers)
judge_formats.checkers["byte"] = (judge_formats.checkers["byte"][0], ValueError)


@lru_cache
def judge(case):
    document = yaml.safe_load((SCHEMAS / case.api.checking.contract).read_text())
    assert "date-time" in judge_formats.checkers
    return OAS30Validator(
        {
            "allOf": [{"$ref": f"#/components/schemas/{case.schema}"}],
            "components": document["components"],
        },
        format_checker=judge_formats,
    )


def is_laxer_judge(value):
    """What only we refuse, and why."""
    if isinstance(value, float):
        return not math.isfinite(value)  # no JSON
    if isinstance(value, int):
        return abs(value) > sys.float_info.max  # no double
    # Python's $ takes a line feed after it.
    return isinstance(value, str) and value.endswith("\n")


def is_stricter_judge(value):
    """What only the judge refuses though RFC 3339 has it: leap seconds, and the year 0."""
    return isinstance(value, str) and (value[17:19] == "60" or value.startswith("0000-"))


@groups
def test_the_schema_part_is_what_an_independent_validator_says(group):
    @given(answers(group))
    def law(answer):
        case, payload = answer
        ours = {
            steps(violation.path)
            for violation in violations_of(checker_of(case), payload)
            if violation.rule.startswith("schema.")
        }
        theirs = {tuple(error.absolute_path) for error in judge(case).iter_errors(payload)}
        assert all(is_laxer_judge(value_at(payload, path)) for path in ours - theirs)
        assert all(is_stricter_judge(value_at(payload, path)) for path in theirs - ours)

    law()


@groups
def test_what_the_fast_check_lets_pass_conforms(group):
    @given(answers(group))
    def law(answer):
        case, payload = answer
        checker = checker_of(case)
        if checker.is_good(payload):
            assert violations_of(checker, payload) == []

    law()


SMALL_LETTERS = re.compile(r'"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:t|T[0-9:.]+z)')


@groups
def test_the_fast_check_is_of_use(group):
    """It sends nothing that is good to the thorough one, but for timestamps in small letters."""

    @given(answers(group, payloads=lambda good: good))
    def law(answer):
        case, payload = answer
        checker = checker_of(case)
        is_good = violations_of(checker, payload) == []
        if not SMALL_LETTERS.search(json.dumps(payload)):
            assert checker.is_good(payload) == is_good

    law()


def slowly(case, value, **asked):
    """The violations as the thorough validator alone finds them, in what our own parser read."""
    checker = copy.copy(checker_of(case))
    checker.is_good = lambda payload: False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checker, "body_checker", lambda *asked: checker)
        patch.setattr(checking, "fast_parse", parse)
        return violations(value, **asked)


@groups
def test_the_verdict_does_not_depend_on_the_quick_way(group):
    @given(answers(group))
    def law(answer):
        case, payload = answer
        asked = {"api": case.api, "route": case.route.name, "status_code": case.status_code}
        assert_same(violations(payload, **asked), slowly(case, payload, **asked))
        body = json.dumps(payload).encode()
        response = Response(case.status_code, body, {"Content-Type": "application/json"})
        found = violations(response, **asked)
        assert_same(found, slowly(case, response, **asked))

    law()


def assert_same(one, other):
    """Equal, also where a value is NaN."""
    assert [repr(violation) for violation in one] == [repr(violation) for violation in other]


@groups
def test_paths_lead_to_values_and_sources_to_keywords(group):
    @given(answers(group))
    def law(answer):
        case, payload = answer
        lines = lines_of(case.api.checking.contract)
        for violation in violations_of(checker_of(case), payload, extra=True, unknown=True):
            path = steps(violation.path)
            try:
                assert is_same(value_at(payload, path), violation.value)
            except KeyError:  # a rule says that it must be there
                assert violation.value is None
                assert path[-1] not in value_at(payload, path[:-1])
            place = re.fullmatch(
                r"pytest_asyncops/schemas/([a-z_]+\.yaml):([0-9]+) #(/.*)", violation.source
            )
            assert place[1] == case.api.checking.contract
            name = place[3].rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            line = lines[int(place[2]) - 1].strip()
            assert line.startswith((f"{name}:", f"'{name}':"))
            if violation.rule.startswith("schema."):
                assert violation.rule == f"schema.{name}"

    law()


@groups
def test_violations_come_once_and_in_order(group):
    @given(answers(group))
    def law(answer):
        case, payload = answer
        checker = checker_of(case)
        before = copy.deepcopy(payload)
        found = violations_of(checker, payload)
        assert_same(found, violations_of(checker, copy.deepcopy(payload)))
        assert is_same(repr(payload), repr(before))
        told = [(each.path, each.rule, each.message) for each in found]
        assert len(set(told)) == len(told)
        strict = violations_of(checker, payload, extra=True, unknown=True)
        more = [each for each in strict if each.rule in ("schema.properties", "schema.x-enum")]
        assert_same([each for each in strict if each not in more], found)

    law()


REFERS = "{$ref: '#/components/schemas/A'}"
OWN = """
openapi: 3.0.3
paths:
  /v1/operations: {get: {responses: {200: {content: {application/json: {schema: %s}}}}}}
components: {schemas: {A: %s}}
"""


@pytest.mark.parametrize(
    ("body", "named", "good", "bad"),
    [
        (
            "{type: object, properties: {w: {type: object, nullable: true, properties: "
            f"{{op: {REFERS}}}}}}}}}",
            "{type: object}",
            [{}, {"w": None}, {"w": {}}, {"w": {"op": {"a": T[0], "b": T[1]}}}],
            [{"w": {"op": {"a": T[1], "b": T[0]}}}],
        ),
        (
            f"{{type: array, nullable: true, items: {REFERS}}}",
            "{type: object, nullable: true}",
            [None, [], [None], [{"a": T[0]}]],
            [[None, {"a": T[1], "b": T[0]}], [1]],
        ),
        (
            REFERS,
            "{properties: {a: {maximum: 1}}}",
            [1, "a", [1], None, {"a": 1, "b": T[0]}],
            [{"a": 2}, {"a": T[1], "b": T[0]}],
        ),
        (
            f"{{allOf: [{REFERS}, {{minProperties: 1}}]}}",
            "{type: object}",
            [{"a": T[0]}, {"a": T[0], "b": T[1]}],
            [{"a": T[1], "b": T[0]}, {}],
        ),
        (
            f"{{type: object, additionalProperties: {{maxProperties: 2, items: {REFERS}}}}}",
            "{type: object}",
            [{"a": [{"a": T[0], "b": T[1]}]}, {"a": 1, "b": []}],
            [{"a": [{"a": T[1], "b": T[0]}]}],
        ),
        # JSON Schema's draft 4 has no empty "required".
        ("{type: object, required: []}", "{}", [{}], [1]),
    ],
)
def test_a_contract_of_ones_own_may_allow_other_shapes(tmp_path, body, named, good, bad):
    file = tmp_path / "own.yaml"
    file.write_text(OWN % (body, named))
    rule = Rule("own.order", "A", "/components/schemas/A", "a is before b", Ordered(("a", "b")))
    api = changed(CASES[0].api, contract=str(file), rules=(rule,), error_schema=None)
    for value in good:
        assert violations(value, api=api, route="list") == []
    for value in bad:
        assert len(violations(value, api=api, route="list")) == 1


def test_a_schema_may_have_itself_as_a_part(tmp_path):
    file = tmp_path / "own.yaml"
    named = f"{{type: object, required: [n], properties: {{a: {REFERS}, b: {REFERS}}}}}"
    file.write_text(OWN % (REFERS, named))
    rule = Rule("own.never", "A", "/components/schemas/A", "n is not x", Never("n", ("x",)))
    api = changed(CASES[0].api, contract=str(file), rules=(rule,), error_schema=None)

    def found(value):
        return [each.path for each in violations(value, api=api, route="list")]

    def nested(times, innermost):
        for _ in range(times):
            innermost = {"n": "", "a": innermost, "b": {"n": "y"}}
        return innermost

    assert found(nested(2, {"n": "y"})) == []
    assert found(nested(2, {})) == ["$.a.a"]
    assert found({"n": "", "b": {"n": "x"}}) == ["$.b.n"]


def test_what_is_nested_too_deep_to_be_checked(tmp_path, monkeypatch):
    def too_deep(*args):
        raise RecursionError  # a real one ends the measuring of coverage on CPython 3.10

    monkeypatch.setattr(dialect, "validator_of", too_deep)
    file = tmp_path / "own.yaml"
    file.write_text(OWN % ("{minProperties: 2}", "{}"))
    api = changed(CASES[0].api, contract=str(file), rules=(), error_schema=None)
    [deep] = violations({"a": {}}, api=api, route="list")
    assert deep.message == "must be JSON: it is nested too deep to be checked"


class Deep(dict):
    def __repr__(self):
        raise RecursionError


def test_what_is_nested_too_deep_to_be_shown():
    assert str(Violation("$", "must be JSON", "schema.content", "own.yaml:1 #", Deep())) == (
        "$ = a Deep that is nested too deep to be shown\n"
        "  must be JSON\n"
        "  schema.content, own.yaml:1 #"
    )


HASHED = """
from pytest_asyncops import violations
details = [{name: 1 for name in "the quick brown fox jumps over a lazy dog".split()}]
for found in violations({"details": details, "code": "x"}, api="chainloop", route="get",
                        status_code=404, extra="forbid", unknown="forbid"):
    print(found)
"""


def test_the_order_is_the_same_in_every_run():
    root = str(Path(pytest_asyncops.__file__).parent.parent)
    runs = [
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == 3 * 10


@given(st.lists(st.integers(0, 99) | st.text(max_size=4)))
def test_a_path_says_all_of_itself(parts):
    from pytest_asyncops.rules.violation import json_path

    assert list(steps(json_path(parts))) == parts
