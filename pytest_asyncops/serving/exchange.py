"""The object with which an endpoint answers one request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ..lifecycle.course import Snapshot
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState
from .messages import ErrorResponse, Headers, HeadersGiven, Request, Response
from .operation import Operation
from .operations import OperationStore

Render = Callable[[Operation, Snapshot], Mapping[str, Any]]
"""A function of an operation and its snapshot that returns the JSON values that an API shows."""

_encode = msgspec.json.Encoder().encode  # in a twentieth of the time of Python's own
_encode_anything = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_JSON = {"Content-Type": "application/json"}
_ONLY_JSON = Headers(_JSON)


def json_response(
    status_code: int,
    payload: object,
    headers: HeadersGiven | None = None,
    *,
    profile: str | None = None,
    late: float = 0,
) -> Response:
    """A response with this JSON body, which is written in this profile, so many seconds late."""
    try:
        content = _encode(payload)
    except (TypeError, ValueError):  # for lone surrogates, and for ``None`` as a member's name
        content = b"null"
    if b"null" in content:  # it writes that for infinity and for no number too
        content = _encode_anything(payload).encode()
    return Response(status_code, content, _json_headers(headers), profile=profile, late=late)


def _json_headers(headers: HeadersGiven | None) -> HeadersGiven:
    if not headers:
        return _ONLY_JSON
    if isinstance(headers, Mapping):
        return {**_JSON, **headers}
    pairs = list(headers)
    is_typed = any(name.lower() == "content-type" for name, _ in pairs)
    return pairs if is_typed else [*_JSON.items(), *pairs]


class Exchange:
    """One request while it is being answered.

    Attributes:
        request: the request.
        params: the path parameters, decoded.
        readings: the settings that say how the API's contract is read.
        parents: the known names of what operations belong to.
        base_urls: the base URLs of the API's hosts, by their names.
        shown: the operations that the answer shows so far.
        states: the state of each of them.
        lists: whether the endpoint has looked for operations otherwise than by their ids.
    """

    __slots__ = (
        "_credential",
        "_looked_up",
        "_pages",
        "_refused",
        "_render",
        "_start",
        "_started",
        "_store",
        "base_urls",
        "lists",
        "params",
        "parents",
        "readings",
        "request",
        "shown",
        "states",
    )

    def __init__(
        self,
        request: Request,
        params: Mapping[str, str],
        readings: Mapping[str, Any],
        store: OperationStore,
        render: Render,
        credential: Callable[[Request], str],
        refused: Mapping[str, ErrorResponse],
        parents: AbstractSet[str],
        start: Callable[[Mapping[str, object], Mapping[str, object], Lifecycle | None], Operation],
        base_urls: Mapping[str, str] | None = None,
    ) -> None:
        self.request: Request = request
        self.params: Mapping[str, str] = params
        self.readings: Mapping[str, Any] = readings
        self.parents: AbstractSet[str] = parents
        self.base_urls: Mapping[str, str] = base_urls or {}
        self.shown: list[Operation] = []
        self.states: list[AnyState] = []
        self.lists: bool = False
        self._store = store
        self._render = render
        self._credential = credential
        self._refused = refused
        self._start = start
        self._started: list[Operation] = []
        self._looked_up: dict[str, Operation | None] = {}
        self._pages: tuple[slice, ...] = ()

    def authenticate(self) -> None:
        """Refuse the request unless its credential is good; endpoints call this."""
        refusal = self._refused.get(self._credential(self.request))
        if refusal is not None:
            raise refusal.anew()

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query, decoded; if one is repeated, its last value counts."""
        return dict(parse_qsl(self.request.query, keep_blank_values=True))

    @property
    def form(self) -> Mapping[str, str]:
        """The fields of a form in the body, decoded; if one is repeated, its last value counts."""
        return dict(parse_qsl(self.request.body.decode("latin-1"), keep_blank_values=True))

    def json(self, refusal: ErrorResponse) -> Any:
        """The body, read as JSON.

        Raises:
            ErrorResponse: this refusal, if it is not valid JSON.
        """
        try:
            return json.loads(self.request.body)
        except ValueError:
            raise refusal.anew() from None

    def url_of(self, path: str) -> str:
        """The URL of this path, at the host and below the base URL of the request.

        It is for headers such as ``Location`` or ``Operation-Location``.

        Args:
            path: what follows the base URL, such as ``/jobs/1``.
        """
        before, _, _ = self.request.url.partition("#")[0].partition("?")
        return before[: len(before) - len(self.request.path)] + path

    def find(self, name: str, **scope: object) -> Operation | None:
        """The visible operation with this id and these field values, or ``None``.

        A ``frozenset`` means any of its values.
        """
        operation = self._store.find(name, **scope)
        if operation is not None or name not in self._looked_up:
            self._looked_up[name] = operation
        return operation

    def start(
        self,
        facts: Mapping[str, object] | None = None,
        *,
        lifecycle: Lifecycle | None = None,
        **fields: object,
    ) -> Operation:
        """Start an operation, as the request asks.

        Its lifecycle is the one that the test planned (`Stub.plan`).

        Args:
            facts: what else is known of it, for plans to match; `Serving.facts` has the names.
            lifecycle: its lifecycle, whatever the test planned.
            **fields: ``id``, and the fields in `Api.fields`.

        Raises:
            InvalidArgument: for a field or a lifecycle that the API cannot show.
        """
        started = self._start(facts or {}, fields, lifecycle)
        self._started.append(started)
        return started

    def members(
        self, where: Mapping[str, object], states: frozenset[AnyState] | None = None
    ) -> Sequence[int]:
        """The numbers of the visible operations with these field values in one of these states.

        Unless states are given, any state counts. The numbers are in the order in which the
        operations were started. A ``frozenset`` means any of its values.
        """
        self.lists = True
        return self._store.members(where, states)

    def related(self, where: Mapping[str, object]) -> Mapping[int, Operation]:
        """The operations with these field values by their numbers, oldest first, hidden ones too.

        This is for things that follow from operations, such as a file. Looking at an operation with
        `snapshot` is not a poll; `look` notes that the answer tells of it.
        """
        return self._store.related(where)

    def snapshot(self, operation: Operation) -> Snapshot:
        """The operation as it stands now. This is not a poll."""
        return self._store.snapshot(operation)

    @property
    def began_ns(self) -> int:
        """The instant at which the server's clock started, in nanoseconds since 1970."""
        return self._store.clock.epoch_ns

    def show(self, operation: Operation) -> Mapping[str, Any]:
        """The operation as the API shows it.

        This counts as a poll, unless this request has started the operation.
        """
        snapshot = self._store.snapshot(operation)
        payload = self._render(operation, snapshot)
        self._note_shown(operation, snapshot)
        return payload

    def look(self, operation: Operation) -> None:
        """Note that the answer tells of an operation without showing it.

        This counts as a poll, unless this request has started the operation.
        """
        self._note_shown(operation, self._store.snapshot(operation))

    def _note_shown(self, operation: Operation, snapshot: Snapshot) -> None:
        self.states.append(snapshot.state)
        self.shown.append(operation)
        if operation not in self._started:
            self._store.count_poll(operation)

    def has_told_end(self, operation: Operation) -> bool:
        """Whether a poll has seen that an operation is done."""
        return self._store.tally(operation.id).done is not None

    def look_all(self, operations: Iterable[Operation]) -> None:
        """Note that the answer lists things that follow from operations. Each counts as polled."""
        start = len(self.shown)
        for operation in operations:
            self.look(operation)
        self._pages += (slice(start, len(self.shown)),)

    @property
    def has_looked(self) -> bool:
        """Whether the endpoint has looked for operations."""
        return self.lists or bool(self._looked_up)

    def asked_for(self, reads: bool) -> tuple[str, ...]:
        """The ids of the operations that the request was for.

        These are the operations that the endpoint has found by their ids and shown. If it has shown
        none and made no list, a request that only reads was for the id that was not found, or else
        for the operation that was found last, because a parent is found before its operation.

        Args:
            reads: whether the request only reads, and does not start or cancel something.
        """
        looked_up = self._looked_up
        alone = self.shown.copy()
        for page in reversed(self._pages):
            del alone[page]
        shown = tuple([name for name, found in looked_up.items() if found in alone])
        if shown or self.lists or not reads:
            return shown
        in_vain = tuple([name for name, found in looked_up.items() if found is None])
        return in_vain or tuple(looked_up)[-1:]

    def show_all(self, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
        """The operations with these numbers as the API shows them. Each counts as polled."""
        start = len(self.shown)
        payloads = [self.show(self._store.numbered(number)) for number in numbers]
        self._pages += (slice(start, len(self.shown)),)
        return payloads
