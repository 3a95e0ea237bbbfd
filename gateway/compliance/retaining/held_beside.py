"""What is held beside a file: names that lists are asked about, what wallets presented, credentials
that we gave out, transfers told to other providers, what those who pay said of themselves, networks
that a shop's keys and a person come from."""

import json
from typing import Any

import msgspec

from gateway.compliance.behaviour.models import NetworkSeen
from gateway.compliance.issuing.models import IssuedCredential
from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.naming.models import ScreenedParty
from gateway.compliance.naming.sealed_names import queries_of
from gateway.compliance.naming.stored import query_told
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.retaining.collecting import Rows, Whom, register
from gateway.compliance.travelling.keeping import message_open
from gateway.compliance.travelling.models import Exchange, ExchangeMessage, PayerStatement
from gateway.compliance.travelling.stating import statement_open


def register_ours() -> None:
    """Called when the room starts."""
    register("names", names)
    register("wallet_credentials", wallet_credentials)
    register("issued_credentials", issued_credentials)
    register("transfers", transfers)
    register("payer_statements", payer_statements)
    register("networks", networks)


def names(whom: Whom) -> Rows:
    """Under which names somebody is kept, to ask lists about: everybody behind a shop is. What the
    lists said is not told."""
    named = {"shop_id": whom.id} if whom.kind == "shop" else {"about": str(whom)}
    parties = list(ScreenedParty.objects.filter(**named).order_by("id"))
    queries = queries_of(parties)
    for party in parties:
        query = queries.get(party.id)
        if query is not None:
            yield {"about": party.about, "kept_since": party.put_at, **query_told(query)}


def wallet_credentials(whom: Whom) -> Rows:
    """Each time a wallet was asked to show who somebody is; what it showed is kept as a field."""
    named = {"shop_id": whom.id} if whom.kind == "shop" else {"subject_id": whom.id}
    for one in Presentation.objects.filter(**named).order_by("id"):
        yield {
            "subject": one.subject_id,
            "state": one.state,
            "problem": one.problem,
            "issuer": one.issuer,
            "kind": one.vct,
            "asked_at": one.asked_at,
            "answered_at": one.answered_at,
            "decided_at": one.decided_at,
        }


def issued_credentials(whom: Whom) -> Rows:
    """Credentials that their wallet was given by us. What is in one is not kept; why one was taken
    back is the house's to know."""
    named = {"shop_id": whom.id} if whom.kind == "shop" else {"subject_id": whom.id}
    for one in IssuedCredential.objects.filter(**named).order_by("id"):
        yield {
            "subject": one.subject_id,
            "level": one.level,
            "names_them": one.names_them,
            "standing": one.standing,
            "issued_at": one.issued_at,
            "expires_at": one.expires_at,
            "ended_at": one.ended_at,
        }


def transfers(whom: Whom) -> Rows:
    """Transfers of which another provider told, or was told. Who is on the other side is told to
    that person alone, and not to the shop."""
    named = {"shop_id": whom.id} if whom.kind == "shop" else {"subject_id": whom.id}
    for one in Exchange.objects.filter(**named).order_by("id"):
        told: dict[str, Any] = {
            "direction": one.direction,
            "provider": one.counterparty_name,
            "about": one.about,
            "asset": one.asset,
            "units": str(int(one.units)),
            "address": bytes(one.address) if one.address is not None else None,
            "txid": one.txid,
            "opened_at": one.opened_at,
        }
        yield told if whom.kind == "shop" else told | {"messages": _messages(one)}


def payer_statements(whom: Whom) -> Rows | None:
    """What somebody said when they paid. It is told to that person alone."""
    if whom.kind != "subject":
        return None
    return (
        {
            "invoice": one.invoice_id,
            "wallet": one.wallet,
            "is_proven": one.is_proven,
            "stated_at": one.stated_at,
            "said": _said(one),
        }
        for one in PayerStatement.objects.filter(subject_id=whom.id).order_by("id")
    )


def networks(whom: Whom) -> Rows | None:
    """Where a shop's keys were used from, coarsely."""
    if whom.kind != "shop":
        return None
    return (
        {
            "about": one.about,
            "network": one.network,
            "provider": one.provider,
            "country": one.country,
            "first_at": one.first_at,
            "last_at": one.last_at,
        }
        for one in NetworkSeen.objects.filter(shop_id=whom.id).order_by("id").iterator()
    )


def _said(statement: PayerStatement) -> dict[str, Any]:
    """Nothing once it was erased."""
    try:
        said: dict[str, Any] = msgspec.to_builtins(statement_open(statement))
    except SubjectErased:
        return {}
    return said


def _messages(exchange: Exchange) -> dict[str, Any]:
    """What was told about the person, by kind; nothing once it was erased."""
    kinds = ExchangeMessage.objects.filter(exchange=exchange).order_by("id")
    try:
        return {
            kind: json.loads(message_open(exchange, kind=kind) or b"null")
            for kind in kinds.values_list("kind", flat=True)
        }
    except SubjectErased:
        return {}
