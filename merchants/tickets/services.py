"""The room's verbs in one place; each subject has a file of its own."""

from merchants.tickets.acts import Tap
from merchants.tickets.changing import (
    PutAmount,
    PutItem,
    amount_add,
    item_add,
    line_change,
    line_remove,
    lines_put,
    ticket_discount,
    ticket_open,
    ticket_park,
    ticket_recall,
    ticket_repeat,
)
from merchants.tickets.giving_back import cash_back
from merchants.tickets.paying import (
    cash_take,
    part_withdraw,
    ticket_ask,
    ticket_reopen,
    ticket_split,
    ticket_tip,
    ticket_void,
)

__all__ = [
    "PutAmount",
    "PutItem",
    "Tap",
    "amount_add",
    "cash_back",
    "cash_take",
    "item_add",
    "line_change",
    "line_remove",
    "lines_put",
    "part_withdraw",
    "ticket_ask",
    "ticket_discount",
    "ticket_open",
    "ticket_park",
    "ticket_recall",
    "ticket_reopen",
    "ticket_repeat",
    "ticket_split",
    "ticket_tip",
    "ticket_void",
]
