/**
 * What the API can do: one class per resource, one method per operation.
 *
 * Written by `python -m clients.generating`: change the API, not this file.
 */

import type { Pages, Reading, Sender, Writing } from "./sending.js";
import { part } from "./sending.js";
import type * as shapes from "./shapes.js";

export class Approvals {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List what needs two people, newest first.
   *
   * Open or over. People approve, reject and cancel on the dashboard.
   *
   * Needs the scope `payouts:read`.
   */
  list(query: shapes.ApprovalsListQuery = {}, options: Reading = {}): Pages<shapes.Approval> {
    return this.#sender.pages<shapes.Approval>("/v1/approvals", { query, ...options });
  }
}

export class Assets {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List the assets of the shop's mode.
   *
   * Needs the scope `quotes:read`.
   */
  list(options: Reading = {}): Pages<shapes.AssetInfo> {
    return this.#sender.pages<shapes.AssetInfo>("/v1/assets", options);
  }
}

export class Balances {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Get balances.
   *
   * Needs the scope `balances:read`.
   */
  get(options: Reading = {}): Promise<shapes.Balances> {
    return this.#sender.shape<shapes.Balances>("GET", "/v1/balances", options);
  }
}

export class BankAccounts {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List the ways to the shop's bank.
   *
   * What each payment provider still wants to know, and by when. A person tells it on the
   * provider's own pages, which the dashboard opens.
   *
   * Needs the scope `payouts:read`.
   */
  list(options: Reading = {}): Promise<shapes.BankAccountList> {
    return this.#sender.shape<shapes.BankAccountList>("GET", "/v1/bank-accounts", options);
  }
}

export class CardRefunds {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List refunds to cards, newest first.
   *
   * Needs the scope `refunds:read`.
   */
  list(query: shapes.CardRefundsListQuery = {}, options: Reading = {}): Pages<shapes.CardRefund> {
    return this.#sender.pages<shapes.CardRefund>("/v1/card-refunds", { query, ...options });
  }

  /**
   * Give a card payment back, or a part of it.
   *
   * What goes back is set aside at once and goes to the card that paid. Above the limit that the
   * shop's terms set for keys, a person approves it.
   *
   * Needs the scope `refunds:write`.
   */
  request(body: shapes.NewCardRefundRequest, options: Writing = {}): Promise<shapes.CardRefund> {
    return this.#sender.shape<shapes.CardRefund>("POST", "/v1/card-refunds", { body, ...options });
  }

  /**
   * Get a refund to a card.
   *
   * Needs the scope `refunds:read`.
   */
  get(refundId: string, options: Reading = {}): Promise<shapes.CardRefund> {
    return this.#sender.shape<shapes.CardRefund>(
      "GET",
      `/v1/card-refunds/${part(refundId)}`,
      options,
    );
  }

  /**
   * Approve a refund to a card within the key's limit.
   *
   * Needs the scope `refunds:write`.
   */
  approve(refundId: string, options: Writing = {}): Promise<shapes.CardRefund> {
    return this.#sender.shape<shapes.CardRefund>(
      "POST",
      `/v1/card-refunds/${part(refundId)}/approve`,
      options,
    );
  }

  /**
   * Call a refund to a card off that nobody approved yet.
   *
   * A key with the scope refunds:write may as well.
   *
   * Needs the scope `refunds:end`.
   */
  cancel(refundId: string, options: Writing = {}): Promise<shapes.CardRefund> {
    return this.#sender.shape<shapes.CardRefund>(
      "POST",
      `/v1/card-refunds/${part(refundId)}/cancel`,
      options,
    );
  }
}

export class Ecr {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * End the day: totals, and the shift closed if one is open.
   *
   * A shift that is open at the till closes with what was counted in its drawer, in the name of
   * whoever made the key. Without one it is the day's totals alone.
   *
   * Needs the scope `ecr:use`.
   */
  endOfDay(body: shapes.EcrDayEndRequest = {}, options: Writing = {}): Promise<shapes.EcrDay> {
    return this.#sender.shape<shapes.EcrDay>("POST", "/v1/ecr/end-of-day", { body, ...options });
  }

  /**
   * What the till's sales brought today, by tender.
   *
   * Needs the scope `ecr:use`.
   */
  totals(options: Reading = {}): Promise<shapes.EcrDay> {
    return this.#sender.shape<shapes.EcrDay>("GET", "/v1/ecr/totals", options);
  }

