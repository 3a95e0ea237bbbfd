"""What a run does with a house, from one seed: a shop, its sale, and what becomes of the money."""

import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import httpx
import psycopg
from eth_account import Account

from gateway.supervisor.devchain.calls import call_data
from tests.faults.chain_stops import reorg, standing_still
from tests.faults.program import ANSWER_SECONDS, NeverAnswered, Program
from tests.faults.rest import is_at_rest
from tests.faults.shoppers import Shopper
from tests.house.place import Place, csrf_of

Json = dict[str, Any]
STORY_SECONDS = 150.0
LATEST_SECONDS = 900.0
DEEPEST_REORG = 5
"""Blocks; one more would be final on the dev chain."""
SALES_TO_REORG = 5
STAND_STILL_SECONDS = 20.0
"""Less than the dev chain's ``grace_seconds``."""
CREDITED = "SELECT 1 FROM invoices_payment WHERE invoice_id = %s AND reversed_at IS NULL"
LISTED = "0x000000000000000000000000000000000000dEaD"
NOT_NOW: Final = frozenset(
    {"no_quote", "market_unavailable", "screening_unavailable", "nothing_to_pay_out"}
    | {"refund_not_now", "idempotency_key_in_flight", "lock_cap_reached"}
)
"""Refusals that pass by themselves: a program asks again."""


class NeverHappened(AssertionError):
    """A story's next step did not come about."""


