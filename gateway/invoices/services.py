"""The room's verbs in one place; each subject has a file of its own."""

from gateway.invoices.applying import invoice_apply_deposit
from gateway.invoices.changing import (
    invoice_describe,
    invoice_mark,
    invoice_requote,
    invoice_void,
)
from gateway.invoices.clock import invoice_expire_due
from gateway.invoices.issuing import invoice_issue
from gateway.invoices.payer_told import invoice_tell_payer

__all__ = [
    "invoice_apply_deposit",
    "invoice_describe",
    "invoice_expire_due",
    "invoice_issue",
    "invoice_mark",
    "invoice_requote",
    "invoice_tell_payer",
    "invoice_void",
]
