"""Programs in other languages over the server: curl, and Pinecone's client for Node.

Each is tried where it is installed; ``NODE_PATH`` names the folder of Node's packages.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from pytest_asyncops import AsyncOpsMock, Lifecycle, assert_conforms, mocked

pytestmark = pytest.mark.usefixtures("no_proxies")

PACKAGE = "@pinecone-database/pinecone"


def run(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def has_node_client() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    asked = subprocess.run(
        [node, "-e", f"require.resolve('{PACKAGE}')"], capture_output=True, check=False
    )
    return asked.returncode == 0


@pytest.fixture
def mock() -> Any:
    with mocked(transport="server", skip_idle=True) as mock:
        yield mock
        for call in mock.calls:
            assert_conforms(call.response)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl(mock: AsyncOpsMock) -> None:
    stub = mock.chainloop
    started = stub.start(lifecycle=Lifecycle.succeeds(pending=60, running=3600))
    url = f"{stub.base_url}/v1/operations/{started.id}"
    said = [
        json.loads(run("curl", "-sS", "-H", "Authorization: Bearer token", url))["operation"]
        for _ in range(5)
    ]
    words = [one["status"].removeprefix("ASYNC_OPERATION_STATUS_") for one in said]
    assert words == ["PENDING", "PENDING", "RUNNING", "RUNNING", "COMPLETED"]
    assert mock.clock.elapsed.total_seconds() == 3660


NODE = """
const { Pinecone } = require('PACKAGE');
const [controllerHostUrl, ...files] = process.argv.slice(1);
const told = {};

async function main() {
  const client = new Pinecone({ apiKey: 'key', controllerHostUrl });
  await client.createAssistant({ name: 'docs' });
  const assistant = client.assistant({ name: 'docs' });
  told.names = (await client.listAssistants()).assistants.map(one => one.name);
  const file = { file: Buffer.from('text'), fileName: 'a.txt' };
  const { id, fileId } = await assistant.uploadFile(file);
  told.seen = [];
  let operation;
  do {
    operation = await assistant.describeOperation(id);
    told.seen.push(operation.status);
  } while (operation.status === 'Processing');
  told.error = operation.errorMessage;
  told.file = (await assistant.describeFile(fileId)).status;
  told.listed = (await assistant.listOperations()).operations.map(one => one.id);
  try {
    await assistant.describeOperation('nothing');
  } catch (error) {
    told.refused = error.name;
  }
  await client.deleteAssistant('docs');
}

main().then(() => console.log(JSON.stringify(told)));
""".replace("PACKAGE", PACKAGE)


@pytest.mark.skipif(not has_node_client(), reason=f"node or its {PACKAGE} is not here")
def test_node(mock: AsyncOpsMock) -> None:
    stub = mock.pinecone
    plan = stub.plan(Lifecycle.fails("no text was found", running=600), file_name="a.txt")
    told = json.loads(run("node", "-e", NODE, stub.base_urls["control"]))
    [upload] = plan.operations
    assert told == {
        "names": ["docs"],
        "seen": ["Processing", "Failed"],
        "error": "no text was found",
        "file": "ProcessingFailed",
        "listed": [upload.id],
        "refused": "PineconeNotFoundError",
    }
    assert upload.polls == 3
    assert mock.clock.elapsed.total_seconds() >= 600
