"""The clock stands still while one thread hands something to another, however it does that."""

from __future__ import annotations

import pytest
from support.hand_overs import HAND_OVERS
from support.program_runs import switching_every
from support.stress import main


@pytest.mark.parametrize("interval", [None, 1e-6])
@pytest.mark.parametrize("name", HAND_OVERS)
def test_nothing_that_is_on_its_way_is_overtaken(name: str, interval: float | None) -> None:
    with switching_every(interval):
        stands, error = HAND_OVERS[name].run()
    if error is not None:
        raise error
    assert stands == HAND_OVERS[name].ends


def test_hand_overs_can_be_run_many_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["3", "event", "timers"]) == 0
    _, *rows = capsys.readouterr().out.splitlines()
    assert [row.split()[:4] for row in rows] == [
        ["event", "3", "0", "0"],
        ["timers", "3", "0", "0"],
    ]