  /**
   * Ask for an amount at the register's till.
   *
   * The till's display, tablet and sticker show the sale. The same transaction number again is
   * the same sale, whatever became of the first answer; one transaction at a time. Then ask for
   * its result every poll_after_ms until it isn't waiting.
   *
   * Needs the scope `ecr:use`.
   */
  transactionStart(
    body: shapes.NewEcrTransactionRequest,
    options: Writing = {},
  ): Promise<shapes.EcrTransaction> {
    return this.#sender.shape<shapes.EcrTransaction>(
      "POST",
      "/v1/ecr/transactions",
      { body, ...options },
    );
  }

  /**
   * The transaction that was started last at this till.
   *
   * For a register that doesn't know any more how far it was: ask before asking.
   *
   * Needs the scope `ecr:use`.
   */
  transactionLast(options: Reading = {}): Promise<shapes.EcrTransaction> {
    return this.#sender.shape<shapes.EcrTransaction>("GET", "/v1/ecr/transactions/last", options);
  }

  /**
   * A transaction's result, and its receipt.
   *
   * The same answer at each asking while the sale stands as it does: a reprint.
   *
   * Needs the scope `ecr:use`.
   */
  transactionGet(transaction: string, options: Reading = {}): Promise<shapes.EcrTransaction> {
    return this.#sender.shape<shapes.EcrTransaction>(
      "GET",
      `/v1/ecr/transactions/${part(transaction)}`,
      options,
    );
  }

  /**
   * Call a transaction off.
   *
   * Too late once it is covered (409): it can be refunded then. Again is the same. Money that
   * comes all the same waits for a claim by whoever sent it.
   *
   * Needs the scope `ecr:use`.
   */
  transactionCancel(transaction: string, options: Writing = {}): Promise<shapes.EcrTransaction> {
    return this.#sender.shape<shapes.EcrTransaction>(
      "POST",
      `/v1/ecr/transactions/${part(transaction)}/cancel`,
      options,
    );
  }
}

export class Events {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List events.
   *
   * Newest first; with since, oldest first from that time on, and next_cursor always says where
   * to go on, so that a program can follow.
   *
   * Needs the scope `events:read`.
   */
  list(query: shapes.EventsListQuery = {}, options: Reading = {}): Pages<shapes.Event> {
    return this.#sender.pages<shapes.Event>("/v1/events", { query, ...options });
  }

  /**
   * Get where news is told of.
   *
   * A stream (server-sent events) that sends a line with data each time something happened in the
   * shop, and says no more: fetch it with since and fresh. It ends with its ticket, or its key;
   * ask for another then. A hint, which may be lost: look now and then without one.
   *
   * Needs the scope `events:read`.
   */
  live(options: Reading = {}): Promise<shapes.EventsLive> {
    return this.#sender.shape<shapes.EventsLive>("GET", "/v1/events/live", options);
  }

  /**
   * Get an event.
   *
   * Needs the scope `events:read`.
   */
  get(eventId: string, options: Reading = {}): Promise<shapes.Event> {
    return this.#sender.shape<shapes.Event>("GET", `/v1/events/${part(eventId)}`, options);
  }
}

export class FeeInvoices {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List fee invoices, newest first.
   *
   * Needs the scope `reports:read`.
   */
  list(query: shapes.FeeInvoicesListQuery = {}, options: Reading = {}): Pages<shapes.FeeInvoice> {
    return this.#sender.pages<shapes.FeeInvoice>("/v1/fee-invoices", { query, ...options });
  }

  /**
   * Get a fee invoice.
   *
   * What was taken in a month, by day and asset; it never changes once issued.
   *
   * Needs the scope `reports:read`.
   */
  get(documentId: string, options: Reading = {}): Promise<shapes.FeeInvoice> {
    return this.#sender.shape<shapes.FeeInvoice>(
      "GET",
      `/v1/fee-invoices/${part(documentId)}`,
      options,
    );
  }

  /**
   * Get a fee invoice as PDF.
   *
   * Needs the scope `reports:read`.
   */
  pdf(documentId: string, options: Reading = {}): Promise<Uint8Array> {
    return this.#sender.bytes("GET", `/v1/fee-invoices/${part(documentId)}.pdf`, options);
  }
}

export class FeeSchedule {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Get the fee schedule.
   *
   * The gateway's fee in basis points of each credit, with every version that was in force. An
   * invoice keeps the version that it was issued under.
   *
   * Needs the scope `reports:read`.
   */
  get(options: Reading = {}): Promise<shapes.FeeSchedule> {
    return this.#sender.shape<shapes.FeeSchedule>("GET", "/v1/fee-schedule", options);
  }
}

export class Invoices {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List invoices, newest first.
   *
   * Needs the scope `invoices:read`.
   */
  list(query: shapes.InvoicesListQuery = {}, options: Reading = {}): Pages<shapes.Invoice> {
    return this.#sender.pages<shapes.Invoice>("/v1/invoices", { query, ...options });
  }

  /**
   * Ask for money.
   *
   * Locks a quote for every asset the shop accepts. Show the QR code, or send the shopper to
   * checkout_url; hand over the goods when release_goods says yes.
   *
   * Needs the scope `invoices:write`.
   */
  create(body: shapes.NewInvoiceRequest, options: Writing = {}): Promise<shapes.Invoice> {
    return this.#sender.shape<shapes.Invoice>("POST", "/v1/invoices", { body, ...options });
  }

