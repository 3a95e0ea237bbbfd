"""Held money as the officer's pages show it: the payment, what it is held for, who decided."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.checkout.wording import asset_symbol
from gateway.compliance.deciding import KINDS
from gateway.compliance.models import Hold, ListVersion, Verdict
from gateway.compliance.selectors import verdict_history, versions_named
from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import acts_about
from gateway.ledger.selectors import Standing, deposit_standings
from gateway.money.assets import Asset
from gateway.settlement.models import Withheld
from gateway.shops.selectors import ShopView, shop_views
from merchants.dashboard.approvals.rows import rows_of
from merchants.dashboard.house.book_rows import known_assets, units_text
from merchants.dashboard.house.hold_words import (
    decision_word,
    hold_sign,
    match_words,
    standing_words,
)
from merchants.dashboard.house.payer_rows import payer_rows
from merchants.dashboard.selectors import time_text

SHOWN_VERDICTS = 20


def hold_rows(holds: Sequence[Hold]) -> list[dict[str, Any]]:
    """Holds as a list shows them, in their order. Four queries, none for no hold."""
    if not holds:
        return []
    deposits = deposits_of(hold.deposit_id for hold in holds)
    known = known_assets(deposit.asset for deposit in deposits.values())
    shops = shop_views(shop_ids={hold.shop_id for hold in holds if hold.shop_id})
    waiting = {
        act.body["hold_id"]: act
        for act in acts_about(
            kinds=KINDS, subjects=[f"deposit:{hold.deposit_id}" for hold in holds]
        )
        if act.state in OPEN
    }
    return [
        {
            "id": hold.id,
            "amount": amount_of(deposits[hold.deposit_id], known),
            "shop": _shop_name(hold, shops),
            "why": _whys(hold.verdict),
            "sign": hold_sign(hold.verdict.state, waiting.get(str(hold.id))),
            "is_delisted": hold.delisted_at is not None and hold.approved_at is None,
            "opened": time_text(hold.opened_at),
            "decided": time_text(hold.approved_at) if hold.approved_at else "",
        }
        for hold in holds
    ]


def hold_facts(hold: Hold, *, person: UUID, roles: Collection[str]) -> dict[str, Any]:
    """One hold with all that is known of it. Fourteen queries at most, and two for each time that
    somebody said who pays."""
    deposit = deposits_of([hold.deposit_id])[hold.deposit_id]
    known = known_assets([deposit.asset])
    shops = shop_views(shop_ids={hold.shop_id} if hold.shop_id else set())
    acts = [
        act
        for act in acts_about(kinds=KINDS, subjects=[f"deposit:{hold.deposit_id}"])
        if act.body["hold_id"] == str(hold.id)
    ]
    waiting = next((act for act in acts if act.state in OPEN), None)
    standing = deposit_standings(deposit_ids=[hold.deposit_id])[hold.deposit_id]
    return {
        "hold": hold,
        "amount": amount_of(deposit, known),
        "sign": hold_sign(hold.verdict.state, waiting),
        "is_delisted": hold.delisted_at is not None,
        "delisted": time_text(hold.delisted_at) if hold.delisted_at else "",
        "opened": time_text(hold.opened_at),
        "payment": payment_facts(deposit),
        "shop": shops.get(hold.shop_id) if hold.shop_id else None,
        "shop_name": _shop_name(hold, shops),
        "invoice_id": deposit.invoice_id,
        "matches": [match_words(match) for match in hold.verdict.matches],
        "verdicts": verdict_rows(verdict_history(hold.deposit_id)[-SHOWN_VERDICTS:]),
        "versions": [_version(one) for one in versions_named(hold.verdict)],
        "checked": hold.verdict.checked,
        "stale": stale_since(hold.verdict),
        "standing": standing,
        "standing_words": standing_words(standing, hold.verdict.state),
        "withheld": _withheld(hold, standing, known),
        "acts": rows_of(acts, person=person, roles=roles),
        "waiting": waiting,
        "decision": _decision(hold, acts),
        "payers": payer_rows(deposit.invoice_id) if deposit.invoice_id else [],
    }


def deposits_of(ids: Any) -> dict[UUID, Deposit]:
    """The deposits with their chains. One query."""
    found = Deposit.objects.filter(id__in=list(ids)).select_related("chain")
    return {deposit.id: deposit for deposit in found}


def amount_of(deposit: Deposit, known: dict[str, Asset]) -> str:
    """Every digit that arrived, with the token's symbol."""
    return f"{units_text(int(deposit.units), deposit.asset, known)} {asset_symbol(deposit.asset)}"


