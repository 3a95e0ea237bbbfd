"""What the links of a fresh house don't lead to, made by its own verbs: `python -m bench.pages_rows
SHOP_ID PAID_INVOICE_ID`, in the house's environment.

The last line is JSON: ``places`` (path and reader by name) and ``tills``, the cookies of tablets.
"""

import json
import os
import sys
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from bench.pages_readers import OFFICER, OPERATOR, OWNER, TILL, WITH_CODES, Places, user_of


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
    import django

    django.setup()
    from django.utils import timezone

    from bench.pages_house_rows import books, desk, officers
    from bench.pages_till_rows import at_the_till, tills

    shop_id, invoice_id = UUID(sys.argv[1]), UUID(sys.argv[2])
    now = timezone.now()
    places: dict[str, tuple[str, str]] = {}
    cookies = tills(shop_id, now)
    for rows in (
        at_the_till(shop_id, now),
        _links(shop_id, now),
        _money(shop_id, invoice_id, now),
        _people(shop_id, now),
        _verification(shop_id, now),
        desk(now),
        officers(shop_id, now),
        books(now),
    ):
        places |= dict(rows)
    print(json.dumps({"places": places, "tills": cookies}))


def _links(shop_id: UUID, now: datetime) -> Places:
    """Payment links: with a price, for a donation, sold out, over."""
    from gateway.shops.selectors import shop_view
    from merchants.links.life import Price
    from merchants.links.models import PaymentLink
    from merchants.links.services import NewLink, link_make

    gift = Price(None, 100, 50_000)
    for name, wanted in {
        "price": NewLink(title="Ticket", note="Doors at seven.", price=Price(1_250)),
        "donation": NewLink(title="New roof", kind="donation", price=gift),
        "sold out": NewLink(title="Ticket", price=Price(900), sales_limit=1),
        "over": NewLink(title="Last summer", price=gift, ends_at=now + timedelta(minutes=1)),
    }.items():
        link = link_make(shop=shop_view(shop_id=shop_id), wanted=wanted, by="bench", now=now)
        if name == "sold out":
            PaymentLink.objects.filter(id=link.id).update(drawn=1, sold=1)
        if name == "over":
            PaymentLink.objects.filter(id=link.id).update(ends_at=now)
        yield f"link, {name}", (f"/l/{link.slug}", "")


def _money(shop_id: UUID, invoice_id: UUID, now: datetime) -> Places:
    """A receipt, a refund with its link, another payout address that waits for a second person."""
    from gateway.invoices.models import Invoice
    from gateway.money.amounts import Amount
    from gateway.money.assets import FIAT
    from gateway.refunds.limits import Person
    from gateway.refunds.requesting import Wanted, refund_request
    from gateway.settlement.destinations import payout_destination_change
    from merchants.receipts.issuing import receipt_for_invoice

    owner = user_of(OWNER)
    receipt = receipt_for_invoice(invoice=Invoice.objects.get(id=invoice_id), now=now)
    yield "receipt by its link", (f"/r/{receipt.token}", "")
    yield "receipt on paper", (f"/pos/{shop_id}/receipts/{receipt.id}/paper", TILL)
    asked = refund_request(
        shop_id=shop_id,
        invoice_id=invoice_id,
        wanted=Wanted(amount=Amount(300, FIAT["EUR"]), reason="Spilt"),
        by=Person(who=f"user:{owner.id}", level="owner", via="dashboard"),
        now=now,
    )
    home = f"/dashboard/{shop_id}"
    yield "refund's link", (f"/c/{asked.token}", "")
    yield "refund", (f"{home}/refunds/{asked.refund.id}", OWNER)
    act = payout_destination_change(shop_id=shop_id, address=b"\1" * 20, by=owner.id, now=now)
    assert act is not None
    yield "approval", (f"{home}/approvals/{act.id}", OWNER)
    yield "approvals", (f"{home}/approvals", OWNER)
    asked_for = {
        "permissions": "btcpay.store.canviewinvoices",
        "applicationName": "Wool",
        "strict": "true",
        "redirect": "https://shop.example/",
    }
    plugin = urlencode(asked_for)
    yield "plugin that asks for a key", (f"/api-keys/authorize?{plugin}", OWNER)


