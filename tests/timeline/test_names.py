"""Each operation has a name of its own, which is its id or the end of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncops.timeline.names import short_names
from pytest_asyncops.timeline.plain import plain

UUID = "00000000-0000-4000-8000-{:012}"


@given(st.lists(st.text("ab-", max_size=24), max_size=8))
def test_each_id_has_a_name_of_its_own(ids: list[str]) -> None:
    names = short_names(ids)
    assert [*names] == [*dict.fromkeys(ids)]
    assert len({*names.values()}) == len(names)
    assert all(name in (one, f"…{one[1 - len(name) :]}") for one, name in names.items())


def test_a_name_is_as_short_as_it_can_be() -> None:
    ids = [UUID.format(number) for number in (1, 20_001)]
    assert [*short_names(ids[:1]).values()] == ["…0001"]
    assert [*short_names(ids).values()] == ["…00001", "…20001"]
    assert [*short_names(["op-000000000001"]).values()] == ["op-000000000001"]


def test_a_name_is_no_command_to_a_terminal() -> None:
    assert short_names(["\x1b[31m"])["\x1b[31m"] == plain("\x1b[31m")
