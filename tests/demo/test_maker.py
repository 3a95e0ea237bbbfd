"""The demo's outside maker as a process, on the real contracts: it keeps to the protocol."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from demo.maker import MARGIN_PPM, NAME, given_for
from demo.outside import OutsideMaker, _filled, _pool
from demo.shop import OpenShop
from gateway.market.firm.answers import Asked, read_answer
from gateway.market.firm.orders import Domain, SignedOrder, fill_call
from gateway.supervisor.devchain.anvil import Anvil
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.rpc import Rpc

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

ETHER, DOLLAR = 10**18, 10**6
OTHER = "0x" + "09" * 20
TAKER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@dataclass
class Open:
    """The maker, and its chain."""

    maker: OutsideMaker
    shop: OpenShop

    @property
    def entry(self) -> dict[str, Any]:
        (entry,) = json.loads(self.maker.settings["MAKERS"])
        return dict(entry)

    def question(self, *, sells: str = "WETH", **changes: Any) -> dict[str, Any]:
        chain = self.shop.chain
        weth, usdc = (chain.token(symbol).address for symbol in ("WETH", "USDC"))
        one = ETHER if sells == "WETH" else 3_000 * DOLLAR
        return {
            "id": "question",
            "chain_id": chain.chain_id,
            "contract": chain.firm_orders,
            "taker": TAKER,
            "pair": "WETH/USDC",
            "side": "sell" if sells == "WETH" else "buy",
            "token_in": weth if sells == "WETH" else usdc,
            "token_out": usdc if sells == "WETH" else weth,
            "amounts_in": [str(4 * one), str(2 * one), str(one)],
            "least_expiry": int(time.time()) + 60,
        } | changes

    def ask(self, body: dict[str, Any] | bytes) -> tuple[int, bytes]:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.entry["url"], data=sent, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()

    def orders(self, question: dict[str, Any]) -> tuple[SignedOrder, ...]:
        """Its answer, as strictly as the house reads it."""
        status, body = self.ask(question)
        assert status == 200
        raw = {name: bytes.fromhex(question[name][2:]) for name in ("token_in", "token_out")}
        weth_in = question["side"] == "sell"
        fair = Fraction(3_000 * DOLLAR, ETHER)
        return read_answer(
            body,
            Asked(
                request_id=question["id"],
                domain=Domain(question["chain_id"], bytes.fromhex(question["contract"][2:])),
                maker=bytes.fromhex(self.entry["address"][2:]),
                taker=bytes.fromhex(question["taker"][2:]),
                **raw,
                amounts_in=[int(units) for units in question["amounts_in"]],
                fair=fair if weth_in else 1 / fair,
                max_deviation_ppm=20_000,
                least_expiry=question["least_expiry"],
            ),
        )


@pytest.fixture
def open_maker(anvil: Anvil, devchain: DevChain) -> Iterator[Open]:
    shop = OpenShop(
        house=None,  # type: ignore[arg-type]
        chain=devchain,
        rpc_url=anvil.rpc_url,
        shop_id="",
        payout_address="",
        password="",
        api=None,  # type: ignore[arg-type]
    )
    maker = OutsideMaker()
    maker.open(shop)
    yield Open(maker, shop)
    maker.close()


@pytest.mark.parametrize("sells", ["WETH", "USDC"])
def test_its_answers_are_what_the_house_takes_and_each_nonce_is_new(
    open_maker: Open, sells: str
) -> None:
    first = open_maker.orders(open_maker.question(sells=sells))
    again = open_maker.orders(open_maker.question(sells=sells))
    assert len(first) == len(again) == 3
    assert len({signed.order.nonce for signed in (*first, *again)}) == 6


def test_its_order_is_settled_by_the_contract_to_the_unit(open_maker: Open) -> None:
    chain = open_maker.shop.chain
    with Rpc(url=open_maker.shop.rpc_url) as rpc:
        rpc.call("anvil_impersonateAccount", TAKER)
        rpc.call("anvil_setBalance", TAKER, hex(ETHER))
        open_maker.shop.give(to=TAKER, WETH=4 * ETHER)
        signed = open_maker.orders(open_maker.question())[0]
        approve = call_data("approve(address,uint256)", chain.firm_orders, 4 * ETHER)
        for to, data in (
            (chain.token("WETH").address, approve),
            (chain.firm_orders, fill_call(signed)),
        ):
            sent = rpc.call(
                "eth_sendTransaction", {"from": TAKER, "to": to, "data": "0x" + data.hex()}
            )
            assert _receipt(rpc, sent)["status"] == "0x1"
        balance = {"to": chain.token("USDC").address}
        balance["data"] = "0x" + call_data("balanceOf(address)", TAKER).hex()
        assert rpc.integer("eth_call", balance, "latest") == signed.order.amount_out


def _receipt(rpc: Rpc, sent: str) -> dict[str, Any]:
    """Of a transaction that anvil mines as it comes, a moment later."""
    deadline = time.monotonic() + 10
    while (receipt := rpc.call("eth_getTransactionReceipt", sent)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return dict(receipt)


def test_it_offers_no_more_than_it_holds_and_has_not_promised(open_maker: Open) -> None:
    """500,000 dollars: 160 ethers' worth, once."""
    many = [str(100 * ETHER), str(50 * ETHER), str(25 * ETHER)]
    sizes = []
    for _ in range(3):
        status, body = open_maker.ask(open_maker.question(amounts_in=many))
        orders = json.loads(body)["orders"] if status == 200 else []
        sizes.append([int(order["amountIn"]) // ETHER for order in orders])
    assert sizes == [[100, 50, 25], [50, 25], []]


def test_it_declines_what_is_not_its_own(open_maker: Open) -> None:
    changes: list[dict[str, Any]] = [{"chain_id": 1}, {"contract": OTHER}, {"token_out": OTHER}]
    for change in changes:
        assert open_maker.ask(open_maker.question(**change)) == (204, b"")


def test_nonsense_is_refused_and_it_answers_on(open_maker: Open) -> None:
    for body in (b"", b"[]", b"{", b'{"id": 1}', b"\xff"):
        assert open_maker.ask(body)[0] == 400
    assert open_maker.ask(b"0" * 70_000)[0] == 413
    assert open_maker.ask(open_maker.question())[0] == 200


def test_it_uses_no_time_while_nobody_asks_and_ends_with_whoever_started_it(
    open_maker: Open,
) -> None:
    process = open_maker.maker._process
    assert process is not None and process.stdin is not None
    before = _ticks(process)
    time.sleep(2)
    assert _ticks(process) == before
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def _ticks(process: "subprocess.Popen[str]") -> int:
    """Hundredths of a second that it has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_it_gives_the_pools_price_less_its_margin_rounded_down() -> None:
    even = 2**96
    assert given_for(10**6, sqrt_price_x96=even, sells_token0=True) == 10**6 - MARGIN_PPM
    assert given_for(10**6, sqrt_price_x96=2 * even, sells_token0=True) == 4 * (10**6 - MARGIN_PPM)
    assert given_for(3, sqrt_price_x96=2 * even, sells_token0=False) == 0


def test_it_goes_by_the_pool_that_keeps_least(devchain: DevChain) -> None:
    assert min(devchain.v3_pools, key=lambda pool: pool.fee_pips).fee_pips == 100
    (chosen,) = [pool for pool in devchain.v3_pools if pool.address == _pool(devchain)]
    assert chosen.fee_pips == 500
    tokens = {devchain.symbol_of(token) for token in (chosen.token0, chosen.token1)}
    assert tokens == {"WETH", "USDC"}


def test_a_fill_is_read_off_the_houses_metrics() -> None:
    text = "\n".join(
        [
            "# TYPE tillway_maker_orders gauge",
            f'tillway_maker_orders{{maker="{NAME}",outcome="filled"}} 2.0',
            f'tillway_maker_orders{{maker="{NAME}",outcome="failed"}} 5.0',
            'tillway_maker_orders{maker="another",outcome="filled"} 7.0',
        ]
    )
    assert _filled(text + "\n") == 2
