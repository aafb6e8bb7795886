"""Notices the import of a module, at next to no cost for other imports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

Tell = Callable[[ModuleType], None]
"""Gets a module that has just been imported."""


class ImportWatch(MetaPathFinder):
    """Reports modules that are imported while it is on.

    Args:
        names: the modules to report.
        tell: called with each of them.
    """

    def __init__(self, names: Iterable[str], tell: Tell) -> None:
        self._names = frozenset(names)
        self._tell = tell

    def start(self) -> None:
        """Begin to watch."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Stop; an import that is not finished is not reported."""
        self._names = frozenset()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The result of the finders behind this one for reported modules; ``None`` for others."""
        if name not in self._names:
            return None
        finders = sys.meta_path[sys.meta_path.index(self) + 1 :]
        for finder in finders:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _TellingLoader(spec, spec.loader, self._imported)
                return spec
        return None

    def _imported(self, module: ModuleType) -> None:
        if module.__name__ in self._names:
            self._tell(module)


class _TellingLoader(Loader):
    """Loads as another loader does, and then tells; the module knows only that other one."""

    def __init__(self, spec: ModuleSpec, loader: Loader, tell: Tell) -> None:
        self._spec = spec
        self._loader = loader
        self._tell = tell

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._spec.loader = self._loader
        if module.__loader__ is self:  # not if it is another module's, under another name
            module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._tell(module)