  /**
   * Get an invoice.
   *
   * Needs the scope `invoices:read`.
   */
  get(invoiceId: string, options: Reading = {}): Promise<shapes.InvoiceWithPayouts> {
    return this.#sender.shape<shapes.InvoiceWithPayouts>(
      "GET",
      `/v1/invoices/${part(invoiceId)}`,
      options,
    );
  }

  /**
   * Get what an invoice cost.
   *
   * The gateway's fee as booked, what of the token the rate held (spread, lock premium, venue,
   * gas), and its share of what its payouts cost.
   *
   * Needs the scope `reports:read`.
   */
  feesGet(invoiceId: string, options: Reading = {}): Promise<shapes.InvoiceCosts> {
    return this.#sender.shape<shapes.InvoiceCosts>(
      "GET",
      `/v1/invoices/${part(invoiceId)}/fees`,
      options,
    );
  }

  /**
   * List what was provoked of a test invoice, latest first.
   *
   * Needs the scope `invoices:read`.
   */
  provocationsList(invoiceId: string, options: Reading = {}): Promise<shapes.Provocations> {
    return this.#sender.shape<shapes.Provocations>(
      "GET",
      `/v1/invoices/${part(invoiceId)}/provocations`,
      options,
    );
  }

  /**
   * Provoke what is hard to wait for.
   *
   * For a test shop, on the chain that the house brings along: a real payment of a test wallet,
   * or a real reorganisation. It happens within seconds (late: once the lock, shortened to 30
   * seconds, and the chain's grace are over), and its events and webhooks are those of any
   * payment. What can't be done there is refused: chain_not_ours. A refund needs the scope
   * refunds:write besides.
   *
   * Needs the scope `invoices:provoke`.
   */
  provoke(
    invoiceId: string,
    body: shapes.NewProvocationRequest,
    options: Writing = {},
  ): Promise<shapes.Provocation> {
    return this.#sender.shape<shapes.Provocation>(
      "POST",
      `/v1/invoices/${part(invoiceId)}/provocations`,
      { body, ...options },
    );
  }

  /**
   * Get the QR code.
   *
   * A PNG of the checkout page's URL, or, with asset, of its ERC-681 payment request.
   *
   * Needs the scope `invoices:read`.
   */
  qr(
    invoiceId: string,
    query: shapes.InvoicesQrQuery = {},
    options: Reading = {},
  ): Promise<Uint8Array> {
    return this.#sender.bytes(
      "GET",
      `/v1/invoices/${part(invoiceId)}/qr.png`,
      { query, ...options },
    );
  }

  /**
   * Have the reader ask no more.
   *
   * No card is charged. Too late once one was taken: it can be refunded then.
   *
   * Needs the scope `invoices:write`.
   */
  readerCancel(invoiceId: string, options: Writing = {}): Promise<shapes.CardTurn> {
    return this.#sender.shape<shapes.CardTurn>(
      "DELETE",
      `/v1/invoices/${part(invoiceId)}/reader`,
      options,
    );
  }

  /**
   * How far a sale's card is at its reader.
   *
   * Needs the scope `invoices:read`.
   */
  readerGet(invoiceId: string, options: Reading = {}): Promise<shapes.CardTurn> {
    return this.#sender.shape<shapes.CardTurn>(
      "GET",
      `/v1/invoices/${part(invoiceId)}/reader`,
      options,
    );
  }

  /**
   * Have a reader ask for the card that pays a sale.
   *
   * Again is the same; after a turn that ended without a card it begins anew, at this reader. The
   * invoice says when it is paid.
   *
   * Needs the scope `invoices:write`.
   */
  readerAsk(
    invoiceId: string,
    body: shapes.AtReaderRequest,
    options: Writing = {},
  ): Promise<shapes.CardTurn> {
    return this.#sender.shape<shapes.CardTurn>(
      "PUT",
      `/v1/invoices/${part(invoiceId)}/reader`,
      { body, ...options },
    );
  }

  /**
   * Get an invoice's receipt.
   *
   * The latest receipt of a paid invoice with the credit notes that go with it, and those that
   * were taken back before it was paid again. A receipt gets its number, without gaps in the
   * shop, when it is first asked for, and never changes then. An invoice that asked for a part of
   * a ticket has its ticket's receipt.
   *
   * Needs the scope `invoices:read`.
   */
  receiptGet(invoiceId: string, options: Reading = {}): Promise<shapes.Receipt> {
    return this.#sender.shape<shapes.Receipt>(
      "GET",
      `/v1/invoices/${part(invoiceId)}/receipt`,
      options,
    );
  }

  /**
   * Get an invoice's receipt, or another of its papers, as PDF.
   *
   * Needs the scope `invoices:read`.
   */
  receiptPdf(
    invoiceId: string,
    query: shapes.InvoicesReceiptPdfQuery = {},
    options: Reading = {},
  ): Promise<Uint8Array> {
    return this.#sender.bytes(
      "GET",
      `/v1/invoices/${part(invoiceId)}/receipt.pdf`,
      { query, ...options },
    );
  }

  /**
   * What may still go back of an invoice.
   *
   * Needs the scope `refunds:read`.
   */
  refundable(invoiceId: string, options: Reading = {}): Promise<shapes.Refundable> {
    return this.#sender.shape<shapes.Refundable>(
      "GET",
      `/v1/invoices/${part(invoiceId)}/refundable`,
      options,
    );
  }

  /**
   * Draw new quotes.
   *
   * They end the old ones. For an invoice that nobody has paid in time.
   *
   * Needs the scope `invoices:write`.
   */
  requote(
    invoiceId: string,
    body: shapes.RequoteRequest = {},
    options: Writing = {},
  ): Promise<shapes.Invoice> {
    return this.#sender.shape<shapes.Invoice>(
      "POST",
      `/v1/invoices/${part(invoiceId)}/requote`,
      { body, ...options },
    );
  }

  /**
   * Void an invoice.
   *
   * Money that comes all the same waits for a claim by whoever sent it.
   *
   * Needs the scope `invoices:write`.
   */
  void(invoiceId: string, options: Writing = {}): Promise<shapes.Invoice> {
    return this.#sender.shape<shapes.Invoice>(
      "POST",
      `/v1/invoices/${part(invoiceId)}/void`,
      options,
    );
  }
}

