"""A module is told of once it has been imported, and looks as it would have without that."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.resources
import sys

import pytest

from pytest_asyncops.transports.imports import ImportWatch


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes a module that can be imported, and forgets it in the end."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, body: str = "VALUE = 5\n") -> None:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(body)
        (tmp_path / name / "inner.py").write_text("")
        names.append(name)
        importlib.invalidate_caches()

    names: list[str] = []
    yield write
    for name in names:
        for each in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[each]


@pytest.fixture
def watch():
    told = []
    watch = ImportWatch(["watched_one", "watched_gone"], told.append)
    watch.told = told
    before = sys.meta_path[:]
    watch.start()
    yield watch
    watch.stop()
    assert sys.meta_path == before


def test_a_module_is_told_of_when_it_is_whole(written, watch):
    written("watched_one")
    written("another_one")
    importlib.import_module("another_one")
    module = importlib.import_module("watched_one")
    importlib.import_module("watched_one.inner")
    assert watch.told == [module]
    assert module.VALUE == 5
    plain = sys.modules["another_one"]
    assert type(module.__spec__.loader) is type(module.__loader__) is type(plain.__loader__)
    assert importlib.resources.files(module).joinpath("inner.py").is_file()


def test_a_module_that_is_imported_anew_is_told_of_again(written, watch):
    written("watched_one")
    first = importlib.import_module("watched_one")
    del sys.modules["watched_one"]
    second = importlib.import_module("watched_one")
    assert watch.told == [first, second]


def test_one_that_fails_or_is_not_there_is_not_told_of(written, watch):
    written("watched_one", "raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        importlib.import_module("watched_one")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("watched_gone")
    assert watch.told == []


def test_a_folder_without_code_has_no_loader_or_one_and_is_imported(tmp_path, monkeypatch, watch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "watched_one").mkdir()
    importlib.invalidate_caches()
    module = importlib.import_module("watched_one")
    del sys.modules["watched_one"]
    assert list(module.__path__) == [str(tmp_path / "watched_one")]


def test_a_module_under_another_name_is_left_as_it_is(written, watch):
    """As httpx2 gives itself out for httpx."""
    written("another_one")
    real = importlib.import_module("another_one")
    loader, spec = real.__loader__, real.__spec__

    class Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path, target=None):
            if name == "watched_one":
                return importlib.machinery.ModuleSpec(name, self)
            return None

        def create_module(self, spec):
            return real

        def exec_module(self, module):
            module.__spec__ = spec

    alias = Alias()
    sys.meta_path.insert(sys.meta_path.index(watch) + 1, alias)
    try:
        assert importlib.import_module("watched_one") is real
    finally:
        sys.meta_path.remove(alias)
        sys.modules.pop("watched_one", None)
    assert (real.__loader__, real.__spec__, real.__name__) == (loader, spec, "another_one")


def test_an_import_that_ends_after_the_watch_is_not_told_of(written, watch):
    written("watched_one", "import sys; sys.watch_of_the_test.stop()")
    sys.watch_of_the_test = watch
    try:
        importlib.import_module("watched_one")
    finally:
        del sys.watch_of_the_test
    assert watch.told == []
