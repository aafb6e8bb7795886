"""Prints a constraints file that pins every dependency to its lower bound."""

from __future__ import annotations

import re
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    from pip._vendor import tomli as tomllib

REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[.*\])?>=([0-9.]+)(?:;.*)?")


def main() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    # The tools of the tests are held down too, since their newest ask for newer dependencies.
    for requirement in [*project["dependencies"], *extras["test"]]:
        match = REQUIREMENT.fullmatch(requirement)
        if match is not None:
            print("{}=={}".format(*match.groups()))


if __name__ == "__main__":
    main()
