"""The client of a Tillway gateway.

>>> from tillway import Tillway
>>> client = Tillway("tw_test_…", url="https://pay.example.com")
>>> invoice = client.invoices.create(amount="12.50", currency="EUR", order_id="1001")
>>> invoice.checkout_url
"""

from tillway import shapes, webhooks
from tillway.client import Tillway
from tillway.errors import (
    AnswerUnreadable,
    KeyRefused,
    Misconfigured,
    NotFound,
    RateLimited,
    Refused,
    TillwayError,
    Unavailable,
    Unreachable,
    WebhookUnverified,
)
from tillway.sending import UNSET, Page, Pages
from tillway.version import __version__

__all__ = [
    "UNSET",
    "AnswerUnreadable",
    "KeyRefused",
    "Misconfigured",
    "NotFound",
    "Page",
    "Pages",
    "RateLimited",
    "Refused",
    "Tillway",
    "TillwayError",
    "Unavailable",
    "Unreachable",
    "WebhookUnverified",
    "__version__",
    "shapes",
    "webhooks",
]
