"""The command serves what it is asked to, says how to ask, and ends when it is to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from pytest_asyncops.serve.command import main


def run(capsys, *argv, ask=lambda text: None):
    """The status, output and errors of a run, and what ``ask`` made of the output in between."""
    asked = []

    def wait():
        asked.append(ask(capsys.readouterr().out))

    code = main(["serve", *argv], wait)
    printed = capsys.readouterr()
    return code, printed.out, printed.err, *asked


def url_of(text, name):
    return re.search(rf"^{name}: (\S+)$", text, re.MULTILINE)[1]


def token_of(text):
    return re.search(r"#token=(\S+)", text)[1]


def test_the_lines_of_curl_work_as_they_are(capsys):
    def ask(text):
        codes = []
        for line in re.findall(r"^  curl (.*)$", text, re.MULTILINE):
            headers = dict(re.findall(r"-H '([^:]+): ([^']*)'", line))
            data = re.search(r"-d '([^']*)'", line)
            url = line.rpartition(" ")[2]
            method = "GET" if data is None else "POST"
            sent = None if data is None else data[1]
            codes.append(requests.request(method, url, headers=headers, data=sent, timeout=30))
        return [answer.status_code for answer in codes]

    code, out, err, codes = run(capsys, "--port", "0", "--manual", ask=ask)
    assert (code, err) == (0, "")
    assert codes == [200, 404, 200, 200, 200, 200]  # no assistant is there
    assert "GET /chainloop/v1/operations -> 200\n" in out
    assert out.endswith("stopped\n")


def test_a_seed_file_and_a_clock_that_goes(capsys, tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("operations: [{id: op-1, lifecycle: {succeeds: {running: 3600}}}]")

    def ask(text):
        url = f"{url_of(text, 'chainloop')}/v1/operations/op-1"
        while True:
            answer = requests.get(url, headers={"Authorization": "Bearer t"}, timeout=30)
            if "COMPLETED" in answer.text:
                return True

    options = ("--port", "0", "--seed", str(seed), "--speed", "1e6", "--apis", "chainloop")
    assert run(capsys, *options, ask=ask)[3]


def test_a_reset_goes_back_to_the_seed_file(capsys, tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("operations: [{id: op-1}]")

    def ask(text):
        token = {"Authorization": f"Bearer {token_of(text)}"}
        root = f"{url_of(text, 'chainloop').removesuffix('chainloop')}_asyncops"
        for path in ("operations", "reset"):
            assert requests.post(f"{root}/{path}", headers=token, timeout=30).ok
        state = requests.get(f"{root}/state", headers=token, timeout=30).json()
        return [one["id"] for one in state["operations"]]

    options = ("--port", "0", "--seed", str(seed), "--apis", "chainloop", "--control")
    assert run(capsys, *options, ask=ask)[3] == ["op-1"]


def test_idle_polls_are_skipped(capsys, tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("operations: [{id: op-1, lifecycle: {succeeds: {running: 3600}}}]")

    def ask(text):
        assert "control:" not in text
        url = f"{url_of(text, 'chainloop')}/v1/operations/op-1"
        answers = [
            requests.get(url, headers={"Authorization": "Bearer t"}, timeout=30).text
            for _ in range(3)
        ]
        return ["COMPLETED" in answer for answer in answers]

    options = ("--port", "0", "--seed", str(seed), "--skip-idle", "--apis", "chainloop")
    assert run(capsys, *options, ask=ask)[3] == [False, False, True]


def test_more_polls_at_once_than_a_test_may_make(capsys):
    def ask(text):
        with requests.Session() as session:
            url = f"{url_of(text, 'chainloop')}/v1/operations"
            headers = {"Authorization": "Bearer t"}
            return {session.get(url, headers=headers, timeout=30).status_code for _ in range(1_001)}

    assert run(capsys, "--port", "0", "--manual", ask=ask)[3] == {200}


def test_pages_of_other_sites_are_refused(capsys):
    def ask(text):
        url = url_of(text, "chainloop")
        state = f"{url.removesuffix('chainloop')}_asyncops/state"
        token = {"Authorization": f"Bearer {token_of(text)}"}
        other = {"Origin": "http://a.example"}
        return [
            requests.get(state, headers=token, timeout=30).status_code,
            requests.get(state, headers={**token, **other}, timeout=30).status_code,
            requests.get(url, headers={"Host": "a.example"}, timeout=30).status_code,
            requests.get(state, timeout=30).status_code,
        ]

    _, out, _, codes = run(capsys, "--port", "0", ask=ask)
    assert codes == [200, 403, 403, 401]
    assert "GET /chainloop -> 403\n" in out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--apis", "chainlop"], "unknown API 'chainlop'. Did you mean 'chainloop'?"),
        (["--speed", "-1"], "speed must be a number above 0"),
        (["--seed", "no-such.yaml"], "no-such.yaml"),
    ],
)
def test_a_mistake(capsys, argv, message):
    code, out, err = run(capsys, "--port", "0", *argv)
    assert (code, out) == (2, "")
    assert message in err
    assert err.startswith("python -m pytest_asyncops serve: ")


def test_a_mistake_in_the_seed_file_stops_the_server(capsys, tmp_path):
    seed = tmp_path / "seed.yaml"
    seed.write_text("operations:\n  - api: chainlop\n")
    code, _, err = run(capsys, "--port", "0", "--seed", str(seed))
    assert code == 2
    assert f"{seed}:2: unknown api 'chainlop'" in err


def test_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = run(capsys, "--port", str(port))
    assert code == 2
    assert f"port {port} is not available: " in err
    assert "--port 0" in err


@pytest.mark.parametrize(
    "argv", [["--port", "70000"], ["--port", "x"], ["--speed", "2", "--manual"]]
)
def test_options_that_cannot_be(capsys, argv):
    with pytest.raises(SystemExit) as caught:
        run(capsys, *argv)
    assert caught.value.code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(number):
    command = [sys.executable, "-m", "pytest_asyncops", "serve", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert any(line.startswith("page: ") for line in process.stdout)
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.endswith("stopped\n")
