"""Whether a token moves what it is told, and keeps what it holds: tried before it is offered.

The books count base units. A token that keeps a part of each transfer, or whose balances grow or
shrink by themselves, makes them wrong without a transaction of ours to book. So a transfer is tried
by ``eth_call``, which changes nothing: a holder's code is overridden by a probe that transfers and
tells all four balances. Balances are looked at again a year later by the node's clock, and what
rebasing tokens are known by is asked for.

``eth_call`` with state and block overrides: go-ethereum's JSON-RPC, ``eth`` namespace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from eth_hash.auto import keccak

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import NodeFault, NodeRefused
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of, parse_quantity

TRANSFER: Final = "0x" + keccak(b"Transfer(address,address,uint256)").hex()
TARGET: Final = keccak(b"tillway: nobody holds anything here")[12:]
STRANGER: Final = keccak(b"tillway: a holder that is made up")[12:]
LOOKED_BACK_BLOCKS: Final = 2_000
"""Nodes answer for no more of a contract's events at once."""
HOLDERS: Final = 3
RECIPIENTS: Final = 40
SLOTS: Final = 16
NAMESPACE: Final = int("52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00", 16)
"""ERC-7201 slot of OpenZeppelin's ERC-20 storage, whose balances come first."""
MADE_UP_UNITS: Final = 3 * 10**15 + 7
YEAR_SECONDS: Final = 365 * 86_400

REBASING: Final = tuple(
    keccak(signature)[:4]
    for signature in (
        b"sharesOf(address)",  # shares of a pool that is told its total: Lido and its like
        b"scaledBalanceOf(address)",  # scaled by an index: Aave, Ampleforth
        b"rebasingCreditsPerToken()",  # Origin
        b"gonsForBalance(uint256)",  # Olympus
    )
)

# mem[0:36] = selector, address; out at 0x80: own and target's balance, success, both again, what
# the transfer returned and how long that was.
_PROBE = bytes.fromhex(
    "6370a0823160e01b6000523060045260206080602460006000355afa50"
    "6370a0823160e01b600052602035600452602060a0602460006000355afa50"
    "63a9059cbb60e01b60005260203560045260403560245260206101206044600060006000355af160c052"
    "3d61014052"
    "6370a0823160e01b60005230600452602060e0602460006000355afa50"
    "6370a0823160e01b6000526020356004526020610100602460006000355afa50"
    "60e06080f3"
)
# codecopy(0, L, 96); staticcall(mem[0], mem[32:68]); return (success, word, length)
_ASK = bytes.fromhex("6060602060003960206080602460206000515afa6060523d60a05260606060f3")
_WORD = 32


@dataclass(frozen=True, slots=True)
class _Tried:
    units: int
    taken: int
    arrived: int
    succeeded: bool


def conduct_problems(entry: ChainSettings) -> dict[str, str]:
    """Why tokens of a chain are not to be offered, by symbol; what is sound has no line.

    A token that can't be tried (no holder is found, or the node knows no overrides) is not offered
    either, unless the settings vouch for it: ``"vouched": true``.

    Raises:
        NodeFault: the node has no usable answer to what every node can answer.
    """
    nodes = Nodes(chain_id=entry.chain_id, urls=entry.rpc_urls)
    try:
        found = {
            token.symbol: _problem(nodes, parse_address(token.address), entry)
            for token in entry.tokens
            if token.enabled and not token.vouched
        }
    finally:
        nodes.close()
    return {symbol: problem for symbol, problem in found.items() if problem}