export class Items {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List what the shop sells, newest first.
   *
   * Needs the scope `catalogue:read`.
   */
  list(query: shapes.ItemsListQuery = {}, options: Reading = {}): Pages<shapes.Item> {
    return this.#sender.pages<shapes.Item>("/v1/items", { query, ...options });
  }

  /**
   * Add an item.
   *
   * Needs the scope `catalogue:write`.
   */
  create(body: shapes.NewItemRequest, options: Writing = {}): Promise<shapes.Item> {
    return this.#sender.shape<shapes.Item>("POST", "/v1/items", { body, ...options });
  }

  /**
   * Get an item.
   *
   * Needs the scope `catalogue:read`.
   */
  get(itemId: string, options: Reading = {}): Promise<shapes.Item> {
    return this.#sender.shape<shapes.Item>("GET", `/v1/items/${part(itemId)}`, options);
  }

  /**
   * Change an item.
   *
   * What was sold keeps the words it was sold with.
   *
   * Needs the scope `catalogue:write`.
   */
  change(
    itemId: string,
    body: shapes.PatchedItemChangeRequest = {},
    options: Writing = {},
  ): Promise<shapes.Item> {
    return this.#sender.shape<shapes.Item>(
      "PATCH",
      `/v1/items/${part(itemId)}`,
      { body, ...options },
    );
  }

  /**
   * Sell an item no more.
   *
   * Nothing is deleted: it can be restored.
   *
   * Needs the scope `catalogue:write`.
   */
  archive(itemId: string, options: Writing = {}): Promise<shapes.Item> {
    return this.#sender.shape<shapes.Item>("POST", `/v1/items/${part(itemId)}/archive`, options);
  }

  /**
   * Sell an archived item again.
   *
   * Needs the scope `catalogue:write`.
   */
  restore(itemId: string, options: Writing = {}): Promise<shapes.Item> {
    return this.#sender.shape<shapes.Item>("POST", `/v1/items/${part(itemId)}/restore`, options);
  }
}

export class ModifierGroups {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List the groups of modifiers that items refer to.
   *
   * Needs the scope `catalogue:read`.
   */
  list(options: Reading = {}): Promise<shapes.ModifierGroupList> {
    return this.#sender.shape<shapes.ModifierGroupList>("GET", "/v1/modifier-groups", options);
  }
}

export class PaymentLinks {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List payment links, newest first.
   *
   * Needs the scope `links:read`.
   */
  list(query: shapes.PaymentLinksListQuery = {}, options: Reading = {}): Pages<shapes.PaymentLink> {
    return this.#sender.pages<shapes.PaymentLink>("/v1/payment-links", { query, ...options });
  }

  /**
   * Make a payment link.
   *
   * A page that asks whoever opens it for money: a fixed amount, or one that the payer chooses
   * between minimum and maximum. Its invoices carry the link's id as payment_link in their
   * metadata.
   *
   * Needs the scope `links:write`.
   */
  create(body: shapes.NewPaymentLinkRequest, options: Writing = {}): Promise<shapes.PaymentLink> {
    return this.#sender.shape<shapes.PaymentLink>(
      "POST",
      "/v1/payment-links",
      { body, ...options },
    );
  }

  /**
   * Get a payment link.
   *
   * Needs the scope `links:read`.
   */
  get(linkId: string, options: Reading = {}): Promise<shapes.PaymentLink> {
    return this.#sender.shape<shapes.PaymentLink>(
      "GET",
      `/v1/payment-links/${part(linkId)}`,
      options,
    );
  }

  /**
   * Change a payment link.
   *
   * What it asks for stays: make another link for another price.
   *
   * Needs the scope `links:write`.
   */
  change(
    linkId: string,
    body: shapes.PatchedPaymentLinkChangeRequest = {},
    options: Writing = {},
  ): Promise<shapes.PaymentLink> {
    return this.#sender.shape<shapes.PaymentLink>(
      "PATCH",
      `/v1/payment-links/${part(linkId)}`,
      { body, ...options },
    );
  }

  /**
   * Close a payment link for good.
   *
   * Invoices that came of it stay payable.
   *
   * Needs the scope `links:write`.
   */
  close(linkId: string, options: Writing = {}): Promise<shapes.PaymentLink> {
    return this.#sender.shape<shapes.PaymentLink>(
      "POST",
      `/v1/payment-links/${part(linkId)}/close`,
      options,
    );
  }
}

