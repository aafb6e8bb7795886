"""The transports of one mock: of the client libraries imported before or while it is open."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from types import ModuleType

from ..errors import UnknownVersionWarning
from ..serving.base_urls import BaseUrls
from .client_libraries import ClientLibrary, check_installed, libraries_of
from .covers import MissingPart
from .imports import ImportWatch
from .other_mocks import OtherMock, other_mocks_of
from .transport import Transport


class ChosenTransports:
    """Takes the requests of several client libraries to the stubs of one mock.

    Args:
        transports: the names of the transports; empty for all.
        base_urls: which stub a URL belongs to.

    Attributes:
        clients: the clients whose requests are taken, by the names that people know.

    Raises:
        InvalidArgument: for a transport without an installed client library.
    """

    def __init__(self, transports: Sequence[str], base_urls: BaseUrls) -> None:
        check_installed(transports)
        libraries = libraries_of(transports)
        self._sources: dict[str, ClientLibrary | OtherMock] = {
            **libraries,
            **other_mocks_of(transports),
        }
        self._base_urls = base_urls
        self._watch = ImportWatch(self._sources, self._begin)
        self._started: dict[int, tuple[ModuleType, Transport]] = {}
        self._stack = ExitStack()
        self.clients: Sequence[str] = [
            name for each in libraries.values() for name in (each.module, *each.brings)
        ]

    def start(self) -> None:
        """Begin to take requests."""
        # First, so as not to miss an import by another thread.
        self._watch.start()
        self._stack.callback(self._watch.stop)
        for name in self._sources:
            module = sys.modules.get(name)
            if module is not None:
                self._begin(module)

    def stop(self) -> None:
        """Put everything back."""
        self._stack.close()

    def come_first(self) -> None:
        """Be asked before all other mocks that are open."""
        for _, transport in tuple(self._started.values()):
            transport.come_first()

    def _begin(self, module: ModuleType) -> None:
        if id(module) in self._started:  # another thread has imported it just now
            return
        source = self._sources[module.__name__]
        try:
            transport = source.make()(module, self._base_urls)
        except MissingPart as missing:
            _warn(source.distribution, missing)
            return
        self._started[id(module)] = module, transport
        transport.start()
        self._stack.callback(transport.stop)


def _warn(distribution: str, missing: MissingPart) -> None:
    warnings.warn(
        f"{distribution} {version(distribution)} has no {missing}, which pytest-asyncops "
        f"{version('pytest-asyncops')} replaces to answer requests for its stubs, so these are "
        "not answered. Install another version of one of the two, or do without "
        f"{distribution} in this test.",
        UnknownVersionWarning,
        stacklevel=2,
    )
