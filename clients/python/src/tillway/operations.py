"""What the API can do: one class per resource, one method per operation.

Written by ``python -m clients.generating``: change the API, not this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tillway import shapes
from tillway.sending import UNSET, Id, Pages, Sender, Unset
from tillway.sending import given as _given
from tillway.sending import part as _part
from tillway.sending import said as _said


class Approvals:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Pages[shapes.Approval]:
        """List what needs two people, newest first.

        Open or over. People approve, reject and cancel on the dashboard.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.

        Needs the scope ``payouts:read``.
        """
        return self._sender.page(
            shapes.Approval,
            "/v1/approvals",
            query=_given(cursor=cursor, limit=limit),
        )


class Assets:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> Pages[shapes.AssetInfo]:
        """List the assets of the shop's mode.

        Needs the scope ``quotes:read``.
        """
        return self._sender.page(
            shapes.AssetInfo,
            "/v1/assets",
        )


class Balances:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self) -> shapes.Balances:
        """Get balances.

        Needs the scope ``balances:read``.
        """
        return self._sender.shape(
            shapes.Balances,
            "GET",
            "/v1/balances",
        )


class BankAccounts:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> shapes.BankAccountList:
        """List the ways to the shop's bank.

        What each payment provider still wants to know, and by when. A person tells it on the
        provider's own pages, which the dashboard opens.

        Needs the scope ``payouts:read``.
        """
        return self._sender.shape(
            shapes.BankAccountList,
            "GET",
            "/v1/bank-accounts",
        )


class CardRefunds:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        invoice_id: str | None = None,
        limit: int | None = None,
        status: shapes.CardRefundsListStatus | None = None,
    ) -> Pages[shapes.CardRefund]:
        """List refunds to cards, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            invoice_id: Only refunds of this invoice.
            limit: Items a page, 1 to 200; 50 if unset.
            status: Only refunds of this status.

        Needs the scope ``refunds:read``.
        """
        return self._sender.page(
            shapes.CardRefund,
            "/v1/card-refunds",
            query=_given(cursor=cursor, invoice_id=invoice_id, limit=limit, status=status),
        )

    def request(
        self,
        *,
        invoice_id: str,
        amount: str | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.CardRefund:
        """Give a card payment back, or a part of it.

        What goes back is set aside at once and goes to the card that paid. Above the limit that the
        shop's terms set for keys, a person approves it.

        Args:
            amount: In the invoice's currency, as text; all that is left if unset.
            reason: Why.

        Needs the scope ``refunds:write``.
        """
        return self._sender.shape(
            shapes.CardRefund,
            "POST",
            "/v1/card-refunds",
            body=_given(invoice_id=invoice_id, amount=amount, reason=reason),
            idempotency_key=idempotency_key,
        )

    def get(self, refund_id: Id) -> shapes.CardRefund:
        """Get a refund to a card.

        Needs the scope ``refunds:read``.
        """
        return self._sender.shape(
            shapes.CardRefund,
            "GET",
            f"/v1/card-refunds/{_part(refund_id)}",
        )

    def approve(self, refund_id: Id, *, idempotency_key: str | None = None) -> shapes.CardRefund:
        """Approve a refund to a card within the key's limit.

        Needs the scope ``refunds:write``.
        """
        return self._sender.shape(
            shapes.CardRefund,
            "POST",
            f"/v1/card-refunds/{_part(refund_id)}/approve",
            idempotency_key=idempotency_key,
        )

    def cancel(self, refund_id: Id, *, idempotency_key: str | None = None) -> shapes.CardRefund:
        """Call a refund to a card off that nobody approved yet.

        A key with the scope refunds:write may as well.

        Needs the scope ``refunds:end``.
        """
        return self._sender.shape(
            shapes.CardRefund,
            "POST",
            f"/v1/card-refunds/{_part(refund_id)}/cancel",
            idempotency_key=idempotency_key,
        )


class Ecr:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def end_of_day(
        self,
        *,
        counted: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.EcrDay:
        """End the day: totals, and the shift closed if one is open.

        A shift that is open at the till closes with what was counted in its drawer, in the name of
        whoever made the key. Without one it is the day's totals alone.

        Args:
            counted: Cash in the drawer: needed where a shift is open.

        Needs the scope ``ecr:use``.
        """
        return self._sender.shape(
            shapes.EcrDay,
            "POST",
            "/v1/ecr/end-of-day",
            body=_given(counted=counted),
            idempotency_key=idempotency_key,
        )

    def totals(self) -> shapes.EcrDay:
        """What the till's sales brought today, by tender.

        Needs the scope ``ecr:use``.
        """
        return self._sender.shape(
            shapes.EcrDay,
            "GET",
            "/v1/ecr/totals",
        )

    def transaction_start(
        self,
        *,
        amount: str,
        transaction: str,
        currency: str | None = None,
        order_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.EcrTransaction:
        """Ask for an amount at the register's till.

        The till's display, tablet and sticker show the sale. The same transaction number again is
        the same sale, whatever became of the first answer; one transaction at a time. Then ask for
        its result every poll_after_ms until it isn't waiting.

        Args:
            amount: A plain decimal as text, with no more decimals than the currency has.
            transaction: Your register's number of it: letters, digits, points, hyphens,
                underscores.
            currency: ISO 4217; the shop's pricing currency if unset.
            order_id: Your name for the sale; the transaction's number if unset.

        Needs the scope ``ecr:use``.
        """
        return self._sender.shape(
            shapes.EcrTransaction,
            "POST",
            "/v1/ecr/transactions",
            body=_given(
                amount=amount,
                transaction=transaction,
                currency=currency,
                order_id=order_id,
            ),
            idempotency_key=idempotency_key,
        )

    def transaction_last(self) -> shapes.EcrTransaction:
        """The transaction that was started last at this till.

        For a register that doesn't know any more how far it was: ask before asking.

        Needs the scope ``ecr:use``.
        """
        return self._sender.shape(
            shapes.EcrTransaction,
            "GET",
            "/v1/ecr/transactions/last",
        )

    def transaction_get(self, transaction: Id) -> shapes.EcrTransaction:
        """A transaction's result, and its receipt.

        The same answer at each asking while the sale stands as it does: a reprint.

        Needs the scope ``ecr:use``.
        """
        return self._sender.shape(
            shapes.EcrTransaction,
            "GET",
            f"/v1/ecr/transactions/{_part(transaction)}",
        )

    def transaction_cancel(
        self,
        transaction: Id,
        *,
        idempotency_key: str | None = None,
    ) -> shapes.EcrTransaction:
        """Call a transaction off.

        Too late once it is covered (409): it can be refunded then. Again is the same. Money that
        comes all the same waits for a claim by whoever sent it.

        Needs the scope ``ecr:use``.
        """
        return self._sender.shape(
            shapes.EcrTransaction,
            "POST",
            f"/v1/ecr/transactions/{_part(transaction)}/cancel",
            idempotency_key=idempotency_key,
        )


class Events:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        fresh: bool | None = None,
        limit: int | None = None,
        since: str | None = None,
        type: shapes.EventsListType | None = None,
    ) -> Pages[shapes.Event]:
        """List events.

        Newest first; with since, oldest first from that time on, and next_cursor always says where
        to go on, so that a program can follow.

        Args:
            cursor: Where the page before ended: its next_cursor.
            fresh: With since: true also gives what is younger than five seconds, before which
                another event may still appear. next_cursor stays in front of it, so it comes again:
                pass over the ids that you have.
            limit: Items a page, 1 to 200; 50 if unset.
            since: RFC 3339 time with its offset: 2026-11-24T12:00:00Z.
            type: Only events of this type.

        Needs the scope ``events:read``.
        """
        return self._sender.page(
            shapes.Event,
            "/v1/events",
            query=_given(cursor=cursor, fresh=fresh, limit=limit, since=since, type=type),
        )

    def live(self) -> shapes.EventsLive:
        """Get where news is told of.

        A stream (server-sent events) that sends a line with data each time something happened in
        the shop, and says no more: fetch it with since and fresh. It ends with its ticket, or its
        key; ask for another then. A hint, which may be lost: look now and then without one.

        Needs the scope ``events:read``.
        """
        return self._sender.shape(
            shapes.EventsLive,
            "GET",
            "/v1/events/live",
        )

    def get(self, event_id: Id) -> shapes.Event:
        """Get an event.

        Needs the scope ``events:read``.
        """
        return self._sender.shape(
            shapes.Event,
            "GET",
            f"/v1/events/{_part(event_id)}",
        )


class FeeInvoices:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Pages[shapes.FeeInvoice]:
        """List fee invoices, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.

        Needs the scope ``reports:read``.
        """
        return self._sender.page(
            shapes.FeeInvoice,
            "/v1/fee-invoices",
            query=_given(cursor=cursor, limit=limit),
        )

    def get(self, document_id: Id) -> shapes.FeeInvoice:
        """Get a fee invoice.

        What was taken in a month, by day and asset; it never changes once issued.

        Needs the scope ``reports:read``.
        """
        return self._sender.shape(
            shapes.FeeInvoice,
            "GET",
            f"/v1/fee-invoices/{_part(document_id)}",
        )

    def pdf(self, document_id: Id) -> bytes:
        """Get a fee invoice as PDF.

        Needs the scope ``reports:read``.
        """
        return self._sender.content(
            "GET",
            f"/v1/fee-invoices/{_part(document_id)}.pdf",
        )


class FeeSchedule:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self) -> shapes.FeeSchedule:
        """Get the fee schedule.

        The gateway's fee in basis points of each credit, with every version that was in force. An
        invoice keeps the version that it was issued under.

        Needs the scope ``reports:read``.
        """
        return self._sender.shape(
            shapes.FeeSchedule,
            "GET",
            "/v1/fee-schedule",
        )


class Invoices:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        order_id: str | None = None,
        status: shapes.InvoicesListStatus | None = None,
    ) -> Pages[shapes.Invoice]:
        """List invoices, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.
            order_id: Only invoices of this sale.
            status: Only invoices of this status.

        Needs the scope ``invoices:read``.
        """
        return self._sender.page(
            shapes.Invoice,
            "/v1/invoices",
            query=_given(cursor=cursor, limit=limit, order_id=order_id, status=status),
        )

    def create(
        self,
        *,
        amount: str,
        currency: str | None = None,
        customer: shapes.NewCustomerRequest | None = None,
        lock_seconds: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        order_id: str | None = None,
        return_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Invoice:
        """Ask for money.

        Locks a quote for every asset the shop accepts. Show the QR code, or send the shopper to
        checkout_url; hand over the goods when release_goods says yes.

        Args:
            amount: A plain decimal as text, with no more decimals than the currency has.
            currency: ISO 4217; the shop's pricing currency if unset.
            customer: Who buys: an email or a reference. Your dashboard's list of customers goes by
                it; no answer and no event repeats it, and you can have it forgotten there.
            lock_seconds: How long the quotes hold. If unset, the shop's terms, or less while the
                market is rough; asked for longer than that, a token is not offered (lock_too_long).
            metadata: Any JSON object of yours, up to 8 kB; it comes back as it is. Numbers in it
                from -(2^53 - 1) to 2^53 - 1, larger ones as text.
            order_id: Your name for the sale.
            return_url: Where the checkout page leads back to. {InvoiceId} and {OrderId} in it stand
                for this invoice's.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Invoice,
            "POST",
            "/v1/invoices",
            body=_given(
                amount=amount,
                currency=currency,
                customer=customer,
                lock_seconds=lock_seconds,
                metadata=metadata,
                order_id=order_id,
                return_url=return_url,
            ),
            idempotency_key=idempotency_key,
        )

    def get(self, invoice_id: Id) -> shapes.InvoiceWithPayouts:
        """Get an invoice.

        Needs the scope ``invoices:read``.
        """
        return self._sender.shape(
            shapes.InvoiceWithPayouts,
            "GET",
            f"/v1/invoices/{_part(invoice_id)}",
        )

    def fees_get(self, invoice_id: Id) -> shapes.InvoiceCosts:
        """Get what an invoice cost.

        The gateway's fee as booked, what of the token the rate held (spread, lock premium, venue,
        gas), and its share of what its payouts cost.

        Needs the scope ``reports:read``.
        """
        return self._sender.shape(
            shapes.InvoiceCosts,
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/fees",
        )

    def provocations_list(self, invoice_id: Id) -> shapes.Provocations:
        """List what was provoked of a test invoice, latest first.

        Needs the scope ``invoices:read``.
        """
        return self._sender.shape(
            shapes.Provocations,
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/provocations",
        )

    def provoke(
        self,
        invoice_id: Id,
        *,
        what: shapes.WhatEnum,
        asset: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Provocation:
        """Provoke what is hard to wait for.

        For a test shop, on the chain that the house brings along: a real payment of a test wallet,
        or a real reorganisation. It happens within seconds (late: once the lock, shortened to 30
        seconds, and the chain's grace are over), and its events and webhooks are those of any
        payment. What can't be done there is refused: chain_not_ours. A refund needs the scope
        refunds:write besides.

        Args:
            what: paid: as asked; under: half of it; over: a quarter more; late: after the lock;
                wrong_asset: a token that it doesn't ask for; held: of a payer who is on a list;
                reorg: the chain takes the payment back, which is paid first if there is none;
                refund: half of what is left is asked back and claimed.
            asset: Code of what is paid, such as USDC@31337; chosen for you if unset.

        Needs the scope ``invoices:provoke``.
        """
        return self._sender.shape(
            shapes.Provocation,
            "POST",
            f"/v1/invoices/{_part(invoice_id)}/provocations",
            body=_given(what=what, asset=asset),
            idempotency_key=idempotency_key,
        )

    def qr(
        self,
        invoice_id: Id,
        *,
        asset: str | None = None,
        module_px: str | None = None,
    ) -> bytes:
        """Get the QR code.

        A PNG of the checkout page's URL, or, with asset, of its ERC-681 payment request.

        Args:
            asset: Asset code: hold its payment request instead of the URL.
            module_px: Pixels a module, 1 to 32.

        Needs the scope ``invoices:read``.
        """
        return self._sender.content(
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/qr.png",
            query=_given(asset=asset, module_px=module_px),
        )

    def reader_cancel(
        self,
        invoice_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> shapes.CardTurn:
        """Have the reader ask no more.

        No card is charged. Too late once one was taken: it can be refunded then.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.CardTurn,
            "DELETE",
            f"/v1/invoices/{_part(invoice_id)}/reader",
            idempotency_key=idempotency_key,
        )

    def reader_get(self, invoice_id: Id) -> shapes.CardTurn:
        """How far a sale's card is at its reader.

        Needs the scope ``invoices:read``.
        """
        return self._sender.shape(
            shapes.CardTurn,
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/reader",
        )

    def reader_ask(
        self,
        invoice_id: Id,
        *,
        reader_id: str,
        idempotency_key: str | None = None,
    ) -> shapes.CardTurn:
        """Have a reader ask for the card that pays a sale.

        Again is the same; after a turn that ended without a card it begins anew, at this reader.
        The invoice says when it is paid.

        Args:
            reader_id: A reader of the shop that is ready.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.CardTurn,
            "PUT",
            f"/v1/invoices/{_part(invoice_id)}/reader",
            body=_given(reader_id=reader_id),
            idempotency_key=idempotency_key,
        )

    def receipt_get(self, invoice_id: Id) -> shapes.Receipt:
        """Get an invoice's receipt.

        The latest receipt of a paid invoice with the credit notes that go with it, and those that
        were taken back before it was paid again. A receipt gets its number, without gaps in the
        shop, when it is first asked for, and never changes then. An invoice that asked for a part
        of a ticket has its ticket's receipt.

        Needs the scope ``invoices:read``.
        """
        return self._sender.shape(
            shapes.Receipt,
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/receipt",
        )

    def receipt_pdf(self, invoice_id: Id, *, number: str | None = None) -> bytes:
        """Get an invoice's receipt, or another of its papers, as PDF.

        Args:
            number: A credit note's, or an earlier receipt's; none: the latest receipt.

        Needs the scope ``invoices:read``.
        """
        return self._sender.content(
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/receipt.pdf",
            query=_given(number=number),
        )

    def refundable(self, invoice_id: Id) -> shapes.Refundable:
        """What may still go back of an invoice.

        Needs the scope ``refunds:read``.
        """
        return self._sender.shape(
            shapes.Refundable,
            "GET",
            f"/v1/invoices/{_part(invoice_id)}/refundable",
        )

    def requote(
        self,
        invoice_id: Id,
        *,
        lock_seconds: int | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Invoice:
        """Draw new quotes.

        They end the old ones. For an invoice that nobody has paid in time.

        Args:
            lock_seconds: How long the new quotes hold; as for a new invoice if unset.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Invoice,
            "POST",
            f"/v1/invoices/{_part(invoice_id)}/requote",
            body=_given(lock_seconds=lock_seconds),
            idempotency_key=idempotency_key,
        )

    def void(self, invoice_id: Id, *, idempotency_key: str | None = None) -> shapes.Invoice:
        """Void an invoice.

        Money that comes all the same waits for a claim by whoever sent it.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Invoice,
            "POST",
            f"/v1/invoices/{_part(invoice_id)}/void",
            idempotency_key=idempotency_key,
        )


class Items:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        archived: shapes.ItemsListArchived | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        search: str | None = None,
    ) -> Pages[shapes.Item]:
        """List what the shop sells, newest first.

        Args:
            archived: Those that are sold no more.
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.
            search: A part of the name, or a whole SKU or barcode.

        Needs the scope ``catalogue:read``.
        """
        return self._sender.page(
            shapes.Item,
            "/v1/items",
            query=_given(archived=archived, cursor=cursor, limit=limit, search=search),
        )

    def create(
        self,
        *,
        name: str,
        price: str,
        barcode: str | None = None,
        category: str | None = None,
        colour: shapes.ColourEnum | shapes.BlankEnum | None = None,
        groups: Sequence[str] | None = None,
        position: int | None = None,
        sku: str | None = None,
        sold_out: bool | None = None,
        tax: str | None = None,
        tax_included: bool | None = None,
        tile: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Item:
        """Add an item.

        Args:
            price: As listed, in the shop's currency, as text.
            category: By its name; a new one is made.
            groups: Ids of groups of modifiers, in the order in which they are asked.
            tax: Percent as text, such as 8.875; 0 if unset.
            tax_included: Whether the price holds the tax; true if unset.
            tile: An emoji or a few letters.

        Needs the scope ``catalogue:write``.
        """
        return self._sender.shape(
            shapes.Item,
            "POST",
            "/v1/items",
            body=_given(
                name=name,
                price=price,
                barcode=barcode,
                category=category,
                colour=colour,
                groups=groups,
                position=position,
                sku=sku,
                sold_out=sold_out,
                tax=tax,
                tax_included=tax_included,
                tile=tile,
            ),
            idempotency_key=idempotency_key,
        )

    def get(self, item_id: Id) -> shapes.Item:
        """Get an item.

        Needs the scope ``catalogue:read``.
        """
        return self._sender.shape(
            shapes.Item,
            "GET",
            f"/v1/items/{_part(item_id)}",
        )

    def change(
        self,
        item_id: Id,
        *,
        barcode: str | None = None,
        category: str | None = None,
        colour: shapes.ColourEnum | shapes.BlankEnum | None = None,
        groups: Sequence[str] | None = None,
        name: str | None = None,
        position: int | None = None,
        price: str | None = None,
        sku: str | None = None,
        sold_out: bool | None = None,
        tax: str | None = None,
        tax_included: bool | None = None,
        tile: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Item:
        """Change an item.

        What was sold keeps the words it was sold with.

        Args:
            category: By its name; a new one is made.
            groups: Ids of groups of modifiers, in the order in which they are asked.
            price: As listed, in the shop's currency, as text.
            tax: Percent as text, such as 8.875; 0 if unset.
            tax_included: Whether the price holds the tax; true if unset.
            tile: An emoji or a few letters.

        Needs the scope ``catalogue:write``.
        """
        return self._sender.shape(
            shapes.Item,
            "PATCH",
            f"/v1/items/{_part(item_id)}",
            body=_given(
                barcode=barcode,
                category=category,
                colour=colour,
                groups=groups,
                name=name,
                position=position,
                price=price,
                sku=sku,
                sold_out=sold_out,
                tax=tax,
                tax_included=tax_included,
                tile=tile,
            ),
            idempotency_key=idempotency_key,
        )

    def archive(self, item_id: Id, *, idempotency_key: str | None = None) -> shapes.Item:
        """Sell an item no more.

        Nothing is deleted: it can be restored.

        Needs the scope ``catalogue:write``.
        """
        return self._sender.shape(
            shapes.Item,
            "POST",
            f"/v1/items/{_part(item_id)}/archive",
            idempotency_key=idempotency_key,
        )

    def restore(self, item_id: Id, *, idempotency_key: str | None = None) -> shapes.Item:
        """Sell an archived item again.

        Needs the scope ``catalogue:write``.
        """
        return self._sender.shape(
            shapes.Item,
            "POST",
            f"/v1/items/{_part(item_id)}/restore",
            idempotency_key=idempotency_key,
        )


class ModifierGroups:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> shapes.ModifierGroupList:
        """List the groups of modifiers that items refer to.

        Needs the scope ``catalogue:read``.
        """
        return self._sender.shape(
            shapes.ModifierGroupList,
            "GET",
            "/v1/modifier-groups",
        )


class PaymentLinks:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Pages[shapes.PaymentLink]:
        """List payment links, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.

        Needs the scope ``links:read``.
        """
        return self._sender.page(
            shapes.PaymentLink,
            "/v1/payment-links",
            query=_given(cursor=cursor, limit=limit),
        )

    def create(
        self,
        *,
        title: str,
        amount: str | None = None,
        ends_at: datetime | str | None = None,
        kind: shapes.PaymentLinkKind | None = None,
        maximum: str | None = None,
        minimum: str | None = None,
        note: str | None = None,
        sales_limit: int | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.PaymentLink:
        """Make a payment link.

        A page that asks whoever opens it for money: a fixed amount, or one that the payer chooses
        between minimum and maximum. Its invoices carry the link's id as payment_link in their
        metadata.

        Args:
            title: What it is for; payers read it.
            amount: In the shop's pricing currency; unset where the payer chooses.
            ends_at: From then on it takes nothing more.
            kind: The words differ: pay, or donate. link if unset.
            maximum: The most.
            minimum: The least that a payer may choose.
            note: Plain text below it.
            sales_limit: Paid sales after which it is sold out.

        Needs the scope ``links:write``.
        """
        return self._sender.shape(
            shapes.PaymentLink,
            "POST",
            "/v1/payment-links",
            body=_given(
                title=title,
                amount=amount,
                ends_at=ends_at,
                kind=kind,
                maximum=maximum,
                minimum=minimum,
                note=note,
                sales_limit=sales_limit,
            ),
            idempotency_key=idempotency_key,
        )

    def get(self, link_id: Id) -> shapes.PaymentLink:
        """Get a payment link.

        Needs the scope ``links:read``.
        """
        return self._sender.shape(
            shapes.PaymentLink,
            "GET",
            f"/v1/payment-links/{_part(link_id)}",
        )

    def change(
        self,
        link_id: Id,
        *,
        ends_at: datetime | str | Unset | None = UNSET,
        note: str | None = None,
        paused: bool | None = None,
        title: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.PaymentLink:
        """Change a payment link.

        What it asks for stays: make another link for another price.

        Args:
            ends_at: null: until it is closed.

        Needs the scope ``links:write``.
        """
        return self._sender.shape(
            shapes.PaymentLink,
            "PATCH",
            f"/v1/payment-links/{_part(link_id)}",
            body=_given(note=note, paused=paused, title=title) | _said(ends_at=ends_at),
            idempotency_key=idempotency_key,
        )

    def close(self, link_id: Id, *, idempotency_key: str | None = None) -> shapes.PaymentLink:
        """Close a payment link for good.

        Invoices that came of it stay payable.

        Needs the scope ``links:write``.
        """
        return self._sender.shape(
            shapes.PaymentLink,
            "POST",
            f"/v1/payment-links/{_part(link_id)}/close",
            idempotency_key=idempotency_key,
        )


class PayoutQuotes:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def quote(
        self,
        *,
        amount: str | None = None,
        asset: str | None = None,
        cheapest: bool | None = None,
        into: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.PayoutQuote:
        """Ask what a payout would give.

        Promised until `expires_at`; pass its id as `quote_id` to POST /v1/payouts. Nothing leaves
        by it alone.

        Args:
            amount: In the asset, as text; everything that may be paid out if unset.
            asset: Asset code; the settlement asset if unset.
            cheapest: Pay it on whichever of the policy's chains costs the least.
            into: Asset code of what is received; the same if unset.

        Needs the scope ``payouts:write``.
        """
        return self._sender.shape(
            shapes.PayoutQuote,
            "POST",
            "/v1/payout-quotes",
            body=_given(amount=amount, asset=asset, cheapest=cheapest, into=into),
            idempotency_key=idempotency_key,
        )


class Payouts:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        status: shapes.PayoutsListStatus | None = None,
    ) -> Pages[shapes.Payout]:
        """List payouts, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.
            status: Only payouts of this status.

        Needs the scope ``payouts:read``.
        """
        return self._sender.page(
            shapes.Payout,
            "/v1/payouts",
            query=_given(cursor=cursor, limit=limit, status=status),
        )

    def request(
        self,
        *,
        amount: str | None = None,
        asset: str | None = None,
        cheapest: bool | None = None,
        into: str | None = None,
        quote_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Payout:
        """Pay out to the shop's address.

        Only money of final deposits may leave. In another asset, or on another chain, it is a
        conversion: ask POST /v1/payout-quotes first to see its parts.

        Args:
            amount: In the asset, as text; everything that may be paid out if unset.
            asset: Asset code; the settlement asset if unset.
            cheapest: Pay it on whichever of the policy's chains costs the least.
            into: Asset code of what is received, if it is another: a quoted conversion.
            quote_id: A payout quote: it says all of the above, which is left out.

        Needs the scope ``payouts:write``.
        """
        return self._sender.shape(
            shapes.Payout,
            "POST",
            "/v1/payouts",
            body=_given(
                amount=amount,
                asset=asset,
                cheapest=cheapest,
                into=into,
                quote_id=quote_id,
            ),
            idempotency_key=idempotency_key,
        )

    def get(self, payout_id: Id) -> shapes.Payout:
        """Get a payout.

        Needs the scope ``payouts:read``.
        """
        return self._sender.shape(
            shapes.Payout,
            "GET",
            f"/v1/payouts/{_part(payout_id)}",
        )

    def cancel(self, payout_id: Id, *, idempotency_key: str | None = None) -> shapes.Payout:
        """Cancel a payout that was not sent yet.

        Needs the scope ``payouts:write``.
        """
        return self._sender.shape(
            shapes.Payout,
            "POST",
            f"/v1/payouts/{_part(payout_id)}/cancel",
            idempotency_key=idempotency_key,
        )

    def invoices_list(
        self,
        payout_id: Id,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> shapes.PayoutInvoiceList:
        """List the payments that a payout pays.

        First in, first out. Their units and not_from_payments_units add up to the payout's
        taken_units, exactly.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.

        Needs the scope ``payouts:read``.
        """
        return self._sender.shape(
            shapes.PayoutInvoiceList,
            "GET",
            f"/v1/payouts/{_part(payout_id)}/invoices",
            query=_given(cursor=cursor, limit=limit),
        )

    def invoices_file(self, payout_id: Id) -> str:
        """Get the payments that a payout pays as CSV.

        However many, streamed; the last line is what comes from no payment, if any.

        Needs the scope ``payouts:read``.
        """
        return self._sender.text(
            "GET",
            f"/v1/payouts/{_part(payout_id)}/invoices.csv",
        )


class Quotes:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def preview(
        self,
        *,
        amount: str,
        currency: str | None = None,
    ) -> shapes.QuotePreview:
        """Preview what each asset would pay.

        Args:
            amount: A plain decimal.
            currency: ISO 4217; the shop's pricing currency if unset.

        Needs the scope ``quotes:read``.
        """
        return self._sender.shape(
            shapes.QuotePreview,
            "GET",
            "/v1/quotes",
            query=_given(amount=amount, currency=currency),
        )


class Readers:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> shapes.CardReaders:
        """List the shop's card readers.

        Needs the scope ``invoices:read``.
        """
        return self._sender.shape(
            shapes.CardReaders,
            "GET",
            "/v1/readers",
        )


class Refunds:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        invoice_id: str | None = None,
        limit: int | None = None,
        status: shapes.RefundsListStatus | None = None,
    ) -> Pages[shapes.Refund]:
        """List refunds, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            invoice_id: Only refunds of this invoice.
            limit: Items a page, 1 to 200; 50 if unset.
            status: Only refunds of this status.

        Needs the scope ``refunds:read``.
        """
        return self._sender.page(
            shapes.Refund,
            "/v1/refunds",
            query=_given(cursor=cursor, invoice_id=invoice_id, limit=limit, status=status),
        )

    def request(
        self,
        *,
        invoice_id: str,
        amount: str | None = None,
        asset: str | None = None,
        assets: Sequence[str] | None = None,
        claim_id: str | None = None,
        rate: shapes.RateEnum | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.RefundWithLink:
        """Ask for a refund.

        What goes back is set aside at once; the shopper says where to by the claim link. Above the
        limit that the shop's terms set for keys, a person approves it.

        Args:
            amount: At the rate paid, as text; all that is left if unset.
            asset: What the amount is in: the pricing currency if unset, the token that was paid, or
                the settlement asset.
            assets: What the shopper may choose from: the token paid and the settlement asset.
            claim_id: Money owed to the payer (`owed` of the invoice's refundable): all of it goes
                back, and amount, asset and rate stay unset.
            rate: The rate that was paid, or today's; the shop's usual one if unset.
            reason: Why.

        Needs the scope ``refunds:write``.
        """
        return self._sender.shape(
            shapes.RefundWithLink,
            "POST",
            "/v1/refunds",
            body=_given(
                invoice_id=invoice_id,
                amount=amount,
                asset=asset,
                assets=assets,
                claim_id=claim_id,
                rate=rate,
                reason=reason,
            ),
            idempotency_key=idempotency_key,
        )

    def get(self, refund_id: Id) -> shapes.Refund:
        """Get a refund.

        Needs the scope ``refunds:read``.
        """
        return self._sender.shape(
            shapes.Refund,
            "GET",
            f"/v1/refunds/{_part(refund_id)}",
        )

    def approve(self, refund_id: Id, *, idempotency_key: str | None = None) -> shapes.Refund:
        """Approve a refund within the key's limit.

        Needs the scope ``refunds:write``.
        """
        return self._sender.shape(
            shapes.Refund,
            "POST",
            f"/v1/refunds/{_part(refund_id)}/approve",
            idempotency_key=idempotency_key,
        )

    def cancel(self, refund_id: Id, *, idempotency_key: str | None = None) -> shapes.Refund:
        """Call a refund off that was not sent yet.

        A key with the scope refunds:write may as well.

        Needs the scope ``refunds:end``.
        """
        return self._sender.shape(
            shapes.Refund,
            "POST",
            f"/v1/refunds/{_part(refund_id)}/cancel",
            idempotency_key=idempotency_key,
        )

    def link(self, refund_id: Id, *, idempotency_key: str | None = None) -> shapes.RefundWithLink:
        """Make a new claim link; the old one ends.

        Claimed and not approved yet, the refund can be claimed anew by it.

        Needs the scope ``refunds:write``.
        """
        return self._sender.shape(
            shapes.RefundWithLink,
            "POST",
            f"/v1/refunds/{_part(refund_id)}/link",
            idempotency_key=idempotency_key,
        )


class Reports:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def books(
        self,
        *,
        first: date | str,
        last: date | str,
        program: shapes.ReportBooksProgram,
        clearing: str | None = None,
        client: str | None = None,
        consultant: str | None = None,
        fees: str | None = None,
        other: str | None = None,
        payouts: str | None = None,
        refunds: str | None = None,
        sales: str | None = None,
        year_begins: date | str | None = None,
    ) -> str:
        """Export lines for your books.

        Each day's sales, fees, refunds and payouts against a clearing account, in the file that a
        bookkeeping program imports. Stablecoins count as the currency they stand for.

        Args:
            first: The first day, by the shop's own clock: 2026-11-01.
            last: The last day, included; at most 400 days.
            program: Whose file.
            clearing: The account for clearing; the program's usual one if unset.
            client: DATEV: the client's number.
            consultant: DATEV: the accountant's number.
            fees: The account for fees; the program's usual one if unset.
            other: The account for other; the program's usual one if unset.
            payouts: The account for payouts; the program's usual one if unset.
            refunds: The account for refunds; the program's usual one if unset.
            sales: The account for sales; the program's usual one if unset.
            year_begins: DATEV: the financial year's first.

        Needs the scope ``reports:read``.
        """
        return self._sender.text(
            "GET",
            "/v1/reports/books.csv",
            query=_given(
                first=first,
                last=last,
                program=program,
                clearing=clearing,
                client=client,
                consultant=consultant,
                fees=fees,
                other=other,
                payouts=payouts,
                refunds=refunds,
                sales=sales,
                year_begins=year_begins,
            ),
        )

    def costs(
        self,
        *,
        first: date | str,
        last: date | str,
    ) -> str:
        """Export what each day's payments cost.

        A row per day, token and settlement asset: the fee as booked, and what of the token the
        rates held (spread, lock premium, venue, gas), streamed.

        Args:
            first: The first day, by the shop's own clock: 2026-11-01.
            last: The last day, included; at most 400 days.

        Needs the scope ``reports:read``.
        """
        return self._sender.text(
            "GET",
            "/v1/reports/costs.csv",
            query=_given(first=first, last=last),
        )

    def daily(
        self,
        *,
        first: date | str,
        last: date | str,
    ) -> shapes.DailyReport:
        """Report each day.

        What each day brought and took, per asset: opening + changes = closing, to the base unit.
        Beside it, what the day's payments were worth in the currencies they were asked in, tax and
        tip apart.

        Args:
            first: The first day, by the shop's own clock: 2026-11-01.
            last: The last day, included; at most 400 days.

        Needs the scope ``reports:read``.
        """
        return self._sender.shape(
            shapes.DailyReport,
            "GET",
            "/v1/reports/daily",
            query=_given(first=first, last=last),
        )

    def fees(
        self,
        *,
        first: date | str,
        last: date | str,
    ) -> str:
        """Export what payments cost.

        A row per payment that was credited or taken back: the fee as booked, and what of the token
        the rate held (spread, lock premium, venue, gas), streamed.

        Args:
            first: The first day, by the shop's own clock: 2026-11-01.
            last: The last day, included; at most 400 days.

        Needs the scope ``reports:read``.
        """
        return self._sender.text(
            "GET",
            "/v1/reports/fees.csv",
            query=_given(first=first, last=last),
        )

    def sales(
        self,
        *,
        first: date | str,
        last: date | str,
    ) -> str:
        """Export sales.

        A row per payment that was credited or taken back, oldest first, streamed.

        Args:
            first: The first day, by the shop's own clock: 2026-11-01.
            last: The last day, included; at most 400 days.

        Needs the scope ``reports:read``.
        """
        return self._sender.text(
            "GET",
            "/v1/reports/sales.csv",
            query=_given(first=first, last=last),
        )

    def statement(
        self,
        *,
        first: date | str,
        last: date | str,
    ) -> bytes:
        """Get the statement as PDF.

        Each day with its balances, in the language of Accept-Language.

        Args:
            first: The first day, by the shop's own clock: 2026-11-01.
            last: The last day, included; at most 400 days.

        Needs the scope ``reports:read``.
        """
        return self._sender.content(
            "GET",
            "/v1/reports/statement.pdf",
            query=_given(first=first, last=last),
        )


class SettlementPolicy:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self) -> shapes.SettlementPolicy:
        """Get the settlement policy, and what it would pay now.

        Needs the scope ``payouts:read``.
        """
        return self._sender.shape(
            shapes.SettlementPolicy,
            "GET",
            "/v1/settlement-policy",
        )

    def put(
        self,
        *,
        split: Sequence[shapes.PolicyShareRequest],
        chains: Sequence[int] | None = None,
        closes_at: str | None = None,
        minimum: str | None = None,
        schedule: shapes.ScheduleEnum | None = None,
        threshold: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.SettlementPolicy:
        """Replace the settlement policy.

        A new version; what is left out is as at first. The reserve is the house's.

        Args:
            split: Adds up to 10000 bps.
            chains: Where the payout address can receive: the cheapest is used. None: each share's.
            closes_at: 22:30; for `daily`.
            minimum: In the settlement asset: a part below it keeps a run waiting.
            schedule: on_demand if unset; daily pays when the shop closes, by its own clock.
            threshold: In the settlement asset: from here on `threshold` pays.

        Needs the scope ``payouts:write``.
        """
        return self._sender.shape(
            shapes.SettlementPolicy,
            "PUT",
            "/v1/settlement-policy",
            body=_given(
                split=split,
                chains=chains,
                closes_at=closes_at,
                minimum=minimum,
                schedule=schedule,
                threshold=threshold,
            ),
            idempotency_key=idempotency_key,
        )


class Tickets:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: shapes.TicketsListState | None = None,
    ) -> Pages[shapes.TicketHead]:
        """List tickets, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.
            state: Only tickets in this state.

        Needs the scope ``invoices:read``.
        """
        return self._sender.page(
            shapes.TicketHead,
            "/v1/tickets",
            query=_given(cursor=cursor, limit=limit, state=state),
        )

    def open(
        self,
        *,
        label: str | None = None,
        lines: Sequence[shapes.NewLineRequest] | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Open a ticket, with lines if there are some already.

        Args:
            label: A table, a name.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            "/v1/tickets",
            body=_given(label=label, lines=lines),
            idempotency_key=idempotency_key,
        )

    def get(self, ticket_id: Id) -> shapes.Ticket:
        """Get a ticket with its lines and parts.

        Needs the scope ``invoices:read``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "GET",
            f"/v1/tickets/{_part(ticket_id)}",
        )

    def charge(
        self,
        ticket_id: Id,
        *,
        given: str | None = None,
        keep_change: bool | None = None,
        part: int | None = None,
        tender: shapes.ChargeTenderEnum | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Charge a part of a ticket: by tokens, or in cash.

        Tokens are asked for by an invoice, the part's last demand: show its checkout_url. An open
        ticket is paid in one part then. Cash is written down as given, which needs the scope
        invoices:mark besides; it is in no shift's drawer, which is a paired till's.

        Args:
            given: Of cash: what was given.
            keep_change: Of cash: what is over is a tip.
            part: 1 if unset.
            tender: tokens (if unset): by an invoice, which a card may pay too. cash: it was given.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            f"/v1/tickets/{_part(ticket_id)}/charge",
            body=_given(given=given, keep_change=keep_change, part=part, tender=tender),
            idempotency_key=idempotency_key,
        )

    def line_add(
        self,
        ticket_id: Id,
        *,
        amount: str | None = None,
        choices: Sequence[shapes.ChoiceRequest] | None = None,
        item_id: str | None = None,
        name: str | None = None,
        quantity: str | None = None,
        tax: str | None = None,
        tax_included: bool | None = None,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Put a line on an open ticket.

        An item of the catalogue, or an amount. The answer is the whole ticket.

        Args:
            amount: Of one, in the shop's currency, where no item is named.
            item_id: Something of the catalogue; or an amount in its place.
            name: Of an amount.
            quantity: At most three decimals: 0.350 is 350 g of a kilo; 1 if unset.
            tax: Of an amount: percent as text; 0 if unset.
            tax_included: Whether an amount holds its tax; true if unset.
            version: Of the item's words, as you showed them; today's if unset.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            f"/v1/tickets/{_part(ticket_id)}/lines",
            body=_given(
                amount=amount,
                choices=choices,
                item_id=item_id,
                name=name,
                quantity=quantity,
                tax=tax,
                tax_included=tax_included,
                version=version,
            ),
            idempotency_key=idempotency_key,
        )

    def line_remove(
        self,
        ticket_id: Id,
        line_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Take a line off an open ticket.

        It is kept, with who did. The answer is the whole ticket.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "DELETE",
            f"/v1/tickets/{_part(ticket_id)}/lines/{_part(line_id)}",
            idempotency_key=idempotency_key,
        )

    def park(
        self,
        ticket_id: Id,
        *,
        label: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Put an open ticket aside.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            f"/v1/tickets/{_part(ticket_id)}/park",
            body=_given(label=label),
            idempotency_key=idempotency_key,
        )

    def recall(self, ticket_id: Id, *, idempotency_key: str | None = None) -> shapes.Ticket:
        """Go on with a parked ticket.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            f"/v1/tickets/{_part(ticket_id)}/recall",
            idempotency_key=idempotency_key,
        )

    def split(
        self,
        ticket_id: Id,
        *,
        parts: int | None = None,
        payers: Sequence[shapes.PayerRequest] | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Have a ticket paid, in one part or in several.

        From here on nothing on it changes. Again while no money is on it: anew.

        Args:
            parts: In how many; with payers as many as they name, if unset.
            payers: Who pays which line, each of them; evenly if unset.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            f"/v1/tickets/{_part(ticket_id)}/split",
            body=_given(parts=parts, payers=payers),
            idempotency_key=idempotency_key,
        )

    def void(
        self,
        ticket_id: Id,
        *,
        reason: str,
        idempotency_key: str | None = None,
    ) -> shapes.Ticket:
        """Call a ticket off on which no money is.

        Needs the scope ``invoices:write``.
        """
        return self._sender.shape(
            shapes.Ticket,
            "POST",
            f"/v1/tickets/{_part(ticket_id)}/void",
            body=_given(reason=reason),
            idempotency_key=idempotency_key,
        )


class WebhookEndpoints:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> Pages[shapes.Endpoint]:
        """List webhook endpoints.

        Needs the scope ``webhooks:read``.
        """
        return self._sender.page(
            shapes.Endpoint,
            "/v1/webhook_endpoints",
        )

    def create(
        self,
        *,
        url: str,
        description: str | None = None,
        events: Sequence[str] | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.EndpointWithSecret:
        """Create a webhook endpoint.

        The secret is in this answer and in no other.

        Args:
            url: Called byte for byte as it is written here.
            events: Event types or groups ("invoice.*"); all ("*") if unset.

        Needs the scope ``webhooks:write``.
        """
        return self._sender.shape(
            shapes.EndpointWithSecret,
            "POST",
            "/v1/webhook_endpoints",
            body=_given(url=url, description=description, events=events),
            idempotency_key=idempotency_key,
        )

    def delete(self, endpoint_id: Id, *, idempotency_key: str | None = None) -> None:
        """Delete a webhook endpoint.

        What still waited for it is called off.

        Needs the scope ``webhooks:write``.
        """
        self._sender.nothing(
            "DELETE",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}",
            idempotency_key=idempotency_key,
        )

    def get(self, endpoint_id: Id) -> shapes.Endpoint:
        """Get a webhook endpoint.

        Needs the scope ``webhooks:read``.
        """
        return self._sender.shape(
            shapes.Endpoint,
            "GET",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}",
        )

    def change(
        self,
        endpoint_id: Id,
        *,
        description: str | None = None,
        enabled: bool | None = None,
        events: Sequence[str] | None = None,
        url: str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Endpoint:
        """Change a webhook endpoint.

        Switched on again, it gets what waited for it meanwhile.

        Args:
            events: Event types or groups ("invoice.*"); all ("*") if unset.

        Needs the scope ``webhooks:write``.
        """
        return self._sender.shape(
            shapes.Endpoint,
            "PATCH",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}",
            body=_given(description=description, enabled=enabled, events=events, url=url),
            idempotency_key=idempotency_key,
        )

    def deliveries_list(
        self,
        endpoint_id: Id,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        replay: str | None = None,
        state: shapes.WebhookDeliveriesListState | None = None,
    ) -> Pages[shapes.Delivery]:
        """List deliveries, newest first.

        Args:
            cursor: Where the page before ended: its next_cursor.
            limit: Items a page, 1 to 200; 50 if unset.
            replay: Only what this replay sent: its id.
            state: Only deliveries in this state.

        Needs the scope ``webhooks:read``.
        """
        return self._sender.page(
            shapes.Delivery,
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/deliveries",
            query=_given(cursor=cursor, limit=limit, replay=replay, state=state),
        )

    def delivery_get(self, endpoint_id: Id, event_id: Id) -> shapes.DeliveryWithAttempts:
        """Get a delivery with its attempts.

        Needs the scope ``webhooks:read``.
        """
        return self._sender.shape(
            shapes.DeliveryWithAttempts,
            "GET",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/deliveries/{_part(event_id)}",
        )

    def delivery_redeliver(
        self,
        endpoint_id: Id,
        event_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> shapes.Delivery:
        """Send an event again.

        At once, under the same webhook-id, with a fresh schedule of retries.

        Needs the scope ``webhooks:write``.
        """
        return self._sender.shape(
            shapes.Delivery,
            "POST",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/deliveries/{_part(event_id)}/redeliver",
            idempotency_key=idempotency_key,
        )

    def replay(
        self,
        endpoint_id: Id,
        *,
        since: datetime | str,
        events: Sequence[str] | None = None,
        until: datetime | str | None = None,
        idempotency_key: str | None = None,
    ) -> shapes.Replay:
        """Send again what happened in a range of time.

        Everything that the endpoint hears and that happened then, whether it was sent before or
        missed; a few at a time, in order, behind what happens meanwhile. What was sent before comes
        again under its webhook-id. One replay at a time, of at most 20,000 events. It tells what
        happened, so it needs the scope events:read besides.

        Args:
            since: Since then, that moment included; 100 days back at most.
            events: Of what the endpoint hears, only these; all of it if unset.
            until: Until then, that moment not included; until now if unset.

        Needs the scope ``webhooks:write``.
        """
        return self._sender.shape(
            shapes.Replay,
            "POST",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/replay",
            body=_given(since=since, events=events, until=until),
            idempotency_key=idempotency_key,
        )

    def replay_get(self, endpoint_id: Id, replay_id: Id) -> shapes.Replay:
        """Get a replay: how many it is, how many are queued.

        Needs the scope ``webhooks:read``.
        """
        return self._sender.shape(
            shapes.Replay,
            "GET",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/replays/{_part(replay_id)}",
        )

    def rotate_secret(
        self,
        endpoint_id: Id,
        *,
        idempotency_key: str | None = None,
    ) -> shapes.EndpointWithSecret:
        """Change the signing secret.

        For a day the old and the new secret both sign.

        Needs the scope ``webhooks:write``.
        """
        return self._sender.shape(
            shapes.EndpointWithSecret,
            "POST",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/rotate_secret",
            idempotency_key=idempotency_key,
        )

    def test(self, endpoint_id: Id, *, idempotency_key: str | None = None) -> shapes.EventQueued:
        """Send a test event.

        Needs the scope ``webhooks:write``.
        """
        return self._sender.shape(
            shapes.EventQueued,
            "POST",
            f"/v1/webhook_endpoints/{_part(endpoint_id)}/test",
            idempotency_key=idempotency_key,
        )


class Operations:
    """Every resource, by its name."""

    def __init__(self, sender: Sender) -> None:
        self.approvals = Approvals(sender)
        self.assets = Assets(sender)
        self.balances = Balances(sender)
        self.bank_accounts = BankAccounts(sender)
        self.card_refunds = CardRefunds(sender)
        self.ecr = Ecr(sender)
        self.events = Events(sender)
        self.fee_invoices = FeeInvoices(sender)
        self.fee_schedule = FeeSchedule(sender)
        self.invoices = Invoices(sender)
        self.items = Items(sender)
        self.modifier_groups = ModifierGroups(sender)
        self.payment_links = PaymentLinks(sender)
        self.payout_quotes = PayoutQuotes(sender)
        self.payouts = Payouts(sender)
        self.quotes = Quotes(sender)
        self.readers = Readers(sender)
        self.refunds = Refunds(sender)
        self.reports = Reports(sender)
        self.settlement_policy = SettlementPolicy(sender)
        self.tickets = Tickets(sender)
        self.webhook_endpoints = WebhookEndpoints(sender)