export class PayoutQuotes {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Ask what a payout would give.
   *
   * Promised until `expires_at`; pass its id as `quote_id` to POST /v1/payouts. Nothing leaves by
   * it alone.
   *
   * Needs the scope `payouts:write`.
   */
  quote(
    body: shapes.NewPayoutQuoteRequest = {},
    options: Writing = {},
  ): Promise<shapes.PayoutQuote> {
    return this.#sender.shape<shapes.PayoutQuote>(
      "POST",
      "/v1/payout-quotes",
      { body, ...options },
    );
  }
}

export class Payouts {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List payouts, newest first.
   *
   * Needs the scope `payouts:read`.
   */
  list(query: shapes.PayoutsListQuery = {}, options: Reading = {}): Pages<shapes.Payout> {
    return this.#sender.pages<shapes.Payout>("/v1/payouts", { query, ...options });
  }

  /**
   * Pay out to the shop's address.
   *
   * Only money of final deposits may leave. In another asset, or on another chain, it is a
   * conversion: ask POST /v1/payout-quotes first to see its parts.
   *
   * Needs the scope `payouts:write`.
   */
  request(body: shapes.NewPayoutRequest = {}, options: Writing = {}): Promise<shapes.Payout> {
    return this.#sender.shape<shapes.Payout>("POST", "/v1/payouts", { body, ...options });
  }

  /**
   * Get a payout.
   *
   * Needs the scope `payouts:read`.
   */
  get(payoutId: string, options: Reading = {}): Promise<shapes.Payout> {
    return this.#sender.shape<shapes.Payout>("GET", `/v1/payouts/${part(payoutId)}`, options);
  }

  /**
   * Cancel a payout that was not sent yet.
   *
   * Needs the scope `payouts:write`.
   */
  cancel(payoutId: string, options: Writing = {}): Promise<shapes.Payout> {
    return this.#sender.shape<shapes.Payout>(
      "POST",
      `/v1/payouts/${part(payoutId)}/cancel`,
      options,
    );
  }

  /**
   * List the payments that a payout pays.
   *
   * First in, first out. Their units and not_from_payments_units add up to the payout's
   * taken_units, exactly.
   *
   * Needs the scope `payouts:read`.
   */
  invoicesList(
    payoutId: string,
    query: shapes.PayoutsInvoicesListQuery = {},
    options: Reading = {},
  ): Promise<shapes.PayoutInvoiceList> {
    return this.#sender.shape<shapes.PayoutInvoiceList>(
      "GET",
      `/v1/payouts/${part(payoutId)}/invoices`,
      { query, ...options },
    );
  }

  /**
   * Get the payments that a payout pays as CSV.
   *
   * However many, streamed; the last line is what comes from no payment, if any.
   *
   * Needs the scope `payouts:read`.
   */
  invoicesFile(payoutId: string, options: Reading = {}): Promise<string> {
    return this.#sender.text("GET", `/v1/payouts/${part(payoutId)}/invoices.csv`, options);
  }
}

export class Quotes {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Preview what each asset would pay.
   *
   * Needs the scope `quotes:read`.
   */
  preview(query: shapes.QuotesPreviewQuery, options: Reading = {}): Promise<shapes.QuotePreview> {
    return this.#sender.shape<shapes.QuotePreview>("GET", "/v1/quotes", { query, ...options });
  }
}

export class Readers {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List the shop's card readers.
   *
   * Needs the scope `invoices:read`.
   */
  list(options: Reading = {}): Promise<shapes.CardReaders> {
    return this.#sender.shape<shapes.CardReaders>("GET", "/v1/readers", options);
  }
}

export class Refunds {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List refunds, newest first.
   *
   * Needs the scope `refunds:read`.
   */
  list(query: shapes.RefundsListQuery = {}, options: Reading = {}): Pages<shapes.Refund> {
    return this.#sender.pages<shapes.Refund>("/v1/refunds", { query, ...options });
  }

  /**
   * Ask for a refund.
   *
   * What goes back is set aside at once; the shopper says where to by the claim link. Above the
   * limit that the shop's terms set for keys, a person approves it.
   *
   * Needs the scope `refunds:write`.
   */
  request(body: shapes.NewRefundRequest, options: Writing = {}): Promise<shapes.RefundWithLink> {
    return this.#sender.shape<shapes.RefundWithLink>("POST", "/v1/refunds", { body, ...options });
  }

  /**
   * Get a refund.
   *
   * Needs the scope `refunds:read`.
   */
  get(refundId: string, options: Reading = {}): Promise<shapes.Refund> {
    return this.#sender.shape<shapes.Refund>("GET", `/v1/refunds/${part(refundId)}`, options);
  }

