"""Whoever dies while another provider, or a wallet's owner, tells us something is told it again."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client

from gateway.compliance.travelling.deciding import exchange_approve
from gateway.compliance.travelling.models import Exchange, ExchangeMessage, WalletProof
from tests.compliance.knowing.place import NOW
from tests.compliance.travelling.conftest import SHOWN, as_acme, asked
from tests.compliance.travelling.provider import Provider
from tests.compliance.travelling.test_exchanges import again, deliver, inquiry, posted, route
from tests.compliance.travelling.test_proving import issued, proved, signed
from tests.faults.in_process import Killed, killer, passing

__all__ = ["route"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]

Certificates = dict[str, tuple[Path, Path]]


def test_it_dies_over_an_inquiry_and_takes_it_once(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    identifier, plain = str(uuid4()), inquiry(agreed)
    with pytest.raises(Killed), passing(killer("travel.received")):
        posted(client, route, plain, certificates, identifier)
    assert not Exchange.objects.exists()
    assert posted(client, route, plain, certificates, identifier).status_code == 200
    assert Exchange.objects.get().state == "received"
    assert ExchangeMessage.objects.filter(kind="inquiry").count() == 1


def test_it_dies_over_what_became_of_a_transfer_and_takes_it_once(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    identifier = str(uuid4())
    posted(client, route, inquiry(agreed), certificates, identifier)
    exchange = Exchange.objects.get()
    exchange_approve(exchange_id=exchange.id, by="user:officer", now=NOW)
    assert deliver(exchange).state == "approved"
    path = agreed.said()["approved"]["callback"].removeprefix("https://pay.example")
    with pytest.raises(Killed), passing(killer("travel.confirmed")):
        posted(client, path, b'{"txid": "0xab"}', certificates, identifier)
    assert again(exchange).state == "approved"
    assert posted(client, path, b'{"txid": "0xab"}', certificates, identifier).status_code == 204
    assert (again(exchange).state, again(exchange).txid) == ("confirmed", "0xab")


def test_it_dies_over_an_answer_and_takes_it_once(
    agreed: Provider, shop_id: UUID, client: Client, certificates: Certificates
) -> None:
    exchange = deliver(asked(shop_id, agreed))
    path = agreed.said()["callback"].removeprefix("https://pay.example")
    yes = {"approved": {"address": SHOWN.lower(), "callback": f"https://{agreed.host}/done"}}
    request = {
        "data": json.dumps(yes),
        "content_type": "application/json",
        "headers": as_acme(certificates, str(exchange.request_identifier)),
    }
    with pytest.raises(Killed), passing(killer("travel.resolved")):
        client.post(path, **request)
    assert again(exchange).state == "asked"
    assert client.post(path, **request).status_code == 204
    assert again(exchange).state == "approved"
    assert ExchangeMessage.objects.filter(exchange=exchange, kind="resolution").count() == 1


def test_it_dies_over_a_wallets_signature_which_still_serves_once() -> None:
    text = issued()
    with pytest.raises(Killed), passing(killer("travel.proved")):
        proved(text, signed(text))
    assert not WalletProof.objects.exists()
    proved(text, signed(text))
    assert WalletProof.objects.count() == 1
