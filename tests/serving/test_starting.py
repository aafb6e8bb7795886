"""What `start` is given becomes operations: checked, all or none, under ids of their own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toy_api import stub_of, toy

from pytest_asyncops import (
    Field,
    InvalidArgument,
    Lifecycle,
    OwnState,
    State,
    Step,
    Stub,
    polls,
)
from pytest_asyncops.apis.chainloop import CHAINLOOP
from pytest_asyncops.apis.pinecone import PINECONE


def a_stub(**facts) -> Stub:
    return stub_of(toy(**facts))


def test_a_plain_operation():
    op = a_stub().start(shelf="a")
    assert op.id == "job-1"
    assert op.fields == {"shelf": "a", "file": "file-1"}
    assert op.lifecycle == Lifecycle.succeeds(running=10)
    assert (op.state, op.percent, op.polls) == (State.RUNNING, 0, 0)
    assert repr(op) == "<Operation job-1 RUNNING, 0 polls>"


def test_fields_as_given():
    op = a_stub().start(id="mine", shelf="a", kind="large", size=2.5, file=None)
    assert op.id == "mine"
    assert op.fields == {"shelf": "a", "kind": "large", "size": 2.5}


def test_fields_in_a_row():
    """Values and functions of the index, in ids, fields and lifecycles."""
    started = a_stub().start_many(
        3,
        id=lambda i: None if i == 1 else f"own-{i}",
        shelf="a",
        size=lambda i: i * 10 or None,
        kind="small",
        lifecycle=lambda i: Lifecycle.hangs(percent=i),
    )
    assert [op.id for op in started] == ["own-0", "job-2", "own-2"]
    assert [op.fields for op in started] == [
        {"shelf": "a", "kind": "small", "file": "file-1"},
        {"shelf": "a", "kind": "small", "size": 10, "file": "file-2"},
        {"shelf": "a", "kind": "small", "size": 20, "file": "file-3"},
    ]
    assert [op.percent for op in started] == [0, 1, 2]


def test_defaults_count_through_all_operations():
    stub = a_stub()
    stub.start_many(2, shelf="a")
    assert stub.start(shelf="a").fields["file"] == "file-3"


def test_constant_fields_are_held_once():
    """A million operations do not need a million equal mappings."""
    stub = a_stub(fields={"shelf": Field(default="a")}, admit=lambda fields, lifecycle: None)
    first, second = stub.start_many(2)
    assert first.fields is second.fields


def test_none_at_all():
    stub = a_stub()
    assert stub.start_many(0, shelf="a") == []
    assert stub.operations == {}


@given(
    st.lists(
        st.lists(st.none() | st.integers(1, 8).map("job-{}".format) | st.just("other"), min_size=1),
        max_size=6,
    )
)
def test_ids_never_collide_with_those_that_a_test_took(batches):
    stub = a_stub()
    for batch in batches:
        before = list(stub.operations)
        # Within one call, an id can only be taken by those before it.
        own = [name for name in batch if name is not None]
        ids = [*own, *(name for name in batch if name is None)]
        if len({*own, *before}) < len(own) + len(before):
            with pytest.raises(InvalidArgument, match="is used by another operation"):
                stub.start_many(len(ids), shelf="a", id=ids.__getitem__)
            assert list(stub.operations) == before
            continue
        started = [op.id for op in stub.start_many(len(ids), shelf="a", id=ids.__getitem__)]
        assert started[: len(own)] == own
        assert list(stub.operations) == before + started


@pytest.mark.parametrize(
    ("given", "message", "value", "choices"),
    [
        (
            {"shef": "a"},
            "unknown field of a toy operation 'shef'. Did you mean 'shelf'? "
            "Choose 'id', 'shelf', 'kind', 'size', 'file' or 'lifecycle'.",
            "shef",
            ("id", "shelf", "kind", "size", "file", "lifecycle"),
        ),
        (
            {},
            "a toy operation needs shelf=; for example start(shelf='...')",
            None,
            (),
        ),
        ({"shelf": 5}, "shelf must be str, not 5", 5, ()),
        ({"shelf": "a", "size": "5"}, "size must be int or float, not '5'", "5", ()),
        ({"shelf": "a", "size": True}, "size must be int or float, not True", True, ()),
        (
            {"shelf": "a", "kind": "smal"},
            "unknown kind 'smal'. Did you mean 'small'? Choose 'small' or 'large'.",
            "smal",
            ("small", "large"),
        ),
        (
            {"shelf": lambda i: None},
            "a toy operation needs shelf=; for example start(shelf='...')",
            None,
            (),
        ),
        ({"shelf": "a", "id": ""}, "id must be a string that is not empty, not ''", "", ()),
        ({"shelf": "a", "id": 5}, "id must be a string that is not empty, not 5", 5, ()),
        (
            {"shelf": "a", "lifecycle": State.RUNNING},
            "lifecycle must be a Lifecycle, not State.RUNNING. Make one with "
            "Lifecycle.succeeds(), .fails(), .hangs(), .manual() or .steps().",
            State.RUNNING,
            (),
        ),
        (
            {"shelf": "a", "lifecycle": lambda i: None},
            "lifecycle must be a Lifecycle, not None. Make one with "
            "Lifecycle.succeeds(), .fails(), .hangs(), .manual() or .steps().",
            None,
            (),
        ),
        (
            {"shelf": "a", "lifecycle": Lifecycle.steps(Step(State.CANCELLED))},
            "toy has no status for State.CANCELLED; it has PENDING, RUNNING, SUCCEEDED or FAILED",
            State.CANCELLED,
            ("PENDING", "RUNNING", "SUCCEEDED", "FAILED"),
        ),
        ({"shelf": "a", "size": 13}, "13 is unlucky", 13, ()),
        (
            {"shelf": "a", "id": "job-1"},
            "the id 'job-1' is used by another operation of this test. Choose another, or leave "
            "id= out.",
            "job-1",
            (),
        ),
    ],
)
def test_bad_operations(given, message, value, choices):
    stub = a_stub()
    stub.start(id="job-1", shelf="first")
    before = dict(stub.operations), {*stub._server.parents}
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        stub.start(**given)
    assert (caught.value.value, caught.value.choices) == (value, choices)
    assert (stub.operations, stub._server.parents) == before
    assert list(stub.operations) == ["job-1"]


@pytest.mark.parametrize(
    "bad",
    [
        {"id": lambda i: "same"},
        {"id": lambda i: i or None},
        {"id": lambda i: "job-2" if i else None},
        {"shelf": lambda i: "a" if i < 2 else None},
        {"kind": lambda i: "small" if i < 2 else "none"},
        {"size": lambda i: 11 + i},
        {"lifecycle": lambda i: Lifecycle.hangs() if i < 2 else "hangs"},
    ],
    ids=lambda bad: next(iter(bad)),
)
def test_many_are_started_whole_or_not_at_all(bad):
    stub = a_stub()
    stub.start(shelf="first")
    before = dict(stub.operations), {*stub._server.parents}
    with pytest.raises(InvalidArgument):
        stub.start_many(3, **{"shelf": "second", **bad})
    assert (stub.operations, stub._server.parents) == before
    assert list(stub.operations) == ["job-1"]
    assert stub.start(shelf="first").id == "job-2"


@pytest.mark.parametrize("count", [-1, True, 1.0, "3", None])
def test_a_count_is_a_whole_number(count):
    message = f"count must be a whole number, 0 or more, not {count!r}"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as caught:
        a_stub().start_many(count, shelf="a")
    assert caught.value.value is count


def test_a_purge_needs_no_word():
    op = a_stub().start(shelf="a", lifecycle=Lifecycle.succeeds(running=0).then_purged(0))
    assert op.state is State.PURGED


# What the built-in APIs cannot show.


@pytest.mark.parametrize(
    ("api", "given", "message"),
    [
        (
            CHAINLOOP,
            {"lifecycle": Lifecycle.steps(Step(State.RUNNING, 1), Step(State.CANCELLED))},
            "chainloop has no status for State.CANCELLED; it has PENDING, RUNNING, SUCCEEDED, "
            "FAILED or PURGED",
        ),
        (
            PINECONE,
            {"lifecycle": Lifecycle.succeeds(output=b"x")},
            "a Pinecone operation has no output, so output=b'x' is never shown. Leave it out; it "
            "can show ingestion_units=, given to start().",
        ),
        (
            PINECONE,
            {"ingestion_units": -1},
            "ingestion_units must be finite and not negative, not -1",
        ),
        (
            PINECONE,
            {"ingestion_units": float("nan")},
            "ingestion_units must be finite and not negative, not nan",
        ),
        (
            PINECONE,
            {"ingestion_units": 1, "operation_type": "delete_file"},
            "ingestion_units belongs to upload_file and upsert_file, not to 'delete_file'",
        ),
        (
            PINECONE,
            {"operation_type": "upload"},
            "unknown operation_type 'upload'. Did you mean 'upload_file'? Choose 'upload_file', "
            "'upsert_file', 'update_file_metadata', 'delete_file', 'create_assistant', "
            "'update_assistant' or 'delete_assistant'.",
        ),
    ],
)
def test_what_the_built_in_apis_cannot_show(api, given, message):
    stub = stub_of(api)
    parent = {} if api.serving.parent is None else {api.serving.parent: "docs"}
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        stub.start(**parent, **given)
    assert stub.operations == {}


def test_an_assistant_is_needed():
    message = "a pinecone operation needs assistant_name=; for example start(assistant_name='...')"
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        stub_of(PINECONE).start()


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("state", "The lifecycle decides the state, such as lifecycle="
                  "Lifecycle.fails('why', running=30), .hangs() or .succeeds(); or move it by "
                  "hand: Lifecycle.manual(), and operation.run(), .succeed(), .fail()."),
        ("output", "The lifecycle has the output: lifecycle=Lifecycle.succeeds("
                   "output=b'...')."),
        ("error_message", "The lifecycle decides whether it fails: lifecycle="
                          "Lifecycle.fails('why')."),
        ("percent", "The lifecycle decides the percentage: lifecycle=Lifecycle.hangs("
                    "percent=40), or progress=Progress.stalled(90)."),
        ("created_at", "Times are those of the server's clock: the setting epoch= says when it "
                       "starts, and mock.clock.advance() moves it on before an operation is "
                       "started; the lifecycle decides how long it takes: lifecycle="
                       "Lifecycle.succeeds(pending=2, running=30)."),
        ("count", "Several are started with start_many(3)."),
    ],
)  # fmt: skip
def test_what_is_the_business_of_something_else(name, advice):
    with pytest.raises(InvalidArgument) as caught:
        a_stub().start(shelf="a", **{name: 1})
    message = str(caught.value)
    assert message.startswith(f"unknown field of a toy operation {name!r}. ")
    assert message.endswith(f"'lifecycle'. {advice}")


def test_an_api_may_have_such_a_field_all_the_same():
    stub = a_stub(fields={"state": Field(), "shelf": Field()})
    assert stub.start(state="b", shelf="a").fields == {"state": "b", "shelf": "a"}


@pytest.mark.parametrize("pending", [0, polls(0)])
def test_a_state_that_nobody_sees_needs_no_status(pending):
    stub = stub_of(toy(statuses={State.RUNNING: "busy", State.SUCCEEDED: "ok"}))
    stub.start(shelf="a", lifecycle=Lifecycle.succeeds(pending=pending))
    for seen in (1, polls(1)):
        with pytest.raises(InvalidArgument, match=r"toy has no status for State\.PENDING"):
            stub.start(shelf="a", lifecycle=Lifecycle.succeeds(pending=seen))


def test_a_state_of_the_apis_own_needs_a_word():
    finalizing = OwnState("finalizing", State.RUNNING)
    held = Lifecycle.steps(Step(finalizing))
    stub = a_stub(statuses={finalizing: "finalizing", State.RUNNING: "busy"})
    assert stub.start(shelf="a", lifecycle=held).state == finalizing
    other = Lifecycle.steps(Step(OwnState("finalizing", State.PENDING)))
    with pytest.raises(InvalidArgument) as caught:
        stub.start(shelf="a", lifecycle=other)
    assert str(caught.value) == (
        "toy has no status for OwnState('finalizing', State.PENDING); it has "
        "OwnState('finalizing', State.RUNNING) or RUNNING"
    )


def test_the_states_of_an_api():
    finalizing = OwnState("finalizing", State.RUNNING)
    assert toy(statuses={finalizing: "late", State.RUNNING: "busy"}).states == (*State, finalizing)
