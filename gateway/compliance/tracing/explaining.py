"""A verdict told to people: what it is, why, and whose money went which way. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.compliance.tracing.transfers import MICROS

WHY: Final = {
    "listed_itself": "the address itself is on a list in force",
    "listed_direct": "a listed address paid it, more than dust",
    "listed_indirect": "money of a listed address came through other wallets",
    "risky_itself": "the address itself is labelled a mixer, theft, darknet market or scam",
    "risky": "money of a mixer, theft, darknet market or scam",
    "fan_out": "it came from an address that pays as many as an exchange does",
    "hops": "the way back is longer than the trace goes",
    "lots": "the trail falls into too many pieces",
    "transfers": "there are more transfers than the trace reads",
    "addresses": "there are more wallets behind it than the trace looks up",
    "window": "it came before the time that the trace looks at",
    "unseen": "nothing that was read shows where it came from",
    "time": "the time for the trace was over",
    "pruned": "the node does not keep the past that was asked for",
    "node_failed": "no node of the chain answered properly",
    "payer_unknown": "the chain does not say who paid",
    "lists_missing": "a screening list is missing",
    "provider_down": "the provider did not answer",
    "provider_busy": "the provider has too many requests",
    "provider_refused": "the provider, or its address, refuses the request",
    "provider_malformed": "the provider's answer can't be read",
}


def explained(answer: Mapping[str, Any]) -> list[str]:
    """The lines of an answer (``canonical.answer_of``)."""
    lines = [f"{answer['state']} (risk {answer['band']})"]
    lines += [f"  because {WHY.get(reason, reason)}" for reason in answer["reasons"]]
    if answer["asks_hold"]:
        lines.append("  money of its that is not final yet is to be held")
    if answer["own"] is not None:
        lines.append(f"the address itself: {_origin(answer['own'])}")
    for received in answer["received"]:
        lines.append(f"received {_amount(received)} {received['asset']}, by haircut:")
        lines += _parts(received["parts"], whole=int(received["units"]))
    if answer["payment"]:
        whole = sum(int(part["units"]) for part in answer["payment"])
        lines.append(f"the payment of {whole} base units, by haircut:")
        lines += _parts(answer["payment"], whole=whole)
    if answer["lots"]:
        lines.append("the payment by FIFO, whose money it is:")
    for lot in answer["lots"]:
        lines.append(f"  {lot['units']} of {lot['source']}: {_origin(lot)}")
        lines += _path(lot["path"])
    for one in answer["poisonings"]:
        lines.append(
            f"poisoning: {one['fake']} imitates {one['imitated']}, {one['transfers']} transfers"
            f" from block {one['first_block']} on"
        )
    lines += [f"dust of a listed address, not counted: {one}" for one in answer["dusted_by"]]
    lines.append(f"{answer['transfers']} transfers counted")
    return lines


def _parts(parts: Iterable[Mapping[str, Any]], *, whole: int) -> list[str]:
    lines = []
    for part in parts:
        units = int(part["units"])
        lines.append(f"  {_percent(units, whole)} {_origin(part)}: {_amount(part)}")
        lines += _path(part["path"])
    return lines


def _path(path: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        f"      0x{step['from']} → 0x{step['to']} {step['units']} {step['asset']},"
        f" block {step['at'][0]}"
        for step in path
    ]


def _origin(told: Mapping[str, Any]) -> str:
    if told["category"] == "unknown":
        return f"unknown ({WHY.get(told['reason'], told['reason'])})"
    status = "" if told["status"] == "none" else f", {told['status']}"
    hops = {0: "", 1: ", direct"}.get(told["hops"], f", {told['hops']} hops away")
    return f"{told['category']}{status}{hops}"


def _amount(told: Mapping[str, Any]) -> str:
    value = told["value_micros"]
    if value is None:
        return f"{told['units']} base units, of unknown value"
    dollars, micros = divmod(int(value), MICROS)
    return f"{told['units']} base units, ${dollars}.{micros // 10_000:02}"


def _percent(units: int, whole: int) -> str:
    """Rounded down, two places."""
    hundredths = units * 10_000 // whole if whole else 0
    return f"{hundredths // 100:3}.{hundredths % 100:02} %"