  /**
   * Approve a refund within the key's limit.
   *
   * Needs the scope `refunds:write`.
   */
  approve(refundId: string, options: Writing = {}): Promise<shapes.Refund> {
    return this.#sender.shape<shapes.Refund>(
      "POST",
      `/v1/refunds/${part(refundId)}/approve`,
      options,
    );
  }

  /**
   * Call a refund off that was not sent yet.
   *
   * A key with the scope refunds:write may as well.
   *
   * Needs the scope `refunds:end`.
   */
  cancel(refundId: string, options: Writing = {}): Promise<shapes.Refund> {
    return this.#sender.shape<shapes.Refund>(
      "POST",
      `/v1/refunds/${part(refundId)}/cancel`,
      options,
    );
  }

  /**
   * Make a new claim link; the old one ends.
   *
   * Claimed and not approved yet, the refund can be claimed anew by it.
   *
   * Needs the scope `refunds:write`.
   */
  link(refundId: string, options: Writing = {}): Promise<shapes.RefundWithLink> {
    return this.#sender.shape<shapes.RefundWithLink>(
      "POST",
      `/v1/refunds/${part(refundId)}/link`,
      options,
    );
  }
}

export class Reports {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Export lines for your books.
   *
   * Each day's sales, fees, refunds and payouts against a clearing account, in the file that a
   * bookkeeping program imports. Stablecoins count as the currency they stand for.
   *
   * Needs the scope `reports:read`.
   */
  books(query: shapes.ReportsBooksQuery, options: Reading = {}): Promise<string> {
    return this.#sender.text("GET", "/v1/reports/books.csv", { query, ...options });
  }

  /**
   * Export what each day's payments cost.
   *
   * A row per day, token and settlement asset: the fee as booked, and what of the token the rates
   * held (spread, lock premium, venue, gas), streamed.
   *
   * Needs the scope `reports:read`.
   */
  costs(query: shapes.ReportsCostsQuery, options: Reading = {}): Promise<string> {
    return this.#sender.text("GET", "/v1/reports/costs.csv", { query, ...options });
  }

  /**
   * Report each day.
   *
   * What each day brought and took, per asset: opening + changes = closing, to the base unit.
   * Beside it, what the day's payments were worth in the currencies they were asked in, tax and
   * tip apart.
   *
   * Needs the scope `reports:read`.
   */
  daily(query: shapes.ReportsDailyQuery, options: Reading = {}): Promise<shapes.DailyReport> {
    return this.#sender.shape<shapes.DailyReport>(
      "GET",
      "/v1/reports/daily",
      { query, ...options },
    );
  }

  /**
   * Export what payments cost.
   *
   * A row per payment that was credited or taken back: the fee as booked, and what of the token
   * the rate held (spread, lock premium, venue, gas), streamed.
   *
   * Needs the scope `reports:read`.
   */
  fees(query: shapes.ReportsFeesQuery, options: Reading = {}): Promise<string> {
    return this.#sender.text("GET", "/v1/reports/fees.csv", { query, ...options });
  }

  /**
   * Export sales.
   *
   * A row per payment that was credited or taken back, oldest first, streamed.
   *
   * Needs the scope `reports:read`.
   */
  sales(query: shapes.ReportsSalesQuery, options: Reading = {}): Promise<string> {
    return this.#sender.text("GET", "/v1/reports/sales.csv", { query, ...options });
  }

  /**
   * Get the statement as PDF.
   *
   * Each day with its balances, in the language of Accept-Language.
   *
   * Needs the scope `reports:read`.
   */
  statement(query: shapes.ReportsStatementQuery, options: Reading = {}): Promise<Uint8Array> {
    return this.#sender.bytes("GET", "/v1/reports/statement.pdf", { query, ...options });
  }
}

export class SettlementPolicy {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Get the settlement policy, and what it would pay now.
   *
   * Needs the scope `payouts:read`.
   */
  get(options: Reading = {}): Promise<shapes.SettlementPolicy> {
    return this.#sender.shape<shapes.SettlementPolicy>("GET", "/v1/settlement-policy", options);
  }

  /**
   * Replace the settlement policy.
   *
   * A new version; what is left out is as at first. The reserve is the house's.
   *
   * Needs the scope `payouts:write`.
   */
  put(body: shapes.PolicyChangeRequest, options: Writing = {}): Promise<shapes.SettlementPolicy> {
    return this.#sender.shape<shapes.SettlementPolicy>(
      "PUT",
      "/v1/settlement-policy",
      { body, ...options },
    );
  }
}

export class Tickets {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List tickets, newest first.
   *
   * Needs the scope `invoices:read`.
   */
  list(query: shapes.TicketsListQuery = {}, options: Reading = {}): Pages<shapes.TicketHead> {
    return this.#sender.pages<shapes.TicketHead>("/v1/tickets", { query, ...options });
  }

