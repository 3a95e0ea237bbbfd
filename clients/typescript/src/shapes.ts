/**
 * What is sent and what the API answers.
 *
 * Amounts are decimals as text and units whole numbers as text: no money is ever a number.
 * Times are RFC 3339. A word that this version doesn't know yet comes as it is.
 *
 * Written by `python -m clients.generating`: change the API, not this file.
 */

export type ApprovalStateEnum =
  | "proposed"
  | "approved"
  | "carried_out"
  | "cancelled"
  | "rejected"
  | "expired"
  | "failed";

export type BankAccountStatus =
  | "none"
  | "incomplete"
  | "checking"
  | "restricted"
  | "due_soon"
  | "ready";

export type BlankEnum = "";

export type CardReaderStatusEnum = "planned" | "asked" | "ready" | "removing" | "refused";

export type CardRefundsListStatus =
  | "approved"
  | "asked"
  | "completed"
  | "failed"
  | "left"
  | "rejected"
  | "requested"
  | "unclear";

export type CauseEnum = "refund" | "taken_back" | "marked_invalid";

export type ChargeTenderEnum = "tokens" | "cash";

export type ColourEnum =
  | "grey"
  | "red"
  | "orange"
  | "yellow"
  | "green"
  | "blue"
  | "purple"
  | "pink";

export type DeciderEnum = "shop" | "house";

export type DeliveryState = "pending" | "succeeded" | "failed" | "cancelled";

export type DepositState = "seen" | "confirmed" | "final" | "orphaned";

export type DisabledReasonEnum = "asked" | "gone" | "failing";

export type EndpointStyle = "standard" | "btcpay";

export type EventsListType =
  | "card.dispute_lost"
  | "card.dispute_won"
  | "card.disputed"
  | "card.ended"
  | "card.paid"
  | "card.refund_failed"
  | "card.refund_rejected"
  | "card.refund_requested"
  | "card.refunded"
  | "card.settled"
  | "fee_invoice.credited"
  | "fee_invoice.issued"
  | "invoice.cancelled"
  | "invoice.created"
  | "invoice.expired"
  | "invoice.held"
  | "invoice.invalidated"
  | "invoice.marked"
  | "invoice.order_settled"
  | "invoice.overpaid"
  | "invoice.paid"
  | "invoice.paid_late"
  | "invoice.partial"
  | "invoice.payer_told"
  | "invoice.payment_confirmed"
  | "invoice.payment_seen"
  | "invoice.processing"
  | "invoice.release_changed"
  | "invoice.released"
  | "invoice.requoted"
  | "invoice.returned"
  | "invoice.reverted"
  | "payout.approved"
  | "payout.cancelled"
  | "payout.completed"
  | "payout.failed"
  | "payout.requested"
  | "payout.returned"
  | "payout.sent"
  | "refund.approved"
  | "refund.claimed"
  | "refund.completed"
  | "refund.expired"
  | "refund.failed"
  | "refund.rejected"
  | "refund.requested"
  | "shop.requirements_changed"
  | "ticket.cash_given_back"
  | "ticket.cash_taken"
  | "ticket.paid"
  | "ticket.unpaid"
  | "ticket.voided";

export type ExchangeLockEnum = "offered" | "taken";

export type FeeInvoiceKindEnum = "invoice" | "credit_note";

export type InvoiceStatus =
  | "waiting"
  | "partial"
  | "processing"
  | "paid"
  | "expired"
  | "cancelled"
  | "invalid";

export type InvoicesListStatus =
  | "cancelled"
  | "expired"
  | "invalid"
  | "paid"
  | "partial"
  | "processing"
  | "waiting";

export type ItemsListArchived = "no" | "yes";

export type Mode = "test" | "live";

export type NextRunStateEnum = "due" | "nothing" | "below_threshold" | "below_minimum";

export type PaperKind = "receipt" | "credit_note";

export type PaymentLinkKind = "link" | "donation";

export type PaymentLinkState = "open" | "paused" | "ended" | "sold_out" | "closed";

export type PayoutsListStatus =
  | "approved"
  | "awaiting_funds"
  | "cancelled"
  | "completed"
  | "failed"
  | "requested"
  | "returned"
  | "sending"
  | "sent";

export type ProvocationStatusEnum = "waiting" | "sent" | "done" | "failed";

export type QrKindEnum = "url" | "erc681";

export type RateEnum = "paid" | "today";

export type ReasonEnum = "cheapest" | "only_float" | "only_way" | "none_has_float";

export type ReceiptTaxKind = "goods" | "tip" | "rest";

export type ReceiptTenderKind = "tokens" | "card" | "cash" | "marked";

export type RefundsListStatus =
  | "approved"
  | "claimed"
  | "completed"
  | "expired"
  | "rejected"
  | "requested"
  | "sending";

export type ReleaseGoodsEnum = "yes" | "wait" | "no";

export type ReplayStateEnum = "open" | "done" | "failed";

export type ReportBooksProgram = "datev" | "plain" | "quickbooks" | "xero";

export type RequestedViaEnum = "till" | "dashboard" | "api";

export type ResultEnum = "paid" | "declined" | "waiting" | "held";

export type ScheduleEnum = "on_demand" | "instant" | "threshold" | "daily";

export type SetByEnum = "opened" | "carried_over" | "house";

export type TenderEnum = "tokens" | "card";

export type TicketDiscountKindEnum = "percent" | "amount";

export type TicketState = "open" | "parked" | "paying" | "paid" | "void";

export type TicketsListState = "open" | "paid" | "parked" | "paying" | "void";

export type WaitingForEnum = "approval";

export type WaitingReasonEnum =
  | "float_short"
  | "signer_limit"
  | "payment_check"
  | "shop_suspended"
  | "books_differ"
  | "ramp_account"
  | "address_proof"
  | "receiver_check";

export type WebhookDeliveriesListState = "cancelled" | "failed" | "pending" | "succeeded";

export type WhatEnum =
  | "paid"
  | "under"
  | "over"
  | "late"
  | "wrong_asset"
  | "held"
  | "reorg"
  | "refund";

export interface Approval {
  checker: string | null;
  decided_at: string | null;
  /** Whose person must be the second. */
  decider: DeciderEnum;
  end_reason: string | null;
  ended_at: string | null;
  ended_by: string | null;
  expires_at: string;
  id: string;
  /** payout, payout_destination, shop_limits. */
  kind: string;
  maker: string | null;
  mode: Mode;
  /** When its delay is over. */
  not_before: string | null;
  /** person, key:<id> or schedule. */
  origin: string;
  /** What two people agree to; by kind. */
  payload: Record<string, unknown>;
  /** SHA-256, in hex. */
  payload_hash: string;
  proposed_at: string;
  reason: string;
  shop_id: string;
  state: ApprovalStateEnum;
  /** What it is about: payout:<id> or shop:<id>. */
  subject: string;
}

