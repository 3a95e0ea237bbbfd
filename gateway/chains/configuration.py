"""The chains of the settings: a JSON text, or a file that holds it."""

from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from gateway.chains.errors import BadChainSettings, UnknownChain


class FactorySettings(msgspec.Struct, frozen=True):
    address: str
    version: int | str
    code_hash: str
    init_code_hash: str


class NativeSettings(msgspec.Struct, frozen=True):
    symbol: str
    decimals: int


class TokenSettings(msgspec.Struct, frozen=True):
    """
    Attributes:
        eip3009: it takes a holder's signed transfer; its domain is read from the chain.
        vouched: somebody vouches that it moves what it is told and that balances stay what they
            are; whether it does is not tried.
    """

    symbol: str
    address: str
    decimals: int
    peg: str | None = None
    enabled: bool = True
    eip3009: bool = False
    vouched: bool = False


class PrivateSubmitSettings(msgspec.Struct, frozen=True):
    """A relay that takes transactions without showing them to the public mempool.

    ``purposes`` names which go there, each with the blocks that may pass without it until it is
    given to the public mempool all the same; null: never. ``signed``: it wants to know who asks.
    """

    url: str
    purposes: dict[str, int | None]
    method: str = "eth_sendRawTransaction"
    signed: bool = False


class SponsorSettings(msgspec.Struct, frozen=True):
    """When the house pays the gas of shoppers who only sign, and how often at most.

    Attributes:
        max_gas_price_wei: wei per gas above which it does not.
        per_invoice: authorizations of one invoice, failed ones too.
        per_client_day: of one client address within 24 hours.
        per_day: on this chain within 24 hours.
    """

    max_gas_price_wei: int
    per_invoice: int = 3
    per_client_day: int = 20
    per_day: int = 2_000


class ChainSettings(msgspec.Struct, frozen=True):
    """One chain, see docs/reference/chains.md. ``venues`` is read by the market room.

    ``operator`` is the account that the factory lets sweep; unset, it is the treasury.
    ``batch_payer`` is the contract that pays many at once; unset, each payout is sent alone.
    ``wallet_rpc_url`` and ``explorer_url`` are public, and told to a shopper's wallet that doesn't
    know the chain; ``rpc_urls`` never are.
    """

    chain_id: int
    key: str
    name: str
    mode: str
    rpc_urls: list[str]
    block_seconds: float
    confirmations: list[list[int | None]]
    finality_blocks: int
    grace_seconds: int
    factory: FactorySettings
    treasury: str
    native: NativeSettings
    tokens: list[TokenSettings]
    venues: dict[str, Any] = {}
    operator: str | None = None
    batch_payer: str | None = None
    private_submit: PrivateSubmitSettings | None = None
    sponsor: SponsorSettings | None = None
    wallet_rpc_url: str | None = None
    explorer_url: str | None = None

    @property
    def operator_or_treasury(self) -> str:
        """The address that sweeps are sent from."""
        return self.operator or self.treasury


def configured_chains() -> list[ChainSettings]:
    """All chains of the settings; none while the file of an embedded chain isn't written yet.

    Raises:
        BadChainSettings: it isn't JSON, or a chain lacks something.
    """
    text = settings.CHAINS
    if isinstance(text, str) and not text.lstrip().startswith(("[", "{")):
        try:
            text = Path(text).read_text()
        except FileNotFoundError:
            return []
    try:
        told = msgspec.json.decode(text) if isinstance(text, str | bytes) else text
        rows = [told] if isinstance(told, dict) else told
        return msgspec.convert(rows, list[ChainSettings])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadChainSettings(f"The settings of the chains can't be read: {error}") from error


def configured_chain(chain_id: int) -> ChainSettings:
    """The settings of one chain.

    Raises:
        UnknownChain: they name no such chain.
    """
    for chain in configured_chains():
        if chain.chain_id == chain_id:
            return chain
    raise UnknownChain(f"The settings name no chain {chain_id}.")
