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
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from .settings import MARK, WITHOUT_MOCK, options

if TYPE_CHECKING:
    from types import TracebackType

    from .mocking import AsyncOpsMock, Switch

_NAME = "asyncops_mock"
_SERVER = "asyncops_server"
_switch_key: pytest.StashKey[Switch] = pytest.StashKey()
_strays_key: pytest.StashKey[list[str]] = pytest.StashKey()
_item_key: pytest.StashKey[pytest.Item | None] = pytest.StashKey()
"""The running test."""
_setting_up_key: pytest.StashKey[list[pytest.FixtureDef[Any]]] = pytest.StashKey()
"""The fixtures of wider scope than a test that are being set up, outermost first."""
_askers_key: pytest.StashKey[list[tuple[pytest.FixtureDef[Any], str]]] = pytest.StashKey()
"""The fixtures that have asked for the mock by ``getfixturevalue``, and by which name."""
_asked_key: pytest.StashKey[bool] = pytest.StashKey()
"""Whether a test has asked for the mock so far."""
_in_vain_key: pytest.StashKey[str] = pytest.StashKey()
"""What is wrong with the mark of a test, if the test does not ask for the mock."""
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
    return _switch(request.config).mock


@pytest.fixture(scope="session")
def asyncops_server(request: pytest.FixtureRequest) -> AsyncOpsMock:
    """The same as asyncops_mock, served on loopback to any program, in this process or another.
        operation = asyncops_server.chainloop.start(lifecycle=Lifecycle.fails("disk full"))
        assert my_program(asyncops_server.chainloop.base_url, operation.id) == "failed"
    It needs the extra: pip install 'pytest-asyncops[server]'.
    """  # noqa: D205 - pytest --fixtures shows the first paragraph alone
    return _switch(request.config).mock


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
        if (sessions := sys.modules.get(f"{__package__}.session")) is not None:
            sessions.opened.forget()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Open the mock, before any fixture of the test."""
    item.config.stash[_item_key] = item
    if _in_vain_key in item.stash:
        item.stash[_asked_key], item.stash[_mistake_key] = False, None  # it may run again
    if names := _names_of_it(item):
        _open(item, _SERVER in names)


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
        _open_for_each_test(fixturedef, config)
        return value
    if fixturedef.scope == "function":
        return (yield)
    setting_up = config.stash.setdefault(_setting_up_key, [])
    setting_up.append(fixturedef)
    _tell_who_sets_up(config)
    try:
        return (yield)
    finally:
        setting_up.pop()
        _tell_who_sets_up(config)
        if switch := _open_switch(config):
            switch.come_first()  # before a mock that this fixture holds open


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let each example of a Hypothesis test start from the state that the fixtures left.

    The report, and the fixtures at their end, see the state after the last example.
    """
    hypothesis = _hypothesis_of(item)
    if hypothesis is None or not (_names_of_it(item) or _asks_for_fixtures(item)):
        return (yield)
    from .hypothesis_examples import Examples

    inner_test = hypothesis.inner_test
    examples = Examples(lambda: _open_switch(item.config))
    hypothesis.inner_test = examples.of(inner_test)
    try:
        return (yield)
    finally:
        hypothesis.inner_test = inner_test
        examples.end()


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
        is_fine = report.skipped or item.stash.get(_asked_key, False)
        item.stash[_mistake_key] = None if is_fine else item.stash[_in_vain_key]
    if f"{__package__}.session" in sys.modules:
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
    if switch := _open_switch(item.config):
        with _plainly():
            switch.close()
    elif mistake := item.stash.get(_mistake_key, None):
        raise pytest.fail.Exception(mistake, pytrace=False)
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session if work of a test continued after its end, and was kept from the network."""
    guard = sys.modules.get(f"{__package__}.network.guard")
    strays = [] if guard is None else [str(error) for error in guard.guard.forget().values()]
    if hasattr(session.config, "workeroutput"):  # xdist's main process gathers them
        session.config.workeroutput[_NAME] = strays
    gathered = session.config.stash.setdefault(_strays_key, [])
    gathered += strays
    if gathered and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
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
    last = call.excinfo.tb
    entry: TracebackType | None = last
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] != __package__:
            last = entry
        entry = entry.tb_next
    last.tb_next = None


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Keep a credential out of the report if an assertion compares it with another text."""
    messages = sys.modules.get(f"{__package__}.serving.messages")  # not imported means no secret
    if messages is None or not {type(left), type(right)} & {messages.Secret, messages.Hiding}:
        return None
    return [f"{left!r} {op} {right!r}"]


@contextmanager
def _plainly() -> Generator[None, None, None]:
    """Show only the message of a user's mistake, without lines of this package."""
    from .errors import AsyncOpsError

    try:
        yield
    except (AsyncOpsError, pytest.UsageError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _names_of_it(item: pytest.Item) -> set[str]:
    """The names by which a test asks for the mock, none if it does not."""
    # pytest does not tell what a fixture asks for by getfixturevalue, and only the first test sees
    # it ask.
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    askers = item.config.stash.setdefault(_askers_key, [])
    asked = {name for asker, name in askers if asker in known.get(asker.argname, ())[-1:]}
    return asked | {_NAME, _SERVER} & {*getattr(item, "fixturenames", ())}


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


def _switch(config: pytest.Config) -> Switch:
    from .mocking import Switch

    return config.stash.setdefault(_switch_key, Switch())


def _open_switch(config: pytest.Config) -> Switch | None:
    switch = config.stash.get(_switch_key, None)
    return switch if switch is not None and switch.is_open else None


def _open(item: pytest.Item, is_served: bool) -> None:
    from .marker import resolved

    item.stash[_asked_key] = True
    with _plainly():
        _switch(item.config).open(resolved(item, is_served), item.nodeid)
    _tell_who_sets_up(item.config)


def _open_for_each_test(fixturedef: pytest.FixtureDef[Any], config: pytest.Config) -> None:
    """Open the mock now, and whenever a later test asks for it.

    pytest sets up a session fixture once, and gives later tests the value that it has kept.
    """
    is_served = fixturedef.argname == _SERVER

    def open_if_closed() -> None:
        setting_up = config.stash.setdefault(_setting_up_key, [])
        config.stash.setdefault(_askers_key, []).extend(
            (asker, fixturedef.argname) for asker in setting_up
        )
        item, switch = config.stash.get(_item_key, None), _open_switch(config)
        if switch is None and item is not None:
            _open(item, is_served)
        elif switch is not None and is_served:
            with _plainly():
                switch.check_served()

    def asked(request: Any) -> Any:
        open_if_closed()
        return type(fixturedef).execute(fixturedef, request)

    fixturedef.execute = asked  # type: ignore[method-assign]  # no hook is called for it
    open_if_closed()


def _tell_who_sets_up(config: pytest.Config) -> None:
    if switch := _open_switch(config):
        setting_up = config.stash.get(_setting_up_key, [])
        who = [f"the fixture {each.argname!r} of {each.scope} scope" for each in setting_up[-1:]]
        switch.set_up_by(*who)


def _hypothesis_of(item: pytest.Item) -> Any:
    """The handle that Hypothesis has put on a test, ``None`` for a test without examples."""
    return getattr(getattr(item, "obj", None), "hypothesis", None)