export interface AssetInfo {
  /** Whether the shop's terms accept it. */
  accepted: boolean;
  chain_id: number;
  chain_name: string;
  code: string;
  decimals: number;
  native: boolean;
  /** Whether the shop is credited in it. */
  settlement: boolean;
  symbol: string;
  token: string | null;
}

export interface AtReaderRequest {
  /** A reader of the shop that is ready. */
  reader_id: string;
}

export interface Attempt {
  error: string;
  excerpt: string;
  milliseconds: number | null;
  number: number;
  started_at: string;
  status: number | null;
}

export interface Balance {
  asset: string;
  available: string;
  available_units: string;
  /** What a chain could still take back. */
  not_final: string;
  not_final_units: string;
  /** What may be paid out now. */
  payable: string;
  payable_units: string;
  /** What stays for its days; see the settlement policy. */
  reserve: string;
  reserve_units: string;
  reserved: string;
  reserved_units: string;
  symbol: string;
  /** What stays here while its payments are being checked. */
  withheld: string;
  withheld_units: string;
}

export interface Balances {
  balances: Balance[];
}

export interface BankAccount {
  capabilities: Record<string, string>;
  /** Of its bank accounts. */
  currencies: string[];
  details_submitted: boolean;
  mode: Mode;
  payouts_enabled: boolean;
  ramp: string;
  requirements: BankRequirements;
  status: BankAccountStatus;
  /** When the provider said all this. */
  told_at: string | null;
}

export interface BankAccountList {
  accounts: BankAccount[];
  offered: BankOffer[];
}

export interface BankOffer {
  currencies: string[];
  ramp: string;
}

export interface BankRequirements {
  /** When payouts stop unless it is told. */
  deadline: string | null;
  disabled_reason: string | null;
  /** As the provider names them. */
  due: string[];
  past_due: string[];
  /** Told, and being looked at. */
  pending: string[];
}

export interface CardReader {
  created_at: string;
  device: string | null;
  id: string;
  label: string;
  mode: Mode;
  /** When it was last looked at. */
  online: boolean;
  /** Why it was refused. */
  problem: string | null;
  serial: string | null;
  status: CardReaderStatusEnum;
  /** When it was last looked at. */
  told_at: string | null;
}

export interface CardReaders {
  data: CardReader[];
}

export interface CardRefund {
  /** What the card gets back; no fee comes back to the shop. */
  amount: string;
  approved_at: string | null;
  approved_by: string | null;
  card_id: string;
  currency: string;
  ended_at: string | null;
  ended_by: string | null;
  id: string;
  invoice_id: string;
  mode: Mode;
  needs_second_person: boolean;
  reason: string;
  requested_at: string;
  requested_by: string;
  requested_via: RequestedViaEnum;
  session: string;
  shop_id: string;
  /**
   * requested, approved, asked, left, completed, failed, rejected, or unclear: nobody can tell
   * yet whether the card's provider heard of it.
   */
  status: string;
  units: string;
}

export interface CardTurn {
  asks_until: string;
  card_id: string;
  invoice_id: string;
  may_cancel: boolean;
  may_try_again: boolean;
  reader_id: string;
  /**
   * asking, waiting (for a card), done, charging or ending; without a card it ended: declined,
   * stopped, failed, offline or busy. Whether it paid, the invoice says.
   */
  turn: string;
}

export interface ChainChoice {
  considered: ChainLooked[];
  reason: ReasonEnum;
}

export interface ChainLooked {
  asset: string;
  chain_id: number;
  /** In the asset: what is kept, and the gas. */
  cost: string | null;
  /** Whether the house holds enough there. */
  has_float: boolean;
  refusal: string | null;
}

export interface ChargeRequest {
  /** Of cash: what was given. */
  given?: string;
  /** Of cash: what is over is a tip. */
  keep_change?: boolean;
  /** 1 if unset. */
  part?: number;
  /** tokens (if unset): by an invoice, which a card may pay too. cash: it was given. */
  tender?: ChargeTenderEnum;
}

export interface ChoiceRequest {
  /** A group of modifiers that the item asks for. */
  group_id: string;
  /** Its name. */
  modifier: string;
}

export interface ConversionParts {
  /** Whole units paid for a whole unit taken, before any part below. */
  fair: string;
  fair_amount: string;
  /** For the venue where what is paid can be bought. */
  fill_bps: string;
  gas_amount: string;
  priced_at: string;
  /** For the time that the quote is promised. */
  promise_bps: string;
  /** Made-up prices of a demo. */
  simulated: boolean;
  /** Who said what it is worth. */
  sources: string[];
  spread_bps: string;
}

export interface Credited {
  amount: string;
  asset: string;
  units: string;
}

export interface DailyReport {
  currencies: ReportCurrency[];
  days: ReportDay[];
  first: string;
  last: string;
  payment_costs: PaymentCostDay[];
  payout_costs: PayoutCostDay[];
  time_zone: string;
  totals: ReportDay[];
}

export interface Delivery {
  attempts: number;
  created_at: string;
  /** Also the webhook-id. */
  event_id: string;
  finished_at: string | null;
  next_attempt_at: string | null;
  /** The last replay that sent it. */
  replay_id: string | null;
  sequence: number;
  state: DeliveryState;
  subject: string;
  type: string;
  webhook_endpoint_id: string;
}

export interface DeliveryWithAttempts {
  attempts: number;
  created_at: string;
  /** Also the webhook-id. */
  event_id: string;
  finished_at: string | null;
  log: Attempt[];
  next_attempt_at: string | null;
  /** The last replay that sent it. */
  replay_id: string | null;
  sequence: number;
  state: DeliveryState;
  subject: string;
  type: string;
  webhook_endpoint_id: string;
}

/** What one asset has to pay, and how the amount came about. */
export interface Due {
  /** Empty while `payer_needed`. */
  address: string;
  amount: string;
  asset: string;
  chain_id: number;
  chain_name: string;
  /** What the shop gets for the whole amount, after the fee. */
  credit: string;
  decimals: number;
  max: string | null;
  min: string | null;
  parts: QuoteParts;
  quoted_units: string;
  rate: string;
  settlement_rate: string;
  sources: PriceSource[];
  symbol: string;
  /** Contract; null for the native coin. */
  token: string | null;
  units: string;
  /** ERC-681; empty once nothing is due, and while `payer_needed`. */
  uri: string;
}

