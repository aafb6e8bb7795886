"""The document that a test or its settings give, for answers of other APIs than the known ones."""

from __future__ import annotations

import os
from typing import Union

from ..contract.openapi import Contract
from ..contract_in_force import contract_in_force
from ..errors import InvalidArgument, hides_usage_errors
from ..serving.api import Api
from .api_routes import is_of_known_host
from .client_responses import ClientResponse

__tracebackhide__ = hides_usage_errors

ContractLike = Union[Contract, str, "os.PathLike[str]"]
"""An OpenAPI document, or its path."""


def given_contract(
    response: ClientResponse, api: Api | str | None, contract: ContractLike | None
) -> Contract | None:
    """The document that a response is checked against, ``None`` if it is that of its API.

    Raises:
        InvalidArgument: if an API is named too, or if it is neither a document nor a path.
        ContractError: if it cannot be read, or is not OpenAPI.
    """
    if contract is not None:
        if api is not None:
            raise InvalidArgument(
                f"api={api!r} and contract={contract!r} are two contracts. Leave one of them out.",
                value=contract,
            )
        return _read(contract)
    if response.recorded is not None:
        is_known = response.recorded.api is not None
    else:
        is_known = response.request is not None and is_of_known_host(response.request)
    return None if is_known else _read(contract_in_force())


def _read(contract: object) -> Contract:
    """The document at a path, or a document that was read already."""
    if isinstance(contract, Contract):
        return contract
    if not isinstance(contract, (str, os.PathLike)) or not os.fspath(contract):
        raise InvalidArgument(
            f"contract must be the path of an OpenAPI document, or a Contract, not {contract!r}",
            value=contract,
        )
    return Contract.load(contract)
