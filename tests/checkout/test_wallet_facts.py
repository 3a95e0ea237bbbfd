"""What the page may ask us for a connected wallet."""

import json
from typing import Any

import pytest
from django.test import Client

from gateway.chains.errors import HoldingsUnknown
from gateway.checkout import wallet_facts
from tests.chain_rows import ETH, USDC
from tests.invoices.conftest import World

PAYER = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A chain on which everybody holds 5 of everything; what it was asked."""
    questions: list[Any] = []

    def holds(**question: Any) -> dict[str, int]:
        questions.append(question)
        return dict.fromkeys(question["tokens"], 5)

    monkeypatch.setattr(wallet_facts, "holdings", holds)
    return questions


def ask(client: Client, path: str, **query: Any) -> tuple[int, dict[str, Any]]:
    answer = client.get(path, query)
    return answer.status_code, json.loads(answer.content)


def test_a_wallets_balances_of_what_the_invoice_takes(
    open_shop: World, client: Client, asked: list[Any]
) -> None:
    invoice = open_shop.issue()
    status, told = ask(client, f"/i/{invoice.id}/balances", payer=PAYER, chain=31337)
    assert status == 200
    assert set(told["holds"]) == {quote.asset for quote in invoice.promises.latest.quotes}
    assert told["holds"][USDC] == "5"
    (question,) = asked
    assert question["holder"] == bytes.fromhex(PAYER[2:])
    assert (question["tokens"][ETH], question["tokens"][USDC]) == (None, bytes([0xA0]) * 20)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"payer": PAYER, "chain": "1"}, 404, "chain_unknown"),
        ({"payer": PAYER, "chain": "٣"}, 404, "chain_unknown"),
        ({"payer": PAYER, "chain": "9" * 40}, 404, "chain_unknown"),
        ({"payer": "0x12", "chain": "31337"}, 400, "address_invalid"),
        ({"payer": "0x" + "0" * 40, "chain": "31337"}, 400, "authorization_unreadable"),
    ],
)
def test_nonsense_asks_no_node(  # noqa: PLR0917 (fixtures)
    open_shop: World,
    client: Client,
    asked: list[Any],
    query: dict[str, str],
    status: int,
    code: str,
) -> None:
    invoice = open_shop.issue()
    got, told = ask(client, f"/i/{invoice.id}/balances", **query)
    assert (got, told["code"], asked) == (status, code, [])


def test_a_chain_that_gives_no_answer_says_so(
    open_shop: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(**question: Any) -> dict[str, int]:
        raise HoldingsUnknown

    monkeypatch.setattr(wallet_facts, "holdings", silent)
    invoice = open_shop.issue()
    status, told = ask(client, f"/i/{invoice.id}/balances", payer=PAYER, chain=31337)
    assert (status, told["code"]) == (503, "holdings_unknown")


def test_a_client_that_asks_on_and_on_is_slowed(
    open_shop: World, client: Client, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wallet_facts, "ASKED_PER_MINUTE", 2)
    invoice = open_shop.issue()
    path = f"/i/{invoice.id}/balances"
    got = [ask(client, path, payer=PAYER, chain=31337)[0] for _ in range(4)]
    assert got[0] == 200
    assert got[-1] == 429


def test_many_addresses_of_one_network_are_one_client_and_all_have_an_end(
    open_shop: World, client: Client, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def got(start: str, number: int) -> list[int]:
        return [
            client.get(
                path, {"payer": PAYER, "chain": 31337}, REMOTE_ADDR=f"{start}{one}"
            ).status_code
            for one in range(1, number + 1)
        ]

    path = f"/i/{open_shop.issue().id}/balances"
    monkeypatch.setattr(wallet_facts, "ASKED_PER_MINUTE", 2)
    assert got("2001:db8:77:7::", 4)[-1] == 429
    monkeypatch.setattr(wallet_facts, "ALL_ASKED_PER_MINUTE", 3)
    everybody = [got(f"2001:db8:{one}::", 1)[0] for one in range(1, 7)]
    assert everybody[-1] == 429


def test_a_wallet_is_told_a_networks_public_node_and_never_ours(
    open_shop: World, client: Client, settings: Any, chain_entry: dict[str, Any]
) -> None:
    invoice = open_shop.issue()
    path = f"/i/{invoice.id}/network"
    ours = {"rpc_urls": ["https://node.example/secret"], "wallet_rpc_url": None}
    settings.CHAINS = [chain_entry | ours]
    assert ask(client, path, chain=31337)[0] == 404
    settings.CHAINS = [
        chain_entry | ours | {"wallet_rpc_url": "https://public.example", "name": "Dev"}
    ]
    status, told = ask(client, path, chain=31337)
    assert status == 200
    assert told == {
        "chainId": "0x7a69",
        "chainName": "Dev",
        "nativeCurrency": {"name": "ETH", "symbol": "ETH", "decimals": 18},
        "rpcUrls": ["https://public.example"],
        "blockExplorerUrls": [],
    }
    assert ask(client, path, chain=1)[0] == 404
