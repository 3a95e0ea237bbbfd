"""A counter on the dev chain: invoices by the real market, shoppers who hold USDC and no ether."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from gateway.chains.addresses import checksum
from gateway.chains.eip3009 import TransferAuthorization
from gateway.chains.models import Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.services import list_load
from gateway.events import relay
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_issue
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.shops.selectors import shop_view
from gateway.sponsoring.accepting import Submission, authorization_accept, authorization_offer
from gateway.sponsoring.demands import domain_of
from gateway.sponsoring.models import Authorization
from gateway.supervisor.devchain.calls import call_data
from tests.chains.watch_chain import SHOPPER as STRANGER
from tests.market.execution.conftest import USDC, desk  # noqa: F401 (a fixture)
from tests.settlement.house_kit import House, house  # noqa: F401 (a fixture)

LISTED = bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96")


def authorization_in(typed_data: dict[str, Any]) -> TransferAuthorization:
    message = typed_data["message"]
    return TransferAuthorization(
        payer=bytes.fromhex(message["from"][2:]),
        to=bytes.fromhex(message["to"][2:]),
        units=int(message["value"]),
        valid_after=int(message["validAfter"]),
        valid_before=int(message["validBefore"]),
        nonce=bytes.fromhex(message["nonce"][2:]),
    )


@dataclass
class Counter:
    house: House
    shopper: LocalAccount = field(default_factory=Account.create)

    @property
    def payer(self) -> bytes:
        return bytes.fromhex(self.shopper.address[2:])

    @property
    def now(self) -> datetime:
        """The chain's clock, which tokens go by."""
        return self.house.desk.now()

    def give(self, units: int, *, symbol: str = "USDC", to: bytes | None = None) -> None:
        self.house.desk.till.faucet.give(to=checksum(to or self.payer), symbol=symbol, units=units)

    def issue(self, cents: int = 1_250, **options: Any) -> Invoice:
        self.house.desk.publish()
        invoice = invoice_issue(
            shop=shop_view(shop_id=self.house.desk.shop_id),
            amount=Amount(cents, FIAT["EUR"]),
            now=self.now,
            **options,
        )
        self.house.desk.till.watch()
        return invoice

    def offer(self, invoice: Invoice, *, payer: bytes | None = None) -> dict[str, Any]:
        return authorization_offer(
            invoice_id=invoice.id, asset=USDC.code, payer=payer or self.payer, now=self.now
        )

    def sign(self, typed_data: dict[str, Any]) -> bytes:
        message = encode_typed_data(full_message=typed_data)
        return bytes(self.shopper.sign_message(message).signature)

    def submission(self, invoice: Invoice, **changes: Any) -> Submission:
        """What the page would submit: what was offered, signed."""
        typed_data = changes.pop("typed_data", None) or self.offer(invoice)
        return Submission(
            **{
                "invoice_id": invoice.id,
                "asset": USDC.code,
                "signed": authorization_in(typed_data),
                "signature": self.sign(typed_data),
                "client": "203.0.113.7",
                **changes,
            }
        )

    def signing(self, submission: Submission, signed: TransferAuthorization) -> Submission:
        """The same submission, another message signed."""
        token = Token.objects.get(code=submission.asset)
        return replace(
            submission,
            signed=signed,
            signature=self.sign(signed.typed_data(domain_of(token))),
        )

    def accept(self, submission: Submission) -> Authorization:
        authorization = authorization_accept(submission=submission, now=self.now)
        relay.drain(limit=1000)
        return authorization

    def send(self, *, blocks: int = 8) -> None:
        """Let the sender send, the chain go on and the watcher hear."""
        self.house.tick(mine=blocks)
        self.hear()

    def hear(self) -> None:
        self.house.desk.till.watch()
        relay.drain(limit=1000)

    def again(self, row: Any) -> Any:
        return type(row).objects.get(id=row.id)

    def outgoing(self, authorization: Authorization) -> OutgoingTransaction:
        return OutgoingTransaction.objects.get(id=authorization.transaction_id)

    def cancel_on_chain(self, nonce: bytes) -> None:
        """The payer takes an authorization back, by a signature that somebody sends."""
        token = Token.objects.get(code=USDC.code)
        domain = TransferAuthorization(
            payer=self.payer, to=self.payer, units=1, valid_after=0, valid_before=0, nonce=nonce
        ).typed_data(domain_of(token))["domain"]
        message = encode_typed_data(
            domain_data=domain,
            message_types={
                "CancelAuthorization": [
                    {"name": "authorizer", "type": "address"},
                    {"name": "nonce", "type": "bytes32"},
                ]
            },
            message_data={"authorizer": self.shopper.address, "nonce": nonce},
        )
        signature = self.shopper.sign_message(message)
        self.call(
            call_data(
                "cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)",
                self.shopper.address,
                nonce,
                signature.v,
                signature.r.to_bytes(32, "big"),
                signature.s.to_bytes(32, "big"),
            ),
            sender=STRANGER.address,
        )

    def blacklist(self) -> None:
        """The token's issuer blocks the shopper."""
        self.call(
            call_data("blacklist(address)", self.shopper.address),
            sender=self.house.desk.till.layout.admin,
        )

    def call(self, data: bytes, *, sender: str) -> None:
        """Anybody's call of the token, mined."""
        till = self.house.desk.till
        till.rpc.call("anvil_impersonateAccount", [sender])
        usdc = till.layout.token("USDC").address
        call = {"from": sender, "to": usdc, "data": "0x" + data.hex(), "gas": hex(300_000)}
        sent = till.mined(till.rpc.call("eth_sendTransaction", [call]))
        receipt = till.rpc.call("eth_getTransactionReceipt", [sent])
        assert receipt["status"] == "0x1"

    def ether(self, account: bytes) -> int:
        told = self.house.desk.till.rpc.call("eth_getBalance", [checksum(account), "latest"])
        return int(told, 16)


@pytest.fixture
def counter(house: House, valkey: object) -> Counter:  # noqa: F811
    lines = [f"0x{LISTED.hex()}"]
    list_load(lines=lines, source="ofac", loaded_by="test", now=datetime.now(UTC), forced=True)
    relay.drain(limit=1000)
    counter = Counter(house)
    counter.give(1_000_000_000)
    return counter