@dataclass(slots=True)
class Teller:
    """One run under way, and what must be true of it at the end.

    Attributes:
        paid_to: base units by (symbol, address) that must have arrived there, in one transfer.
    """

    place: Place
    program: Program
    shopper: Shopper
    rng: random.Random
    paid_to: dict[tuple[str, str], int] = field(default_factory=dict)
    invoices: list[str] = field(default_factory=list)

    # ------------------------------------------------------------------ steps

    def sell(self, amount: str = "", **more: Any) -> Json:
        amount = amount or f"{self.rng.randrange(200, 2_000) / 100:.2f}"
        body = {"amount": amount, "order_id": self._id(), **more}
        twice = self.rng.random() < 0.3
        invoice = self.program.ask("invoices", body, passing=NOT_NOW, twice=twice)
        self.invoices.append(invoice["id"])
        return invoice

    def sell_in(self, symbol: str, amount: str = "") -> Json:
        """A sale that may be paid in a token. While prices are away its price in tokens that move
        is not known, and it is not offered: then another sale is asked for."""
        deadline = time.monotonic() + STORY_SECONDS
        while True:
            invoice = self.sell(amount)
            if any(due["symbol"] == symbol for due in invoice["due"]):
                return invoice
            if time.monotonic() > deadline:
                raise NeverHappened(f"{symbol} is not offered")
            time.sleep(2)

    def pay(self, invoice: Json, symbol: str = "USDC", *, part: float = 1.0) -> int:
        """Send a part of what is due, or more; the base units."""
        due = next((due for due in invoice["due"] if due["symbol"] == symbol), None)
        if due is None:
            raise NeverHappened(f"{symbol} is not offered")
        units = max(1, round(int(due["units"]) * part)) if part != 1.0 else int(due["units"])
        self.shopper.transfer(token=due.get("token") or None, to=invoice["address"], units=units)
        return units

    def until(self, invoice: Json, condition: Callable[[Json], bool], *, what: str) -> Json:
        return self._until(f"invoices/{invoice['id']}", condition, what=what)

    def paid(self, invoice: Json) -> Json:
        return self.until(
            invoice,
            lambda found: found["status"] == "paid" and int(found["credited"]["units"]) > 0,
            what="paid",
        )

    def pay_out(self) -> Json:
        payout = self.program.ask("payouts", {}, passing=NOT_NOW, twice=self.rng.random() < 0.5)
        done = self._until(
            f"payouts/{payout['id']}",
            lambda found: found["status"] in ("completed", "failed", "cancelled"),
            what="paid out",
        )
        if done["status"] != "completed":
            raise NeverHappened(f"the payout {done['status']}: {done}")
        self.paid_to["USDC", done["destination"]] = int(done["units"])
        return done

    def _until(self, path: str, condition: Callable[[Json], bool], *, what: str) -> Json:
        """What stands at a path once ``condition`` holds of it.

        A house whose processes die is slow, and so is a busy machine. What has not come about is
        late as long as anything is under way in the house; once all is at rest it never will.

        Raises:
            NeverHappened
        """
        began = time.monotonic()
        while True:
            found = self.program.get(path)
            if condition(found):
                return found
            waited = time.monotonic() - began
            if waited > STORY_SECONDS and is_at_rest(self.place):
                found = self.program.get(path)
                if condition(found):
                    return found
                raise NeverHappened(f"{path} was never {what}: {str(found)[:600]}")
            if waited > LATEST_SECONDS:
                raise NeverHappened(f"{path} is not {what}, nor all at rest: {str(found)[:600]}")
            time.sleep(0.5)

    def _id(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    # ------------------------------------------------------------------ stories

    def sale(self) -> None:
        """Exactly, in two parts, too much, or in the native coin."""
        match self.rng.randrange(4):
            case 0:
                invoice = self.sell()
                self.pay(invoice)
            case 1:
                invoice = self.sell()
                self.pay(invoice, part=0.4)
                part = self.until(
                    invoice, lambda found: found["status"] == "partial", what="paid in part"
                )
                self.pay(part)
            case 2:
                invoice = self.sell()
                self.pay(invoice, part=1.5)
            case _:
                invoice = self.sell_in("ETH")
                self.pay(invoice, "ETH")
        self.paid(invoice)

    def sale_in_weth(self) -> None:
        """A token that the desk sells in a pool."""
        invoice = self.sell_in("WETH", "38.00")
        self.pay(invoice, "WETH")
        self.paid(invoice)

    def wrong_asset(self) -> None:
        """A token that nobody offered lies at the address: it is the payer's, and said."""
        invoice = self.sell()
        uri = invoice["due"][0]["uri"]
        assert uri
        token = self.place.shop.chain.token("EURC").address
        self.shopper.transfer(token=token, to=invoice["address"], units=10**6)
        self.pay(invoice)
        self.paid(invoice)

    def void(self) -> None:
        """Called off; what comes afterwards is the payer's."""
        invoice = self.sell()
        self.program.ask(f"invoices/{invoice['id']}/void", {})
        self.pay(invoice)
        found = self.until(
            invoice,
            lambda found: any(entry["state"] != "seen" for entry in found["received"]),
            what="paid after it was called off",
        )
        if found["status"] != "cancelled" or int(found["credited"]["units"]):
            raise NeverHappened(f"a called off sale was credited: {found}")

    def payout(self) -> None:
        self.sale()
        self.pay_out()

    def cancel(self) -> None:
        """A payout above the shop's limit waits for people, and is taken back before they agree."""
        self.place.sql(
            "UPDATE shops_shop SET terms = terms || '{\"payout_limit_units\": 0}' WHERE id = %s",
            self.program.shop_id,
        )
        self.sale()
        payout = self.program.ask("payouts", {}, passing=NOT_NOW)
        self.program.ask(f"payouts/{payout['id']}/cancel", {})
        found = self.program.get(f"payouts/{payout['id']}")
        if found["status"] != "cancelled":
            raise NeverHappened(f"the payout was not taken back: {found}")

    def refund(self) -> None:
        """All of a sale goes back to an address that the shopper names; another one bears the fee
        that the house keeps."""
        other = self.sell()
        self.pay(other)
        self.paid(other)
        invoice = self.sell()
        self.pay(invoice)
        self.paid(invoice)
        self.paid(other)  # another story's reorg may have taken it back for a moment
        destination = Account.create().address
        asked, done = self._refunded(invoice, to=destination)
        if done["end_reason"] == "payment_reverted":
            # Another story's reorg took the payment out before its refund left. The network brings
            # it back, and the shop asks again.
            self.paid(invoice)
            asked, done = self._refunded(invoice, to=destination)
        if done["status"] != "completed":
            raise NeverHappened(f"the refund {done['status']}: {done}")
        [(units, asset)] = self.place.sql(
            "SELECT units, asset FROM refunds_refund WHERE id = %s", asked["id"]
        )
        self.paid_to[asset.partition("@")[0], destination] = int(units)

    def _refunded(self, invoice: Json, *, to: str) -> tuple[Json, Json]:
        """A refund as it was asked for, and as it ended."""
        asked = self.program.ask("refunds", {"invoice_id": invoice["id"]}, passing=NOT_NOW)
        self._claim(asked["claim_url"], to)
        return asked, self._until(
            f"refunds/{asked['id']}",
            lambda found: found["status"] in ("completed", "rejected", "expired"),
            what="refunded",
        )

    def _claim(self, url: str, destination: str) -> None:
        """Through the claim page: a look, then yes. Its answer may be lost; its page tells."""
        path = "/c/" + url.rpartition("/c/")[2]
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            try:
                with httpx.Client(base_url=self.program.url, timeout=15) as browser:
                    page = browser.get(path)
                    if page.status_code == 200 and 'name="address"' not in page.text:
                        return
                    chosen = re.search(r'name="asset"[^>]*value="(USDC@[^"]+)"', page.text)
                    fields = {
                        "csrfmiddlewaretoken": csrf_of(page.text),
                        "address": destination,
                        "asset": chosen[1] if chosen else "",
                    }
                    look = browser.post(path, data=fields, headers={"Referer": self.program.url})
                    units = re.search(r'name="units"[^>]*value="(\d+)"', look.text)
                    if look.status_code == 200 and units:
                        fields |= {"confirmed": "yes", "units": units[1]}
                        said = browser.post(path, data=fields)
                        if said.status_code == 302:
                            return
            except (httpx.HTTPError, AssertionError):
                pass  # the page is away; it is opened again
            time.sleep(1)
        raise NeverAnswered(path)

    def held(self) -> None:
        """A listed payer's money is held until two people decide."""
        invoice = self.sell()
        due = next(due for due in invoice["due"] if due["symbol"] == "USDC")
        data = call_data("transfer(address,uint256)", invoice["address"], int(due["units"]))
        self.shopper.mempool.send_as(LISTED, to=due["token"], data=data)
        self.until(invoice, lambda found: "held" in found["exceptions"], what="held")
        release = self.rng.random() < 0.5
        self._decide(invoice["id"], "release" if release else "return")
        if release:
            self.until(invoice, lambda found: int(found["credited"]["units"]) > 0, what="let go of")

    def _decide(self, invoice_id: str, decision: str) -> None:
        """Two people decide; they look again while another story's reorg has taken the payment out,
        or it was mined again and is not held yet."""
        script = DECIDE.format(invoice_id=invoice_id, decision=decision)
        deadline = time.monotonic() + STORY_SECONDS
        said = ""
        while time.monotonic() < deadline:
            try:
                said = self.place.shop.house.manage("shell", "-c", script)
            except RuntimeError as died:
                said = str(died)
            if said.strip().endswith(DECIDED):
                return
            time.sleep(1)
        raise NeverHappened(f"nobody could decide: {said}")

    def reorg(self) -> None:
        """A sale whose blocks the chain gives up; the network brings the payment back.

        The chain stands still until the payment is credited, or it might be final by then; if the
        house is away for too long, another sale is tried."""
        for _ in range(SALES_TO_REORG):
            invoice = self.sell("3.00")
            self.pay(invoice)
            block = int(self.place.mined(self.shopper.sent[-1], seconds=60)["blockNumber"], 16)
            with standing_still(self.place.rpc):
                depth = self.place.head() - block + 1
                undone = depth <= DEEPEST_REORG and self._is_credited(invoice["id"])
                if undone:
                    reorg(self.place.rpc, depth=depth)
            self.paid(invoice)
            if undone:
                break
        self.pay_out()

    def _is_credited(self, invoice_id: str) -> bool:
        deadline = time.monotonic() + STAND_STILL_SECONDS
        while time.monotonic() < deadline:
            with suppress(psycopg.Error):  # the database is being started again
                if self.place.sql(CREDITED, invoice_id):
                    return True
            time.sleep(0.1)
        return False

    def late(self) -> None:
        """Paid after the rate's lock was over."""
        invoice = self.sell(lock_seconds=30)
        self.until(invoice, lambda found: found["status"] == "expired", what="expired")
        self.pay(invoice)
        self.until(
            invoice, lambda found: int(found["credited"]["units"]) > 0, what="credited though late"
        )


DECIDED = "decided"
DECIDE = """
from django.utils import timezone
from gateway.chains.models import Deposit
from gateway.compliance import holds
from gateway.compliance.models import Hold

deposit = Deposit.objects.filter(invoice_id="{invoice_id}").exclude(state="orphaned").get()
holds_of_it = Hold.objects.filter(deposit_id=deposit.id)
if holds_of_it.filter(approved_at=None).exists():
    propose = holds.hold_{decision}
    propose(deposit_id=deposit.id, by="user:a", reason="looked at", now=timezone.now())
    holds.hold_approve(deposit_id=deposit.id, by="user:b", now=timezone.now())
if holds_of_it.exclude(approved_at=None).exists():
    print("decided")
"""
NAMES: Final = (
    *("sale", "sale_in_weth", "void", "payout", "cancel"),
    *("refund", "held", "reorg", "late", "wrong_asset"),
)
