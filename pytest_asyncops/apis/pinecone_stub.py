"""The stub of Pinecone Assistant, with the fields of its operations, and its assistants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arguments import explained
from ..lifecycle.lifecycle import Lifecycle
from ..serving.stub import Stub

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, TypeVar, Union

    from . import Operation

    _T = TypeVar("_T")
    _Each = Union[_T, Callable[[int], _T]]
    _Type = Literal[
        "upload_file",
        "upsert_file",
        "update_file_metadata",
        "delete_file",
        "create_assistant",
        "update_assistant",
        "delete_assistant",
    ]


class PineconeStub(Stub):
    """The stub of Pinecone Assistant, which has assistants that operations belong to."""

    @explained()
    def add_assistant(self, name: str) -> None:
        """Add an assistant that is ready; an assistant that was not added is answered with 404.

        `start` adds its assistant too, and requests can create one.

        Raises:
            InvalidArgument: for a name that is not a string, or empty.
        """
        self.add_parent(name)
        made_or_gone = [
            operation.fields["operation_type"]
            for operation in self.operations.values()
            if operation.fields["assistant_name"] == name
            and operation.fields["operation_type"] in ("create_assistant", "delete_assistant")
        ]
        if made_or_gone[-1:] == ["delete_assistant"]:  # and this is another one
            Stub.start(
                self,
                assistant_name=name,
                operation_type="create_assistant",
                file_id=None,
                lifecycle=Lifecycle.succeeds(running=0),
            )

    if TYPE_CHECKING:
        # `Stub` has the code, and `Api.fields` decides; this is for editors and type checkers.
        # They find it too narrow for a `Stub`, which accepts the fields of any API.

        def start(  # type: ignore[override] # see above
            self,
            *,
            assistant_name: str,
            lifecycle: Lifecycle = ...,
            id: str | None = None,  # noqa: A002 - as the API calls it
            operation_type: _Type = "upload_file",
            file_id: str | None = ...,
            ingestion_units: float | None = None,
            file_name: str | None = None,
            size: int | None = None,
            metadata: dict[str, Any] | None = None,
            multimodal: bool | None = None,
            instructions: str | None = None,
            region: str | None = None,
        ) -> Operation:
            """Start an operation now, as if a client had asked the service to.

            Args:
                assistant_name: the assistant that it belongs to; `start` adds it if need be.
                lifecycle: how the operation goes; unless given, it runs for 10 seconds and
                    succeeds.
                id: its id; unless given, one that is counted.
                operation_type: what it does.
                file_id: the id of its file; by default one that counts up; ``None`` leaves it out.
                ingestion_units: what an upload or upsert costs, shown once it has succeeded;
                    ``None`` leaves it out.
                file_name: the name of its file; by default the file's id.
                size: how many bytes its file has, by default 0.
                metadata: the metadata of its file, or of the assistant that it creates or updates.
                multimodal: whether pictures in its file are processed.
                instructions: those of the assistant that it creates or updates.
                region: the region of the assistant that it creates, by default ``"us"``.

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
            assistant_name: _Each[str],
            lifecycle: _Each[Lifecycle] = ...,
            id: _Each[str | None] = None,  # noqa: A002 - as the API calls it
            operation_type: _Each[_Type] = "upload_file",
            file_id: _Each[str | None] = ...,
            ingestion_units: _Each[float | None] = None,
            file_name: _Each[str | None] = None,
            size: _Each[int | None] = None,
            metadata: _Each[dict[str, Any] | None] = None,
            multimodal: _Each[bool | None] = None,
            instructions: _Each[str | None] = None,
            region: _Each[str | None] = None,
        ) -> list[Operation]:
            """Start several operations now: all of them, or none if one cannot be started.

            Args are those of `start`, each a value, or a function of an operation's index (from 0)
            that returns the value.
            """
            ...

        def refuse(  # type: ignore[override] # see above
            self, credential: str, reason: Literal["invalid", "forbidden"] = "forbidden"
        ) -> None:
            """Refuse the requests with this key from now on, for this reason."""
            ...
