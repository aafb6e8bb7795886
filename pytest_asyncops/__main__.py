"""``python -m pytest_asyncops``."""

import sys

from .serve.command import main

if __name__ == "__main__":
    sys.exit(main())
