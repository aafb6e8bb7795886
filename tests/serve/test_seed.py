"""A seed file starts what it says; a mistake in it is told with its line and the choices."""

from __future__ import annotations

import pytest
import requests

from pytest_asyncops import ContractError, State, mocked
from pytest_asyncops.contract.yaml_document import read_document
from pytest_asyncops.serve.seed import read_seed, sow

SEED = """\
operations:
  - api: chainloop
    id: op-1
    kind: scan
    lifecycle: {succeeds: {running: 30}}
  - {api: chainloop, count: 3}
  - {api: pinecone, assistant_name: docs, lifecycle: hangs}
plans:
  - {api: pinecone, operation_type: upload_file, lifecycle: {fails: {message: no}}}
parents:
  - {api: pinecone, name: empty}
"""


def test_what_a_seed_file_starts(tmp_path):
    path = tmp_path / "seed.yaml"
    path.write_text(SEED, encoding="utf-8")
    with mocked() as mock:
        sow(read_seed(str(path)), mock.stubs)
        assert mock.chainloop.operations["op-1"].fields["kind"] == "scan"
        assert len(mock.chainloop.operations) == 4
        [hanging] = mock.pinecone.operations.values()
        mock.clock.advance(3600)
        assert hanging.state is State.RUNNING
        assert mock.chainloop.operations["op-1"].state is State.SUCCEEDED
        for name in ("docs", "empty"):
            url = f"{mock.pinecone.base_url}/operations/{name}"
            headers = {"Api-Key": "key", "X-Pinecone-Api-Version": "2026-04"}
            assert requests.get(url, headers=headers, timeout=30).status_code == 200


def test_one_api_needs_no_name():
    with mocked(apis=["chainloop"]) as mock:
        sow(read_document("operations: [{id: op-1}]", "seed.yaml"), mock.stubs)
        assert list(mock.chainloop.operations) == ["op-1"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("- 1", 1, "a seed file is a mapping with operations, plans or parents"),
        ("operations: []\noperation: []", 2, "unknown section 'operation'. Did you mean"),
        ("operations: {}", 1, "operations must be a list"),
        ("operations:\n  - 7", 2, "this must be a mapping, not 7"),
        ("operations:\n  - id: a", 2, "unknown api None. Choose 'chainloop' or 'pinecone'."),
        ("operations:\n  - id: a\n    api: chainlop", 3, "Did you mean 'chainloop'?"),
        ("operations:\n  - api: chainloop\n    knd: a", 3, "knd"),
        ("operations:\n  - api: chainloop\n    lifecycle: sucds", 3, "unknown lifecycle 'sucds'"),
        (
            "operations:\n  - api: chainloop\n    lifecycle:\n      succeeds: {runing: 1}",
            3,
            "Did you mean 'running'?",
        ),
        ("operations:\n  - api: chainloop\n    count: many", 3, "count must be a whole number"),
        ("plans:\n  - api: pinecone\n    lifecycle: hang", 3, "unknown lifecycle 'hang'"),
        ("parents:\n  - api: pinecone\n    names: docs", 3, "unknown name 'names'"),
        ("parents:\n  - api: pinecone", 2, "a name must be a string that is not empty"),
        ("operations: [", 1, "not valid YAML"),
    ],
)
def test_a_mistake(text, line, message):
    with mocked() as mock, pytest.raises(ContractError) as caught:
        sow(read_document(text, "seed.yaml"), mock.stubs)
    assert str(caught.value).startswith(f"seed.yaml:{caught.value.line}: ")
    assert message in str(caught.value)
    assert caught.value.line in (line, line + 1)
