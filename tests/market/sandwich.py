"""An attacker who sees our swap waiting, and orders a block around it by what it tips."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from gateway.chains.addresses import checksum
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.layout import V2Pair, V3Pool
from tests.chains.watch_kit import Till

GWEI = 10**9
FRONT_TIP, OUR_TIP, BACK_TIP = 90 * GWEI, 20 * GWEI, 2 * GWEI
BASE_FEE_ROOM = 200 * GWEI
FAR_FUTURE = 2**40
ATTACKER: LocalAccount = Account.from_key("0x" + "a7" * 32)
SWAP_TOPICS = {
    "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822",  # Uniswap V2
    "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67",  # Uniswap V3
}
SEARCH_STEPS = 14


@dataclass(frozen=True)
class Sandwich:
    """One block: the attacker's swap, ours, the attacker's way back.

    Attributes:
        ours: our transaction's receipt.
        gain: base units of the token that we sell which the attacker has more (or less) after it,
            its gas left out.
    """

    ours: dict[str, Any]
    gain: int
    front_units: int

    @property
    def passed(self) -> bool:
        return bool(self.ours["status"] == "0x1")


class Attacker:
    """Trades with its own key and money against one transaction of ours.

    It sells what we sell before us and buys it back after us, on the pool that our transaction
    would trade on, which it learns by trying our transaction out.
    """

    def __init__(self, till: Till, victim: OutgoingTransaction, *, sells: str, buys: str) -> None:
        self.till = till
        self.rpc = till.rpc
        self.victim = victim
        self.sells = till.layout.token(sells).address
        self.buys = till.layout.token(buys).address
        self.rpc.call("anvil_setBalance", [ATTACKER.address, hex(10**24)])
        till.faucet.give(to=ATTACKER.address, symbol=sells, units=self._plenty(sells))
        for token in (self.sells, self.buys):
            for router in (till.layout.v2_router, till.layout.v3_router):
                data = call_data("approve(address,uint256)", router, 2**256 - 1)
                self.till.mined(self._send(token, data, tip=FRONT_TIP))
        self.pool = self._pool_of_victim()

    def _plenty(self, symbol: str) -> int:
        return 20_000 * 10 ** self.till.layout.token(symbol).decimals

    # ------------------------------------------------------------------ what it finds out

    def _pool_of_victim(self) -> V2Pair | V3Pool:
        with self._undone():
            receipt = self._receipt(self.till.mined(self._send_victim()))
        layout = self.till.layout
        places = {p.address.lower(): p for p in (*layout.v2_pairs, *layout.v3_pools)}
        hit = [log["address"] for log in receipt["logs"] if log["topics"][0] in SWAP_TOPICS]
        [place] = hit
        return places[place.lower()]

    def strongest(self) -> int:
        """The most that it can sell before us without our transaction being undone."""
        passes, fails = 0, self._plenty_units()
        for _ in range(SEARCH_STEPS):
            middle = (passes + fails) // 2
            with self._undone():
                if self.sandwich(middle).passed:
                    passes = middle
                else:
                    fails = middle
        return passes

    def _plenty_units(self) -> int:
        data = call_data("balanceOf(address)", ATTACKER.address)
        told = self.rpc.call("eth_call", [{"to": self.sells, "data": "0x" + data.hex()}, "latest"])
        return int(told, 16)

    def tried(self, units: int) -> Sandwich:
        """What a sandwich would do; undone again."""
        with self._undone():
            return self.sandwich(units)

    # ------------------------------------------------------------------ what it does

    def sandwich(self, units: int) -> Sandwich:
        """Sell ``units`` before our transaction and what they brought after it, in one block."""
        brings = self._quoted(self.sells, self.buys, units)
        before = self._plenty_units()
        self.rpc.call("evm_setAutomine", [False])
        try:
            nonce = self._nonce()
            # Sent in another order than they are to be mined in: the tips decide.
            ours = self._send_victim()
            back = self._swap(self.buys, self.sells, brings, tip=BACK_TIP, nonce=nonce + 1)
            front = self._swap(self.sells, self.buys, units, tip=FRONT_TIP, nonce=nonce)
            self.rpc.call("anvil_mine", ["0x1"])
        finally:
            self.rpc.call("evm_setAutomine", [True])
        receipts = [self._receipt(sent) for sent in (front, ours, back)]
        assert len({receipt["blockHash"] for receipt in receipts}) == 1
        assert [int(receipt["transactionIndex"], 16) for receipt in receipts] == [0, 1, 2]
        assert receipts[0]["status"] == receipts[2]["status"] == "0x1"
        return Sandwich(receipts[1], self._plenty_units() - before, units)

    def _send_victim(self) -> str:
        """Our transaction as the sender would send it, by the account that signs for us."""
        account = checksum(bytes(self.victim.account))
        self.rpc.call("anvil_impersonateAccount", [account])
        call = {
            "from": account,
            "to": checksum(bytes(self.victim.to)),
            "data": "0x" + bytes(self.victim.data).hex(),
            "value": hex(self.victim.value),
            "gas": hex(5_000_000),
            "maxFeePerGas": hex(BASE_FEE_ROOM + OUR_TIP),
            "maxPriorityFeePerGas": hex(OUR_TIP),
        }
        return str(self.rpc.call("eth_sendTransaction", [call]))

    def _swap(self, sold: str, bought: str, units: int, *, tip: int, nonce: int) -> str:
        router, data = self._swap_call(sold, bought, units)
        return self._send(router, data, tip=tip, nonce=nonce)

    def _swap_call(self, sold: str, bought: str, units: int) -> tuple[str, bytes]:
        layout = self.till.layout
        if isinstance(self.pool, V2Pair):
            return layout.v2_router, call_data(
                "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
                *(units, 0, [sold, bought], ATTACKER.address, FAR_FUTURE),
            )
        fee, to = self.pool.fee_pips, ATTACKER.address
        return layout.v3_router, call_data(
            "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
            (sold, bought, fee, to, FAR_FUTURE, units, 0, 0),
        )

    def _quoted(self, sold: str, bought: str, units: int) -> int:
        """What a swap would bring now."""
        router, data = self._swap_call(sold, bought, units)
        call = {"from": ATTACKER.address, "to": router, "data": "0x" + data.hex()}
        return int(self.rpc.call("eth_call", [call, "latest"])[-64:], 16)

    # ------------------------------------------------------------------ the chain

    @contextmanager
    def _undone(self) -> Iterator[None]:
        snapshot = self.rpc.call("evm_snapshot")
        yield
        self.rpc.call("evm_revert", [snapshot])

    def _nonce(self) -> int:
        told = self.rpc.call("eth_getTransactionCount", [ATTACKER.address, "latest"])
        return int(told, 16)

    def _send(self, to: str, data: bytes, *, tip: int, nonce: int | None = None) -> str:
        signed = ATTACKER.sign_transaction(
            {
                "type": 2,
                "chainId": self.till.chain.id,
                "nonce": self._nonce() if nonce is None else nonce,
                "to": to,
                "value": 0,
                "data": data,
                "gas": 3_000_000,
                "maxFeePerGas": BASE_FEE_ROOM + tip,
                "maxPriorityFeePerGas": tip,
            }
        )
        return str(
            self.rpc.call("eth_sendRawTransaction", ["0x" + bytes(signed.raw_transaction).hex()])
        )

    def _receipt(self, tx_hash: str) -> dict[str, Any]:
        return dict(self.rpc.call("eth_getTransactionReceipt", [tx_hash]))
