"""Every setting: its name, its choices, and the reason for its default.

The plugin reads this table when pytest starts, so this module imports nothing of the package. The
same names serve the marker, the ini file (with ``asyncops_`` before them) and `mocked`.
"""

from __future__ import annotations


class Setting:
    """A setting.

    Attributes:
        name: the name that tests use.
        default: the value if it is not set.
        why: what it decides, and the reason for its default.
        choices: the values of the kinds ``choice`` and ``choices``; empty for the other kinds.
        kind: how values are read: ``choice``, ``choices``, ``count``, ``seconds``, ``instant``,
            ``names``, ``hosts``, ``urls``, ``path``, ``rate`` or ``flag``.
    """

    # Neither a dataclass nor a named tuple: to make such a class takes longer than the rest of this
    # module, and every pytest session pays for it.
    __slots__ = ("choices", "default", "kind", "name", "why")

    def __init__(
        self,
        name: str,
        default: object,
        why: str,
        choices: tuple[str, ...] = (),
        kind: str = "choice",
    ) -> None:
        self.name: str = name
        self.default: object = default
        self.why: str = why
        self.choices: tuple[str, ...] = choices
        self.kind: str = kind

    @property
    def help(self) -> str:
        """The text of ``pytest --help``: what it decides, its values, and its default."""
        one = "One or more" if self.kind == "choices" else "One"
        values = _VALUES.get(self.kind, f"{one} of {', '.join(self.choices)}.")
        default = self.default
        if isinstance(default, tuple):
            default = ", ".join(map(str, default))
        return f"{self.why} {values} Default: {default or 'none'}."

    def __repr__(self) -> str:
        return f"<Setting {self.name}, {self.default!r} by default>"


_VALUES = {
    "count": "A whole number, 1 or more.",
    "flag": "true or false.",
    "hosts": "Names, separated by spaces or commas.",
    "instant": "An instant such as 2026-01-01T00:00:00Z.",
    "names": "Names, or places such as package.module:NAME, separated by spaces or commas.",
    "path": "A path, relative to the directory of the ini file.",
    "rate": "A number above 0.",
    "seconds": "A number of seconds.",
    "urls": "Lines of name=URL, or name.host=URL.",
}
"""For each kind of setting, how its values are written in an ini file."""