export interface EarlierReceipt {
  cashier_id: string | null;
  /**
   * Of a credit note: a refund, a chain that took the payment back, or a shop that marked as
   * invalid what it had marked as paid.
   */
  cause: CauseEnum | null;
  credit_notes: Paper[];
  currency: string;
  discount: string;
  id: string;
  issued_at: string;
  kind: PaperKind;
  lines: ReceiptLine[];
  mode: Mode;
  number: string;
  /** Of a credit note: its receipt's number. */
  of: string | null;
  order_id: string;
  /** The same as PDF. */
  pdf_url: string;
  reason: string;
  shop: ReceiptShop;
  sold_at: string;
  taxes: ReceiptTax[];
  tenders: ReceiptTender[];
  till: string;
  time_zone: string;
  tip: string;
  total: string;
  /** Its page, for whoever has the address. */
  url: string;
}

export interface EcrCredited {
  asset: string;
  credited: EcrMoney;
  fee: EcrMoney;
}

export interface EcrDay {
  assets: EcrCredited[];
  currency: string;
  day: string;
  /** Of the shift that was closed. */
  drawer: Record<string, unknown> | null;
  shift_closed: boolean;
  tenders: EcrTender[];
  till: string;
  till_id: string;
  time_zone: string;
  tokens: EcrToken[];
  z_number: number | null;
}

export interface EcrDayEndRequest {
  /** Cash in the drawer: needed where a shift is open. */
  counted?: string;
}

export interface EcrMoney {
  amount: string;
  units: string;
}

export interface EcrPaidWith {
  amount: string;
  asset: string;
  tx_hash: string;
}

export interface EcrTender {
  currency: string;
  net: EcrMoney;
  paid: EcrMoney;
  payments: number;
  refunded: EcrMoney;
  refunds: number;
  tax: EcrMoney;
  /** tokens or card */
  tender: string;
  tip: EcrMoney;
}

export interface EcrToken {
  paid: EcrMoney;
  token: string;
}

export interface EcrTransaction {
  amount: string;
  /** What the till's QR code says. */
  checkout_url: string;
  /** The till and the customer's phone show it. */
  code_word: string;
  currency: string;
  invoice_id: string;
  /** Server-sent events of this sale. */
  live_url: string;
  paid_with: EcrPaidWith[];
  /** When to ask again; 0 once it isn't waiting. */
  poll_after_ms: number;
  /** Of a declined one: cancelled, expired or invalid; else empty. */
  reason: string;
  /** Lines of at most 42 characters. */
  receipt: string[];
  release_goods: ReleaseGoodsEnum;
  /** Hand over on paid alone. */
  result: ResultEnum;
  started_at: string;
  tender: TenderEnum | null;
  till: string;
  till_id: string;
  /** The register's number. */
  transaction: string;
}

export interface Endpoint {
  created_at: string;
  description: string;
  disabled_reason: DisabledReasonEnum | null;
  enabled: boolean;
  events: string[];
  failing_since: string | null;
  id: string;
  /** What happened since was not queued: see its replay. */
  off_since: string | null;
  style: EndpointStyle;
  url: string;
}

export interface EndpointWithSecret {
  created_at: string;
  description: string;
  disabled_reason: DisabledReasonEnum | null;
  enabled: boolean;
  events: string[];
  failing_since: string | null;
  id: string;
  /** What happened since was not queued: see its replay. */
  off_since: string | null;
  /** whsec_…, for the libraries of Standard Webhooks. */
  secret: string;
  style: EndpointStyle;
  url: string;
}

export interface Event {
  data: Record<string, unknown>;
  id: string;
  mode: Mode;
  /** 1, 2, 3 … per subject. */
  sequence: number;
  subject: string;
  timestamp: string;
  type: string;
}

export interface EventQueued {
  event_id: string;
  type: string;
}

export interface EventsLive {
  ends_at: string;
  /** Carries its ticket: keep it out of logs. */
  url: string;
}

export interface Fault {
  code: string;
  field: string;
  message: string;
  hint?: string;
}

export interface FeeExample {
  amount: string;
  currency: string;
  fee: string;
  /** What the shop is credited of the amount. */
  gets: string;
}

export interface FeeInvoice {
  /** Of a credit note: the invoice it undoes. */
  corrects: string | null;
  fees: FeeInvoiceFee[];
  id: string;
  issued_at: string;
  kind: FeeInvoiceKindEnum;
  lines: FeeInvoiceLine[];
  /** 2026-11, by the shop's clock. */
  month: string;
  /** Of a series without gaps: TW-000012. */
  number: string;
  reason: string;
  shop_name: string;
  time_zone: string;
  values: FeeInvoiceValue[];
}

export interface FeeInvoiceFee {
  amount: string;
  asset: string;
}

export interface FeeInvoiceLine {
  asset: string;
  currency: string | null;
  day: string;
  fee: string;
  /** Credited, less those taken back. */
  payments: number;
  /** At each payment's own rate; null without one. */
  value: string | null;
}

export interface FeeInvoiceValue {
  amount: string;
  currency: string;
}

export interface FeeSchedule {
  example: FeeExample;
  fee_bps: number;
  /** In force now; an invoice keeps the one of its day. */
  version: number;
  /** Newest first. */
  versions: FeeVersion[];
}

export interface FeeVersion {
  fee_bps: number;
  in_force_from: string;
  reason: string;
  set_by: SetByEnum;
  version: number;
}

export interface Invoice {
  /** Empty while `payer_needed`. */
  address: string;
  amount: string;
  checkout_url: string;
  code_word: string;
  created_at: string;
  created_by: string;
  credited: Credited;
  currency: string;
  due: Due[];
  exceptions: string[];
  /** The longer lock for who pays from an exchange: may be chosen, or is in force. */
  exchange_lock: ExchangeLockEnum | BlankEnum;
  id: string;
  lock_end: string;
  metadata: Record<string, unknown>;
  mode: Mode;
  monitoring_end: string;
  order_id: string;
  /** The shopper must say who pays first: send them to `checkout_url`. */
  payer_needed: boolean;
  qr_kind: QrKindEnum;
  received: Received[];
  /** What goes back of it, oldest first. */
  refunds: InvoiceRefund[];
  /** Assets that are not offered, with the code of the reason. */
  refused: Record<string, string>;
  /** Whether to hand over the goods: go by this. */
  release_goods: ReleaseGoodsEnum;
  /** Where the shopper goes back to; empty: nobody said. */
  return_url: string;
  shop_id: string;
  shop_name: string;
  status: InvoiceStatus;
  /** What pays it: a card for the whole, or tokens; null before any money. */
  tender: TenderEnum | null;
  /** Networks on which the address is watched. */
  watched: string[];
}

export interface InvoiceCosts {
  fee_bps: number;
  /** 0: issued before the fee had versions. */
  fee_version: number;
  payments: PaymentCosts[];
  payouts: PayoutCosts[];
}

