"""The command: its options, its output, and its end."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..configure import resolve_settings
from ..errors import AsyncOpsError, InvalidArgument
from ..known_apis import BUILT_IN
from ..loopback.incoming import Incoming
from ..serving.messages import Response
from ..serving.secret_texts import shown
from ..session import Session
from .control import ROOT, Control
from .seed import read_seed, sow
from .visitors import refusal

PORT = 8765
"""The default port."""

_NO_LIMIT = 10**15

_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "chainloop": ("-H 'Authorization: Bearer any' {}/v1/operations",),
    "pinecone": ("-H 'Api-Key: any' -H 'X-Pinecone-Api-Version: 2026-04' {}/operations/docs",),
}
"""The arguments of curl for the built-in APIs; the base URL is put in."""

Print = Callable[[str], object]


def main(argv: Sequence[str] | None = None, wait: Callable[[], object] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; by default those of the process.
        wait: waits until the server is to stop; by default for Ctrl-C.

    Returns:
        The status with which the process ends.
    """
    options = _parser().parse_args(argv)
    if wait is None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    try:
        serve(options, wait or threading.Event().wait, _print)
    except (AsyncOpsError, OSError) as error:
        print(f"python -m pytest_asyncops serve: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pytest_asyncops")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "serve",
        help="serve the stubs on loopback, for programs in any language",
        description="Serve the stubs on 127.0.0.1 until Ctrl-C.",
    )
    command.add_argument(
        "--apis",
        default=",".join(BUILT_IN),
        help="which APIs, separated by commas: names, or places such as package.module:NAME; "
        "by default %(default)s",
    )
    command.add_argument(
        "--port", type=_port, default=PORT, help="the port, by default %(default)s; 0 for any"
    )
    command.add_argument(
        "--seed", metavar="FILE", help="YAML: the operations, plans and parents to begin with"
    )
    clock = command.add_mutually_exclusive_group()
    clock.add_argument(
        "--speed",
        type=float,
        default=1,
        metavar="N",
        help="how many seconds the servers' clock moves in a real one: 60 for a minute a second",
    )
    clock.add_argument(
        "--manual",
        action="store_true",
        help=f"only POST {ROOT}/clock/advance moves the clock; with --control",
    )
    clock.add_argument(
        "--skip-idle",
        action="store_true",
        help="a poll that sees nothing new moves the clock to the next change of its answer",
    )
    command.add_argument(
        "--control",
        action="store_true",
        help="routes to start operations, read the journal and reset, with a token that is printed",
    )
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65_536:
        raise argparse.ArgumentTypeError(f"a port is a number below 65,536, not {text}")
    return number


def serve(options: argparse.Namespace, wait: Callable[[], object], tell: Print) -> None:
    """Serve until the wait is over.

    Args:
        options: those of the command line.
        wait: waits until the server is to stop.
        tell: prints a line.

    Raises:
        AsyncOpsError: for options or a seed file with mistakes.
        OSError: if the port is taken, or the seed file cannot be read.
    """
    seed = None if options.seed is None else read_seed(options.seed)
    session = Session(resolve_settings(_settings(options)), port=_free(options.port))
    try:
        if seed is not None:
            sow(seed, session.stubs)
            session.beginning = session.checkpoint()
        is_controlled = options.control or options.manual
        token = secrets.token_urlsafe(16)
        _put_in_front(session, Control(session, token, is_controlled), tell)
        for line in _introduction(session, options, token if is_controlled else None, token):
            tell(line)
        wait()
    except KeyboardInterrupt:
        tell("")  # after the ^C that the terminal shows
    finally:
        session.stop()
    tell("stopped")


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    clock = {"clock": "manual"} if options.manual else {"speed": options.speed}
    return {
        **({"skip_idle": True} if options.skip_idle else clock),
        "apis": options.apis,
        "transport": "server",
        "unmatched": "answer",
        **dict.fromkeys(
            ("max_polls_at_once", "max_polls_per_operation", "max_polls_unchanged"), _NO_LIMIT
        ),
    }


def _free(port: int) -> int:
    """The port, if it is free."""
    import socket

    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        raise InvalidArgument(
            f"port {port} is not available: {error.strerror}. Choose another one with --port, or "
            "any that is free with --port 0.",
            value=port,
        ) from None
    return port


def _put_in_front(session: Session, control: Control, tell: Print) -> None:
    served = session.served
    assert served is not None  # its transport says so

    def answer(incoming: Incoming) -> Response:
        refused = refusal(incoming)
        if refused is not None:
            response = refused
        elif incoming.target.startswith(ROOT):
            return control.answer(incoming)
        else:
            response = served.answer(incoming)
        tell(f"{incoming.method} {shown(incoming.target)} -> {response.status_code}")
        return response

    served.front = answer


def _introduction(
    session: Session, options: argparse.Namespace, control: str | None, token: str
) -> Iterator[str]:
    origin = ""
    yield f"serving on 127.0.0.1, {_told_clock(options)}; Ctrl-C stops it"
    for name, stub in session.stubs.items():
        origin = stub.base_url.rpartition("/")[0]
        yield f"\n{name}: {stub.base_url}"
        for example in _EXAMPLES.get(name, ()):
            yield f"  curl {example.format(stub.base_url)}"
    yield f"\npage: {origin}{ROOT}#token={token}"
    if control is not None:
        post = f"curl -H 'Authorization: Bearer {control}' -d"
        url = f"{origin}{ROOT}"
        [api, *_] = session.stubs
        yield "\ncontrol:"
        if options.manual:
            yield f"  {post} '{{\"seconds\": 60}}' {url}/clock/advance"
        yield f'  {post} \'{{"api": "{api}", "lifecycle": "succeeds"}}\' {url}/operations'
        yield f"  curl -H 'Authorization: Bearer {control}' {url}/calls"
        yield f"  {post} '' {url}/reset"
    yield ""


def _told_clock(options: argparse.Namespace) -> str:
    if options.manual:
        return f"the clock moves by {ROOT}/clock/advance alone"
    if options.skip_idle:
        return "polls that see nothing new move the clock"
    return f"the clock runs at {options.speed:g} times real time"


def _print(line: str) -> None:
    print(line, flush=True)