def payment_facts(deposit: Deposit) -> dict[str, Any]:
    """A transfer as the chain has it. No query: its chain is at hand."""
    sender, signer = bytes(deposit.sender), bytes(deposit.tx_sender)
    return {
        "chain": deposit.chain.name,
        "block": deposit.block_number,
        "at": time_text(deposit.first_block_time),
        "sender": checksum(sender) if any(sender) else "",
        "signer": checksum(signer) if any(signer) and signer != sender else "",
        "to": checksum(bytes(deposit.address)),
        "tx_hash": f"0x{bytes(deposit.tx_hash).hex()}",
        "is_orphaned": deposit.state == "orphaned",
        "is_final": deposit.final_at is not None,
    }


def verdict_rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """What was said of a payment, newest first. No query."""
    return [
        {
            "sign": hold_sign(verdict.state, None),
            "by": verdict.versions_key.replace(",", ", "),
            "at": time_text(verdict.given_at),
            "stale": stale_since(verdict),
        }
        for verdict in reversed(verdicts)
    ]


def stale_since(verdict: Verdict) -> str:
    """Since when nobody had checked the lists that it was given by; '' if they were fresh."""
    if not verdict.stale or verdict.lists_checked_at is None:
        return ""
    return time_text(verdict.lists_checked_at)


def _version(version: ListVersion) -> dict[str, Any]:
    return {
        "source": version.source_id,
        "number": version.number,
        "entries": version.entries,
        "loaded": time_text(version.loaded_at),
        "loaded_by": version.loaded_by,
        "hash": bytes(version.hash).hex(),
        "is_forced": version.forced,
    }


def _decision(hold: Hold, acts: Sequence[Act]) -> dict[str, str] | None:
    """What was decided and why; by whom, where no act of the list says it already."""
    if hold.approved_at is None:
        return None
    told = any(act.state == "carried_out" for act in acts)
    return {
        "word": decision_word(hold.decision),
        "reason": hold.reason,
        "at": time_text(hold.approved_at),
        "by": "" if told else f"{hold.proposed_by}, {hold.approved_by}",
    }


def _withheld(hold: Hold, standing: Standing, known: dict[str, Asset]) -> dict[str, str] | None:
    """What is kept back of a credit that was given before its payer was listed."""
    if standing != "decided":
        return None
    row = Withheld.objects.filter(hold_id=hold.id).first()
    if row is None or not row.credited_units:
        return None
    assets = known | known_assets([row.asset])

    def text(units: int) -> str:
        return f"{units_text(int(units), row.asset, assets)} {asset_symbol(row.asset)}"

    return {
        "credited": text(row.credited_units),
        "kept": text(row.withheld_units),
        "left": text(row.left_units) if row.left_units else "",
        "lifted": time_text(row.lifted_at) if row.lifted_at else "",
    }


def _whys(verdict: Verdict) -> str:
    return ", ".join(dict.fromkeys(match_words(match)["short"] for match in verdict.matches))


def _shop_name(hold: Hold, shops: dict[UUID, ShopView]) -> str:
    if hold.shop_id is None:
        return _("no shop's")
    return shops[hold.shop_id].name if hold.shop_id in shops else str(hold.shop_id)
