"""Certificates for the server, of an authority that is made for one mock."""

from __future__ import annotations

import os
import ssl
import tempfile
from typing import Any

from .http_server import HOST


class Certificates:
    """A certificate for loopback, and the authority that vouches for it.

    Attributes:
        ca_file: the file with the authority's own certificate, for clients to trust.
    """

    def __init__(self) -> None:
        import trustme

        authority = trustme.CA()
        self._server: Any = authority.issue_cert(HOST, "localhost")
        self.ca_file: str
        number, self.ca_file = tempfile.mkstemp(prefix="asyncops_", suffix=".pem")
        os.close(number)
        authority.cert_pem.write_to_path(self.ca_file)

    def context(self) -> ssl.SSLContext:
        """How a server speaks TLS with it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.configure_cert(context)
        return context

    def remove(self) -> None:
        """Remove the file."""
        os.unlink(self.ca_file)
