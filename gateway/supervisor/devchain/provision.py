"""Deploy to a fresh dev chain what the gateway meets on a real one.

``python -m gateway.supervisor.devchain.provision --rpc-url URL --layout FILE`` does it by hand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.artifacts import artifact, deposit_factory_hashes
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.deposit_factory import (
    DETERMINISTIC_DEPLOYER,
    ROUTER_V2,
    ROUTER_V3,
    plan_factory,
)
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.markets import plan_v2, plan_v3
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.tokens import (
    DEFAULT_PRICES_USD,
    UNLIMITED,
    PlannedTokens,
    plan_tokens,
)
from gateway.supervisor.devchain.transactions import Progress, Sender, derived_key

DEFAULT_ADMIN_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first of anvil's public keys. Money on any other chain must never be near it."""
LATER_CONTRACTS = {"FirmOrders": "firm_orders", "BatchPayer": "batch_payer"}
"""Ours that came after the others, and what a description calls their places; planned last, in this
order, so that they move nobody else's address."""
ETHER = 10**18
DEFAULT_OPERATOR_GAS_WEI = 100 * ETHER


class NoDeterministicDeployer(Exception):
    """The chain lacks the deterministic deployer, so our factory would get another address."""

    code = "no_deterministic_deployer"


def provision_dev_chain(
    *,
    rpc_url: str,
    operator_address: str,
    treasury_address: str,
    admin_key: str = DEFAULT_ADMIN_KEY,
    layout_path: Path | None = None,
    prices_usd: Mapping[str, Fraction] = DEFAULT_PRICES_USD,
    operator_gas_wei: int = DEFAULT_OPERATOR_GAS_WEI,
    progress: Progress | None = None,
) -> DevChain:
    """Deploy tokens, markets and our factory, and describe them.

    With ``layout_path`` the description is kept there, and a second call returns it as long as
    the chain still holds what it describes. The operator gets ``operator_gas_wei`` for gas.

    Raises:
        ArtifactMissing: npm's packages are not installed.
        NoDeterministicDeployer: the node is no anvil, or a bare one.
        TransactionFailed: a step reverted.
    """
    with Rpc(url=rpc_url) as rpc:
        known = _already_there(
            rpc, layout_path, admin_key, operator=operator_address, treasury=treasury_address
        )
        if known is not None:
            return _with_later_contracts(rpc, known, admin_key, layout_path)
        if rpc.call("eth_getCode", DETERMINISTIC_DEPLOYER, "latest") == "0x":
            raise NoDeterministicDeployer(f"no code at {DETERMINISTIC_DEPLOYER} on {rpc_url}")
        admin = Sender(rpc=rpc, key=admin_key, hurry=True)
        rpc.call("anvil_setBalance", admin.address, hex(10_000_000 * ETHER))

        tokens = plan_tokens(admin, prices_usd)
        v2_factory, v2_router, pairs = plan_v2(admin, tokens)
        v3, pools = plan_v3(admin, tokens)
        factory = plan_factory(
            admin,
            operator=operator_address,
            treasury=treasury_address,
            routers={v3["router"]: ROUTER_V3, v2_router: ROUTER_V2},
            weth=tokens.address("WETH"),
        )
        if operator_gas_wei:
            admin.plan(
                label="gas for the operator", to=operator_address, value_wei=operator_gas_wei
            )
        _plan_helpers(admin, admin_key, tokens)
        firm_orders, batch_payer = (_plan_own(admin, name) for name in LATER_CONTRACTS)
        receipts = admin.send(progress=progress)

        code_hash, sweeper_hash = deposit_factory_hashes()
        chain = DevChain(
            chain_id=admin.chain_id,
            admin=admin.address,
            operator=operator_address,
            treasury=treasury_address,
            deposit_factory=factory,
            deposit_factory_code_hash=code_hash,
            sweeper_init_code_hash=sweeper_hash,
            tokens=tuple(tokens.by_symbol.values()),
            weth=tokens.address("WETH"),
            v2_factory=v2_factory,
            v2_router=v2_router,
            v2_pairs=pairs,
            v3_factory=v3["factory"],
            v3_router=v3["router"],
            v3_quoter=v3["quoter"],
            v3_tick_lens=v3["tick_lens"],
            v3_position_manager=v3["positions"],
            v3_pools=pools,
            block_number=max(int(receipt["blockNumber"], 16) for receipt in receipts),
            firm_orders=firm_orders,
            batch_payer=batch_payer,
        )
    if layout_path is not None:
        chain.write(layout_path)
    if progress is not None:
        progress("done", len(receipts), len(receipts))
    return chain