  /**
   * Open a ticket, with lines if there are some already.
   *
   * Needs the scope `invoices:write`.
   */
  open(body: shapes.NewTicketRequest = {}, options: Writing = {}): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>("POST", "/v1/tickets", { body, ...options });
  }

  /**
   * Get a ticket with its lines and parts.
   *
   * Needs the scope `invoices:read`.
   */
  get(ticketId: string, options: Reading = {}): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>("GET", `/v1/tickets/${part(ticketId)}`, options);
  }

  /**
   * Charge a part of a ticket: by tokens, or in cash.
   *
   * Tokens are asked for by an invoice, the part's last demand: show its checkout_url. An open
   * ticket is paid in one part then. Cash is written down as given, which needs the scope
   * invoices:mark besides; it is in no shift's drawer, which is a paired till's.
   *
   * Needs the scope `invoices:write`.
   */
  charge(
    ticketId: string,
    body: shapes.ChargeRequest = {},
    options: Writing = {},
  ): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "POST",
      `/v1/tickets/${part(ticketId)}/charge`,
      { body, ...options },
    );
  }

  /**
   * Put a line on an open ticket.
   *
   * An item of the catalogue, or an amount. The answer is the whole ticket.
   *
   * Needs the scope `invoices:write`.
   */
  lineAdd(
    ticketId: string,
    body: shapes.NewLineRequest = {},
    options: Writing = {},
  ): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "POST",
      `/v1/tickets/${part(ticketId)}/lines`,
      { body, ...options },
    );
  }

  /**
   * Take a line off an open ticket.
   *
   * It is kept, with who did. The answer is the whole ticket.
   *
   * Needs the scope `invoices:write`.
   */
  lineRemove(ticketId: string, lineId: string, options: Writing = {}): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "DELETE",
      `/v1/tickets/${part(ticketId)}/lines/${part(lineId)}`,
      options,
    );
  }

  /**
   * Put an open ticket aside.
   *
   * Needs the scope `invoices:write`.
   */
  park(
    ticketId: string,
    body: shapes.ParkingRequest = {},
    options: Writing = {},
  ): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "POST",
      `/v1/tickets/${part(ticketId)}/park`,
      { body, ...options },
    );
  }

  /**
   * Go on with a parked ticket.
   *
   * Needs the scope `invoices:write`.
   */
  recall(ticketId: string, options: Writing = {}): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "POST",
      `/v1/tickets/${part(ticketId)}/recall`,
      options,
    );
  }

  /**
   * Have a ticket paid, in one part or in several.
   *
   * From here on nothing on it changes. Again while no money is on it: anew.
   *
   * Needs the scope `invoices:write`.
   */
  split(
    ticketId: string,
    body: shapes.SplitRequest = {},
    options: Writing = {},
  ): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "POST",
      `/v1/tickets/${part(ticketId)}/split`,
      { body, ...options },
    );
  }

  /**
   * Call a ticket off on which no money is.
   *
   * Needs the scope `invoices:write`.
   */
  void(
    ticketId: string,
    body: shapes.VoidingRequest,
    options: Writing = {},
  ): Promise<shapes.Ticket> {
    return this.#sender.shape<shapes.Ticket>(
      "POST",
      `/v1/tickets/${part(ticketId)}/void`,
      { body, ...options },
    );
  }
}

export class WebhookEndpoints {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * List webhook endpoints.
   *
   * Needs the scope `webhooks:read`.
   */
  list(options: Reading = {}): Pages<shapes.Endpoint> {
    return this.#sender.pages<shapes.Endpoint>("/v1/webhook_endpoints", options);
  }

