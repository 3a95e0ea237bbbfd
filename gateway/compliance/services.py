"""The room's verbs in one place; each subject has a file of its own."""

from gateway.compliance.approval import shop_approve
from gateway.compliance.changes import list_change_spread, waiting_call
from gateway.compliance.holds import hold_approve, hold_block, hold_release, hold_return
from gateway.compliance.loading import list_give_up, list_load, list_take
from gateway.compliance.screening import deposit_rescreen, deposit_screen, verdict_for_update

__all__ = [
    "deposit_rescreen",
    "deposit_screen",
    "hold_approve",
    "hold_block",
    "hold_release",
    "hold_return",
    "list_change_spread",
    "list_give_up",
    "list_load",
    "list_take",
    "shop_approve",
    "verdict_for_update",
    "waiting_call",
]
