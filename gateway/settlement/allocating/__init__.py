"""Which invoices a payout pays, and which payouts an invoice went into: to the unit."""