def _already_there(
    rpc: Rpc, layout_path: Path | None, admin_key: str, *, operator: str, treasury: str
) -> DevChain | None:
    """The described chain, if this node still holds all of it and it is the one asked for."""
    if layout_path is None or not layout_path.is_file():
        return None
    try:
        known = DevChain.read(layout_path)
    except ValueError:
        return None
    wanted = (
        rpc.integer("eth_chainId"),
        Account.from_key(admin_key).address,
        operator,
        treasury,
        deposit_factory_hashes()[0],
    )
    if wanted != (
        known.chain_id,
        known.admin,
        known.operator,
        known.treasury,
        known.deposit_factory_code_hash,
    ):
        return None
    places = [known.v2_factory, known.v2_router, known.v3_factory, known.v3_router]
    places += [known.v3_quoter, known.v3_tick_lens, known.v3_position_manager]
    places += [token.address for token in known.tokens]
    places += [pair.address for pair in known.v2_pairs]
    places += [pool.address for pool in known.v3_pools]
    places += [place for place in (known.firm_orders, known.batch_payer) if place]
    codes = rpc.batch(
        [("eth_getCode", [place, "latest"]) for place in (known.deposit_factory, *places)]
    )
    factory_hash = "0x" + keccak(hexstr=codes[0]).hex()
    if factory_hash != known.deposit_factory_code_hash or "0x" in codes:
        return None
    return known


def _plan_own(admin: Sender, name: str) -> str:
    return admin.plan_create(label=name, code=artifact(name).creation_code())


def _with_later_contracts(
    rpc: Rpc, known: DevChain, admin_key: str, layout_path: Path | None
) -> DevChain:
    """A chain from before there was one of these gets it, and keeps all that it has."""
    lacking = {place: name for name, place in LATER_CONTRACTS.items() if not getattr(known, place)}
    if not lacking:
        return known
    admin = Sender(rpc=rpc, key=admin_key, hurry=True)
    placed: dict[str, Any] = {place: _plan_own(admin, name) for place, name in lacking.items()}
    chain = replace(known, **placed)
    admin.send()
    if layout_path is not None:
        chain.write(layout_path)
    return chain


def _plan_helpers(admin: Sender, admin_key: str, tokens: PlannedTokens) -> None:
    """Faucet and trader get keys, gas and the right to mint of their own."""
    for role in ("faucet", "trader"):
        helper = Account.from_key(derived_key(admin_key=admin_key, role=role)).address
        admin.plan(label=f"ether for the {role}", to=helper, value_wei=1_000_000 * ETHER)
        for token in tokens.by_symbol.values():
            if token.kind == "fiat":
                admin.plan(
                    label=f"{role} may mint {token.symbol}",
                    to=token.address,
                    data=call_data("configureMinter(address,uint256)", helper, UNLIMITED),
                )


def _report(what: str, done: int, of: int) -> None:
    sys.stderr.write(f"{done:3}/{of} {what}\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rpc-url", required=True)
    parser.add_argument("--operator", required=True, metavar="ADDRESS")
    parser.add_argument("--treasury", required=True, metavar="ADDRESS")
    parser.add_argument("--admin-key", default=DEFAULT_ADMIN_KEY)
    parser.add_argument("--layout", type=Path, help="keep the description in this file")
    chosen = parser.parse_args(arguments)
    chain = provision_dev_chain(
        rpc_url=chosen.rpc_url,
        admin_key=chosen.admin_key,
        operator_address=chosen.operator,
        treasury_address=chosen.treasury,
        layout_path=chosen.layout,
        progress=_report,
    )
    sys.stdout.write(chain.as_json().decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
