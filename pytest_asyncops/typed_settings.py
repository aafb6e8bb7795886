"""The settings of `mocked` and the marker with the types of their values, for editors and checkers.

The table in `settings` decides; a test compares this with it. Nothing here runs in a test session
unless it is imported.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from typing import Literal, TypedDict, Union

from .durations import Seconds
from .serving.api import Api

_Transport = Literal[
    "auto", "responses", "httpx", "aiohttp", "urllib3", "niquests", "http_client", "server"
]
_Order = Literal["newest", "oldest"]
_Verdict = Literal["refuse", "allow"]


class Settings(TypedDict, total=False):
    """Settings by name, as `mocked` and ``@pytest.mark.asyncops`` accept them.

    A type checker accepts any argument of a mark. If they are written like this, an editor
    completes the settings of a mark, and a checker reports unknown ones:

    >>> import pytest
    >>> mark = pytest.mark.asyncops(**Settings(clock="manual", chainloop_order="oldest"))
    >>> mark.kwargs
    {'clock': 'manual', 'chainloop_order': 'oldest'}
    """

    transport: Union[_Transport, Iterable[_Transport]]
    clock: Literal["virtual", "manual", "real"]
    apis: Union[str, Iterable[Union[str, Api]]]
    base_urls: Mapping[str, Union[str, Mapping[str, str]]]
    epoch: Union[str, datetime.datetime]
    network: Literal["pass", "block"]
    allowed_hosts: Union[str, Iterable[str]]
    unmatched: Literal["fail", "answer"]
    unused_plans: Literal["allow", "fail"]
    max_polls_at_once: int
    max_polls_per_operation: int
    max_polls_unchanged: int
    max_virtual_time: Seconds
    max_real_wait: Seconds
    max_calls_kept: int
    max_bytes_kept: int
    patience: Seconds
    timeline: Literal["on failure", "always", "never"]
    speed: float
    skip_idle: bool
    tls: bool
    contract: Union[str, os.PathLike[str], None]

    chainloop_page_base: Literal["zero", "one", "offset"]
    chainloop_default_page_size: int
    chainloop_max_page_size: int
    chainloop_negative_page: Literal["refuse", "default"]
    chainloop_order: _Order
    chainloop_profile: Literal["contract", "gateway", "gateway_camel"]
    chainloop_purged: Literal["visible", "gone"]
    chainloop_get_without_operation: _Verdict
    chainloop_foreign_body: _Verdict
    chainloop_error_in_success: _Verdict
    chainloop_other_notation: _Verdict
    chainloop_empty_or_missing: _Verdict
    chainloop_list_without_operations: _Verdict

    pinecone_version_header: Literal["required", "optional"]
    pinecone_versions: Literal["dates", "any"]
    pinecone_bad_filter: Literal["refuse", "empty"]
    pinecone_bad_limit: Literal["refuse", "clamp"]
    pinecone_default_limit: int
    pinecone_bad_token: Literal["refuse", "restart"]
    pinecone_order: _Order
    pinecone_retention: Seconds
    pinecone_foreign_body: _Verdict
    pinecone_error_in_success: _Verdict
    pinecone_other_notation: _Verdict
    pinecone_empty_or_missing: _Verdict
    pinecone_list_without_operations: _Verdict