  /**
   * Create a webhook endpoint.
   *
   * The secret is in this answer and in no other.
   *
   * Needs the scope `webhooks:write`.
   */
  create(
    body: shapes.NewEndpointRequest,
    options: Writing = {},
  ): Promise<shapes.EndpointWithSecret> {
    return this.#sender.shape<shapes.EndpointWithSecret>(
      "POST",
      "/v1/webhook_endpoints",
      { body, ...options },
    );
  }

  /**
   * Delete a webhook endpoint.
   *
   * What still waited for it is called off.
   *
   * Needs the scope `webhooks:write`.
   */
  delete(endpointId: string, options: Writing = {}): Promise<void> {
    return this.#sender.nothing("DELETE", `/v1/webhook_endpoints/${part(endpointId)}`, options);
  }

  /**
   * Get a webhook endpoint.
   *
   * Needs the scope `webhooks:read`.
   */
  get(endpointId: string, options: Reading = {}): Promise<shapes.Endpoint> {
    return this.#sender.shape<shapes.Endpoint>(
      "GET",
      `/v1/webhook_endpoints/${part(endpointId)}`,
      options,
    );
  }

  /**
   * Change a webhook endpoint.
   *
   * Switched on again, it gets what waited for it meanwhile.
   *
   * Needs the scope `webhooks:write`.
   */
  change(
    endpointId: string,
    body: shapes.PatchedEndpointChangeRequest = {},
    options: Writing = {},
  ): Promise<shapes.Endpoint> {
    return this.#sender.shape<shapes.Endpoint>(
      "PATCH",
      `/v1/webhook_endpoints/${part(endpointId)}`,
      { body, ...options },
    );
  }

  /**
   * List deliveries, newest first.
   *
   * Needs the scope `webhooks:read`.
   */
  deliveriesList(
    endpointId: string,
    query: shapes.WebhookEndpointsDeliveriesListQuery = {},
    options: Reading = {},
  ): Pages<shapes.Delivery> {
    return this.#sender.pages<shapes.Delivery>(
      `/v1/webhook_endpoints/${part(endpointId)}/deliveries`,
      { query, ...options },
    );
  }

  /**
   * Get a delivery with its attempts.
   *
   * Needs the scope `webhooks:read`.
   */
  deliveryGet(
    endpointId: string,
    eventId: string,
    options: Reading = {},
  ): Promise<shapes.DeliveryWithAttempts> {
    return this.#sender.shape<shapes.DeliveryWithAttempts>(
      "GET",
      `/v1/webhook_endpoints/${part(endpointId)}/deliveries/${part(eventId)}`,
      options,
    );
  }

  /**
   * Send an event again.
   *
   * At once, under the same webhook-id, with a fresh schedule of retries.
   *
   * Needs the scope `webhooks:write`.
   */
  deliveryRedeliver(
    endpointId: string,
    eventId: string,
    options: Writing = {},
  ): Promise<shapes.Delivery> {
    return this.#sender.shape<shapes.Delivery>(
      "POST",
      `/v1/webhook_endpoints/${part(endpointId)}/deliveries/${part(eventId)}/redeliver`,
      options,
    );
  }

  /**
   * Send again what happened in a range of time.
   *
   * Everything that the endpoint hears and that happened then, whether it was sent before or
   * missed; a few at a time, in order, behind what happens meanwhile. What was sent before comes
   * again under its webhook-id. One replay at a time, of at most 20,000 events. It tells what
   * happened, so it needs the scope events:read besides.
   *
   * Needs the scope `webhooks:write`.
   */
  replay(
    endpointId: string,
    body: shapes.NewReplayRequest,
    options: Writing = {},
  ): Promise<shapes.Replay> {
    return this.#sender.shape<shapes.Replay>(
      "POST",
      `/v1/webhook_endpoints/${part(endpointId)}/replay`,
      { body, ...options },
    );
  }

  /**
   * Get a replay: how many it is, how many are queued.
   *
   * Needs the scope `webhooks:read`.
   */
  replayGet(endpointId: string, replayId: string, options: Reading = {}): Promise<shapes.Replay> {
    return this.#sender.shape<shapes.Replay>(
      "GET",
      `/v1/webhook_endpoints/${part(endpointId)}/replays/${part(replayId)}`,
      options,
    );
  }

  /**
   * Change the signing secret.
   *
   * For a day the old and the new secret both sign.
   *
   * Needs the scope `webhooks:write`.
   */
  rotateSecret(endpointId: string, options: Writing = {}): Promise<shapes.EndpointWithSecret> {
    return this.#sender.shape<shapes.EndpointWithSecret>(
      "POST",
      `/v1/webhook_endpoints/${part(endpointId)}/rotate_secret`,
      options,
    );
  }

  /**
   * Send a test event.
   *
   * Needs the scope `webhooks:write`.
   */
  test(endpointId: string, options: Writing = {}): Promise<shapes.EventQueued> {
    return this.#sender.shape<shapes.EventQueued>(
      "POST",
      `/v1/webhook_endpoints/${part(endpointId)}/test`,
      options,
    );
  }
}

/** Every resource, by its name. */
export class Operations {
  readonly approvals: Approvals;
  readonly assets: Assets;
  readonly balances: Balances;
  readonly bankAccounts: BankAccounts;
  readonly cardRefunds: CardRefunds;
  readonly ecr: Ecr;
  readonly events: Events;
  readonly feeInvoices: FeeInvoices;
  readonly feeSchedule: FeeSchedule;
  readonly invoices: Invoices;
  readonly items: Items;
  readonly modifierGroups: ModifierGroups;
  readonly paymentLinks: PaymentLinks;
  readonly payoutQuotes: PayoutQuotes;
  readonly payouts: Payouts;
  readonly quotes: Quotes;
  readonly readers: Readers;
  readonly refunds: Refunds;
  readonly reports: Reports;
  readonly settlementPolicy: SettlementPolicy;
  readonly tickets: Tickets;
  readonly webhookEndpoints: WebhookEndpoints;

  constructor(sender: Sender) {
    this.approvals = new Approvals(sender);
    this.assets = new Assets(sender);
    this.balances = new Balances(sender);
    this.bankAccounts = new BankAccounts(sender);
    this.cardRefunds = new CardRefunds(sender);
    this.ecr = new Ecr(sender);
    this.events = new Events(sender);
    this.feeInvoices = new FeeInvoices(sender);
    this.feeSchedule = new FeeSchedule(sender);
    this.invoices = new Invoices(sender);
    this.items = new Items(sender);
    this.modifierGroups = new ModifierGroups(sender);
    this.paymentLinks = new PaymentLinks(sender);
    this.payoutQuotes = new PayoutQuotes(sender);
    this.payouts = new Payouts(sender);
    this.quotes = new Quotes(sender);
    this.readers = new Readers(sender);
    this.refunds = new Refunds(sender);
    this.reports = new Reports(sender);
    this.settlementPolicy = new SettlementPolicy(sender);
    this.tickets = new Tickets(sender);
    this.webhookEndpoints = new WebhookEndpoints(sender);
  }
}
