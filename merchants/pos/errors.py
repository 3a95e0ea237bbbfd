"""Why a sale that a tablet kept without a connection is not asked for."""

from gateway.events.errors import TillwayError


class DraftOfAnother(TillwayError):
    code = "draft_of_another"
    message = "Somebody else typed this sale."
    hint = "Send it under your own name, or drop it."
    status = 409


class DraftElsewhere(TillwayError):
    code = "draft_elsewhere"
    message = "This sale was kept by another till."
    hint = "Drop it and type it anew."
    status = 409
