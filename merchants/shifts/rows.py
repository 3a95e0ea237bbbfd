"""A shift's report as rows of text, for a file. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

HEADING: Final = ("part", "what", "figure", "asset", "amount")


def report_rows(body: Mapping[str, Any]) -> Iterator[list[str]]:
    """A report's body, a line a figure, heading first; amounts are plain decimals."""
    yield list(HEADING)
    for name in ("number", "till", "place", "opened_at", "closed_at"):
        if body[name]:
            yield ["shift", name, str(body[name]), "", ""]
    for tender in body["tenders"]:
        what, currency = tender["tender"], tender["currency"]
        for count in ("payments", "refunds"):
            yield ["tender", what, f"{count}: {tender[count]}", currency, ""]
        for figure in ("paid", "refunded", "net", "tax", "tip"):
            yield ["tender", what, figure, currency, tender[figure]["amount"]]
    for asset in body["assets"]:
        for figure in ("credited", "fee"):
            yield ["asset", asset["asset"], figure, asset["asset"], asset[figure]["amount"]]
    for token in body["tokens"]:
        yield ["token", token["token"], "paid", token["token"], token["paid"]["amount"]]
    for void in body.get("voids", ()):  # a report from before they were counted has none
        yield ["voids", "sales", f"count: {void['count']}", void["currency"], ""]
        yield ["voids", "sales", "worth", void["currency"], void["worth"]["amount"]]
    for figure, money in body["drawer"].items():
        if money is not None:
            yield ["drawer", "cash", figure, body["currency"], money["amount"]]