/** A refund as its invoice tells it; see the refund itself for the rest. */
export interface InvoiceRefund {
  /** Of the asset, once it is fixed; empty before. */
  amount: string;
  /** As chosen by the shopper; empty before. */
  asset: string;
  currency: string;
  id: string;
  kind: string;
  status: string;
  /** In the pricing currency; empty: nobody could say. */
  worth: string;
}

export interface InvoiceWithPayouts {
  /** Empty while `payer_needed`. */
  address: string;
  amount: string;
  checkout_url: string;
  code_word: string;
  created_at: string;
  created_by: string;
  credited: Credited;
  currency: string;
  due: Due[];
  exceptions: string[];
  /** The longer lock for who pays from an exchange: may be chosen, or is in force. */
  exchange_lock: ExchangeLockEnum | BlankEnum;
  id: string;
  lock_end: string;
  metadata: Record<string, unknown>;
  mode: Mode;
  monitoring_end: string;
  order_id: string;
  /** The shopper must say who pays first: send them to `checkout_url`. */
  payer_needed: boolean;
  /** The payouts that it went into, oldest first; null without payouts:read. */
  payouts: PaidIn[] | null;
  qr_kind: QrKindEnum;
  received: Received[];
  /** What goes back of it, oldest first. */
  refunds: InvoiceRefund[];
  /** Assets that are not offered, with the code of the reason. */
  refused: Record<string, string>;
  /** Whether to hand over the goods: go by this. */
  release_goods: ReleaseGoodsEnum;
  /** Where the shopper goes back to; empty: nobody said. */
  return_url: string;
  shop_id: string;
  shop_name: string;
  status: InvoiceStatus;
  /** What pays it: a card for the whole, or tokens; null before any money. */
  tender: TenderEnum | null;
  /** Networks on which the address is watched. */
  watched: string[];
}

export interface Item {
  archived: boolean;
  barcode: string;
  category: string;
  changed_at: string;
  colour: string;
  created_at: string;
  currency: string;
  groups: string[];
  id: string;
  name: string;
  position: number;
  price: string;
  sku: string;
  sold_out: boolean;
  /** Percent, with at most four decimals. */
  tax: string;
  /** Whether the price holds the tax. */
  tax_included: boolean;
  tile: string;
  /** 1, 2, 3 …: each change of its words. */
  version: number;
}

export interface LineModifier {
  name: string;
  price: string;
}

export interface Modifier {
  name: string;
  /** What it adds to the price of one; may be negative. */
  price: string;
}

export interface ModifierGroup {
  id: string;
  least: number;
  modifiers: Modifier[];
  most: number;
  name: string;
}

export interface ModifierGroupList {
  data: ModifierGroup[];
}

export interface NewCardRefundRequest {
  invoice_id: string;
  /** In the invoice's currency, as text; all that is left if unset. */
  amount?: string;
  /** Why. */
  reason?: string;
}

export interface NewCustomerRequest {
  email?: string;
  name?: string;
  /** Your own name for them: they stay the same whatever their email becomes. */
  reference?: string;
}

export interface NewEcrTransactionRequest {
  /** A plain decimal as text, with no more decimals than the currency has. */
  amount: string;
  /** Your register's number of it: letters, digits, points, hyphens, underscores. */
  transaction: string;
  /** ISO 4217; the shop's pricing currency if unset. */
  currency?: string;
  /** Your name for the sale; the transaction's number if unset. */
  order_id?: string;
}

export interface NewEndpointRequest {
  /** Called byte for byte as it is written here. */
  url: string;
  description?: string;
  /** Event types or groups ("invoice.*"); all ("*") if unset. */
  events?: string[];
}

export interface NewInvoiceRequest {
  /** A plain decimal as text, with no more decimals than the currency has. */
  amount: string;
  /** ISO 4217; the shop's pricing currency if unset. */
  currency?: string;
  /**
   * Who buys: an email or a reference. Your dashboard's list of customers goes by it; no answer
   * and no event repeats it, and you can have it forgotten there.
   */
  customer?: NewCustomerRequest;
  /**
   * How long the quotes hold. If unset, the shop's terms, or less while the market is rough;
   * asked for longer than that, a token is not offered (lock_too_long).
   */
  lock_seconds?: number;
  /**
   * Any JSON object of yours, up to 8 kB; it comes back as it is. Numbers in it from -(2^53 -
   * 1) to 2^53 - 1, larger ones as text.
   */
  metadata?: Record<string, unknown>;
  /** Your name for the sale. */
  order_id?: string;
  /**
   * Where the checkout page leads back to. {InvoiceId} and {OrderId} in it stand for this
   * invoice's.
   */
  return_url?: string;
}

export interface NewItemRequest {
  name: string;
  /** As listed, in the shop's currency, as text. */
  price: string;
  barcode?: string;
  /** By its name; a new one is made. */
  category?: string;
  colour?: ColourEnum | BlankEnum;
  /** Ids of groups of modifiers, in the order in which they are asked. */
  groups?: string[];
  position?: number;
  sku?: string;
  sold_out?: boolean;
  /** Percent as text, such as 8.875; 0 if unset. */
  tax?: string;
  /** Whether the price holds the tax; true if unset. */
  tax_included?: boolean;
  /** An emoji or a few letters. */
  tile?: string;
}

export interface NewLineRequest {
  /** Of one, in the shop's currency, where no item is named. */
  amount?: string;
  choices?: ChoiceRequest[];
  /** Something of the catalogue; or an amount in its place. */
  item_id?: string;
  /** Of an amount. */
  name?: string;
  /** At most three decimals: 0.350 is 350 g of a kilo; 1 if unset. */
  quantity?: string;
  /** Of an amount: percent as text; 0 if unset. */
  tax?: string;
  /** Whether an amount holds its tax; true if unset. */
  tax_included?: boolean;
  /** Of the item's words, as you showed them; today's if unset. */
  version?: number;
}

export interface NewPaymentLinkRequest {
  /** What it is for; payers read it. */
  title: string;
  /** In the shop's pricing currency; unset where the payer chooses. */
  amount?: string;
  /** From then on it takes nothing more. */
  ends_at?: string;
  /** The words differ: pay, or donate. link if unset. */
  kind?: PaymentLinkKind;
  /** The most. */
  maximum?: string;
  /** The least that a payer may choose. */
  minimum?: string;
  /** Plain text below it. */
  note?: string;
  /** Paid sales after which it is sold out. */
  sales_limit?: number;
}

export interface NewPayoutQuoteRequest {
  /** In the asset, as text; everything that may be paid out if unset. */
  amount?: string;
  /** Asset code; the settlement asset if unset. */
  asset?: string;
  /** Pay it on whichever of the policy's chains costs the least. */
  cheapest?: boolean;
  /** Asset code of what is received; the same if unset. */
  into?: string;
}

