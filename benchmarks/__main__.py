"""``python -m benchmarks`` runs them all, ``python -m benchmarks NAME ...`` those."""

from __future__ import annotations

import argparse
import importlib
import os
import platform

from .report import table

NAMES = (
    "startup",
    "request",
    "clients",
    "server",
    "listing",
    "store",
    "conformance",
    "contracts",
    "strategies",
    "virtual_time",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args().names or NAMES
    for name in names:
        if name not in NAMES:
            parser.error(f"no benchmark {name!r}; there are {', '.join(NAMES)}")
    made_of = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{made_of}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    for name in names:
        benchmark = importlib.import_module(f"{__package__}.{name}")
        print()
        title = f"{name}: {benchmark.__doc__.splitlines()[0]}"
        for line in table(title, list(benchmark.run())):
            print(line, flush=True)


if __name__ == "__main__":
    main()
