"""Open the house, open a shop, sell a coffee to a stranger, pay the shop out."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_typing import HexStr
from web3 import HTTPProvider, Web3

from demo.house import CHECKOUT, PYTHON, House, HouseEnded
from demo.narration import Narrator, StepFailed
from demo.outside import OutsideMaker, tell_of_a_hedge
from demo.receiver import Receiver
from demo.shop import CASHIER, OWNER, add_shop

PRICE = "4.20"
SHOPPER_UNITS = 10**18  # one ether, wrapped
PAID_SECONDS = 60
PAYOUT_SECONDS = 90
RECONCILED_SECONDS = 90


class Demo:
    """The story, a chapter a method; each keeps what the next needs."""

    def __init__(self, *, narrator: Narrator) -> None:
        self.narrator = narrator
        self.maker = OutsideMaker()
        self.house = House(purpose="demo", say=narrator.say, settings=self.maker.settings)
        self.receiver = Receiver()

    def close(self) -> None:
        self.maker.close()
        self.house.close()
        self.receiver.close()

    def tell(self) -> None:
        """The whole story, once.

        Raises:
            StepFailed: a step did not hold.
        """
        self._open_house()
        self._open_shop()
        invoice = self._ask()
        self._pay(invoice)
        self._see_it_paid(invoice["id"])
        self._pay_out()
        self._check_books()

    def tell_on(self) -> None:
        """What takes a minute or two: beat lets the desk hedge every 15 seconds.

        Raises:
            StepFailed: a step did not hold.
        """
        tell_of_a_hedge(narrator=self.narrator, house=self.house, shop=self.shop, maker=self.maker)

    def _open_house(self) -> None:
        with self.narrator.step("The house is open", key="open") as notes:
            self.house.wait_until_ready()
            notes.append(self.house.url)

    def _open_shop(self) -> None:
        with self.narrator.step("A test shop is open", key="shop") as notes:
            self.shop = add_shop(self.house)
            self.api = self.shop.api
            endpoint = self.api.post("/v1/webhook_endpoints", {"url": self.receiver.url})
            self.receiver.secret = endpoint["secret"]
            notes.append("Café Amélie, settled in USDC")

    def _ask(self) -> dict[str, Any]:
        with self.narrator.step(f"The till asks for {PRICE} EUR", key="ask") as notes:
            invoice = self.api.post(
                "/v1/invoices", {"amount": PRICE, "currency": "EUR", "order_id": "coffee-1"}
            )
            notes.append(f"{len(invoice['due'])} assets offered")
            notes.append(invoice["checkout_url"])
        return invoice

    def _pay(self, invoice: dict[str, Any]) -> None:
        shopper = Account.create()
        with self.narrator.step("A stranger holds some WETH", key="fund") as notes:
            self.shop.give(to=shopper.address, ETH=10**16, WETH=SHOPPER_UNITS)
            notes.append(shopper.address)
        with self.narrator.step(
            "She scans the QR and pays from her own wallet", key="pay"
        ) as notes:
            picture = Path(tempfile.mkdtemp()) / "qr.png"
            with urllib.request.urlopen(f"{invoice['checkout_url']}/qr.png", timeout=15) as answer:
                picture.write_bytes(answer.read())
            done = subprocess.run(
                [PYTHON, "demo/shopper.py", "--qr", str(picture), "--rpc-url", self.shop.rpc_url],
                cwd=CHECKOUT,
                env={"PATH": os.environ["PATH"], "SHOPPER_KEY": shopper.key.hex()},
                capture_output=True,
                text=True,
                check=False,
            )
            shutil.rmtree(picture.parent)
            if done.returncode:
                raise RuntimeError((done.stdout + done.stderr).strip()[-600:])
            payment = json.loads(done.stdout)
            if payment["recipient"].lower() != invoice["address"].lower():
                raise RuntimeError(f"she paid {payment['recipient']}, not the invoice's address")
            self.paid_at = time.monotonic()
            notes.append(f"transaction {payment['transaction'][:12]}…")

    def _see_it_paid(self, invoice_id: str) -> None:
        path = f"/v1/invoices/{invoice_id}"
        with self.narrator.step("The till sees the payment", key="seen"):
            self.api.wait_for(
                path,
                lambda found: found["status"] in {"processing", "paid"},
                seconds=PAID_SECONDS,
                what="the payment's arrival",
            )
        with self.narrator.step("It is confirmed, screened and credited", key="paid") as notes:
            paid = self.api.wait_for(
                path,
                lambda found: found["status"] == "paid",
                seconds=PAID_SECONDS,
                what="the payment's confirmation",
            )
            if paid["release_goods"] != "yes":
                raise RuntimeError(f"release_goods is {paid['release_goods']}")
            notes.append(f"{paid['credited']['amount']} USDC")
            self.credited = paid["credited"]
        with self.narrator.step("The shop's program got a signed webhook", key="webhook") as notes:
            event = self.receiver.wait_for("invoice.paid", seconds=30)
            if event is None:
                raise TimeoutError("no invoice.paid arrived")
            notes.append(f"{len(self.receiver.events)} verified, {self.receiver.refused} refused")

    def _pay_out(self) -> None:
        with self.narrator.step("The deposit becomes final", key="final"):
            self.api.wait_for(
                "/v1/balances",
                lambda found: any(
                    int(balance["payable_units"]) > 0 for balance in found["balances"]
                ),
                seconds=PAYOUT_SECONDS,
                what="finality",
            )
        with self.narrator.step("The shop is paid out on chain", key="payout") as notes:
            payout = self.api.post("/v1/payouts", {})
            done = self.api.wait_for(
                f"/v1/payouts/{payout['id']}",
                lambda found: found["status"] in {"completed", "failed", "cancelled"},
                seconds=PAYOUT_SECONDS,
                what="the payout",
            )
            if done["status"] != "completed":
                raise RuntimeError(f"the payout is {done['status']}")
            arrived = self._usdc_of(self.shop.payout_address)
            if arrived != int(self.credited["units"]):
                raise RuntimeError(f"{arrived} units arrived, not {self.credited['units']}")
            notes.append(f"{arrived / 10**6:.6f} USDC in the shop's own wallet")

    def _check_books(self) -> None:
        with self.narrator.step("The books balance to the unit", key="books") as notes:
            notes.append(self.house.manage("ledger_check"))
        with self.narrator.step("Books and chain agree to the unit", key="reconciled") as notes:
            notes.append(self._reconciled())

    def _reconciled(self) -> str:
        """The last word of a run in which nothing is under way any more.

        Raises:
            RuntimeError: there was none in time, or the books differ.
        """
        deadline = time.monotonic() + RECONCILED_SECONDS
        while True:
            try:
                said = self.house.manage("reconcile", "--to-the-unit")
            except RuntimeError as trouble:
                if ": differs" in str(trouble) or time.monotonic() > deadline:
                    raise
                time.sleep(2)
            else:
                return said.splitlines()[-1]

    def _usdc_of(self, address: str) -> int:
        web3 = Web3(HTTPProvider(self.shop.rpc_url))
        data = HexStr("0x70a08231" + address[2:].lower().rjust(64, "0"))
        answer = web3.eth.call({"to": self.shop.chain.token("USDC").address, "data": data})
        return int.from_bytes(answer, "big")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after the story")
    options = parser.parse_args()

    def interrupted(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupted)
    narrator = Narrator()
    started = time.monotonic()
    narrator.say("Tillway demo: everything below is real but for the money.")
    demo = Demo(narrator=narrator)
    held = False
    try:
        demo.tell()
        held = True
        if not options.once:
            _stay_up(demo)
    except StepFailed:
        narrator.say(f"    the house's log: {demo.house.state}/house.log")
    except HouseEnded as ended:
        held = False
        narrator.say("")
        narrator.say(f"  ✗ The house is gone: {ended}. The last lines of its log:")
        for line in ended.lines:
            narrator.say(f"    {line}")
        narrator.say(f"    all of it: {demo.house.state}/house.log")
    except KeyboardInterrupt:
        narrator.say("")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        narrator.say("  … closing the house")
        demo.close()
    if options.once:
        summary = {
            "demo": "ok" if held else "failed",
            "failed_step": narrator.failed or None,
            "seconds": round(time.monotonic() - started, 1),
            "steps": narrator.figures,
        }
        print(json.dumps(summary), flush=True)
    return 0 if held else 1


def _stay_up(demo: Demo) -> None:
    """Until somebody interrupts.

    Raises:
        HouseEnded: the house did not stay.
    """
    say = demo.narrator.say
    say("")
    say(f"  The house stays open at {demo.house.url}")
    say(f"    dashboard  {demo.house.url}/dashboard/   {OWNER} / {demo.shop.password}")
    say(f"    till       {demo.house.url}/pos/         {CASHIER} / {demo.shop.password}")
    say(f"    API docs   {demo.house.url}/v1/docs")
    say("  Ctrl-C closes it and stops everything that was started.")
    say("")
    with contextlib.suppress(StepFailed):  # it was said, and the house stays open
        demo.tell_on()
    demo.house.watch()


if __name__ == "__main__":
    sys.exit(main())
