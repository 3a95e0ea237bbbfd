"""A web process that somebody took over can't sell the demo's money for nothing either."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.custody.errors import PolicyRefused
from gateway.custody.policy_file import parse_policy
from gateway.custody.transactions import UnsignedTransaction
from gateway.supervisor.dev_policy import dev_policy
from tests.custody.conftest import OPERATOR, Desk, Now, transaction
from tests.custody.test_decoding import FEE, SALT, call_data, signature_named

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

CHAIN_ID = 31337
ETHER = 10**18
STRANGER = b"\x5e" * 20


@dataclass
class Attacker:
    """Whoever may write the rows and reach the signer's socket."""

    desk: Desk
    entry: dict[str, Any]
    asked: int = 0

    def address(self, symbol: str) -> bytes:
        (token,) = [token for token in self.entry["tokens"] if token["symbol"] == symbol]
        return raw(token["address"])

    def sale(
        self,
        floor: int,
        *,
        units_in: int = ETHER,
        router: bytes | None = None,
        out: bytes | None = None,
        token: bytes | None = None,
    ) -> UnsignedTransaction:
        """Sweep WETH and sell it for USDC, through the V3 router unless another is named."""
        token_in = self.address("WETH") if token is None else token
        path = self.address("WETH") + FEE + (out or self.address("USDC"))
        swap = (router or raw(self.entry["venues"]["v3_router"]), path, units_in, floor)
        return transaction(
            to=raw(self.entry["factory"]["address"]),
            data=call_data(signature_named("sweepAndSwap"), [SALT], token_in, swap, 99),
            nonce=self.asked,
        )

    def ask(self, unsigned: UnsignedTransaction) -> str:
        """The reason of the refusal, or "" where it was signed."""
        self.asked += 1
        with self.desk.client() as client:
            try:
                client.sign(
                    request_id=f"attack-{self.asked}",
                    account=OPERATOR.address,
                    purpose="fill",
                    transaction=unsigned,
                )
            except PolicyRefused as refused:
                return refused.reason
        return ""


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@pytest.fixture
def attacker(tmp_path: Path, chain_entry: dict[str, Any]) -> Iterator[Attacker]:
    now = Now()
    policy = dev_policy([chain_entry], account=OPERATOR.address, now=now())
    desk = Desk(
        folder=tmp_path,
        clock=now,
        policy=parse_policy(json.dumps(policy).encode()).chains[CHAIN_ID],
    )
    yield Attacker(desk.start(), chain_entry)
    desk.stop()


def test_a_sale_without_a_floor_or_next_to_none_is_refused(attacker: Attacker) -> None:
    assert attacker.ask(attacker.sale(0)) == "no_floor"
    assert attacker.ask(attacker.sale(1)) == "below_reference"
    assert attacker.ask(attacker.sale(2_849_999_999)) == "below_reference"
    assert attacker.ask(attacker.sale(1, token=bytes(20))) == "below_reference"  # the native coin
    assert attacker.ask(attacker.sale(2_970_000_000)) == ""


def test_a_sale_through_a_strangers_router_or_token_is_refused(attacker: Attacker) -> None:
    fair = 2_970_000_000
    assert attacker.ask(attacker.sale(fair, router=STRANGER)) == "contract_not_allowed"
    assert attacker.ask(attacker.sale(fair, out=STRANGER)) == "token_unknown"
    other = UnsignedTransaction(
        **{
            name: getattr(attacker.sale(fair), name)
            for name in UnsignedTransaction.__dataclass_fields__
            if name != "to"
        },
        to=STRANGER,
    )
    assert attacker.ask(other) in {"call_unknown", "contract_not_allowed"}


def test_the_worst_that_pass_end_with_the_day(attacker: Attacker) -> None:
    """150 dollars are lost with each; a thousand a day is all."""
    answers = [attacker.ask(attacker.sale(2_850_000_000)) for _ in range(8)]
    assert answers == [""] * 6 + ["over_day_limit"] * 2


def test_every_token_that_the_demo_takes_has_a_reference(chain_entry: dict[str, Any]) -> None:
    policy = dev_policy([chain_entry], account=OPERATOR.address, now=Now()())
    told = policy["chains"][str(CHAIN_ID)]
    known = set(told["swaps"]["references"])
    assert known == {*told["tokens"], told["native_asset"]}