GENERAL = (
    Setting(
        "transport",
        "auto",
        "Which client libraries are answered: 'auto' means all that the code under test imports, "
        "a list of names only these; 'server' means any program, by a server on loopback.",
        ("auto", "responses", "httpx", "aiohttp", "urllib3", "niquests", "http_client", "server"),
        "choices",
    ),
    Setting(
        "clock",
        "virtual",
        "What moves the server's clock: 'virtual' skips the waits of the code under test, "
        "'manual' moves only by clock.advance(), 'real' is the wall clock.",
        ("virtual", "manual", "real"),
    ),
    Setting(
        "apis",
        ("chainloop", "pinecone"),
        "Which APIs are live: those built in, those that conftest.py registers with the hook "
        "pytest_asyncops_apis, and Api values of your own. Unless set, the first two.",
        kind="names",
    ),
    Setting(
        "base_urls",
        {},
        "The URLs at which APIs are served instead of their real ones, by API name. All hosts of "
        "an API are at its URL, or a mapping gives each host its own.",
        kind="urls",
    ),
    Setting(
        "epoch",
        "2026-01-01T00:00:00Z",
        "When the servers' clock starts: an instant, or 'now'. The default is fixed, so that two "
        "runs print the same.",
        kind="instant",
    ),
    Setting(
        "network",
        "pass",
        "Whether requests to other hosts than the APIs' may leave this machine, whatever client "
        "sends them: 'pass' lets them through, 'block' refuses them.",
        ("pass", "block"),
    ),
    Setting(
        "allowed_hosts",
        (),
        "Hosts that may be reached all the same: real ones of the APIs, or others with "
        "network='block'. Names, or patterns like '*.example.com'.",
        kind="hosts",
    ),
    Setting(
        "unmatched",
        "fail",
        "Whether a request to an API's URL that matches no route fails the test. It gets the "
        "API's own error; with 'fail' the test also fails at its end, because pollers swallow "
        "errors.",
        ("fail", "answer"),
    ),
    Setting(
        "unused_plans",
        "allow",
        "Whether a plan that matched no operation fails the test: with 'fail' the test fails at "
        "its end, and says which operations were started instead.",
        ("allow", "fail"),
    ),
    Setting(
        "max_polls_at_once",
        1_000,
        "How often one URL may be requested while no time passes, before the test fails: a poller "
        "that does not wait would poll for ever.",
        kind="count",
    ),
    Setting(
        "max_polls_per_operation",
        1_000_000,
        "How often one operation may be polled before the test fails: polling every 5 seconds for "
        "30 days takes half of the default.",
        kind="count",
    ),
    Setting(
        "max_polls_unchanged",
        10_000,
        "How often one URL may give the same answer while no operation can change any more.",
        kind="count",
    ),
    Setting(
        "max_virtual_time",
        400 * 24 * 60 * 60,
        "How many seconds of waiting may be skipped before the test fails: a poller without a "
        "deadline would wait for ever.",
        kind="seconds",
    ),
    Setting(
        "max_real_wait",
        2,
        "How many seconds the code under test may really wait between polls while virtual time "
        "stands still, before the test fails: virtual time does not reach such a wait.",
        kind="seconds",
    ),
    Setting(
        "max_calls_kept",
        10_000,
        "How many calls are kept, of each API and in all; the oldest are dropped first. "
        "assert_polled still knows the exact counts and extremes.",
        kind="count",
    ),
    Setting(
        "max_bytes_kept",
        32_000_000,
        "How many bytes the bodies of the kept calls may have in all: 10,000 "
        "lists of 100 operations would fill 200 MB.",
        kind="count",
    ),
    Setting(
        "patience",
        10,
        "How many real seconds the virtual clock waits for one thing that takes real time: a "
        "child process, a pipe, a server's answer, a thread that computes. Most take less; if one "
        "takes longer, a PatienceWarning says so.",
        kind="seconds",
    ),
    Setting(
        "timeline",
        "on failure",
        "When the report of a test shows the timeline of its mock: what was asked, answered and "
        "waited for, in order. A test that passes shows it with pytest -rP.",
        ("on failure", "always", "never"),
    ),
    Setting(
        "speed",
        1,
        "How many seconds the servers' clock moves in a real one: for clients of a server, "
        "whose waits cannot be skipped. With it, the clock is 'real'.",
        kind="rate",
    ),
    Setting(
        "skip_idle",
        False,
        "Whether a poll that sees nothing new moves the servers' clock to the next change of its "
        "answer: for clients of a server, whose waits cannot be skipped. With it, the clock is "
        "'manual'.",
        kind="flag",
    ),
    Setting(
        "tls",
        False,
        "Whether the server speaks TLS; clients have to trust the mock's ca_file.",
        kind="flag",
    ),
    Setting(
        "contract",
        None,
        "The OpenAPI document against which assert_conforms checks the answers of other APIs. In "
        "the ini file and in marks, its path is relative to pytest's rootdir.",
        kind="path",
    ),
)

SERVED = ("server",)
"""The setting ``transport`` of a mock that is served on loopback, once it is read."""

WITHOUT_MOCK = frozenset({"contract"})
"""The settings that count in a test without a mock, too."""

_VERDICTS = ("refuse", "allow")

ANSWER_READINGS = (
    Setting(
        "get_without_operation",
        "refuse",
        "Whether assert_conforms refuses a 200 of the get route without its operation. The "
        "contract "
        "may require nothing, but a client that gets no operation has nothing to read.",
        _VERDICTS,
    ),
    Setting(
        "foreign_body",
        "refuse",
        "Whether assert_conforms refuses an answer that has no member of its own schema and has "
        "one of another answer's. Where nothing is required, the body of any route would pass.",
        _VERDICTS,
    ),
    Setting(
        "error_in_success",
        "refuse",
        "Whether assert_conforms refuses the body of an error in an answer with a status below "
        "400. "
        "Some services answer every request with 200.",
        _VERDICTS,
    ),
    Setting(
        "other_notation",
        "allow",
        "Whether assert_history refuses an instant that a later answer writes in another way: "
        "with more zeros, or another offset. It is the same moment.",
        _VERDICTS,
    ),
    Setting(
        "empty_or_missing",
        "allow",
        "Whether assert_history refuses a text that is empty in one answer and missing in another. "
        "Services that leave out what is empty do not tell the two apart.",
        _VERDICTS,
    ),
)
"""The readings that decide what an answer of a route has to have, and what is a change of it."""

