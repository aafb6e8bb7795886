"""Runs hand-overs many times and prints how often they failed.

From a checkout, with the package importable:

    python tests/support/stress.py RUNS [NAMES ...] [--switch SECONDS]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 if any run failed or ended at another time than it should, and else 0."""
    from support.hand_overs import HAND_OVERS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=int)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(HAND_OVERS))
    parser.add_argument("--switch", type=float, help="seconds after which threads take turns")
    options = parser.parse_args(arguments)
    if options.switch is not None:
        sys.setswitchinterval(options.switch)
    print(f"{'hand-over':45} {'runs':>6} {'failed':>6} {'jumped':>6} {'seconds':>8}")
    failures = 0
    for name in options.names or HAND_OVERS:
        failures += _stress(name, options.runs)
    return int(failures > 0)


def _stress(name: str, runs: int) -> int:
    from support.hand_overs import HAND_OVERS

    row = HAND_OVERS[name]
    failed = jumped = bad = 0
    began = time.perf_counter()
    for _ in range(runs):
        stands, error = row.run()
        if isinstance(error, KeyboardInterrupt):
            raise error
        failed += error is not None
        jumped += stands != row.ends
        bad += error is not None or stands != row.ends
    seconds = time.perf_counter() - began
    print(f"{name:45} {runs:6} {failed:6} {jumped:6} {seconds:8.2f}", flush=True)
    return bad


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parent.parent)
    sys.exit(main())
