"""The stub of Pinecone Assistant, with what its operations are made of and belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arguments import explained
from ..serving.stub import Stub

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, TypeVar, Union

    from ..lifecycle.lifecycle import Lifecycle
    from . import Operation

    _T = TypeVar("_T")
    _Each = Union[_T, Callable[[int], _T]]
    _Type = Literal["upload_file", "upsert_file", "update_file_metadata", "delete_file"]


class PineconeStub(Stub):
    """The stub of Pinecone Assistant, which has assistants that operations belong to."""

    @explained()
    def add_assistant(self, name: str) -> None:
        """Add an assistant; requests for an assistant that was not added are answered with 404.

        Raises:
            InvalidArgument: for a name that is not a string, or empty.
        """
        self.add_parent(name)

    if TYPE_CHECKING:
        # `Stub` has the code, and `Api.fields` the truth; this tells it to editors and checkers.
        # They find it too narrow for a `Stub`, which takes the fields of any API.

        def start(  # type: ignore[override] # see above
            self,
            *,
            assistant_name: str,
            lifecycle: Lifecycle = ...,
            id: str | None = None,  # noqa: A002 - as the API calls it
            operation_type: _Type = "upload_file",
            file_id: str | None = ...,
            ingestion_units: float | None = None,
        ) -> Operation:
            """Start an operation now, as if a client had asked the service to.

            Args:
                assistant_name: the assistant that it belongs to; `start` adds it if need be.
                lifecycle: how the operation goes; unless given, it runs for 10 seconds and
                    succeeds.
                id: its id; unless given, one that is counted.
                operation_type: what it does.
                file_id: the id of its file; unless given, one that is counted; ``None`` leaves it
                    out.
                ingestion_units: what an upload or upsert costs, shown once it has succeeded;
                    ``None`` leaves it out.

            Raises:
                InvalidArgument: for a value that a field cannot have, an id that is taken, or a
                    lifecycle that the API cannot show.
                MockClosed: after the test or the ``with`` block.
            """
            ...

        def start_many(  # type: ignore[override] # see above
            self,
            count: int,
            *,
            assistant_name: _Each[str],
            lifecycle: _Each[Lifecycle] = ...,
            id: _Each[str | None] = None,  # noqa: A002 - as the API calls it
            operation_type: _Each[_Type] = "upload_file",
            file_id: _Each[str | None] = ...,
            ingestion_units: _Each[float | None] = None,
        ) -> list[Operation]:
            """Start several operations now: all of them, or none if one cannot be.

            Args are those of `start`, each a value, or a function from an operation's index (from
            0) to the value.
            """
            ...

        def refuse(  # type: ignore[override] # see above
            self, credential: str, reason: Literal["invalid", "forbidden"] = "forbidden"
        ) -> None:
            """Refuse the requests with this key from now on, for this reason."""
            ...
