"""The verbs of names in one place; each subject has a file of its own."""

from gateway.compliance.naming.parties import party_forget, party_leave, party_put, party_screen
from gateway.compliance.naming.rescreening import change_begin, changes_plan, chunks_screen
from gateway.compliance.naming.screening import name_screen
from gateway.compliance.naming.whitelist import good_guy_add, good_guy_end

__all__ = [
    "change_begin",
    "changes_plan",
    "chunks_screen",
    "good_guy_add",
    "good_guy_end",
    "name_screen",
    "party_forget",
    "party_leave",
    "party_put",
    "party_screen",
]
