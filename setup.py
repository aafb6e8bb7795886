"""What pyproject.toml cannot say: the README as package indexes show it.

They have no files beside it, so links to other files of this repository would lead nowhere there.
"""

import re
from pathlib import Path

from setuptools import setup

README = Path(__file__).with_name("README.md").read_text(encoding="utf-8")

setup(
    long_description=re.sub(r"\[([^][]+)\]\((?!https?:|#)[^()]+\)", r"\1", README),
    long_description_content_type="text/markdown",
)
