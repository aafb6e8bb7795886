"""Which hosts a mock keeps from the network: those of its stubs, and of the real services."""

from __future__ import annotations

from collections.abc import Iterable

from .configure import ResolvedSettings
from .network.hosts import OwnHost, Policy, normal_patterns, own_host
from .serving.api import find_base_urls
from .serving.base_urls import port_of
from .serving.server import Server
from .settings import SERVED


def kept_hosts(settings: ResolvedSettings, servers: Iterable[Server]) -> Policy:
    """What a mock with these settings and stubs keeps from being reached."""
    stubs = {server.api: server.base_urls for server in servers}
    own = [
        own_host(api.name, url, port_of(url))
        for api, urls in stubs.items()
        for url in urls.values()
        if settings.transport != SERVED  # the served stubs may be reached
    ]
    for api in {**dict.fromkeys(settings.known.values()), **stubs}:
        at = stubs.get(api, {})
        for host, url in find_base_urls(api).items():
            own.append(own_host(api.name, url, port_of(url))._replace(base_url=at.get(host)))
        own += [
            OwnHost(pattern, None, api.name, at.get(api.serving.main_host))
            for pattern in normal_patterns(api.serving.real_hosts)
        ]
    return Policy(tuple(own), settings.allowed_hosts, settings.network == "block")
