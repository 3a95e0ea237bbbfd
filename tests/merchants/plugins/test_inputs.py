"""What plugins send: strict about money, kind about the rest. Pure."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money.assets import FIAT
from merchants.accounts.actions import SCOPES, scopes_held
from merchants.plugins.inputs import read_invoice, read_refund, read_webhook
from merchants.plugins.messages import TYPES
from merchants.plugins.methods import methods_named
from merchants.plugins.permissions import (
    CHANGE_STORE,
    END_REFUNDS,
    GRANTS,
    VIEW_STORE,
    actions_for,
    permissions_within,
    scopes_for,
)
from merchants.plugins.problems import InputRefused

METHODS = methods_named(
    [
        ("USDC@8453", "USDC", 8453, "Base"),
        ("USDC@1", "USDC", 1, "Ethereum"),
        ("ETH@10", "ETH", 10, "OP Mainnet"),
        ("X@5", "X", 5, "Twin"),
        ("X@6", "X", 6, "twin"),
    ]
)


def _read(**body: Any) -> Any:
    return read_invoice(
        {"amount": "1.00", **body},
        currency=FIAT["EUR"],
        methods=METHODS,
        most_lock_seconds=3_600,
    )


def _faults(**body: Any) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        _read(**body)
    return {fault["path"] for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("amount", "units"),
    [("5.00", 500), ("5", 500), (5, 500), ("12.50000000", 1_250), ("0.010", 1), ("7.", None)],
)
def test_an_amount_is_read_exactly(amount: Any, units: int | None) -> None:
    if units is None:
        assert _faults(amount=amount) == {"amount"}
    else:
        assert _read(amount=amount).amount.units == units


@pytest.mark.parametrize(
    "amount",
    [5.0, True, "5,00", "1e3", "-1", "-12.505", "0", "0.00000000", "", None, [1], "0.125", "0.004"],
)
def test_what_could_lose_a_digit_is_no_amount(amount: Any) -> None:
    assert _faults(amount=amount) == {"amount"}


@pytest.mark.parametrize(
    ("amount", "units"),
    [("12.505", 1_251), ("12.50499999", 1_250), ("39.66270000", 3_966), ("0.995", 100)],
)
def test_a_price_with_fractions_of_a_cent_is_rounded_as_the_protocols_server_does(
    amount: str, units: int
) -> None:
    """OpenCart multiplies by tax and sends what comes of it with eight decimals."""
    assert _read(amount=amount).amount.units == units


@given(parts=st.integers(10**8, 10**15))
def test_a_rounded_price_is_within_half_a_cent(parts: int) -> None:
    text = f"{parts // 10**8}.{parts % 10**8:08}"
    units = _read(amount=text).amount.units
    assert abs(units * 10**6 - parts) <= 500_000


@given(units=st.integers(1, 10**12), zeros=st.integers(0, 8))
def test_zeros_behind_an_amount_change_nothing(units: int, zeros: int) -> None:
    text = f"{units // 100}.{units % 100:02}" + "0" * zeros
    assert _read(amount=text).amount.units == units


def test_every_fault_is_told_at_once() -> None:
    checkout = {
        "speedPolicy": "Fast",
        "paymentTolerance": 101,
        "redirectURL": "javascript:alert(1)",
    }
    assert _faults(amount="x", currency="USD", metadata=[], checkout=checkout) == {
        "amount",
        "currency",
        "metadata",
        "checkout.speedPolicy",
        "checkout.paymentTolerance",
        "checkout.redirectURL",
    }


def test_what_is_null_is_the_shops_own_way() -> None:
    read = _read(checkout={"speedPolicy": None, "expirationMinutes": None, "paymentMethods": None})
    assert (read.checkout.speed, read.checkout.lock_seconds, read.checkout.assets) == (
        None,
        None,
        (),
    )


@pytest.mark.parametrize(("minutes", "seconds"), [(0.5, 30), (15, 900), (60, 3_600)])
def test_an_expiry_may_be_half_a_minute_and_no_more_than_a_lock(minutes: Any, seconds: int) -> None:
    assert _read(checkout={"expirationMinutes": minutes}).checkout.lock_seconds == seconds


@pytest.mark.parametrize("minutes", [0.4, 61, "15", True])
def test_another_expiry_is_refused(minutes: Any) -> None:
    assert _faults(checkout={"expirationMinutes": minutes}) == {"checkout.expirationMinutes"}


@pytest.mark.parametrize("name", ["USDC-BASE", "usdc_base", "Usdc-Base"])
def test_payment_methods_are_known_in_either_case_and_with_either_sign(name: str) -> None:
    assert METHODS.asset_named(name) == "USDC@8453"
    assert _read(checkout={"paymentMethods": [name]}).checkout.assets == ("USDC@8453",)


def test_an_unknown_payment_method_is_refused_by_name() -> None:
    assert _faults(checkout={"paymentMethods": ["BTC-CHAIN"]}) == {"checkout.paymentMethods"}


def test_payment_methods_are_named_apart_and_never_like_lightning() -> None:
    assert METHODS.names["ETH@10"] == "ETH-OPMAINNET"
    assert METHODS.names["X@5"] == "X-TWIN5" and METHODS.names["X@6"] == "X-TWIN6"
    assert METHODS.name_of("GONE@77") == "GONE-77"
    for name in METHODS.names.values():
        assert not name.endswith("-LN") and "LightningNetwork" not in name


@pytest.mark.parametrize(("order_id", "read"), [("1001", "1001"), (1001, "1001"), (None, "")])
def test_an_order_may_be_a_number(order_id: Any, read: str) -> None:
    assert _read(metadata={"orderId": order_id}).order_id == read


def test_metadata_is_kept_as_it_is() -> None:
    metadata = {"posData": '{"a": 1}', "taxIncluded": 1.5, "n": None, "flag": True, "orderId": "7"}
    assert _read(metadata=metadata).metadata == metadata


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_whatever_comes_is_read_or_refused(value: Any) -> None:
    for name in ("amount", "currency", "metadata", "checkout"):
        with suppress(InputRefused):
            _read(**{name: value})
    for field in ("speedPolicy", "paymentMethods", "expirationMinutes", "redirectURL"):
        with suppress(InputRefused):
            _read(checkout={field: value})


def test_a_refund_names_its_kind_and_its_share() -> None:
    read = read_refund(
        {"refundVariant": "RateThen", "subtractPercentage": "2.5", "payoutMethodId": "USDC-BASE"},
        currencies={"EUR": FIAT["EUR"]},
        methods=METHODS,
    )
    assert (read.subtract_bps, read.assets) == (250, ("USDC@8453",))
    with pytest.raises(InputRefused):
        read_refund({"refundVariant": "All"}, currencies={}, methods=METHODS)
    with pytest.raises(InputRefused):
        read_refund(
            {"refundVariant": "Custom", "customAmount": "1", "customCurrency": "XYZ"},
            currencies={"EUR": FIAT["EUR"]},
            methods=METHODS,
        )


def test_a_webhook_hears_of_everything_or_of_what_it_names() -> None:
    def events(chosen: Any) -> Any:
        return read_webhook({"authorizedEvents": chosen}, known=TYPES).events

    assert events({"everything": True, "specificEvents": []}) == ("*",)
    assert events({"everything": False, "specificEvents": ["InvoiceSettled"]}) == (
        "InvoiceSettled",
    )
    assert read_webhook({}, known=TYPES).events is None
    assert events(None) == events({}) == ("*",)
    for chosen in (["InvoiceEaten"], []):
        with pytest.raises(InputRefused):
            events({"everything": False, "specificEvents": chosen})


def test_each_permission_stands_for_scopes_that_there_are() -> None:
    for permission in GRANTS:
        assert set(scopes_for([permission])) <= set(SCOPES)
        assert actions_for([permission])
    assert "payouts:write" not in scopes_for(GRANTS)
    assert "payouts:read" not in scopes_for(GRANTS)


def test_a_key_made_by_hand_is_said_to_have_what_its_scopes_fulfil() -> None:
    assert permissions_within({"quotes:read"}) == [VIEW_STORE]
    assert CHANGE_STORE not in permissions_within(SCOPES)
    assert permissions_within({"invoices:read", "invoices:write"}) == [
        "btcpay.store.canviewinvoices",
        "btcpay.store.cancreateinvoice",
    ]


def test_who_may_call_refunds_off_is_given_nothing_else() -> None:
    assert scopes_for([END_REFUNDS]) == ("refunds:end",)
    assert permissions_within({"refunds:end"}) == [END_REFUNDS]
    assert END_REFUNDS in permissions_within(scopes_held(["refunds:read", "refunds:write"]))