export interface NewPayoutRequest {
  /** In the asset, as text; everything that may be paid out if unset. */
  amount?: string;
  /** Asset code; the settlement asset if unset. */
  asset?: string;
  /** Pay it on whichever of the policy's chains costs the least. */
  cheapest?: boolean;
  /** Asset code of what is received, if it is another: a quoted conversion. */
  into?: string;
  /** A payout quote: it says all of the above, which is left out. */
  quote_id?: string;
}

export interface NewProvocationRequest {
  /**
   * paid: as asked; under: half of it; over: a quarter more; late: after the lock; wrong_asset:
   * a token that it doesn't ask for; held: of a payer who is on a list; reorg: the chain takes
   * the payment back, which is paid first if there is none; refund: half of what is left is
   * asked back and claimed.
   */
  what: WhatEnum;
  /** Code of what is paid, such as USDC@31337; chosen for you if unset. */
  asset?: string;
}

export interface NewRefundRequest {
  invoice_id: string;
  /** At the rate paid, as text; all that is left if unset. */
  amount?: string;
  /**
   * What the amount is in: the pricing currency if unset, the token that was paid, or the
   * settlement asset.
   */
  asset?: string;
  /** What the shopper may choose from: the token paid and the settlement asset. */
  assets?: string[];
  /**
   * Money owed to the payer (`owed` of the invoice's refundable): all of it goes back, and
   * amount, asset and rate stay unset.
   */
  claim_id?: string;
  /** The rate that was paid, or today's; the shop's usual one if unset. */
  rate?: RateEnum;
  /** Why. */
  reason?: string;
}

export interface NewReplayRequest {
  /** Since then, that moment included; 100 days back at most. */
  since: string;
  /** Of what the endpoint hears, only these; all of it if unset. */
  events?: string[];
  /** Until then, that moment not included; until now if unset. */
  until?: string;
}

export interface NewTicketRequest {
  /** A table, a name. */
  label?: string;
  lines?: NewLineRequest[];
}

export interface NextPart {
  amount: string | null;
  asset: string;
  chain_choice: ChainChoice | null;
  chain_id: number | null;
  conversion: ConversionParts | null;
  /** Why it can't be paid now. */
  refusal: PartRefusal | null;
  taken_amount: string;
}

export interface NextRun {
  /** When the shop closes next, for `daily`. */
  at: string | null;
  /** What it would pay now. */
  parts: NextPart[];
  payable: string;
  state: NextRunStateEnum;
}

export interface OwedMoney {
  amount: string;
  asset: string;
  claim_id: string;
  reason: string;
  units: string;
}

export interface PaidIn {
  /** What of this invoice is in that payout. */
  amount: string;
  asset: string;
  payout_id: string;
  units: string;
}

export interface Paper {
  cashier_id: string | null;
  /**
   * Of a credit note: a refund, a chain that took the payment back, or a shop that marked as
   * invalid what it had marked as paid.
   */
  cause: CauseEnum | null;
  currency: string;
  discount: string;
  id: string;
  issued_at: string;
  kind: PaperKind;
  lines: ReceiptLine[];
  mode: Mode;
  number: string;
  /** Of a credit note: its receipt's number. */
  of: string | null;
  order_id: string;
  /** The same as PDF. */
  pdf_url: string;
  reason: string;
  shop: ReceiptShop;
  sold_at: string;
  taxes: ReceiptTax[];
  tenders: ReceiptTender[];
  till: string;
  time_zone: string;
  tip: string;
  total: string;
  /** Its page, for whoever has the address. */
  url: string;
}

export interface ParkingRequest {
  label?: string;
}

export interface PartCash {
  change: string;
  counted: string;
  given: string;
  rounding: string;
  taken_at: string;
  taken_by: string;
  /** Left of the change. */
  tip: string;
}

export interface PartDemand {
  amount: string;
  /** Money was seen that isn't credited yet. */
  coming: boolean;
  invoice_id: string;
  paid: string;
  /** The invoice's. */
  status: string;
  tender: TenderEnum | null;
}

export interface PartRefusal {
  code: string;
  detail: string;
  hint: string;
}

export interface PatchedEndpointChangeRequest {
  description?: string;
  enabled?: boolean;
  /** Event types or groups ("invoice.*"); all ("*") if unset. */
  events?: string[];
  url?: string;
}

export interface PatchedItemChangeRequest {
  barcode?: string;
  /** By its name; a new one is made. */
  category?: string;
  colour?: ColourEnum | BlankEnum;
  /** Ids of groups of modifiers, in the order in which they are asked. */
  groups?: string[];
  name?: string;
  position?: number;
  /** As listed, in the shop's currency, as text. */
  price?: string;
  sku?: string;
  sold_out?: boolean;
  /** Percent as text, such as 8.875; 0 if unset. */
  tax?: string;
  /** Whether the price holds the tax; true if unset. */
  tax_included?: boolean;
  /** An emoji or a few letters. */
  tile?: string;
}

export interface PatchedPaymentLinkChangeRequest {
  /** null: until it is closed. */
  ends_at?: string | null;
  note?: string;
  paused?: boolean;
  title?: string;
}

export interface PayerRequest {
  line_id: string;
  /** Who shares this line, the larger share first. */
  parts: number[];
}

export interface PaymentCostDay {
  day: string;
  /** As booked. */
  fee: string;
  /** What they were credited as, the fee included. */
  gross: string;
  /** Less those that were taken back. */
  payments: number;
  /** What of the token the rates held, summed. */
  rate: RateParts;
  settlement_asset: string;
  token: string;
  /** Payments of whose rate's parts nothing is told. */
  untold: number;
}

export interface PaymentCosts {
  /** The gateway's, as booked. */
  fee: string;
  /** What the token was credited as, the fee included. */
  gross: string;
  payment_id: string;
  /** Null for a payment at its day's rate. */
  rate: RateParts | null;
  settlement_asset: string;
  taken_back: boolean;
  token: string;
}

export interface PaymentLink {
  /** null: the payer chooses. */
  amount: string | null;
  closed_at: string | null;
  created_at: string;
  created_by: string;
  currency: string;
  ends_at: string | null;
  id: string;
  kind: PaymentLinkKind;
  maximum: string | null;
  minimum: string | null;
  mode: Mode;
  note: string;
  /** Paid sales. Who drew an invoice before the last may still pay. */
  sales: number;
  sales_limit: number | null;
  shop_id: string;
  state: PaymentLinkState;
  /** What those ask for together. */
  takings: string;
  title: string;
  /** For payers. */
  url: string;
}

