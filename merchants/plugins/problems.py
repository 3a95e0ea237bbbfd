"""Refusals in the shapes that plugins read, whoever refused."""

from typing import Any, Final

import orjson
import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions as drf

from gateway.events.errors import TillwayError
from gateway.money.errors import MoneyError
from merchants.accounts.errors import WrongMode

log = structlog.get_logger(__name__)

Fault = dict[str, str]


class InputRefused(TillwayError):
    """What was sent can't be used; ``faults`` says of each place why."""

    code = "validation-error"
    message = "Some of what was sent can't be used."

    def __init__(self, *faults: Fault) -> None:
        self.faults = list(faults)
        super().__init__()


class PermissionMissing(TillwayError):
    code = "missing-permission"
    status = 403

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"This API key lacks the permission {permission}.")


class PayoutUnknown(TillwayError):
    code = "payout-not-found"
    message = "There is no such payout: a refund is one once its shopper has claimed it."
    status = 404


class DeliveryPruned(TillwayError):
    code = "webhookdelivery-pruned"
    message = "What was sent so long ago is no longer kept."
    status = 409


def fault(path: str, message: str) -> Fault:
    return {"path": path, "message": message}


CODES: Final = {
    "invoice_not_found": "invoice-not-found",
    "webhook_endpoint_unknown": "webhook-not-found",
    "delivery_unknown": "webhookdelivery-not-found",
    "refund_unknown": "pullpayment-not-found",
}
"""Where plugins compare a code, theirs for ours; any other code of ours is told as it is."""
PATHS: Final = {
    "lock_seconds": "checkout.expirationMinutes",
    "monitoring_seconds": "checkout.monitoringMinutes",
    "order_id": "metadata.orderId",
    "events": "authorizedEvents.specificEvents",
    "assets": "payoutMethods",
}
"""Where a refusal's field is called something else in the plugins' protocol."""


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """The answer to a request that came to an exception. What isn't expected tells nothing."""
    if isinstance(error, InputRefused):
        return _respond(422, error.faults)
    if isinstance(error, PermissionMissing):
        return _coded(error, 403, missingPermission=error.permission)
    if isinstance(error, (TillwayError, MoneyError)):
        return _of_ours(error)
    if isinstance(error, (Http404, drf.NotFound)):
        return _respond(404, _named("not-found", "There is nothing at this address."))
    if isinstance(error, drf.MethodNotAllowed):
        return _respond(405, _named("method-not-allowed", str(error.detail)))
    if isinstance(error, RequestDataTooBig):
        return _respond(413, _named("body-too-large", "The body is too large."))
    if isinstance(error, (SuspiciousOperation, UnreadablePostError)):
        return _respond(400, _named("bad-request", "This request can't be read."))
    if isinstance(error, OperationalError):
        log.exception("plugins_lost_database")
        return _respond(
            503, _named("unavailable", "This can't be answered right now."), wait_seconds=1
        )
    log.exception("plugins_failed")
    return _respond(500, _named("internal-error", "Something went wrong here; it was noted down."))


def _of_ours(error: TillwayError | MoneyError) -> HttpResponse:
    if error.status == 401 or isinstance(error, WrongMode):
        return _respond(401, _named("unauthenticated", error.message))
    if error.status in (400, 422):
        field = error.field or ""
        return _respond(422, [fault(PATHS.get(field, field), error.message)])
    wait = getattr(error, "retry_after_seconds", None)
    if wait is None and error.status == 503:
        wait = 5
    return _coded(error, error.status, wait_seconds=wait)


def _coded(
    error: TillwayError | MoneyError,
    status: int,
    *,
    wait_seconds: int | None = None,
    **more: str,
) -> HttpResponse:
    code = CODES.get(error.code, error.code)
    return _respond(status, _named(code, error.message) | more, wait_seconds=wait_seconds)


def _named(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _respond(status: int, body: Any, *, wait_seconds: int | None = None) -> HttpResponse:
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    if wait_seconds is not None:
        response["Retry-After"] = str(wait_seconds)
    if status == 401:
        response["WWW-Authenticate"] = 'token realm="tillway"'
    return response
