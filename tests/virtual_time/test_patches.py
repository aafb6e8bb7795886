"""What is replaced is put back as it was: what was a class's own, and what it had from a base."""

from __future__ import annotations

from typing import Any

from pytest_asyncops.virtual_time.patches import Patches


def test_everything_is_put_back_as_it_was() -> None:
    class Base:
        @staticmethod
        def inherited() -> str:
            return "of the base"

    class Owner(Base):
        own: Any = staticmethod(lambda: "its own")

    before = dict(vars(Owner))
    patches = Patches()
    for value in (lambda: "new", lambda: "newer"):
        patches.put(Owner, "own", staticmethod(value))
        patches.put(Owner, "inherited", staticmethod(value))
    assert (Owner.own(), Owner.inherited(), Base.inherited()) == ("newer", "newer", "of the base")
    for _ in range(2):
        patches.take_back()
        assert dict(vars(Owner)) == before
        assert (Owner.own(), Owner.inherited()) == ("its own", "of the base")