def _problem(nodes: Nodes, token: bytes, entry: ChainSettings) -> str:
    if any(_answers(nodes, token, selector) for selector in REBASING):
        return "its balances are shares of something, and rebase"
    untried = "no transfer of it could be tried"
    for holder, diff in _holders(nodes, token, parse_address(entry.treasury)):
        try:
            now = _balance(nodes, token, holder, diff)
            if now <= 0:
                continue
            tried = [_try(nodes, token, holder, units, diff) for units in (now, now // 3 or now)]
            later = _balance(nodes, token, holder, diff, seconds=YEAR_SECONDS)
        except NodeRefused as refused:
            untried = f"the node does not try a transfer of it ({str(refused)[:100]})"
            continue
        for each in tried:
            if each.succeeded and (each.taken, each.arrived) != (each.units, each.units):
                return (
                    f"it does not move what it is told: of {each.units} base units"
                    f" {each.taken} left and {each.arrived} arrived"
                )
        if later != now:
            return f"its balances change by themselves: {now} base units are {later} in a year"
        if all(each.succeeded for each in tried):
            return ""
    return untried


def _holders(
    nodes: Nodes, token: bytes, treasury: bytes
) -> Iterator[tuple[bytes, dict[str, str] | None]]:
    """Those who hold most of it among the treasury and who got some lately; then one that is made
    up by overriding the word of its balance, where that is found."""
    try:
        known = {treasury, *_recipients(nodes, token)} - {TARGET, bytes(20)}
    except NodeRefused:
        known = {treasury}
    order = sorted(known)
    held = [
        _quantity(answer)
        for answer in nodes.ask(
            *(("eth_call", (_balance_call(token, each), "latest")) for each in order)
        )
    ]
    richest = sorted(zip(held, order, strict=True), reverse=True)[:HOLDERS]
    for units, holder in richest:
        if units > 0:
            yield holder, None
    place = _place_of_balance(nodes, token)
    if place is not None:
        yield STRANGER, {place: hex_of(MADE_UP_UNITS.to_bytes(_WORD, "big"))}


def _recipients(nodes: Nodes, token: bytes) -> list[bytes]:
    number = nodes.latest().header.number
    window = {
        "address": hex_of(token),
        "topics": [TRANSFER],
        "fromBlock": hex(max(0, number - LOOKED_BACK_BLOCKS)),
        "toBlock": hex(number),
    }
    (logs,) = nodes.ask(("eth_getLogs", (window,)))
    told = [log["topics"][2] for log in reversed(logs) if len(log["topics"]) == 3]
    return [bytes.fromhex(each[2:])[-20:] for each in dict.fromkeys(told)][:RECIPIENTS]


def _place_of_balance(nodes: Nodes, token: bytes) -> str | None:
    """The storage word that the made-up holder's balance is read from, if one of the usual."""
    key = STRANGER.rjust(_WORD, b"\0")
    for slot in (*range(SLOTS), NAMESPACE):
        place = hex_of(keccak(key + slot.to_bytes(_WORD, "big")))
        diff = {place: hex_of(MADE_UP_UNITS.to_bytes(_WORD, "big"))}
        try:
            if _balance(nodes, token, STRANGER, diff) == MADE_UP_UNITS:
                return place
        except NodeFault:
            return None
    return None


def _try(
    nodes: Nodes, token: bytes, holder: bytes, units: int, diff: dict[str, str] | None
) -> _Tried:
    words = (token.rjust(_WORD, b"\0"), TARGET.rjust(_WORD, b"\0"), units.to_bytes(_WORD, "big"))
    overrides: dict[str, Any] = {hex_of(holder): {"code": hex_of(_PROBE)}}
    if diff is not None:
        overrides[hex_of(token)] = {"stateDiff": diff}
    call = {"to": hex_of(holder), "data": hex_of(b"".join(words)), "gas": hex(3_000_000)}
    (answer,) = nodes.ask(("eth_call", (call, "latest", overrides)))
    own, others, called, own_then, others_then, returned, length = _words(answer, count=7)
    return _Tried(
        units=units,
        taken=own - own_then,
        arrived=others_then - others,
        succeeded=called == 1 and (length == 0 or returned == 1),
    )


def _balance(
    nodes: Nodes, token: bytes, holder: bytes, diff: dict[str, str] | None, *, seconds: int = 0
) -> int:
    """Now, or so much later by the clock that contracts read."""
    overrides = {hex_of(token): {"stateDiff": diff}} if diff is not None else {}
    params: tuple[Any, ...] = (_balance_call(token, holder), "latest", overrides)
    if seconds:
        now = nodes.latest().header.timestamp
        params = (*params, {"time": hex(now + seconds)})
    (answer,) = nodes.ask(("eth_call", params))
    return _quantity(answer)


def _answers(nodes: Nodes, token: bytes, selector: bytes) -> bool:
    """Whether the token answers a question with one word; a fallback that says nothing does not."""
    argument = token.rjust(_WORD, b"\0")
    data = _ASK + token.rjust(_WORD, b"\0") + (selector + argument).ljust(2 * _WORD, b"\0")
    (answer,) = nodes.ask(("eth_call", ({"data": hex_of(data), "gas": hex(3_000_000)}, "latest")))
    succeeded, _, length = _words(answer, count=3)
    return bool(succeeded and length == _WORD)


def _balance_call(token: bytes, holder: bytes) -> dict[str, str]:
    return {"to": hex_of(token), "data": "0x70a08231" + holder.hex().rjust(64, "0")}


def _quantity(answer: object) -> int:
    """0 where there is no contract to answer."""
    return 0 if answer == "0x" else parse_quantity(answer)


def _words(answer: object, *, count: int) -> list[int]:
    text = str(answer)
    if len(text) != 2 + 64 * count:
        raise NodeRefused("an answer of another length than the probe gives")
    return [int(text[2 + 64 * n : 66 + 64 * n], 16) for n in range(count)]
