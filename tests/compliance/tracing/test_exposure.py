"""Worked examples, computed by hand: where a payment's money came from, by both rules."""

from fractions import Fraction

from gateway.compliance.tracing.exposure import Origin, shares
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.transfers import MICROS
from tests.compliance.tracing.flow_kit import (
    LISTED,
    dollars_by,
    label,
    names,
    parts_of,
    pay,
    payment_of,
    traced,
    who,
)

EXCHANGE = label("exchange", "exchange")


def test_a_payment_takes_the_same_part_of_all_that_the_wallet_holds() -> None:
    # 300 of a listed one and 100 of an exchange are mixed: of 40, three quarters are the thief's.
    found = traced(
        [pay(1, "thief", "payer", 300), pay(2, "exchange", "payer", 100)],
        LISTED,
        EXCHANGE,
        payment=payment_of(40),
    )
    assert parts_of(found) == {"sanctioned/1": 30, "exchange/1": 10}
    assert shares(found.payment) == {
        Origin("sanctioned", "listed", 1): Fraction(3, 4),
        Origin("exchange", "none", 1): Fraction(1, 4),
    }


def test_fifo_says_whose_deposit_a_payment_is_and_the_way_it_went() -> None:
    # The thief's 300 came first. 280 were spent, so of 40 the first 20 are his, then the others'.
    found = traced(
        [
            pay(1, "thief", "payer", 300),
            pay(2, "exchange", "payer", 100),
            pay(3, "payer", "baker", 280),
        ],
        LISTED,
        EXCHANGE,
        payment=payment_of(40),
    )
    assert dollars_by(found.fifo) == {"exchange/1": 20, "sanctioned/1": 20}
    assert [(names(lot.path), lot.units // MICROS) for lot in found.lots] == [
        (["thief", "payer"], 20),
        (["exchange", "payer"], 20),
    ]
    # By haircut, 3/4 of 280 left: of the 120 that stay 90 are his, and of 40 thirty.
    assert parts_of(found) == {"sanctioned/1": 30, "exchange/1": 10}


def test_money_that_passed_other_wallets_is_indirect_with_its_hops_and_path() -> None:
    # a: 100 of the thief, 100 of an exchange. 100 go on to b, half of each; 50 to the payer.
    found = traced(
        [
            pay(1, "thief", "a", 100),
            pay(2, "exchange", "a", 100),
            pay(3, "a", "b", 100),
            pay(4, "b", "payer", 50),
        ],
        LISTED,
        EXCHANGE,
        payment=payment_of(50),
    )
    assert parts_of(found) == {"sanctioned/3": 25, "exchange/3": 25}
    tainted = next(part for part in found.payment if part.origin.status == "listed")
    assert names(tainted.path) == ["thief", "a", "b", "payer"]
    # FIFO: a's first 100 are the thief's; they went to b, whose first 50 went on.
    assert dollars_by(found.fifo) == {"sanctioned/3": 50}


def test_what_a_wallet_spent_and_was_never_seen_to_get_is_unknown_and_was_there_first() -> None:
    # It gave 150 and got 100: it had 50 before, which are the first that went.
    found = traced(
        [pay(1, "thief", "payer", 100), pay(2, "payer", "baker", 110)],
        LISTED,
        payment=payment_of(40),
    )
    # Haircut: 100 of 150 are his; of 110, 73.33 leave; of what is left, the same two thirds.
    assert {part.origin.category: part.units for part in found.payment} == {
        "sanctioned": 26_666_667,
        "unknown": 13_333_333,
    }
    # FIFO: the 50 went first, then 60 of his; the payment is the rest of his.
    assert dollars_by(found.fifo) == {"sanctioned/1": 40}


def test_what_a_wallet_had_before_we_looked_dilutes_and_goes_first() -> None:
    held = {(who("payer"), "USDC@31337"): 300 * MICROS}
    found = traced(
        [pay(1, "thief", "payer", 100)],
        LISTED,
        payment=payment_of(40),
        openings=held,
        gaps={who("payer"): "window"},
    )
    assert parts_of(found) == {"sanctioned/1": 10, "unknown:window": 30}
    assert dollars_by(found.fifo) == {"unknown:window": 40}


def test_a_circle_is_followed_in_time_and_ends() -> None:
    # a and b hand 100 of the thief round and round; each turn costs two hops, the fifth is lost.
    found = traced(
        [
            pay(1, "thief", "a", 100),
            pay(2, "a", "b", 100),
            pay(3, "b", "a", 100),
            pay(4, "a", "payer", 100),
        ],
        LISTED,
        payment=payment_of(100),
    )
    assert parts_of(found) == {"sanctioned/4": 100}
    assert [names(lot.path) for lot in found.lots] == [["thief", "a", "b", "a", "payer"]]


def test_beyond_the_last_hop_nothing_is_said_to_be_clean() -> None:
    chain = [pay(1, "thief", "a", 100), pay(2, "a", "b", 100), pay(3, "b", "payer", 100)]
    found = traced(
        chain, LISTED, payment=payment_of(100), policy=TracePolicy(version="t", max_hops=2)
    )
    assert parts_of(found) == {"unknown:hops": 100}
    assert dollars_by(found.fifo) == {"unknown:hops": 100}


def test_money_is_not_followed_through_an_address_that_pays_many() -> None:
    policy = TracePolicy(version="t", fan_out_recipients=3)
    found = traced(
        [
            pay(1, "thief", "hub", 1_000),
            *(pay(2, "hub", f"customer{n}", 10, index=n) for n in range(2)),
            pay(3, "hub", "payer", 50),
        ],
        LISTED,
        payment=payment_of(50),
        policy=policy,
    )
    assert parts_of(found) == {"unknown:fan_out": 50}
    assert dollars_by(found.fifo) == {"unknown:fan_out": 50}


def test_paying_many_strangers_dust_makes_nobody_an_exchange() -> None:
    policy = TracePolicy(version="t", fan_out_recipients=3)
    crumbs = [
        pay(2, "hub", f"stranger{n}", 0, index=n, units=10, value_micros=10) for n in range(20)
    ]
    found = traced(
        [pay(1, "thief", "hub", 1_000), *crumbs, pay(3, "hub", "payer", 50)],
        LISTED,
        payment=payment_of(50),
        policy=policy,
    )
    assert parts_of(found) == {"sanctioned/2": 50}


def test_what_came_after_the_payment_is_not_its_money() -> None:
    found = traced(
        [pay(1, "exchange", "payer", 100), pay(2_000, "thief", "payer", 100)],
        LISTED,
        EXCHANGE,
        payment=payment_of(40, block=1_000),
    )
    assert parts_of(found) == {"exchange/1": 40}
    assert [part.origin.category for part in found.received[0].parts] == ["exchange"]


def test_the_house_s_own_refund_is_the_house_s_money() -> None:
    found = traced(
        [pay(1, "house", "payer", 100)], label("house", "house"), payment=payment_of(100)
    )
    assert parts_of(found) == {"house/1": 100}


def test_newly_made_tokens_come_from_their_maker() -> None:
    found = traced([pay(1, "x", "payer", 100, sender=bytes(20))], payment=payment_of(100))
    assert parts_of(found) == {"mint/1": 100}


def test_a_wallet_that_is_labelled_itself_needs_no_trail() -> None:
    found = traced([pay(1, "baker", "payer", 5)], label("payer", "mixer"), payment=payment_of(5))
    assert parts_of(found) == {"mixer/0": 5}
    assert found.own == Origin("mixer", "none", 0)


def test_all_that_was_received_is_told_by_asset_and_adds_up() -> None:
    found = traced(
        [
            pay(1, "thief", "payer", 30),
            pay(2, "exchange", "payer", 70),
            pay(3, "exchange", "payer", 9, asset="DAI@31337"),
        ],
        LISTED,
        EXCHANGE,
    )
    assert [(one.asset, one.units // MICROS) for one in found.received] == [
        ("DAI@31337", 9),
        ("USDC@31337", 100),
    ]
    usdc = found.received[1]
    assert {part.origin.category: part.value_micros for part in usdc.parts} == {
        "sanctioned": 30 * MICROS,
        "exchange": 70 * MICROS,
    }


def test_a_trail_in_too_many_pieces_is_cut_and_says_so() -> None:
    pieces = [pay(n, f"friend{n}", "payer", 2) for n in range(1, 21)]
    found = traced(pieces, payment=payment_of(40), policy=TracePolicy(version="t", max_lots=10))
    assert sum(found.fifo.values()) == 40 * MICROS
    assert dollars_by(found.fifo)["unknown:lots"] > 0


def test_the_last_part_of_one_transfer_is_what_its_sender_got_last() -> None:
    # a got 100 of an exchange, then 100 of the thief, and gave all 200. The payer spent the first
    # 150 of them: the 50 that are left are the end of a's, the thief's.
    found = traced(
        [
            pay(1, "exchange", "a", 100),
            pay(2, "thief", "a", 100),
            pay(3, "a", "payer", 200),
            pay(4, "payer", "baker", 150),
        ],
        LISTED,
        EXCHANGE,
        payment=payment_of(50),
    )
    assert dollars_by(found.fifo) == {"sanctioned/2": 50}
    assert parts_of(found) == {"exchange/2": 25, "sanctioned/2": 25}


def test_paying_oneself_washes_nothing() -> None:
    round_and_round = [pay(block, "payer", "payer", 100) for block in range(2, 9)]
    found = traced([pay(1, "thief", "payer", 100), *round_and_round], LISTED, payment=payment_of(9))
    assert parts_of(found) == {"sanctioned/1": 9}
    assert dollars_by(found.fifo) == {"sanctioned/1": 9}


def test_the_payment_itself_is_no_earlier_payment_of_its_own_money() -> None:
    came = [pay(1, "thief", "payer", 40), pay(2, "exchange", "payer", 40)]
    itself = pay(1_000, "payer", "shop", 40)
    alone = traced(came, LISTED, EXCHANGE, payment=payment_of(40))
    assert traced([*came, itself], LISTED, EXCHANGE, payment=payment_of(40)) == alone
    assert dollars_by(alone.fifo) == {"sanctioned/1": 40}