def _people(shop_id: UUID, now: datetime) -> Places:
    """Links in letters, somebody with an app for codes, a notice, a move from elsewhere."""
    from gateway.events.ids import uuid7
    from merchants.accounts.factors import codes, totp
    from merchants.accounts.letters import token_of
    from merchants.accounts.models import PersonLink, User
    from merchants.accounts.own import email_change_ask, password_link_send
    from merchants.accounts.services import member_add
    from merchants.accounts.team import invite
    from merchants.moving.models import Move
    from merchants.notices.models import Notice

    owner, team = user_of(OWNER), f"/dashboard/{shop_id}/team"
    invitation = invite(
        shop_id=shop_id, email="ann@shop.example", role="cashier", by=owner, now=now
    )
    yield "invitation", (f"/join/{token_of('invitation', invitation.id)}", "")
    password_link_send(email=OWNER, now=now)
    link = PersonLink.objects.get(user=owner, kind="password")
    yield "new password", (f"/reset/{token_of('password_link', link.id)}", "")
    yield "new password to ask for", ("/reset", "")
    email_change_ask(user_id=owner.id, email="new@example.com", now=now)
    link = PersonLink.objects.get(user=owner, kind="email")
    yield "new address", (f"/account/email/{token_of('email_link', link.id)}", OWNER)
    second = User.objects.create(email=WITH_CODES, name="Second")
    second.password = owner.password  # the shop's own; hashing it again would take longer
    second.save(update_fields=["password"])
    member_add(user_id=second.id, role="manager", shop_id=shop_id)
    secret = codes.totp_begin(user_id=second.id, now=now)
    codes.totp_confirm(user_id=second.id, typed=totp.code_at(secret, totp.step_at(now)), now=now)
    yield "second step", ("/login/second", WITH_CODES)
    yield "member", (f"{team}/{second.id}", OWNER)
    yield "app for codes", ("/account/security/app", OWNER)
    yield "confirm", ("/account/confirm", OWNER)
    for shop in (shop_id, None):
        Notice.objects.create(
            kind="payout_failed",
            subject=f"payout:{uuid7()}",
            mode="test",
            shop_id=shop,
            body={},
            opened_at=now,
            last_at=now,
            told_from=now,
        )
    yield "notices", ("/notices/", OWNER)
    yield "notices of the house", ("/notices/", OPERATOR)
    move = Move.objects.create(
        shop_id=shop_id,
        source="btcpay",
        way="server",
        state="choosing",
        url="https://old.example",
        found={"stores": [{"id": "one", "name": "Old shop"}]},
        due_at=now,
        asked_by="bench",
        began_at=now,
    )
    yield "move", (f"/dashboard/{shop_id}/settings/moving/{move.id}", OWNER)
    for name in ("moving", "moving/checklist"):
        yield name, (f"/dashboard/{shop_id}/settings/{name}", OWNER)
    yield "history", (f"/dashboard/{shop_id}/history", OWNER)


def _verification(shop_id: UUID, now: datetime) -> Places:
    """A file with a person in it, whose data a court wants kept."""
    from gateway.compliance.knowing.files import file_open, subject_put
    from gateway.compliance.retaining.holding import hold_place

    file_open(shop_id=shop_id, now=now)
    person = subject_put(
        shop_id=shop_id, kind="person", fields={"name": "Ann"}, roles=["owner"], now=now
    )
    hold_place(about=f"subject:{person.id}", by="bench", reason="A court asks.", now=now)
    yield "retention", ("/house/retention", OFFICER)
    root = f"/dashboard/{shop_id}/verification"
    yield "person", (f"{root}/people/{person.id}", OWNER)
    for name in ("", "/business", "/people", "/people/new", "/owners", "/identity", "/papers"):
        yield f"verification {name}", (root + name, OWNER)
    yield "verification, the end", (f"{root}/review", OWNER)
    yield "verification of a shop", (f"/house/verification/{shop_id}", OFFICER)


if __name__ == "__main__":
    main()
