"""Money that arrives at a deposit address, on a real chain."""

from datetime import UTC, datetime, timedelta

from gateway.chains.models import Deposit, DepositAddress, Outflow, Token
from gateway.supervisor.devchain.calls import call_data
from tests.chains.watch_chain import FakeNode, Shopper
from tests.chains.watch_kit import Till, deposits, event_bodies, events_of, states


def test_a_payment_is_seen_confirmed_and_final(till: Till):
    address = till.address()
    till.watch()
    receipt = till.pay(address, units=12_500_000)
    till.watch()

    (deposit,) = deposits(address)
    assert deposit.asset == "USDC@31337"
    assert deposit.units == deposit.claimed_units == 12_500_000
    assert deposit.invoice_id == address.invoice_id
    assert deposit.shop_id == address.shop_id
    assert "0x" + bytes(deposit.tx_hash).hex() == receipt["transactionHash"]
    assert "0x" + bytes(deposit.tx_sender).hex() == receipt["from"]
    assert deposit.first_block_time == deposit.block_time
    assert deposit.confirmations_needed == 1
    assert deposit.state == "confirmed"

    till.mine(6)
    till.watch()
    assert states(address) == [(12_500_000, "final")]
    subject = f"deposit:{deposit.id}"
    assert events_of(subject) == ["deposit.seen", "deposit.confirmed", "deposit.final"]
    body = event_bodies(subject)[0]
    assert body["units"] == "12500000"
    assert body["invoice_id"] == str(address.invoice_id)
    assert body["block_time"].endswith("Z")


def test_a_large_payment_waits_for_more_confirmations(till: Till):
    address = till.address()
    till.pay(address, units=50_000_001)
    till.watch()
    assert states(address) == [(50_000_001, "seen")]
    till.mine(1)
    till.watch()
    assert states(address) == [(50_000_001, "seen")]
    till.mine(1)
    till.watch()
    assert states(address) == [(50_000_001, "confirmed")]


def test_a_token_of_unknown_value_waits_for_the_most_confirmations(till: Till):
    address = till.address()
    till.pay(address, units=10**15, symbol="WETH")
    till.watch()
    assert deposits(address)[0].confirmations_needed == 3


def test_native_coin_is_seen_with_its_sender(till: Till):
    address = till.address()
    receipt = till.pay(address, units=10**16, symbol="ETH")
    till.watch()
    (deposit,) = deposits(address)
    assert (deposit.asset, deposit.units, deposit.log_index) == ("ETH@31337", 10**16, -1)
    assert "0x" + bytes(deposit.sender).hex() == receipt["from"]
    till.mine(2)
    till.watch()
    assert states(address) == [(10**16, "confirmed")]


def test_two_transfers_in_one_transaction_are_both_credited(till: Till, shopper: Shopper):
    address = till.address()
    hash_text = shopper.transfer_many(
        [("USDC", address.address, 5_000_000), ("USDC", address.address, 5_000_000)]
    )
    till.watch()
    assert states(address) == [(5_000_000, "confirmed"), (5_000_000, "confirmed")]
    one, two = deposits(address)
    assert one.log_index != two.log_index
    assert {"0x" + bytes(d.tx_hash).hex() for d in (one, two)} == {hash_text}
    assert "0x" + bytes(one.tx_sender).hex() == shopper.address.lower()
    assert one.sender != one.tx_sender


def test_one_transaction_that_pays_two_invoices_in_two_tokens(till: Till, shopper: Shopper):
    first, second = till.address(), till.address()
    shopper.transfer_many([("USDC", first.address, 3_000_000), ("DAI", second.address, 10**18)])
    till.watch()
    assert states(first) == [(3_000_000, "confirmed")]
    assert deposits(second)[0].asset == "DAI@31337"
    for address in (first, second):
        assert [d.invoice_id for d in deposits(address)] == [address.invoice_id]
        assert [d.shop_id for d in deposits(address)] == [address.shop_id]


