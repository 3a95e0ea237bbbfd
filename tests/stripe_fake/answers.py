"""What the fake refuses, in the shape of Stripe's errors."""

from typing import Any


class Refused(Exception):
    """An error answer (https://docs.stripe.com/api/errors).

    Attributes:
        kept: whether the endpoint had begun: then the answer is kept under the idempotency key.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
        kept: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.kept = kept
        self.body: dict[str, Any] = {"error": {"message": message, "type": type}}
        if code is not None:
            self.body["error"]["code"] = code
            self.body["error"]["doc_url"] = f"https://stripe.com/docs/error-codes/{code}"
        if param is not None:
            self.body["error"]["param"] = param


def missing(param: str) -> Refused:
    return Refused(
        f"Missing required param: {param}.", code="parameter_missing", param=param, kept=False
    )


def no_such(kind: str, id: str) -> Refused:
    return Refused(f"No such {kind}: '{id}'", status=404, code="resource_missing", param="id")


def not_enough(currency: str) -> Refused:
    return Refused(
        f"You have insufficient available funds in your Stripe account in {currency}.",
        code="balance_insufficient",
    )
