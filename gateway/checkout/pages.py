"""What the shopper's page is drawn from: pure, from an invoice's dict and the viewer's choices."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from gateway.checkout import wording
from gateway.checkout.costs import costs_of
from gateway.checkout.screens import FINAL, Screen, confirmations, shopper_screen

REFRESH_SECONDS: Final = 8
"""How often a page without scripts looks again."""


def public_status(invoice: Mapping[str, Any]) -> dict[str, Any]:
    """What anyone who knows an invoice's id may follow: no reasons, no metadata.

    ``version`` changes whenever a page would have to be drawn again.
    """
    done, needed = confirmations(invoice)
    status: dict[str, Any] = {
        "id": str(invoice["id"]),
        "status": invoice["status"],
        "exceptions": sorted(invoice["exceptions"]),
        "release_goods": invoice["release_goods"],
        "payer_needed": invoice["payer_needed"],
        "confirmations": {"done": done, "needed": needed},
        "received": [
            {"asset": deposit["asset"], "amount": deposit["amount"], "state": deposit["state"]}
            for deposit in invoice["received"]
        ],
        "due": [{"asset": due["asset"], "amount": due["amount"]} for due in invoice["due"]],
        "lock_end": _iso(invoice["lock_end"]),
    }
    status["version"] = digest(status)
    return status


def digest(shown: Any) -> str:
    """A short name of what is shown: equal for equal content."""
    return blake2b(orjson.dumps(shown), digest_size=8).hexdigest()


def page_context(
    invoice: Mapping[str, Any],
    *,
    now: datetime,
    asset: str = "",
    qr_kind: str = "",
    shop_qr_kind: str = "url",
    can_renew: bool = False,
) -> dict[str, Any]:
    """The context of ``checkout/panel.html``.

    Args:
        asset: the asset code the viewer chose; the shop's settlement token otherwise.
        qr_kind: the tab the viewer chose, ``url`` or ``erc681``; the shop's own kind otherwise.
    """
    lock_end = _moment(invoice["lock_end"])
    screen = shopper_screen(invoice, price_is_over=now >= lock_end)
    chosen = _chosen(invoice, asset)
    if screen.key == "partial" and chosen:
        screen = replace(screen, more=_rest_words(chosen))
    kind = qr_kind if qr_kind in {"url", "erc681"} else shop_qr_kind
    if chosen and not chosen["uri"]:
        kind = "url"  # nothing is left to pay, so no wallet has anything to read
    page_url = str(invoice["checkout_url"])
    shares = {
        due["asset"]: costs_of(due, amount=invoice["amount"], currency=invoice["currency"]).share
        for due in (invoice["due"] if screen.asks_for_money else ())
    }
    context: dict[str, Any] = {
        "invoice": invoice,
        "screen": screen,
        "chosen": chosen,
        "page_path": f"/i/{invoice['id']}",
        "lock_end_utc": f"{lock_end:%H:%M}",
        "lock_end_ms": int(lock_end.timestamp() * 1000),
        "confirmation_steps": _steps(screen),
        "can_renew": can_renew,
        "is_final": invoice["status"] in FINAL,
        "refresh_seconds": 0 if invoice["status"] in FINAL else REFRESH_SECONDS,
        "version": public_status(invoice)["version"],
        "watched": ", ".join(invoice["watched"]),
        "exchange": invoice["exchange_lock"] == "taken",
        "may_ask_longer": screen.key == "waiting" and invoice["exchange_lock"] == "offered",
        "options": [(due, shares.get(due["asset"], "")) for due in invoice["due"]],
    }
    if chosen:
        context |= {
            "qr_kind": kind,
            "qr_text": page_url if kind == "url" else chosen["uri"],
            "qr_label": _qr_label(kind, chosen),
            "address_end": wording.address_ends(chosen["address"])[2],
            "rate_text": rate_text(chosen, invoice["currency"]),
            "share": shares.get(chosen["asset"], ""),
            "metamask_url": wording.metamask_link(page_url),
            "trust_url": wording.trust_link(page_url),
        }
    return context


def rate_text(due: Mapping[str, Any], currency: str) -> str:
    """``1 USDC ≈ €0.917768``, or nothing where the presenter gives no price."""
    rate = due.get("rate")
    return wording.rate_words(due["symbol"], str(rate), currency) if rate else ""


def _chosen(invoice: Mapping[str, Any], asset: str) -> Mapping[str, Any] | None:
    """The token asked for; else the shop's own, which costs the least; else any."""
    offered = {due["asset"]: due for due in invoice["due"]}
    for code in (asset, invoice["credited"]["asset"]):
        if code in offered:
            return offered[code]
    return next(iter(offered.values()), None)


def _steps(screen: Screen) -> list[bool]:
    """One segment a confirmation, at most twelve: a long chain's bar moves by shares."""
    shown = min(screen.needed, 12)
    return [index * screen.needed < screen.done * shown for index in range(shown)]


def _rest_words(chosen: Mapping[str, Any]) -> str:
    return _("Please send the rest: %(amount)s %(symbol)s.") % {
        "amount": wording.grouped(chosen["amount"]),
        "symbol": chosen["symbol"],
    }


def _qr_label(kind: str, chosen: Mapping[str, Any]) -> str:
    if kind == "url":
        return _("QR code that opens this page on a phone")
    return _("QR code for a wallet: %(amount)s %(symbol)s on %(chain)s") % {
        "amount": chosen["amount"],
        "symbol": chosen["symbol"],
        "chain": chosen["chain_name"],
    }


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).astimezone(UTC)


def _iso(value: datetime | str) -> str:
    return value.isoformat() if isinstance(value, datetime) else value