def test_many_transfers_to_one_invoice_all_arrive(till: Till):
    address = till.address()
    till.watch()
    for units in range(1, 9):
        till.pay(address, units=units)
    till.watch()
    assert [deposit.units for deposit in deposits(address)] == list(range(1, 9))
    assert {deposit.state for deposit in deposits(address)} == {"confirmed", "final"}


def test_a_payment_before_the_page_opens_is_not_missed(till: Till):
    """The address is reserved after the watcher loaded its set, and paid at once."""
    till.watch()
    assert len(till.watcher.watched) == 0
    address = till.address()
    till.pay(address, units=7)
    till.watch()
    assert states(address) == [(7, "confirmed")]


def test_a_payment_long_after_expiry_arrives(till: Till):
    address = till.address()
    long_ago = datetime.now(UTC) - timedelta(days=400)
    DepositAddress.objects.update(watch_until=long_ago, poll_until=long_ago)
    till.restart()
    assert (len(till.watcher.watched.hot), len(till.watcher.watched.cold)) == (0, 1)
    till.pay(address, units=7)
    till.watch()
    assert states(address) == [(7, "confirmed")]


def test_a_token_we_know_but_do_not_accept_is_seen(till: Till):
    Token.objects.filter(code="EURC@31337").update(enabled=False)
    address = till.address()
    till.pay(address, units=9_000_000, symbol="EURC")
    till.watch()
    (deposit,) = deposits(address)
    assert (deposit.asset, deposit.state) == ("EURC@31337", "seen")


def test_a_strangers_payment_is_none_of_our_business(till: Till):
    till.address()
    till.pay(bytes.fromhex("99" * 20), units=7)
    till.watch()
    assert not Deposit.objects.exists()


def test_a_test_chain_knows_no_address_of_a_live_shop(till: Till):
    address = till.address()
    DepositAddress.objects.update(mode="live")
    till.pay(address, units=7)
    till.watch()
    assert not Deposit.objects.exists()


def test_a_zero_transfer_is_no_deposit(till: Till, shopper: Shopper):
    address = till.address()
    shopper.send(shopper.sign_transfer(address.address, symbol="USDC", units=0))
    till.watch()
    assert not deposits(address)


def test_native_coin_sent_by_a_contract_is_traced_to_its_sender(till: Till, shopper: Shopper):
    address = till.address()
    till.watch()
    hash_text = shopper.pay_by_contract(address.address, units=10**15)
    till.watch()
    (deposit,) = deposits(address)
    assert (deposit.units, deposit.trace_path) == (10**15, "0")
    assert "0x" + bytes(deposit.tx_hash).hex() == hash_text
    assert "0x" + bytes(deposit.tx_sender).hex() == shopper.address.lower()
    assert deposit.sender != deposit.tx_sender
    till.mine(3)
    till.watch()
    assert states(address) == [(10**15, "confirmed")]

    till.pay(address, units=10**14, symbol="ETH")
    shopper.pay_by_contract(address.address, units=3 * 10**15)
    till.mine(3)
    till.watch()
    assert sorted(states(address)) == [
        (10**14, "confirmed"),
        (10**15, "final"),
        (3 * 10**15, "confirmed"),
    ]


def test_where_no_node_traces_the_balance_tells(till: Till, shopper: Shopper, fake_node: FakeNode):
    address = till.address()
    watcher = till.restart(urls=[fake_node.url])

    def no_traces(method, params, result):
        return RuntimeError("unknown method") if method.startswith("debug_") else result

    fake_node.tamper = no_traces
    till.watch(watcher)
    shopper.pay_by_contract(address.address, units=10**15)
    till.watch(watcher)
    (deposit,) = deposits(address)
    assert (deposit.units, bytes(deposit.tx_hash)) == (10**15, b"")
    assert deposit.trace_path == f"balance:0x{bytes(address.address).hex()}"
    assert event_bodies(f"deposit:{deposit.id}")[0]["tx_hash"] is None
    till.mine(3)
    till.watch(watcher)
    assert states(address) == [(10**15, "confirmed")]


