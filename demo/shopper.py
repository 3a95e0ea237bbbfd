"""A shopper who has never heard of Tillway: scans the picture, follows it, pays by herself.

It imports nothing of the gateway. All it gets is the picture of the QR, the address of a node of
its chain and its own key:

    SHOPPER_KEY=0x… python demo/shopper.py --qr till.png --rpc-url http://127.0.0.1:8545

It prints one line of JSON about the payment it sent.
"""

import argparse
import json
import os
import re
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs

import zxingcpp
from eth_account import Account
from PIL import Image
from web3 import HTTPProvider, Web3
from web3.types import TxParams

TRANSFER_SELECTOR = "a9059cbb"
BALANCE_SELECTOR = "70a08231"
ERC681 = re.compile(
    r"^ethereum:(?P<target>0x[0-9a-fA-F]{40})@(?P<chain_id>[0-9]+)"
    r"(?:/(?P<function>[a-z]+))?(?:\?(?P<query>.*))?$"
)


@dataclass(frozen=True)
class PaymentRequest:
    """What an ERC-681 URI asks for. ``token`` is None for the native coin."""

    chain_id: int
    token: str | None
    recipient: str
    units: int


def scan(picture: Path) -> str:
    """The text of the one QR code in a picture."""
    codes = zxingcpp.read_barcodes(
        Image.open(picture), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    if len(codes) != 1:
        raise SystemExit(f"{picture} holds {len(codes)} codes, not one")
    return str(codes[0].text)


def parse_erc681(uri: str) -> PaymentRequest:
    """Read a payment URI as https://eips.ethereum.org/EIPS/eip-681 defines it."""
    match = ERC681.match(uri)
    if match is None:
        raise ValueError(f"not an ERC-681 URI with a chain: {uri}")
    query = {key: values[0] for key, values in parse_qs(match["query"] or "").items()}
    chain_id = int(match["chain_id"])
    if match["function"] == "transfer":
        return PaymentRequest(
            chain_id=chain_id,
            token=Web3.to_checksum_address(match["target"]),
            recipient=Web3.to_checksum_address(query["address"]),
            units=int(query["uint256"]),
        )
    if match["function"] is None:
        return PaymentRequest(
            chain_id=chain_id,
            token=None,
            recipient=Web3.to_checksum_address(match["target"]),
            units=int(query["value"]),
        )
    raise ValueError(f"this wallet doesn't know {match['function']}()")


class _Links(HTMLParser):
    """Collects the wallet links of a page, and its links to the other assets."""

    def __init__(self) -> None:
        super().__init__()
        self.payment_uris: list[str] = []
        self.asset_links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        href = dict(attributes).get("href") or ""
        if href.startswith("ethereum:"):
            self.payment_uris.append(href)
        elif "?asset=" in href:
            self.asset_links.append(href)


def payment_uris(url: str) -> list[str]:
    """Every payment URI that a checkout page offers, over all its assets."""
    page = _read_page(url)
    found = list(page.payment_uris)
    for link in page.asset_links:
        found += _read_page(urllib.parse.urljoin(url, link)).payment_uris
    return list(dict.fromkeys(found))


def _read_page(url: str) -> _Links:
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=15) as response:
        page = _Links()
        page.feed(response.read().decode())
    return page


class Wallet:
    """One key on one chain."""

    def __init__(self, *, key: str, rpc_url: str) -> None:
        self._web3 = Web3(HTTPProvider(rpc_url))
        self._account = Account.from_key(key)

    @property
    def chain_id(self) -> int:
        return self._web3.eth.chain_id

    def can_pay(self, request: PaymentRequest) -> bool:
        if request.chain_id != self.chain_id:
            return False
        if request.token is None:
            # Keep some of the coin for gas.
            return self._web3.eth.get_balance(self._account.address) > request.units * 2
        data = "0x" + BALANCE_SELECTOR + self._account.address[2:].lower().rjust(64, "0")
        answer = self._web3.eth.call({"to": request.token, "data": data})
        return int.from_bytes(answer, "big") >= request.units

    def pay(self, request: PaymentRequest) -> str:
        """Send it; the transaction's hash."""
        address = self._account.address
        fields: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": self._web3.eth.get_transaction_count(address),
            "maxFeePerGas": self._web3.eth.gas_price * 2 + 10**9,
            "maxPriorityFeePerGas": 10**9,
        }
        if request.token is None:
            fields |= {"to": request.recipient, "value": request.units}
        else:
            fields |= {
                "to": request.token,
                "value": 0,
                "data": "0x"
                + TRANSFER_SELECTOR
                + request.recipient[2:].lower().rjust(64, "0")
                + f"{request.units:064x}",
            }
        fields["gas"] = self._web3.eth.estimate_gas(cast("TxParams", fields | {"from": address}))
        signed = self._account.sign_transaction(fields)
        return Web3.to_hex(self._web3.eth.send_raw_transaction(signed.raw_transaction))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qr", type=Path, required=True)
    parser.add_argument("--rpc-url", required=True)
    options = parser.parse_args()

    text = scan(options.qr)
    uris = [text] if text.startswith("ethereum:") else payment_uris(text)
    wallet = Wallet(key=os.environ["SHOPPER_KEY"], rpc_url=options.rpc_url)
    for uri in uris:
        request = parse_erc681(uri)
        if wallet.can_pay(request):
            transaction = wallet.pay(request)
            print(
                json.dumps(
                    {
                        "scanned": text,
                        "offered": len(uris),
                        "uri": uri,
                        "token": request.token,
                        "units": str(request.units),
                        "recipient": request.recipient,
                        "transaction": transaction,
                    }
                )
            )
            return 0
    print(json.dumps({"scanned": text, "offered": len(uris), "error": "nothing I hold is taken"}))
    return 1


if __name__ == "__main__":
    sys.exit(main())