export interface Payout {
  amount: string;
  approved_at: string | null;
  asset: string;
  /** Why this chain; null: it was named. */
  chain_choice: ChainChoice | null;
  /** null: paid to a bank. */
  chain_id: number | null;
  /** null: paid in the balance's asset. */
  conversion: ConversionParts | null;
  /** null: the shop's bank. */
  destination: string | null;
  ended_at: string | null;
  failure: PayoutFailure | null;
  id: string;
  mode: Mode;
  /** Through which it reaches a bank. */
  ramp: string | null;
  requested_at: string;
  /** Payouts of one run of the policy share it. */
  run_id: string | null;
  sent_at: string | null;
  shop_id: string;
  status: string;
  symbol: string;
  taken_amount: string;
  /** Of the balance that it was taken from. */
  taken_asset: string;
  taken_units: string;
  transaction_id: string | null;
  trigger: string;
  tx_hash: string | null;
  units: string;
  /** A requested payout above a limit waits until two people have agreed. */
  waiting_for: WaitingForEnum | null;
  /**
   * Why it is awaiting_funds; it goes on by itself, but for address_proof: the shop says on its
   * dashboard whose wallet it is.
   */
  waiting_reason: WaitingReasonEnum | null;
}

export interface PayoutCostDay {
  asset: string;
  chain_id: number | null;
  /** On which the payouts were completed. */
  day: string;
  /** Of the chain's native coin; the house pays it. */
  gas_wei: string;
  payouts: number;
  ramp_fee: string;
  /** house, shop, or empty on a chain. */
  ramp_fee_bearer: string;
}

export interface PayoutCosts {
  asset: string;
  balance_asset: string;
  chain_id: number | null;
  /** This invoice's share; the house pays it. */
  gas_wei: string;
  payout_id: string;
  /** This invoice's share. */
  ramp_fee: string;
  /** house, shop, or empty on a chain. */
  ramp_fee_bearer: string;
  /** Base units of the balance, of this invoice in the payout. */
  units: string;
}

export interface PayoutFailure {
  code: string;
  reason: string;
}

export interface PayoutInvoice {
  /** What of the payment is in this payout. */
  amount: string;
  asset: string;
  credited_at: string;
  /** All that the payment brought. */
  credited_units: string;
  deposit_id: string;
  invoice_id: string | null;
  units: string;
}

export interface PayoutInvoiceList {
  /** Of the balance that the payout was taken from. */
  asset: string;
  data: PayoutInvoice[];
  next_cursor: string | null;
  /** What comes from no payment: one was taken back, or its credit is still coming. */
  not_from_payments: string;
  not_from_payments_units: string;
  taken: string;
  taken_units: string;
}

export interface PayoutQuote {
  /** What arrives. */
  amount: string;
  asset: string;
  chain_choice: ChainChoice | null;
  chain_id: number | null;
  conversion: ConversionParts | null;
  drawn_at: string;
  expires_at: string;
  id: string;
  ramp: string | null;
  symbol: string;
  taken_amount: string;
  taken_asset: string;
  taken_units: string;
  units: string;
}

export interface PolicyChangeRequest {
  /** Adds up to 10000 bps. */
  split: PolicyShareRequest[];
  /** Where the payout address can receive: the cheapest is used. None: each share's. */
  chains?: number[];
  /** 22:30; for `daily`. */
  closes_at?: string;
  /** In the settlement asset: a part below it keeps a run waiting. */
  minimum?: string;
  /** on_demand if unset; daily pays when the shop closes, by its own clock. */
  schedule?: ScheduleEnum;
  /** In the settlement asset: from here on `threshold` pays. */
  threshold?: string;
}

export interface PolicyShare {
  asset: string;
  bps: number;
}

export interface PolicyShareRequest {
  /** Asset code, such as USDC@8453. */
  asset: string;
  /** Hundredths of a percent of each payout. */
  bps: number;
}

export interface PriceSource {
  age_ms: number;
  name: string;
  simulated: boolean;
}

/** RFC 9457; programs branch on ``code``, which never changes. */
export interface Problem {
  code: string;
  detail: string;
  status: number;
  title: string;
  type: string;
  errors?: Fault[];
  field?: string;
  hint?: string;
  reasons?: Record<string, string>;
  request_id?: string;
}

export interface Provocation {
  asked_at: string;
  asset: string | null;
  ended_at: string | null;
  id: string;
  invoice_id: string;
  /** The chain's time, of a late payment. */
  not_before: string | null;
  problem: ProvocationProblem | null;
  refund_id: string | null;
  /**
   * waiting: for its time or a block; sent: mined, and the reorganisation is to come; done: it
   * happened on the chain, and the invoice tells what it made of it.
   */
  status: ProvocationStatusEnum;
  tx_hash: string | null;
  /** Base units that are paid. */
  units: string | null;
  what: WhatEnum;
}

export interface ProvocationProblem {
  code: string;
  message: string;
}

export interface Provocations {
  data: Provocation[];
}

export interface Quote {
  amount: string;
  asset: string;
  chain_id: number;
  /** What the shop would get, after the fee. */
  credit: string;
  decimals: number;
  fee: string;
  max: string | null;
  min: string | null;
  parts: QuoteParts;
  rate: string;
  sources: PriceSource[];
  symbol: string;
  units: string;
}

export interface QuoteParts {
  age_bps: string;
  base_bps: string;
  deviation_bps: string;
  fair: string;
  fee_bps: number;
  fill_bps: string;
  flow_bps: string;
  gas_units: string;
  lock_premium_bps: string;
  skew_bps: string;
  /** The clamped sum of the seven that follow. */
  spread_bps: string;
  toxicity_bps: string;
  widened_bps: string;
}

/** Nothing is promised: an invoice locks its own quotes. */
export interface QuotePreview {
  amount: string;
  currency: string;
  data: Quote[];
  drawn_at: string;
  refused: Record<string, string>;
  settlement_asset: string;
}

export interface RateParts {
  /** The venue's fee and impact. */
  fill: string;
  /** For collecting and swapping it, by the quote. */
  gas: string;
  lock_premium: string;
  /** Of the token, by the quote; the shopper paid it. */
  spread: string;
}

export interface Receipt {
  cashier_id: string | null;
  /**
   * Of a credit note: a refund, a chain that took the payment back, or a shop that marked as
   * invalid what it had marked as paid.
   */
  cause: CauseEnum | null;
  credit_notes: Paper[];
  currency: string;
  discount: string;
  /** Receipts that were taken back before the sale was paid again, oldest first. */
  earlier: EarlierReceipt[];
  id: string;
  issued_at: string;
  kind: PaperKind;
  lines: ReceiptLine[];
  mode: Mode;
  number: string;
  /** Of a credit note: its receipt's number. */
  of: string | null;
  order_id: string;
  /** The same as PDF. */
  pdf_url: string;
  reason: string;
  shop: ReceiptShop;
  sold_at: string;
  taxes: ReceiptTax[];
  tenders: ReceiptTender[];
  till: string;
  time_zone: string;
  tip: string;
  total: string;
  /** Its page, for whoever has the address. */
  url: string;
}

