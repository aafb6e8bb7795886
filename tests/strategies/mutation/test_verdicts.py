"""The verdict on a payload is what the check of a response with it finds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from support.spoilt_payloads import CASES, answers
from support.verdicts import of_answers

from pytest_asyncops import violations
from pytest_asyncops.strategies import Invalid
from pytest_asyncops.strategies.coherent.server import CoherentServer
from pytest_asyncops.strategies.mutation.verdicts import judge
from pytest_asyncops.strategies.schema.options import Options


def refers(name):
    return {"$ref": f"#/components/schemas/{name}"}


def is_json(value):
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("group", ["errors", *(str(c) for c in CASES if c.status_code == 200)])
def test_a_payload_by_itself_is_judged_as_in_a_response(group):
    @given(answers(group))
    def check(answer):
        case, payload = answer
        if not is_json(payload):
            return
        server = CoherentServer(case.api, Options(), case.status_code)
        found = judge(server, refers(case.schema))(payload)
        said = violations(
            payload, api=case.api, route=case.route.name, status_code=case.status_code
        )
        assert found.payload is payload
        # What an answer has to have beyond its schema is no matter of a payload by itself.
        assert [*found.violations] == sorted(
            (one.path, one.rule) for one in said if one.rule not in of_answers(case.api)
        )

    check()


def test_a_good_payload_has_no_violations():
    server = CoherentServer(CASES[0].api, Options(), 401)
    good = {"code": 16, "message": "who are you?"}
    judged = judge(server, refers("v1UnauthorizedResponse"))
    assert judged(good) == Invalid(good, ())
    bad = {"code": 7, "message": 7}
    assert judged(bad) == Invalid(
        bad, (("$.code", "chainloop.code-401"), ("$.message", "schema.type"))
    )