def test_native_coin_that_a_contract_sends_long_after_expiry_is_found_within_a_day(
    till: Till, shopper: Shopper
):
    address = till.address()
    long_ago = datetime.now(UTC) - timedelta(days=400)
    DepositAddress.objects.update(watch_until=long_ago, poll_until=long_ago)
    day = [0.0]
    watcher = till.restart(monotonic=lambda: day[0])
    shopper.pay_by_contract(address.address, units=10**15)
    till.watch(watcher)
    day[0] += 3_601
    till.watch(watcher)
    till.watch(watcher)
    assert [units for units, _ in states(address)] == [10**15]
    till.mine(3)
    till.watch(watcher)
    assert states(address) == [(10**15, "confirmed")]
    day[0] += 3_601
    till.watch(watcher)
    assert states(address) == [(10**15, "confirmed")]


def test_a_failed_payment_is_no_payment(till: Till, fake_node: FakeNode):
    """A transaction that carries coin to us and reverts moved nothing."""
    address = till.address()
    watcher = till.restart(urls=[fake_node.url])

    def fail(method, params, result):
        if method == "eth_getTransactionReceipt":
            return {**result, "status": "0x0"}
        if method == "eth_call":
            return "0x" + "00" * 32
        return result

    fake_node.tamper = fail
    till.pay(address, units=10**15, symbol="ETH")
    till.watch(watcher)
    assert not deposits(address)


def test_only_what_the_token_says_it_holds_is_confirmed(till: Till, fake_node: FakeNode):
    """A token that takes a fee on the way tells of more than arrives."""
    short, empty = till.address(), till.address()
    watcher = till.restart(urls=[fake_node.url])
    held = {bytes(short.address).hex(): 950_000, bytes(empty.address).hex(): 0}

    def say(method, params, result):
        if method == "eth_call" and params[0]["data"].startswith("0x70a08231"):
            return hex(held[params[0]["data"][-40:]])
        return result

    fake_node.tamper = say
    till.pay(short, units=1_000_000)
    till.pay(empty, units=1_000_000)
    till.watch(watcher)
    (deposit,) = deposits(short)
    assert (deposit.state, deposit.units, deposit.claimed_units) == (
        "confirmed",
        950_000,
        1_000_000,
    )
    assert states(empty) == [(1_000_000, "seen")]
    till.mine(10)
    till.watch(watcher)
    assert states(empty) == [(1_000_000, "seen")]

    held[bytes(empty.address).hex()] = 1_000_000
    till.mine(64)
    till.watch(watcher)
    assert states(empty) == [(1_000_000, "final")]


def test_money_that_comes_after_a_sweep_is_confirmed(till: Till, shopper: Shopper):
    """The balance was taken away by us: what left must not count against what comes."""
    from eth_account import Account

    address = till.address()
    till.pay(address, units=12_000_000)
    till.pay(address, units=10**16, symbol="ETH")
    till.mine(3)
    till.watch()
    operator = Account.from_key(
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
    )
    data = call_data(
        "sweep(bytes32,address,uint256)",
        bytes(address.salt),
        till.layout.token("USDC").address,
        2**64,
    )
    sweep = {
        "from": operator.address,
        "to": till.layout.deposit_factory,
        "data": "0x" + data.hex(),
        "gas": hex(1_000_000),
    }
    till.mined(till.rpc.call("eth_sendTransaction", [sweep]))
    till.watch()
    assert sorted(Outflow.objects.values_list("asset", "units")) == [
        ("ETH@31337", 10**16),
        ("USDC@31337", 12_000_000),
    ]
    till.pay(address, units=1_000_000)
    till.pay(address, units=10**15, symbol="ETH")
    shopper.pay_by_contract(address.address, units=10**14)
    till.mine(3)
    till.watch()
    assert sorted(states(address)) == [
        (1_000_000, "confirmed"),
        (12_000_000, "final"),
        (10**14, "confirmed"),
        (10**15, "confirmed"),
        (10**16, "final"),
    ]