export interface ReceiptLine {
  /** What its own discount took off. */
  discount: string;
  /** As listed, for all of it. */
  full: string;
  modifiers: ReceiptModifier[];
  name: string;
  price: string;
  quantity: string;
}

export interface ReceiptModifier {
  name: string;
  price: string;
}

export interface ReceiptShop {
  address: string[];
  legal_name: string;
  name: string;
  tax_number: string;
}

/** What a class of tax comes to: net + tax = due. */
export interface ReceiptTax {
  due: string;
  included: boolean;
  kind: ReceiptTaxKind;
  net: string;
  /** Null where nobody said a rate. */
  percent: string | null;
  tax: string;
}

export interface ReceiptTender {
  amount: string;
  at: string | null;
  chain: string | null;
  change: string | null;
  given: string | null;
  kind: ReceiptTenderKind;
  /** Of the receipt's currency for one token. */
  rate: string | null;
  token: string | null;
  token_amount: string | null;
  tx_hash: string | null;
}

export interface Received {
  amount: string;
  asset: string;
  chain_id: number;
  chain_name: string;
  confirmations: number;
  credited: boolean;
  deposit_id: string;
  first_block_time: string;
  needed: number;
  state: DepositState;
  symbol: string;
  tx_hash: string;
  units: string;
}

export interface Refund {
  /** Of the asset, once it is fixed. */
  amount: string | null;
  approved_at: string | null;
  approved_by: string | null;
  /** As chosen by the shopper. */
  asset: string | null;
  chain_id: number | null;
  claim_id: string | null;
  claimed_at: string | null;
  /** What the token cost the shop, where it was bought. */
  cost: string | null;
  currency: string;
  destination: string | null;
  end_reason: string | null;
  ended_at: string | null;
  failure_code: string | null;
  id: string;
  invoice_id: string;
  /** payment: the shop's own money; else why it is owed: surplus, late, … */
  kind: string;
  link_expires_at: string;
  /** Who made the claim link that holds now. */
  linked_by: string;
  mode: Mode;
  needs_second_person: boolean;
  /** What the shopper may choose from. */
  offered: string[];
  /** The token that was paid, at the rate paid. */
  paid_with: TokenAmount;
  /** The address that paid, which who claimed has shown to hold. */
  payer_proved: string | null;
  rate: RateEnum;
  reason: string;
  rejected_by: string | null;
  requested_at: string;
  requested_by: string;
  requested_via: RequestedViaEnum;
  session: string;
  shop_id: string;
  /** requested, claimed, approved, sending, completed, expired or rejected. */
  status: string;
  /** Set aside from the shop's balance. */
  taken: TokenAmount;
  tx_hash: string | null;
  units: string | null;
  /**
   * Why an approved one is not on its way: not_final, check, shop_balance, price, books_differ,
   * float_short, signer_limit, receiver_check or address_proof. It goes on by itself, but for
   * address_proof: then reject it and ask for another.
   */
  waiting_reason: string | null;
  /** At the rate paid; null: nobody could say. */
  worth: string | null;
}

export interface RefundWithLink {
  /** Of the asset, once it is fixed. */
  amount: string | null;
  approved_at: string | null;
  approved_by: string | null;
  /** As chosen by the shopper. */
  asset: string | null;
  chain_id: number | null;
  claim_id: string | null;
  /** For the shopper; told in this answer only. */
  claim_url: string;
  claimed_at: string | null;
  /** What the token cost the shop, where it was bought. */
  cost: string | null;
  currency: string;
  destination: string | null;
  end_reason: string | null;
  ended_at: string | null;
  failure_code: string | null;
  id: string;
  invoice_id: string;
  /** payment: the shop's own money; else why it is owed: surplus, late, … */
  kind: string;
  link_expires_at: string;
  /** Who made the claim link that holds now. */
  linked_by: string;
  mode: Mode;
  needs_second_person: boolean;
  /** What the shopper may choose from. */
  offered: string[];
  /** The token that was paid, at the rate paid. */
  paid_with: TokenAmount;
  /** The address that paid, which who claimed has shown to hold. */
  payer_proved: string | null;
  rate: RateEnum;
  reason: string;
  rejected_by: string | null;
  requested_at: string;
  requested_by: string;
  requested_via: RequestedViaEnum;
  session: string;
  shop_id: string;
  /** requested, claimed, approved, sending, completed, expired or rejected. */
  status: string;
  /** Set aside from the shop's balance. */
  taken: TokenAmount;
  tx_hash: string | null;
  units: string | null;
  /**
   * Why an approved one is not on its way: not_final, check, shop_balance, price, books_differ,
   * float_short, signer_limit, receiver_check or address_proof. It goes on by itself, but for
   * address_proof: then reject it and ask for another.
   */
  waiting_reason: string | null;
  /** At the rate paid; null: nobody could say. */
  worth: string | null;
}

export interface Refundable {
  currency: string;
  /** Of the shop's own, in the pricing currency at the rate paid. */
  left: string;
  /** What is the payer's already. */
  owed: OwedMoney[];
}

export interface Replay {
  created_at: string;
  /** How many it is, counted when it was asked for. */
  deliveries: number;
  /** Empty: all that the endpoint hears. */
  events: string[];
  finished_at: string | null;
  id: string;
  /** How many of them are queued so far. */
  queued: number;
  since: string;
  /** done: every delivery is queued. failed: given up; begin another for the rest. */
  state: ReplayStateEnum;
  until: string;
  webhook_endpoint_id: string;
}

export interface ReportCurrency {
  currency: string;
  day: string;
  payments: number;
  /** Of it, as "tax" of the invoices' metadata says. */
  tax: string;
  /** Of it, as "tip" of the invoices' metadata says. */
  tip: string;
  /** What the day's payments were worth at their own rates. */
  value: string;
}

export interface ReportDay {
  asset: string;
  /** The opening and all of these added up. */
  closing: string;
  /** Into another asset, for a payout. */
  converted: string;
  /** Null in the totals. */
  day: string | null;
  /** The gateway's; negative. */
  fees: string;
  /** What the shop is owed, payouts under way included. */
  opening: string;
  /** What the house made good, and corrections. */
  other: string;
  paid_out: string;
  /** Credited, less those taken back. */
  payments: number;
  refunds: string;
  /** Before the fee. */
  sales: string;
  /** By a reorganisation or a dispute, the fee taken off. */
  taken_back: string;
}

export interface RequoteRequest {
  /** How long the new quotes hold; as for a new invoice if unset. */
  lock_seconds?: number;
}

