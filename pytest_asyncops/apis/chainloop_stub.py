"""The stub of Chainloop Platform, with the fields of its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..serving.stub import Stub

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, TypeVar, Union

    from ..lifecycle.lifecycle import Lifecycle
    from . import Operation

    _T = TypeVar("_T")
    _Each = Union[_T, Callable[[int], _T]]


class ChainloopStub(Stub):
    """The stub of Chainloop Platform."""

    if TYPE_CHECKING:
        # `Stub` has the code, and `Api.fields` decides; this is for editors and type checkers.
        # They find it too narrow for a `Stub`, which accepts the fields of any API.

        def start(  # type: ignore[override] # see above
            self,
            *,
            lifecycle: Lifecycle = ...,
            id: str | None = None,  # noqa: A002 - as the API calls it
            kind: str | None = "evidence_evaluation",
            resource_id: str | None = None,
            resource_type: str | None = None,
            project_id: str | None = None,
            project_version_id: str | None = None,
        ) -> Operation:
            """Start an operation now, as if a client had asked the service to.

            Args:
                lifecycle: how the operation goes; by default it runs for 10 seconds and succeeds.
                id: its id; by default a UUID that counts up.
                kind: what it does; ``None`` leaves it out, as it does for the next fields.
                resource_id: the id of the resource on which it works.
                resource_type: the kind of that resource.
                project_id: the id of the project that it belongs to.
                project_version_id: the id of the version of this project.

            Raises:
                InvalidArgument: for a value that a field cannot have, an id that is already used,
                    or a lifecycle that the API cannot show.
                MockClosed: after the test or the ``with`` block.
            """
            ...

        def start_many(  # type: ignore[override] # see above
            self,
            count: int,
            *,
            lifecycle: _Each[Lifecycle] = ...,
            id: _Each[str | None] = None,  # noqa: A002 - as the API calls it
            kind: _Each[str | None] = "evidence_evaluation",
            resource_id: _Each[str | None] = None,
            resource_type: _Each[str | None] = None,
            project_id: _Each[str | None] = None,
            project_version_id: _Each[str | None] = None,
        ) -> list[Operation]:
            """Start several operations now: all of them, or none if one cannot be started.

            Args are those of `start`, each a value, or a function of an operation's index (from 0)
            that returns the value.
            """
            ...

        def refuse(  # type: ignore[override] # see above
            self,
            credential: str,
            reason: Literal["forbidden", "invalid", "expired"] = "forbidden",
        ) -> None:
            """Refuse the requests with this token from now on, for this reason."""
            ...
