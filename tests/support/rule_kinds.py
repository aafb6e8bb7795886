"""Rules of every kind that JSON Schema can say, and the objects that they are about."""

from __future__ import annotations

from hypothesis import strategies as st

from pytest_asyncops.rules.rules import (
    Absent,
    Fixed,
    Needed,
    Never,
    NotAMember,
    OwnMembers,
    Present,
    SameAsStatus,
)

NAMES = ("a", "b", "c")
members = st.sampled_from(NAMES)
words = st.sampled_from(["", "x", "y", "z"])
some_words = st.lists(words, min_size=1, max_size=3, unique=True).map(tuple)
statuses = st.sampled_from([200, 400, 404])
scalars = st.one_of(
    words, st.none(), st.booleans(), st.sampled_from([0, 1, 3, 3.0, 200, 400.0, 404, [], ["x"]])
)
flat = st.dictionaries(members, scalars)
mappings = st.dictionaries(members, st.one_of(scalars, flat, st.dictionaries(members, flat)))
paths = st.lists(members, min_size=1, max_size=3).map(tuple)
allowed = st.lists(st.sampled_from([0, 1, 3, "x", ""]), min_size=1, max_size=2).map(tuple)

KINDS = {
    Absent: st.builds(Absent, members, members, some_words, st.booleans()),
    Present: st.builds(Present, members, members, some_words),
    Never: st.builds(Never, members, some_words),
    NotAMember: st.builds(NotAMember, some_words.map(lambda _: ("a", "b")), st.just("no")),
    Needed: st.builds(Needed, members),
    OwnMembers: st.builds(
        OwnMembers,
        st.lists(members, min_size=1, max_size=2, unique=True).map(tuple),
        st.just(NAMES),
        st.just("no"),
    ),
    Fixed: st.builds(Fixed, paths, st.dictionaries(statuses, allowed)),
    SameAsStatus: st.builds(SameAsStatus, members),
}
