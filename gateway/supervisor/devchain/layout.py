"""What stands on a provisioned dev chain, as a value that can be written down and read again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class DevToken:
    """A token; ``kind`` says which contract: ``fiat``, ``wrapped_native`` or ``test``."""

    symbol: str
    name: str
    decimals: int
    address: str
    kind: str


@dataclass(frozen=True, slots=True)
class V2Pair:
    """A Uniswap V2 pair; tokens in the contract's order."""

    address: str
    token0: str
    token1: str
    fee_bps: int = 30


@dataclass(frozen=True, slots=True)
class V3Pool:
    """A Uniswap V3 pool; tokens in the contract's order; ``fee_pips`` in millionths."""

    address: str
    token0: str
    token1: str
    fee_pips: int
    tick_spacing: int


@dataclass(frozen=True, slots=True)
class DevChain:
    """Everything that provisioning deployed. Addresses are checksummed."""

    chain_id: int
    admin: str
    operator: str
    treasury: str
    deposit_factory: str
    deposit_factory_code_hash: str
    """keccak256 of its runtime code."""
    sweeper_init_code_hash: str
    """keccak256 of the init code from which deposit addresses are derived."""
    tokens: tuple[DevToken, ...]
    weth: str
    v2_factory: str
    v2_router: str
    v2_pairs: tuple[V2Pair, ...]
    v3_factory: str
    v3_router: str
    v3_quoter: str
    v3_tick_lens: str
    v3_position_manager: str
    v3_pools: tuple[V3Pool, ...]
    block_number: int
    """The block in which the last of it was mined."""
    firm_orders: str = ""
    """The contract that settles makers' orders; empty in a description from before it."""
    batch_payer: str = ""
    """The contract that pays many at once; empty in a description from before it."""

    def token(self, symbol: str) -> DevToken:
        """The token with this symbol.

        Raises:
            KeyError: there is none.
        """
        for token in self.tokens:
            if token.symbol == symbol:
                return token
        raise KeyError(symbol)

    def symbol_of(self, address: str) -> str:
        """The symbol of the token at ``address``.

        Raises:
            KeyError: there is none.
        """
        for token in self.tokens:
            if token.address.lower() == address.lower():
                return token.symbol
        raise KeyError(address)

    def as_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """The chain that ``as_json`` wrote.

        Raises:
            ValueError: the text is something else.
        """
        stored: dict[str, Any] = orjson.loads(text)
        try:
            return cls(
                **stored
                | {
                    "tokens": tuple(DevToken(**token) for token in stored["tokens"]),
                    "v2_pairs": tuple(V2Pair(**pair) for pair in stored["v2_pairs"]),
                    "v3_pools": tuple(V3Pool(**pool) for pool in stored["v3_pools"]),
                }
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a dev chain's description: {error}") from error

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.from_json(path.read_bytes())

    def write(self, path: Path) -> None:
        """Write it in one step, so that a reader never sees half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(path.suffix + ".part")
        partial.write_bytes(self.as_json())
        partial.replace(path)