CHAINLOOP = (
    Setting(
        "page_base",
        "zero",
        "What pagination.page counts. In the request, the contract calls it a zero-based offset "
        "of the first item; in the answer, the current page number. The service's public sibling "
        "counts pages from one.",
        ("zero", "one", "offset"),
    ),
    Setting(
        "default_page_size",
        100,
        "How many operations a page has unless the request says otherwise. Not stated; the "
        "service's public sibling has 100.",
        kind="count",
    ),
    Setting(
        "max_page_size",
        100,
        "The most operations a page can have; a larger pagination.page_size is cut to it, and "
        "the answer says so. The contract states the cut, not the number.",
        kind="count",
    ),
    Setting(
        "negative_page",
        "refuse",
        "How a negative page or page_size is answered: 'refuse' answers 400, 'default' treats it "
        "as not given. The contract states no minimum.",
        ("refuse", "default"),
    ),
    Setting(
        "order",
        "newest",
        "The order of a list. Not stated; dashboards show the newest first.",
        ("newest", "oldest"),
    ),
    Setting(
        "profile",
        "contract",
        "How answers are written: 'contract' leaves out what is not set, as the contract's types "
        "ask; 'gateway' and 'gateway_camel' write what a grpc-gateway with default settings does: "
        "unset timestamps are null, unset strings empty, names in snake_case or camelCase.",
        ("contract", "gateway", "gateway_camel"),
    ),
    Setting(
        "purged",
        "visible",
        "What is left of a purged operation: 'visible' shows it with status PURGED and without "
        "its output, 'gone' answers 404. The contract has the status, so some answers have it.",
        ("visible", "gone"),
    ),
    *ANSWER_READINGS,
    Setting(
        "list_without_operations",
        "allow",
        "Whether assert_conforms refuses a 200 of the list route without operations. The contract "
        "does not require them, and protobuf's JSON may leave out a list that is empty.",
        _VERDICTS,
    ),
)

PINECONE = (
    Setting(
        "version_header",
        "required",
        "How a request without X-Pinecone-Api-Version is answered: 'required' answers 400, "
        "'optional' serves it. The contract requires the header and gives it a default.",
        ("required", "optional"),
    ),
    Setting(
        "versions",
        "dates",
        "Which versions are served: 'dates' accepts any of the form 2026-04, because real clients "
        "send newer ones than the contract's, 'any' accepts anything.",
        ("dates", "any"),
    ),
    Setting(
        "bad_filter",
        "refuse",
        "How an unknown operation_type or status in a filter is answered: 'refuse' answers 400, "
        "'empty' finds nothing. The contract's enums are open.",
        ("refuse", "empty"),
    ),
    Setting(
        "bad_limit",
        "refuse",
        "How a limit outside 1 to 100 is answered: 'refuse' answers 400, 'clamp' uses the nearest "
        "one.",
        ("refuse", "clamp"),
    ),
    Setting(
        "default_limit",
        100,
        "How many operations or files a page has unless the request says otherwise. Not stated; "
        "the contract's maximum.",
        kind="count",
    ),
    Setting(
        "bad_token",
        "refuse",
        "How a pagination_token that does not belong to the query is answered: 'refuse' answers "
        "400, 'restart' serves the first page.",
        ("refuse", "restart"),
    ),
    Setting(
        "order",
        "newest",
        "The order of a list by created_on. Not stated; the contract's examples have the newest "
        "first.",
        ("newest", "oldest"),
    ),
    Setting(
        "retention",
        30 * 24 * 60 * 60,
        "How many seconds after its end an operation is no longer listed or found. The contract "
        "says 30 days.",
        kind="seconds",
    ),
    *ANSWER_READINGS[1:],  # the contract itself requires what an operation has
    Setting(
        "list_without_operations",
        "refuse",
        "Whether assert_conforms refuses a 200 of the list route without operations. The contract "
        "does not require them, but the service's own client does.",
        _VERDICTS,
    ),
)

READINGS: dict[str, tuple[Setting, ...]] = {"chainloop": CHAINLOOP, "pinecone": PINECONE}
"""The readings of the built-in APIs. In markers and ini files their names begin with the API's name
and an underscore: ``chainloop_page_base``."""

MARK = "asyncops"
"""The name of the marker; with an underscore the beginning of the ini options' names."""


def options() -> list[tuple[str, Setting]]:
    """All settings by the name that the marker knows them by."""
    named = [(setting.name, setting) for setting in GENERAL]
    named += [
        (f"{api}_{setting.name}", setting)
        for api, settings in READINGS.items()
        for setting in settings
    ]
    return named
