"""Our deposit factory, at the address it has on every chain."""

from __future__ import annotations

from collections.abc import Mapping

from eth_utils.crypto import keccak

from gateway.supervisor.devchain.artifacts import artifact
from gateway.supervisor.devchain.calls import call_data, constructor_data, create2_address
from gateway.supervisor.devchain.transactions import CREATE_GAS, Sender

DETERMINISTIC_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
FACTORY_SALT = keccak(text="tillway.deposit-factory.v1")
ROUTER_V3, ROUTER_V2 = 1, 3
"""``DepositFactory.RouterKind``."""


def deposit_factory_address(*, admin: str) -> str:
    """The factory's address on every chain for this admin."""
    code = artifact("DepositFactory").creation_code() + constructor_data("(address)", admin)
    return create2_address(
        deployer=DETERMINISTIC_DEPLOYER, salt=FACTORY_SALT, init_code_hash=keccak(code)
    )


def plan_factory(
    admin: Sender, *, operator: str, treasury: str, routers: Mapping[str, int], weth: str
) -> str:
    """Our factory, at the address it has on every chain."""
    factory = deposit_factory_address(admin=admin.address)
    if admin.rpc.call("eth_getCode", factory, "latest") == "0x":
        code = artifact("DepositFactory").creation_code()
        admin.plan(
            label="deposit factory",
            to=DETERMINISTIC_DEPLOYER,
            data=FACTORY_SALT + code + constructor_data("(address)", admin.address),
            gas=CREATE_GAS,
        )
    steps = {
        "treasury": call_data("setTreasury(address)", treasury),
        "operator": call_data("setOperator(address,bool)", operator, True),
        "wrapped native": call_data("setWrappedNative(address)", weth),
    } | {
        f"router {kind}": call_data("setRouter(address,uint8)", router, kind)
        for router, kind in routers.items()
    }
    for step, data in steps.items():
        admin.plan(label=f"deposit factory: {step}", to=factory, data=data)
    return factory
