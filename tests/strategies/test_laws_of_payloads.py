"""Of random schemas, payloads are good and bad as a validator says that is not ours.

Run by hand, ``PYTHONPATH=.:tests python tests/strategies/test_laws_of_payloads.py 0 10000`` takes
so many schemas from that number on, and counts what it meets.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from random import Random

import pytest
from support.other_dialect import judge as independent_judge
from support.own_contracts import checked
from support.random_schemas import likely_schema
from support.samples import anew
from support.schema_kinds import own_api

from pytest_asyncops import ContractError, InvalidArgument, strategies
from pytest_asyncops.contract.openapi import load_contract
from pytest_asyncops.contract.schema_keywords import refer
from pytest_asyncops.strategies.coherent.server import CoherentServer
from pytest_asyncops.strategies.mutation.verdicts import judge
from pytest_asyncops.strategies.schema.options import Options

MANY = 40
DRAWN = 20


def judged(number, directory, wrong):
    """What becomes of the payloads of the schema of this number; those that are wrong are told."""
    random = Random(number)
    schemas = {name: likely_schema(random) for name in "ABC"}
    directory.mkdir()
    api = own_api(directory, schemas)
    found = Counter()
    try:
        checked(load_contract(api.checking.contract))
    except ContractError:  # such as one that refers back to itself
        return Counter(refused=1)
    fits = independent_judge(refer("A"), schemas).is_valid
    try:
        for payload in anew(strategies.payloads(api, "A"), DRAWN, 1):
            found["good"] += 1
            if not fits(payload):
                wrong.append((number, "good", payload))
    except ContractError as why:
        return Counter({"refused": 1, f"refused: {str(why).partition('yaml:1: ')[2]}"[:60]: 1})
    find = judge(CoherentServer(api, Options()), refer("A"))
    try:
        for payload, foretold in anew(strategies.invalid_payloads(api, "A"), DRAWN, 1):
            found["bad"] += 1
            if fits(payload) or not foretold or find(payload).violations != foretold:
                wrong.append((number, foretold, payload))
    except (ContractError, InvalidArgument) as why:
        found.update({"nothing to break": 1, f"not broken: {str(why).rpartition(': ')[2]}"[:60]: 1})
    return found + Counter(made=1)


@pytest.mark.parametrize("part", range(8))
def test_what_is_valid_is_and_what_is_not_is_not(part, tmp_path):
    wrong, found = [], Counter()
    for number in range(part * MANY, (part + 1) * MANY):
        found += judged(number, tmp_path / str(number), wrong)
    assert wrong == []
    assert found["made"] > MANY / 3
    assert found["bad"] > MANY


if __name__ == "__main__":
    import tempfile
    import traceback
    from pathlib import Path

    first, count = map(int, sys.argv[1:3])
    total, wrong = Counter(), []
    with tempfile.TemporaryDirectory() as above:
        for number in range(first, first + count):
            try:
                total += judged(number, Path(above) / str(number), wrong)
            except Exception as error:
                total.update({f"error {type(error).__name__}": 1})
                print(number, type(error).__name__, str(error)[:200].replace("\n", " "))
                print(traceback.format_exc()[-700:] if "-v" in sys.argv else "", end="")
    for one in {one[0]: one for one in wrong}.values():
        print(json.dumps(one, default=str)[:300])
    print(len(wrong), "wrong")
    for what, times in total.most_common():
        print(times, what)
