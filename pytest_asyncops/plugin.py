"""The pytest plugin: options, marker, fixture, and the hooks that give each test its mock.

Everything but the table of settings is imported when a test first names the fixture, so that a
session without it pays for nothing.

The fixture has session scope, because Hypothesis runs all examples of a test with one set of
function-scoped fixtures, and rightly complains. The hooks below make the mock new for each test: it
is opened before the fixtures of a test that names it and closed after them. Each example of a
Hypothesis test starts from the state that the fixtures left.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from .settings import MARK, WITHOUT_MOCK, options

if TYPE_CHECKING:
    from .fixture_mock import FixtureMock
    from .mocking import AsyncOpsMock, Switch

_NAME = "asyncops_mock"
_SERVER = "asyncops_server"
_mock_key: pytest.StashKey[FixtureMock] = pytest.StashKey()
_strays_key: pytest.StashKey[list[str]] = pytest.StashKey()
_item_key: pytest.StashKey[pytest.Item | None] = pytest.StashKey()
"""The running test."""
_setting_up_key: pytest.StashKey[list[pytest.FixtureDef[Any]]] = pytest.StashKey()
"""The fixtures of wider scope than a test that are being set up, outermost first."""
_in_vain_key: pytest.StashKey[str] = pytest.StashKey()
"""What is wrong with the mark of a test if it does not ask for the mock."""
_mistake_key: pytest.StashKey[str | None] = pytest.StashKey()
"""The same, for a test that has run and has not asked."""


class _Hooks:
    """The hooks for conftest.py and other plugins."""

    @staticmethod
    def pytest_asyncops_apis(config: pytest.Config) -> object:
        """APIs of the project: an `Api`, or several of them.

        They are live in the tests below the directory of the ``conftest.py`` that has this hook,
        unless the setting ``apis`` says otherwise, and known by their names in settings.
        """


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let the project register APIs of its own."""
    pluginmanager.add_hookspecs(_Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register every setting as an ini option."""
    for name, setting in options():
        parser.addini(f"asyncops_{name}", setting.help, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "asyncops(**settings): settings of asyncops_mock for this test, by name, such as "
        "asyncops(clock='manual'). For each setting, the closest mark wins. The ini file sets "
        "them for all tests, with asyncops_ before each name. The settings are "
        f"{', '.join(name for name, _ in options())}; pytest --help explains each.",
    )


@pytest.fixture(scope="session")
def asyncops_mock(request: pytest.FixtureRequest) -> AsyncOpsMock:
    """Chainloop Platform and Pinecone Assistant, stubbed: a `pytest_asyncops.AsyncOpsMock`.
        operation = asyncops_mock.chainloop.start(lifecycle=Lifecycle.fails("disk full"))
        assert my_client.wait(operation.id) == "failed"  # its waits take no time
        assert operation.polls < 10
    The marker asyncops changes its settings: see pytest --markers.
    """  # noqa: D205 - pytest --fixtures shows the first paragraph alone
    return _fixture_mock(request.config).switch.mock


@pytest.fixture(scope="session")
def asyncops_server(request: pytest.FixtureRequest) -> AsyncOpsMock:
    """The same as asyncops_mock, served on loopback to any program, in this process or another.
        operation = asyncops_server.chainloop.start(lifecycle=Lifecycle.fails("disk full"))
        assert my_program(asyncops_server.chainloop.base_url, operation.id) == "failed"
    It needs the extra: pip install 'pytest-asyncops[server]'.
    """  # noqa: D205 - pytest --fixtures shows the first paragraph alone
    return _fixture_mock(request.config).switch.mock


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse a mark on a test that can have no mock."""
    report = yield
    mistakes: dict[str, None] = {}  # by text: a function is several tests if it has parameters
    for item in report.result or ():
        if isinstance(item, pytest.Function) and _is_marked_in_vain(item):
            from .marker import mark_in_vain

            mistake = mark_in_vain(item)
            if _asks_for_fixtures(item):
                item.stash[_in_vain_key] = mistake
            else:
                mistakes[mistake] = None
    if mistakes:
        report.outcome = "failed"
        report.longrepr = "\n".join(mistakes)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Put everything back, also after an interrupt, which skips the teardown."""
    try:
        with _contract_in_force(item):
            return (yield)
    finally:
        item.config.stash[_item_key] = None
        if switch := _open_switch(item.config):
            switch.abandon()
        if (mocks := sys.modules.get(f"{__package__}.opened_mocks")) is not None:
            mocks.opened.forget()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Open the mock, before any fixture of the test."""
    item.config.stash[_item_key] = item
    item.stash[_mistake_key] = None  # it may run again
    if (mock := _mock_so_far(item.config)) is not None:
        mock.is_asked_for = False
    if names := _names_of_it(item):
        _fixture_mock(item.config).open(item, _SERVER in names)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Note which fixtures ask for the mock, and which ones of wider scope are set up meanwhile.

    The latter are set up in the first of their tests, after the mock of this test has been opened.
    """
    config = request.config
    if getattr(fixturedef.func, "__module__", None) == __name__:
        value = yield
        # Not before: pytest would keep an error in place of the fixture's value.
        _fixture_mock(config).open_for_each_test(fixturedef, fixturedef.argname == _SERVER)
        return value
    if fixturedef.scope == "function":
        return (yield)
    setting_up = config.stash.setdefault(_setting_up_key, [])
    setting_up.append(fixturedef)
    if mock := _open_mock(config):
        mock.tell_who_sets_up()
    try:
        return (yield)
    finally:
        setting_up.pop()
        if mock := _open_mock(config):
            mock.tell_who_sets_up()
            mock.switch.come_first()  # before a mock that this fixture holds open


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let each example of a Hypothesis test start from the state that the fixtures left.

    The report, and the fixtures at their end, see the state after the last example.
    """
    hypothesis = _hypothesis_of(item)
    if hypothesis is None or not (_names_of_it(item) or _asks_for_fixtures(item)):
        return (yield)
    from .hypothesis_examples import each_from_the_start

    with each_from_the_start(hypothesis, lambda: _open_switch(item.config)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the error of the test, and whether there is a mock for the settings of its mark.

    The report gets the timeline of the mock. Subtests come here too, before the test itself.
    """
    if call.excinfo is not None and _hypothesis_of(item) is not None:
        from .explanations import keep_to_users_lines

        keep_to_users_lines(call.excinfo.value)
    report = yield
    if call.excinfo is not None and (switch := _open_switch(item.config)):
        switch.note_failure(call.excinfo.value)
    if call.when == "call" and _in_vain_key in item.stash:
        mock = _mock_so_far(item.config)
        is_fine = report.skipped or (mock is not None and mock.is_asked_for)
        item.stash[_mistake_key] = None if is_fine else item.stash[_in_vain_key]
    if f"{__package__}.opened_mocks" in sys.modules:
        from .reported_timelines import add_timelines

        add_timelines(report, item)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Close the mock, after the last fixture of the test."""
    try:
        result = yield
    except BaseException:
        if switch := _open_switch(item.config):
            switch.abandon()  # a fixture's own error comes first
        raise
    if mock := _open_mock(item.config):
        mock.close()
    elif mistake := item.stash.get(_mistake_key, None):
        raise pytest.fail.Exception(mistake, pytrace=False)
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session if work of a test continued after its end, and was kept from the network."""
    strays = session.config.stash.setdefault(_strays_key, [])
    if (guard := sys.modules.get(f"{__package__}.network.guard")) is not None:
        strays += [str(error) for error in guard.guard.forget().values()]
    if hasattr(session.config, "workeroutput"):  # xdist's main process gathers them
        session.config.workeroutput[_NAME] = strays
    if strays and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect the work that continued after tests in a worker of xdist."""
    strays = getattr(node, "workeroutput", {}).get(_NAME, [])
    node.config.stash.setdefault(_strays_key, []).extend(strays)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Report the work that continued after tests."""
    strays = config.stash[_strays_key]
    if strays:
        terminalreporter.section("asyncops: work that continued after its test", red=True)
        terminalreporter.write_line("\n\n".join(strays))


@pytest.hookimpl(tryfirst=True)
def pytest_exception_interact(call: pytest.CallInfo[object]) -> None:
    """Let a debugger stand where this package was called, if it has raised its own error there."""
    if call.excinfo is None or call.excinfo.type.__module__ != __package__:
        return
    from .debuggers import end_at_the_call

    end_at_the_call(call.excinfo.tb)


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Keep a credential out of the report if an assertion compares it with another text."""
    messages = sys.modules.get(f"{__package__}.serving.messages")  # not imported means no secret
    if messages is None or not {type(left), type(right)} & {messages.Secret, messages.Hiding}:
        return None
    return [f"{left!r} {op} {right!r}"]


def _names_of_it(item: pytest.Item) -> set[str]:
    """The names by which a test asks for the mock, none if it does not."""
    named = {_NAME, _SERVER} & {*getattr(item, "fixturenames", ())}
    mock = _mock_so_far(item.config)
    return named if mock is None else named | mock.names_asked_by(item)


def _asks_for_fixtures(item: pytest.Item) -> bool:
    return "request" in getattr(item, "fixturenames", ())


def _is_marked_in_vain(item: pytest.Function) -> bool:
    """Whether a test has settings for a mock, and no mock."""
    # Marks of a class or a module may be meant for some of its tests.
    marks = [mark for mark in item.own_markers if mark.name == MARK]
    given = any(mark.args or mark.kwargs.keys() - WITHOUT_MOCK for mark in marks)
    return given and not _names_of_it(item)


def _contract_in_force(item: pytest.Item) -> AbstractContextManager[None]:
    """The document of the settings, with a mock or without."""
    marks = item.iter_markers(MARK)
    is_set = item.config.getini(f"{MARK}_contract") or any("contract" in m.kwargs for m in marks)
    if not is_set:
        return nullcontext()
    from .contract_in_force import in_force
    from .marker import contract_of

    return in_force(contract_of(item))


def _fixture_mock(config: pytest.Config) -> FixtureMock:
    from .fixture_mock import FixtureMock

    stash = config.stash
    if _mock_key not in stash:
        setting_up = stash.setdefault(_setting_up_key, [])
        stash[_mock_key] = FixtureMock(lambda: stash.get(_item_key, None), setting_up)
    return stash[_mock_key]


def _mock_so_far(config: pytest.Config) -> FixtureMock | None:
    """The mock, once a test has asked for it."""
    return config.stash.get(_mock_key, None)


def _open_mock(config: pytest.Config) -> FixtureMock | None:
    mock = _mock_so_far(config)
    return mock if mock is not None and mock.switch.is_open else None


def _open_switch(config: pytest.Config) -> Switch | None:
    mock = _open_mock(config)
    return None if mock is None else mock.switch


def _hypothesis_of(item: pytest.Item) -> Any:
    """The handle that Hypothesis has put on a test, ``None`` for a test without examples."""
    return getattr(getattr(item, "obj", None), "hypothesis", None)