export interface Reserve {
  asset: string;
  /** Of each credit; the house's condition. */
  bps: number;
  days: number;
  held: string;
  released: ReserveRelease[];
}

export interface ReserveRelease {
  amount: string;
  at: string;
}

export interface SettlementPolicy {
  chains: number[];
  closes_at: string | null;
  decided_at: string | null;
  destination: string | null;
  minimum: string;
  next: NextRun;
  reserve: Reserve;
  schedule: ScheduleEnum;
  split: PolicyShare[];
  threshold: string | null;
  time_zone: string;
  version: number;
}

export interface SplitRequest {
  /** In how many; with payers as many as they name, if unset. */
  parts?: number;
  /** Who pays which line, each of them; evenly if unset. */
  payers?: PayerRequest[];
}

export interface TaxClass {
  due: string;
  net: string;
  tax: string;
  tax_included: boolean;
  tax_ppm: number;
}

export interface Ticket {
  currency: string;
  discount: TicketDiscount | null;
  due: string;
  ended_at: string | null;
  /** List prices of all lines. */
  full: string;
  /** Lines, discounts and taxes; no tip. */
  goods: string;
  id: string;
  label: string;
  line_discounts: string;
  lines: TicketLine[];
  mode: Mode;
  opened_at: string;
  opened_by: string;
  paid: string;
  parts: TicketPart[];
  shop_id: string;
  state: TicketState;
  taxes: TaxClass[];
  ticket_discount: string;
  tip: string;
  void_reason: string;
}

export interface TicketDiscount {
  kind: TicketDiscountKindEnum;
  value: string;
}

export interface TicketHead {
  currency: string;
  due: string;
  ended_at: string | null;
  /** Lines, discounts and taxes; no tip. */
  goods: string;
  id: string;
  label: string;
  mode: Mode;
  opened_at: string;
  opened_by: string;
  paid: string;
  shop_id: string;
  state: TicketState;
  tip: string;
  void_reason: string;
}

export interface TicketLine {
  discount: TicketDiscount | null;
  /** With its tax, and its share of the ticket's discount. */
  due: string;
  /** As listed, for all of it. */
  full: string;
  id: string;
  item_id: string | null;
  item_version: number | null;
  modifiers: LineModifier[];
  name: string;
  /** What its own discount takes off. */
  off: string;
  price: string;
  quantity_thousandths: number;
  tax_included: boolean;
  /** Parts of a million. */
  tax_ppm: number;
}

export interface TicketPart {
  cash: PartCash[];
  demands: PartDemand[];
  due: string;
  goods: string;
  left: string;
  over: string;
  paid: string;
  part: number;
  tip: string;
}

export interface TokenAmount {
  amount: string;
  asset: string;
  units: string;
}

export interface VoidingRequest {
  reason: string;
}

export interface ApprovalsListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
}

export interface CardRefundsListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Only refunds of this invoice. */
  invoice_id?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** Only refunds of this status. */
  status?: CardRefundsListStatus;
}

export interface EventsListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /**
   * With since: true also gives what is younger than five seconds, before which another event
   * may still appear. next_cursor stays in front of it, so it comes again: pass over the ids
   * that you have.
   */
  fresh?: boolean;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** RFC 3339 time with its offset: 2026-11-24T12:00:00Z. */
  since?: string;
  /** Only events of this type. */
  type?: EventsListType;
}

export interface FeeInvoicesListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
}

export interface InvoicesListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** Only invoices of this sale. */
  order_id?: string;
  /** Only invoices of this status. */
  status?: InvoicesListStatus;
}

export interface InvoicesQrQuery {
  /** Asset code: hold its payment request instead of the URL. */
  asset?: string;
  /** Pixels a module, 1 to 32. */
  module_px?: string;
}

export interface InvoicesReceiptPdfQuery {
  /** A credit note's, or an earlier receipt's; none: the latest receipt. */
  number?: string;
}

export interface ItemsListQuery {
  /** Those that are sold no more. */
  archived?: ItemsListArchived;
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** A part of the name, or a whole SKU or barcode. */
  search?: string;
}

export interface PaymentLinksListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
}

export interface PayoutsListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** Only payouts of this status. */
  status?: PayoutsListStatus;
}

export interface PayoutsInvoicesListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
}

export interface QuotesPreviewQuery {
  /** A plain decimal. */
  amount: string;
  /** ISO 4217; the shop's pricing currency if unset. */
  currency?: string;
}

export interface RefundsListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Only refunds of this invoice. */
  invoice_id?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** Only refunds of this status. */
  status?: RefundsListStatus;
}

export interface ReportsBooksQuery {
  /** The first day, by the shop's own clock: 2026-11-01. */
  first: string;
  /** The last day, included; at most 400 days. */
  last: string;
  /** Whose file. */
  program: ReportBooksProgram;
  /** The account for clearing; the program's usual one if unset. */
  clearing?: string;
  /** DATEV: the client's number. */
  client?: string;
  /** DATEV: the accountant's number. */
  consultant?: string;
  /** The account for fees; the program's usual one if unset. */
  fees?: string;
  /** The account for other; the program's usual one if unset. */
  other?: string;
  /** The account for payouts; the program's usual one if unset. */
  payouts?: string;
  /** The account for refunds; the program's usual one if unset. */
  refunds?: string;
  /** The account for sales; the program's usual one if unset. */
  sales?: string;
  /** DATEV: the financial year's first. */
  year_begins?: string;
}

export interface ReportsCostsQuery {
  /** The first day, by the shop's own clock: 2026-11-01. */
  first: string;
  /** The last day, included; at most 400 days. */
  last: string;
}

export interface ReportsDailyQuery {
  /** The first day, by the shop's own clock: 2026-11-01. */
  first: string;
  /** The last day, included; at most 400 days. */
  last: string;
}

export interface ReportsFeesQuery {
  /** The first day, by the shop's own clock: 2026-11-01. */
  first: string;
  /** The last day, included; at most 400 days. */
  last: string;
}

export interface ReportsSalesQuery {
  /** The first day, by the shop's own clock: 2026-11-01. */
  first: string;
  /** The last day, included; at most 400 days. */
  last: string;
}

export interface ReportsStatementQuery {
  /** The first day, by the shop's own clock: 2026-11-01. */
  first: string;
  /** The last day, included; at most 400 days. */
  last: string;
}

export interface TicketsListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** Only tickets in this state. */
  state?: TicketsListState;
}

export interface WebhookEndpointsDeliveriesListQuery {
  /** Where the page before ended: its next_cursor. */
  cursor?: string;
  /** Items a page, 1 to 200; 50 if unset. */
  limit?: number;
  /** Only what this replay sent: its id. */
  replay?: string;
  /** Only deliveries in this state. */
  state?: WebhookDeliveriesListState;
}
